"""A real HTTP server on loopback that answers exactly as badly as a test wants.

Raw sockets, because a proper server refuses to send half an answer.
"""

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What a client asked; `number` counts from 0."""

    number: int
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    method: str = "GET"
    target: str = ""
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What goes back; `sent` cuts the body, `says_length` drops its Content-Length."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    sent: int | None = None
    says_length: bool = True

    def on_the_wire(self) -> bytes:
        head = {**self.headers, "Connection": "close"}
        if self.says_length:
            head["Content-Length"] = str(len(self.body))
        lines = [f"HTTP/1.1 {self.status} Said", *(f"{name}: {value}" for name, value in head.items())]
        return "\r\n".join([*lines, "", ""]).encode() + self.body[: self.sent]


def reply(payload: object, status: int = 200, **headers: str) -> Reply:
    """Answer with JSON; underscores in header names stand for dashes."""
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json.dumps(payload).encode(), status, {"Content-Type": "application/json", **spelt})


def zipped(body: bytes) -> Reply:
    """Answer with a gzip body."""
    return Reply(gzip.compress(body), headers={"Content-Type": "application/json", "Content-Encoding": "gzip"})


Answer = Callable[[Request], Reply]


class FaultServer:
    """Answers with what `answer` says and remembers every request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answer: Answer = lambda _request: Reply()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"http://{self.host}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def says(self, answer: Answer) -> None:
        """Start over with another behaviour."""
        self.requests = []
        self.answer = answer

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                self._converse(connection)

    def _converse(self, connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            if not (more := connection.recv(65536)):
                return
            head += more
        request = self._read(head.decode("latin-1"), connection)
        self.requests.append(request)
        try:
            connection.sendall(self.answer(request).on_the_wire())
        except OSError:
            return

    def _read(self, begun: str, connection: socket.socket) -> Request:
        head, body = begun.split("\r\n\r\n", maxsplit=1)
        first, *lines = head.split("\r\n")
        method, target, _ = first.split(" ")
        named = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        while len(body) < int(named.get("content-length", 0)) and (more := connection.recv(65536)):
            body += more.decode("latin-1")
        url = urlsplit(target)
        return Request(
            len(self.requests), url.path, dict(parse_qsl(url.query)), named, method, target, dict(parse_qsl(body))
        )


@contextmanager
def running_server() -> Iterator[FaultServer]:
    server = FaultServer()
    try:
        yield server
    finally:
        server.close()
