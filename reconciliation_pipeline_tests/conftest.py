"""What every test may ask for: both databases for real, and a store on each."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import settings

from reconciliation_pipeline.storage.database import open_database
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.postgres import Server, server

# How long one example takes says more about the machine than about the code.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

LONG = ("story", "other_data", "stopped", "backups", "secrets/test_short.py", "test_benchmarks.py")
"""Whose tests play whole mornings through the command, a few seconds each; `make story` runs them."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the long ones before anything is left out by a mark."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(LONG):
            item.add_marker(pytest.mark.long)


@dataclass(frozen=True)
class Database:
    """Where a store of its own can be opened, as often as a test likes.

    Attributes:
        home: An empty folder of the test's own.
        postgres_url: A database of the test's own; None for SQLite in the folder.
    """

    home: Path
    postgres_url: str | None

    def open(self) -> Store:
        return Store.open(self.home, self.postgres_url)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server per process of the test run, started when a test first needs it."""
    with server() as running:
        yield running


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    with postgres_server.database() as name:
        yield postgres_server.url(name)


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a database that has our tables, to be copied; nobody is connected to it."""
    with postgres_server.database() as name:
        open_database(tmp_path_factory.mktemp("template"), postgres_server.url(name)).dispose()
        yield name


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file that has our tables, to be copied; nobody has it open."""
    home = tmp_path_factory.mktemp("template")
    open_database(home, None).dispose()
    return home / "ledger.sqlite"


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Each of the two databases in turn, with our tables and nothing in them."""
    home = tmp_path / "home"
    home.mkdir()
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_with_tables"), home)
        yield Database(home, None)
        return
    running: Server = request.getfixturevalue("postgres_server")
    with running.database(template=request.getfixturevalue("postgres_with_tables")) as name:
        yield Database(home, running.url(name))


@pytest.fixture
def store(database: Database) -> Iterator[Store]:
    """An open store on each of the two databases in turn."""
    with database.open() as opened:
        yield opened
