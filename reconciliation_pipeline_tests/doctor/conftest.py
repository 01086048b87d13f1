"""An empty store of its own for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.doctor.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path, sqlite_with_tables: Path) -> Iterator[Clinic]:
    shutil.copy(sqlite_with_tables, tmp_path)
    with Store.open(tmp_path, None) as store:
        yield Clinic(store)
