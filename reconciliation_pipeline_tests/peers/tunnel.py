"""How does a client that only knows the vendor's address reach a server of ours? Through an HTTPS proxy.

A client asks its proxy for a connection to the vendor (RFC 9110, section 9.3.6), gets one to our
server instead, and speaks TLS with it. Nobody is impersonated to anybody else: the certificate is
signed by an authority that lives as long as the test and is trusted by one process. Any other
address is refused, so that nothing leaves this machine.
"""

import asyncio
import socket
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from reconciliation_pipeline_tests.peers.serving import HOST

_WRITE_CERTIFICATES = """
import datetime, sys
from pathlib import Path
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

folder, host = Path(sys.argv[1]), sys.argv[2]
now = datetime.datetime.now(datetime.timezone.utc)

def named(name):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])

def sign(name, key, extensions):
    draft = x509.CertificateBuilder().subject_name(named(name)).issuer_name(named("authority of one test"))
    draft = draft.public_key(key.public_key()).serial_number(x509.random_serial_number())
    draft = draft.not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1))
    for extension in extensions:
        draft = draft.add_extension(extension, critical=True)
    return draft.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
(folder / "authority.pem").write_bytes(sign("authority of one test", authority, [x509.BasicConstraints(True, 0)]))
names = x509.SubjectAlternativeName([x509.DNSName(host)])
(folder / "server.pem").write_bytes(sign(host, key, [names, x509.BasicConstraints(False, None)]))
pem, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
(folder / "server.key").write_bytes(key.private_bytes(pem, plain, serialization.NoEncryption()))
"""


@dataclass(frozen=True, slots=True)
class Papers:
    """What a server shows to prove that it is the vendor, to whoever trusts the authority."""

    authority: Path
    certificate: Path
    key: Path


def papers(folder: Path, host: str, python: Path) -> Papers:
    """Write an authority and a certificate for one host, both valid for a day.

    Args:
        folder: Where they go.
        host: The vendor's host.
        python: An interpreter that has the package cryptography.
    """
    subprocess.run([python, "-c", _WRITE_CERTIFICATES, folder, host], check=True, timeout=30)
    return Papers(folder / "authority.pem", folder / "server.pem", folder / "server.key")


@dataclass(slots=True)
class Tunnel:
    """A running proxy.

    Attributes:
        url: Its address.
        asked: Every address that it was asked for, as `host:port`.
    """

    url: str
    asked: list[str] = field(default_factory=list)


@contextmanager
def tunnel(host: str, port: int) -> Iterator[Tunnel]:
    """Run a proxy that leads to one server only, while the block lasts.

    Args:
        host: The vendor's host, for which connections lead to our server.
        port: Our server's port on 127.0.0.1.
    """
    with socket.create_server((HOST, 0)) as listener:
        opened = Tunnel(f"http://{HOST}:{listener.getsockname()[1]}")
        proxy = _Proxy(f"{host}:443", port, opened)
        thread = Thread(target=asyncio.run, args=[proxy.run(listener)])
        thread.start()
        try:
            yield opened
        finally:
            proxy.stop()
            thread.join()


class _Proxy:
    """One listener, and a pair of streams for each connection through it."""

    def __init__(self, target: str, port: int, opened: Tunnel) -> None:
        self._target = target
        self._port = port
        self._opened = opened
        self._running: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def run(self, listener: socket.socket) -> None:
        """Connect whoever asks until it is stopped; then drop every connection."""
        stopped = asyncio.Event()
        server = await asyncio.start_server(self._connect, sock=listener)
        self._running.set_result((asyncio.get_running_loop(), stopped))
        await stopped.wait()
        server.close()

    def stop(self) -> None:
        """Stop it, from another thread."""
        loop, stopped = self._running.result()
        loop.call_soon_threadsafe(stopped.set)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, target, _ = head.split(" ", 2)
        self._opened.asked.append(target)
        if (method, target) != ("CONNECT", self._target):
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
            writer.close()
            return
        there, back = await asyncio.open_connection(HOST, self._port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
