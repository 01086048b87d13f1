"""Who would give a secret away? Systems and receivers that say back, in every place they have, what they were sent."""

import json
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

Record = dict[str, Any]


@dataclass
class Mirror:
    """One server: a system, a token server or the receiver of messages, whichever is asked for.

    Attributes:
        records: What it holds, as a system.
        mode: How it answers; "honest", a status, or what `_reflected` knows.
        only: The part of it that misbehaves: a path begins like this.
        hands_out: The access token it hands out.
        sent: Everything it was sent, one text for each request.
    """

    records: list[Record] = field(default_factory=list)
    mode: str = "honest"
    only: str = "/"
    hands_out: str = ""
    sent: list[str] = field(default_factory=list)
    url: str = ""

    def behaves(self, mode: str = "honest", only: str = "/") -> None:
        """Begin to answer in another way."""
        self.mode, self.only = mode, only

    def was_sent(self, text: str) -> bool:
        return any(text in one for one in self.sent)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body are two writes; the second would wait for the client's acknowledgement of the first.
    disable_nagle_algorithm = True
    mirror: ClassVar[Mirror]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        self.mirror.sent.append("\n".join([self.path, *self.headers.values(), body]))
        mode = self.mirror.mode if self.path.startswith(self.mirror.only) else "honest"
        if mode == "hangs up":
            self.close_connection = True
            return
        reply = self._honest(body) if mode == "honest" else self._reflected(mode, body)
        content = reply.raw if reply.raw is not None else json.dumps(reply.body).encode()
        self.send_response_only(reply.status, reply.said)
        headers = {"Content-Type": "application/json", "Content-Length": str(len(content)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(content)

    def _honest(self, body: str) -> "Reply":
        parts, held = urlsplit(self.path), self.mirror.records
        if parts.path == "/token":
            return Reply({"access_token": self.mirror.hands_out, "token_type": "bearer", "expires_in": 3600})
        if parts.path == "/account":
            return Reply({"id": "acct_1"})
        if parts.path.startswith("/customers/"):
            asked = parts.path.rsplit("/", 1)[1]
            found = [one for one in held if asked in {one["id"], one["number"]}]
            return Reply(found[0]) if found else Reply({}, 404)
        if parts.path != "/customers":
            return Reply({"ok": bool(body)})
        start = int(parse_qs(parts.query).get("after", ["0"])[0])
        return Reply({"data": held[start : start + 50], "next": str(start + 50) if start + 50 < len(held) else None})

    def _reflected(self, mode: str, body: str) -> "Reply":
        """Answer with all that was sent, in the body, in headers, and behind the status."""
        everything = "\n".join([self.path, *self.headers.values(), body])
        secret = self.headers.get("Authorization", self.headers.get("X-Api-Key", self.path)).split(" ")[-1]
        echoed = {"error": secret, "error_description": everything, "message": everything, "data": everything}
        headers = {"X-Was-Sent": secret, "WWW-Authenticate": f"Bearer realm={secret}", "Retry-After": secret}
        listed, elsewhere = self.mirror.records[:50], f"127.0.0.1:9/customers?token={secret}"
        return {
            "redirect": Reply(echoed, 302, {**headers, "Location": f"{self.mirror.url}/customers?token={secret}"}),
            "foreign": Reply({"data": listed, "next": f"http://{elsewhere}"}, headers=headers),
            "foreign user": Reply({"data": listed, "next": f"http://{secret}@{elsewhere}"}, headers=headers),
            "typed": Reply(echoed, headers={**headers, "Content-Type": f"text/{secret}"}),
            "encoded": Reply(echoed, headers={**headers, "Content-Encoding": secret}),
            "another version": Reply({"data": listed}, headers={**headers, "X-Version": secret}),
            "an error": Reply(echoed, headers=headers),
            "no list": Reply({"data": everything}, headers=headers),
            "no JSON": Reply(headers=headers, raw=f'{{"data": [{secret}'.encode()),
            "web page": Reply(headers={"Content-Type": "text/html"}, raw=everything.encode()),
            "only the code": Reply(status=400, raw=self.path.rsplit("/", 1)[1].encode()),
        }.get(mode) or Reply(echoed, int(mode), headers, said=secret)


@dataclass
class Reply:
    """What goes over the wire; `said` stands behind the status."""

    body: object = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    said: str | None = None
    raw: bytes | None = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: whoever asks may be killed at any moment."""


@contextmanager
def mirroring(mirror: Mirror) -> Iterator[Mirror]:
    """Serve on a free port for as long as the block lasts."""
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"mirror": mirror}))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    mirror.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield mirror
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def chatty_postgres() -> Iterator[int]:
    """Listen like a Postgres server that wants a password and repeats it when it refuses it; gives the port."""
    listening = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_refuse_all, args=(listening,), daemon=True).start()
    try:
        yield listening.getsockname()[1]
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _refuse_all(listening: socket.socket) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError, struct.error):
            _refuse(connection)


def _refuse(connection: socket.socket) -> None:
    """Speak the protocol up to the refusal: https://www.postgresql.org/docs/current/protocol-flow.html."""
    (length,) = struct.unpack("!i", connection.recv(4))
    begin = connection.recv(length - 4)
    if length == 8:
        # It asks for encryption first, and is told that there is none.
        connection.sendall(b"N")
        (length,) = struct.unpack("!i", connection.recv(4))
        begin = connection.recv(length - 4)
    connection.sendall(b"R" + struct.pack("!ii", 8, 3))
    password = connection.recv(4096)[5:].rstrip(b"\0")
    told = b'password authentication failed for user "' + begin[4:].replace(b"\0", b" ") + b'" with ' + password
    fields = b"SFATAL\0C28P01\0M" + told + b"\0\0"
    connection.sendall(b"E" + struct.pack("!i", len(fields) + 4) + fields)
