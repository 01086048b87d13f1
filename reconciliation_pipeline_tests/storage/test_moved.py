"""What moved while a list was read? Counted in real files."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from reconciliation_pipeline.domain.records import Row
from reconciliation_pipeline.storage.moved import exchanged, newborn
from reconciliation_pipeline.storage.writer import SnapshotWriter
from reconciliation_pipeline_tests.storage.builders import NOW, a_row

BEFORE = NOW - timedelta(microseconds=1)


def written(folder: Path, name: str, *rows: Row) -> Path:
    with SnapshotWriter(folder, name, ()) as writer:
        writer.write(rows)
    return Path(folder, writer.path)


def test_a_record_is_newborn_from_the_very_moment_on_and_counts_once(tmp_path):
    old, ageless = replace(a_row("1"), created_at=BEFORE), replace(a_row("2"), created_at=None)
    path = written(tmp_path, "a[1].parquet", old, ageless, a_row("3"), a_row("3"))

    assert 1 == newborn(path, since=NOW)


def test_records_of_one_walk_alone_are_counted_on_either_side(tmp_path):
    first = written(tmp_path, "first[1].parquet", a_row("1"), a_row("2"), a_row("3"))
    second = written(tmp_path, "second[1].parquet", a_row("3"), a_row("4"))

    assert (1, 2) == exchanged(first, second)
