"""One fault server for all tests of a file, and empty databases of every kind."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation_pipeline_tests import mariadb
from reconciliation_pipeline_tests.connectors.fault_server import FaultServer, running_server


@pytest.fixture(scope="module")
def one_server() -> Iterator[FaultServer]:
    with running_server() as server:
        yield server


@pytest.fixture
def server(one_server: FaultServer) -> FaultServer:
    one_server.requests = []
    return one_server


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    file = tmp_path / "a company's 50% #1.db"
    sqlite3.connect(file).close()
    return f"sqlite:///{file}"


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[mariadb.MariaDb]:
    """One server per process of the test run, started when a test first needs it."""
    if mariadb.program("mariadbd") is None:
        pytest.skip("this machine has no MariaDB: apt-get install mariadb-server, or name RECON_TEST_MARIADB_BIN")
    with mariadb.server() as running:
        yield running


@pytest.fixture
def mariadb_url(mariadb_server: mariadb.MariaDb) -> Iterator[str]:
    """The address of a fresh, empty database."""
    with mariadb_server.database() as name:
        yield mariadb_server.url(name)


@pytest.fixture(params=["sqlite", "postgres", pytest.param("mariadb", marks=pytest.mark.peers)])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=["postgres", pytest.param("mariadb", marks=pytest.mark.peers)])
def server_url(request: pytest.FixtureRequest) -> str:
    """A database that others can write to meanwhile."""
    return str(request.getfixturevalue(f"{request.param}_url"))
