"""Counting a snapshot takes little memory, and more only where little is not enough."""

import os
from pathlib import Path

import duckdb
import pytest

from reconciliation_pipeline.storage.asking import FRUGAL_THREADS, asking_frugally
from reconciliation_pipeline.storage.counting import counts
from reconciliation_pipeline.storage.writer import SnapshotWriter
from reconciliation_pipeline_tests.storage.builders import a_row

TOO_LITTLE = "1MB"
RECORDS = 40_000


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("counting")
    with SnapshotWriter(folder, "a.parquet", ()) as writer:
        writer.write(a_row(str(number), f"K{number // 2}") for number in range(RECORDS))
    return folder / writer.path


def test_what_cannot_be_counted_in_little_memory_is_counted_in_more(snapshot):
    with (
        asking_frugally(TOO_LITTLE) as connection,
        pytest.raises(duckdb.OutOfMemoryException),
    ):
        connection.execute(f"SELECT count(DISTINCT source_id) FROM read_parquet('{snapshot}')").fetchall()

    counted = counts(snapshot, memory=TOO_LITTLE)

    assert (RECORDS, RECORDS) == (counted.distinct_source_ids, counted.duplicate_key_rows)
    assert counts(snapshot) == counted


def test_who_asks_frugally_has_little_memory_and_few_threads_and_leaves_nothing_aside():
    with asking_frugally() as connection:
        ((memory, threads, folder),) = connection.execute(
            "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
        ).fetchall()
        assert Path(folder).is_dir()

    assert ("61.0 MiB", True) == (memory, 1 <= threads <= FRUGAL_THREADS)
    assert [] == list(Path(folder).glob(f"duckdb_temp_{os.getpid()}_*"))
