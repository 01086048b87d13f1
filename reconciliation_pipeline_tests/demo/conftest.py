"""A served demo world: one process for all tests of a module, the story's morning for each test."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline.demo.state import State, save

TODAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def plain_client(url: str, token: str = "") -> httpx.Client:
    # Nothing here is encrypted, and reading the certificates of the world takes longer than a test.
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, verify=False)


def health(url: str) -> httpx.Response:
    with plain_client(url) as client:
        return client.get("/healthz", headers={"Authorization": ""})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    control.serve(home, now=TODAY, crm_port=free_port(), billing_port=free_port())
    yield home
    control.stop(home)


@pytest.fixture
def demo(home: Path) -> Iterator[State]:
    before = control.status(home)
    assert before is not None
    yield before
    save(home, before)


@pytest.fixture
def crm(demo: State) -> Iterator[httpx.Client]:
    with plain_client(demo.crm_url, demo.crm_token) as client:
        yield client


@pytest.fixture
def billing(demo: State) -> Iterator[httpx.Client]:
    with plain_client(demo.billing_url, demo.stripe_key) as client:
        yield client
