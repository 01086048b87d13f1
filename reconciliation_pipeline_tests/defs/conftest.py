"""A home of its own for every test, and Dagster's own records in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from reconciliation_pipeline_tests.defs.builders import PROJECT


def settle(home: Path, environment: pytest.MonkeyPatch) -> None:
    """Make a folder the home, on the morning of 22 November at 04:00 in Berlin."""
    for name in ("RECON_CONFIG", "RECON_POSTGRES_URL", "HOOK"):
        environment.delenv(name, raising=False)
    environment.setenv("RECON_HOME", str(home))
    environment.setenv("RECON_NOW", "2026-11-22T04:00:00+01:00")
    environment.setenv("DAGSTER_HOME", str(PROJECT))


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
