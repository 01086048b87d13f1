"""One fault server for all tests of a file, and empty databases of both kinds."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))
