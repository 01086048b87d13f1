"""How do the answers of two systems travel? Over real sockets and connections that stay open, byte by byte."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reconciliation_pipeline_tests.faults.system import System


class Server:
    """Answers on one port for whatever system stands behind it, one thread a connection."""

    def __init__(self) -> None:
        self.system = System([])
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def serves(self, system: System) -> System:
        """Put another system behind the port."""
        system.url = self.url
        self.system = system
        return system

    def close(self) -> None:
        """Stop listening."""
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        system = self.system
        with connection:
            try:
                for target, headers in _requests(connection):
                    reply = system.answer(target, headers)
                    if reply.dropped:
                        return
                    wire, closes = system.on_the_wire(reply, headers)
                    connection.sendall(wire)
                    if closes:
                        return
            except OSError:
                return  # a reader that hangs up on bad data does well
            except Exception as error:  # noqa: BLE001 - a mistake of ours must not look like a refusal of theirs
                system.broken = error


def _requests(connection: socket.socket) -> Iterator[tuple[str, dict[str, str]]]:
    """Read requests off a connection until the other end lets go."""
    waiting = b""
    while True:
        while b"\r\n\r\n" not in waiting:
            if not (more := connection.recv(65536)):
                return
            waiting += more
        head, _, waiting = waiting.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = int(headers.get("content-length", 0))
        while len(waiting) < body:
            waiting += connection.recv(65536)
        waiting = waiting[body:]
        yield first.split(" ")[1], headers


@contextmanager
def two_servers() -> Iterator[Mapping[str, Server]]:
    """Listen on two free ports, for as long as the block lasts."""
    servers = {side: Server() for side in ("crm", "billing")}
    try:
        yield servers
    finally:
        for server in servers.values():
            server.close()
