"""How is an app of the demo served to somebody else's client? On a free port, in a thread, with or without TLS."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import uvicorn
from starlette.types import ASGIApp

HOST = "127.0.0.1"


@contextmanager
def listening(app: ASGIApp, *, certificate: Path | None = None, key: Path | None = None) -> Iterator[int]:
    """Serve an app while the block lasts; yields its port on 127.0.0.1.

    Args:
        app: What is served.
        certificate: What it shows to whoever connects, as a PEM file; None serves plain HTTP.
        key: The key of the certificate, as a PEM file.
    """
    # Its own Date would come first, and ours is the clock of the demo's world.
    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_level="warning",
        date_header=False,
        ssl_certfile=certificate,
        ssl_keyfile=key,
    )
    server = uvicorn.Server(config)
    with socket.create_server((HOST, 0)) as listener:
        thread = Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
