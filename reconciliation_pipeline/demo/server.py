"""How does one process serve both sides?

Two listening sockets, one event loop, and a lock on a file that says, for as long as the process
lives, that it is the one. Starting and stopping it from outside belongs in `control.py`.
"""

import fcntl
import os
import socket
import time
from io import FileIO
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciliation_pipeline.demo import billing, crm
from reconciliation_pipeline.demo.scene import Stage
from reconciliation_pipeline.demo.state import DemoError, folder, request_log
from reconciliation_pipeline.demo.web import Witness

HOST = "127.0.0.1"
PATIENCE = 2.0
"""Seconds to wait for the lock: looking whether it is free takes it for a moment."""


def run(home: Path, *, background: bool = False) -> None:
    """Serve the demo world of a home until the process is told to end.

    Args:
        home: Where the state lies.
        background: Return as soon as both ports are taken, and go on serving in a process of its own.

    Raises:
        DemoError: There is no world, it is served already, or a port is taken.
    """
    stage = Stage(home)
    state = stage().state
    lock = _lock(home)
    sockets = [_listen(state.crm_port), _listen(state.billing_port)]
    if background and not _detach(folder(home) / "server.log"):
        return
    lock.truncate(0)
    lock.write(str(os.getpid()).encode())
    log = request_log(home)
    apps: dict[int, ASGIApp] = {
        state.crm_port: Witness(crm.app(stage), "crm", stage, log),
        state.billing_port: Witness(billing.app(stage), "billing", stage, log, billing.headers),
    }
    _serve(apps, sockets)


def pid_of(home: Path) -> int | None:
    """Find the process that serves a home; None when nothing does.

    The lock is released by the system when its holder ends, however it ends, so that a number
    left over in the file is never mistaken for a living server.
    """
    path = _lock_file(home)
    if not path.exists():
        return None
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            text = file.read()
            return int(text) if text else None
    return None


def _lock_file(home: Path) -> Path:
    return folder(home) / "server.lock"


def _lock(home: Path) -> FileIO:
    file = FileIO(_lock_file(home), "a")
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                file.close()
                text = f"The demo world in {home} is served by another process already."
                raise DemoError(text, remedy="Use that one, or end it: recon demo --stop") from None
            time.sleep(0.02)
        else:
            return file


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        # Listening from here on: whoever connects before the loop runs waits instead of being refused.
        listener.listen(128)
    except OSError as error:
        listener.close()
        text = f"The demo cannot listen on port {port} of {HOST}: {error.strerror}."
        remedy = "Another program has it: end that one (another demo: recon demo --stop in its folder)."
        raise DemoError(text, remedy=remedy) from error
    return listener


def _detach(log: Path) -> bool:
    """Split off a process without a terminal; True in that process, False in the one that stays."""
    if os.fork():
        return False
    os.setsid()
    with log.open("ab") as out, Path(os.devnull).open("rb") as nothing:
        for number, file in enumerate((nothing, out, out)):
            os.dup2(file.fileno(), number)
    return True


def _serve(apps: dict[int, ASGIApp], sockets: list[socket.socket]) -> None:
    async def by_port(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    config = uvicorn.Config(
        by_port,
        lifespan="off",
        access_log=False,
        log_level="warning",
        date_header=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=sockets)
