"""How is localstripe started and stopped, so that a test has one of its own?

localstripe is a Stripe server nobody here wrote (https://pypi.org/project/localstripe/). All of its API
runs as published, in its own process and its own virtual environment. Two habits are turned off: it
writes everything to `/tmp/localstripe.pickle` at every change, which all instances of a machine would
share and which takes ever longer the more it holds, and it listens on every network interface.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from reconciliation_pipeline_tests.peers.installed import python_of

KEY = "sk_test_peers"
"""localstripe accepts whatever starts with `sk_`."""

PATIENCE = 20.0
"""Seconds it may take to start, and to stop."""

_SERVE = """
import socket, sys
from aiohttp import web
from localstripe.resources import Store
from localstripe.server import app
Store.dump_to_disk = lambda store: None
web.run_app(app, sock=socket.socket(fileno=int(sys.argv[1])), print=None)
"""


class PeerMissing(Exception):
    """The peer does not start."""


@dataclass(frozen=True, slots=True)
class Localstripe:
    """One running server with an empty store of its own."""

    url: str
    process: subprocess.Popen[bytes]

    def client(self) -> httpx.Client:
        """Connect to it with a valid key."""
        headers = {"Authorization": f"Bearer {KEY}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)

    def stop(self) -> None:
        """End it and whatever it started; once is enough, twice does no harm."""
        if self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path) -> Iterator[Localstripe]:
    """Run a server with an empty store while the block lasts.

    Args:
        folder: Where its log and its temporary files go.

    Raises:
        PeerMissing: It does not answer.
    """
    server = _start(python_of("localstripe"), folder)
    try:
        _wait_until_healthy(server, folder / "localstripe.log")
        yield server
    finally:
        server.stop()


def _start(python: Path, folder: Path) -> Localstripe:
    # Bound here and handed down, so that no other program can take the port in between.
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "localstripe.log").open("wb") as log:
        process = subprocess.Popen(
            [python, "-c", _SERVE, str(listener.fileno())],
            pass_fds=[listener.fileno()],
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(folder)},
            stdout=log,
            stderr=log,
        )
        return Localstripe(f"http://127.0.0.1:{listener.getsockname()[1]}", process)


def _wait_until_healthy(server: Localstripe, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    with server.client() as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                if client.get("/v1/customers", timeout=2).is_success:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
    message = f"localstripe does not answer. Its log ends with: {log.read_text('utf-8')[-2000:]}"
    raise PeerMissing(message)
