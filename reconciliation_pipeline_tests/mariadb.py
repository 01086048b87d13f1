"""A real MariaDB server for tests, where this machine has the program: started when first asked for, gone afterwards.

`apt-get install mariadb-server` brings it; RECON_TEST_MARIADB_BIN names another folder. Without it the tests are
skipped, and say so.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pymysql

_NUMBERS = count(1)
_PATIENCE = 60
"""Seconds until a server that does not answer is given up."""


@dataclass(frozen=True)
class MariaDb:
    """A running server; anybody on this machine may use it without a password."""

    port: int

    def url(self, database: str) -> str:
        return f"mariadb://root@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make a database that exists as long as the block, and give its name."""
        name = f"test_{next(_NUMBERS)}"
        self.order(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        try:
            yield name
        finally:
            self.order(f"DROP DATABASE {name}")

    def order(self, *statements: str) -> tuple[tuple[object, ...], ...]:
        """Run statements, and give what the last of them answers."""
        with (
            pymysql.connect(host="127.0.0.1", port=self.port, user="root", autocommit=True) as connection,
            connection.cursor() as cursor,
        ):
            for statement in statements:
                cursor.execute(statement)
            return tuple(cursor.fetchall())


def program(name: str) -> str | None:
    """Find one of MariaDB's own programs; None where this machine has none."""
    folder = os.environ.get("RECON_TEST_MARIADB_BIN")
    return shutil.which(name, path=folder or f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def server() -> Iterator[MariaDb]:
    """Start a server with an empty data folder; about three seconds."""
    install, serve = program("mariadb-install-db"), program("mariadbd")
    assert install
    assert serve
    with tempfile.TemporaryDirectory(prefix="recon-mariadb-") as folder:
        home = Path(folder)
        who = ["--user=root"] if os.geteuid() == 0 else []
        data = f"--datadir={home / 'data'}"
        subprocess.run(
            [install, "--no-defaults", *who, data, "--auth-root-authentication-method=normal", "--skip-test-db"],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        port = _free_port()
        options = [f"--socket={home / 'socket'}", f"--port={port}", "--bind-address=127.0.0.1"]
        quick = ["--innodb-flush-log-at-trx-commit=0", "--skip-log-bin", "--innodb-buffer-pool-size=64M"]
        with (home / "log").open("w") as log, _running([serve, "--no-defaults", *who, data, *options, *quick], log):
            running = MariaDb(port)
            _wait_for(running)
            yield running


@contextmanager
def _running(command: list[str], log: object) -> Iterator[None]:
    started = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)  # type: ignore[call-overload]
    try:
        yield
    finally:
        started.kill()
        started.wait()


def _wait_for(running: MariaDb) -> None:
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            running.order("SELECT 1")
        except pymysql.err.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
