"""One fault server for all tests of a file."""

from collections.abc import Iterator

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
