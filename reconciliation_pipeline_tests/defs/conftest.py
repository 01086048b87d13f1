"""A home of its own for every test, and Dagster's own records in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from reconciliation_pipeline_tests.defs.builders import settle


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home."""
    settle(tmp_path / "home", monkeypatch)
    return tmp_path / "home"


@pytest.fixture(scope="session")
def home_with_records(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with Dagster's tables in it, to be copied; making them takes a second."""
    home = tmp_path_factory.mktemp("template") / "home"
    with pytest.MonkeyPatch.context() as environment:
        settle(home, environment)
        dg.DagsterInstance.get().dispose()
    return home


@pytest.fixture
def instance(home: Path, home_with_records: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's records as dagster.yaml has them, below that home."""
    shutil.copytree(home_with_records, home)
    with dg.DagsterInstance.get() as opened:
        yield opened
