"""Snapshots are written once, whole or not at all, and found again only when nothing has touched them."""

import json
import resource
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.domain.records import Row, Side, Snapshot, State
from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.counting import RowCounts, counts
from reconciliation_pipeline.storage.errors import ArchiveDamaged, StorageUnavailable
from reconciliation_pipeline.storage.writer import BATCH, CHUNK, SnapshotWriter
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW, a_row, a_snapshot

PATH = "pair/2026-11-22/001/crm.parquet"


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "snapshots")


def a_writer(archive: Archive, fields: Sequence[str] = (), *, side: Side = Side.CRM) -> SnapshotWriter:
    return archive.writer("pair", MORNING, 1, side, fields)


def written(archive: Archive, rows: Iterable[Row], fields: Sequence[str] = ()) -> Snapshot:
    with a_writer(archive, fields) as writer:
        writer.write(rows)
    return a_snapshot(path=writer.path, sha256=writer.sha256)


def files(archive: Archive) -> list[str]:
    return sorted(str(path.relative_to(archive.root)) for path in archive.root.rglob("*") if path.is_file())


def test_a_snapshot_has_its_place_its_hash_and_its_count(archive):
    with a_writer(archive) as writer:
        writer.write([a_row("1"), a_row("2")])
        writer.write([a_row("3")])

    assert (PATH, 3, 64) == (writer.path, writer.rows, len(writer.sha256 or ""))
    assert [PATH] == files(archive)


def test_columns_are_text_and_moments_in_utc_and_one_for_each_value(archive):
    path = archive.resolve(written(archive, [], fields=["plan", "mrr", "mrr_currency"]))

    text, moment = pa.string(), pa.timestamp("us", tz="UTC")
    assert {
        "source_id": text,
        "key": text,
        "status": text,
        "state": text,
        "created_at": moment,
        "updated_at": moment,
        "field_plan": text,
        "field_mrr": text,
        "field_mrr_currency": text,
    } == {one.name: one.type for one in pq.read_schema(path)}


def test_rows_come_back_as_they_were(archive):
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    early = datetime(2026, 11, 22, 0, 0, 0, 1, tzinfo=kathmandu)
    row = replace(a_row("007", None, State.CANCELLED, plan="pro \u2028 ü", mrr=None), status=None, created_at=early)
    path = archive.resolve(written(archive, [replace(row, updated_at=None)], fields=["plan", "mrr"]))

    assert [
        {
            "source_id": "007",
            "key": None,
            "status": None,
            "state": "cancelled",
            "created_at": early,
            "updated_at": None,
            "field_plan": "pro \u2028 ü",
            "field_mrr": None,
        }
    ] == pq.read_table(path).to_pylist()


@pytest.mark.parametrize(("rows", "groups"), [(BATCH - 1, 1), (BATCH, 1), (BATCH + 1, 2)])
def test_rows_are_written_in_batches_and_none_is_lost_between_them(archive, rows, groups):
    path = archive.resolve(written(archive, (a_row(str(number)) for number in range(rows))))
    found = pq.ParquetFile(path)

    assert rows == found.metadata.num_rows
    assert groups == sum(found.metadata.row_group(group).num_rows > 0 for group in range(found.num_row_groups))
    assert rows == counts(path).distinct_source_ids


@pytest.mark.parametrize("rows", [CHUNK - 1, CHUNK, CHUNK + 1])
def test_rows_keep_their_order_from_one_chunk_to_the_next(archive, rows):
    written_rows = (a_row(str(number), plan=f"plan {number}") for number in range(rows))
    table = pq.read_table(archive.resolve(written(archive, written_rows, fields=["plan"])))

    assert [str(number) for number in range(rows)] == table["source_id"].to_pylist()
    assert [f"plan {number}" for number in range(rows)] == table["field_plan"].to_pylist()


def test_a_batch_is_made_of_whole_chunks():
    assert 0 == BATCH % CHUNK


def test_a_disk_that_fills_up_while_rows_still_come_is_told(archive):
    rows = (a_row(f"{number:x}", f"C{number * 7919:x}") for number in range(3 * BATCH))

    with pytest.raises(StorageUnavailable, match="File too large"), a_writer(archive) as writer, a_disk_of(4096):
        writer.write(rows)

    assert 2 * BATCH == writer.rows
    assert [] == files(archive)


def test_a_value_without_a_column_is_refused_rather_than_lost(archive):
    with pytest.raises(ValueError, match=r"crm\.parquet has no column for mrr; the fields are plan"):
        written(archive, [a_row(plan="pro", mrr="49.00")], fields=["plan"])

    assert [] == files(archive)


def test_a_walk_that_breaks_off_leaves_nothing(archive):
    def pages() -> Iterator[Row]:
        yield a_row("1")
        raise ConnectionError

    with pytest.raises(ConnectionError):
        written(archive, pages())

    assert [] == files(archive)


def test_a_snapshot_is_never_overwritten(archive):
    before = archive.resolve(written(archive, [a_row("1")])).read_bytes()

    with pytest.raises(FileExistsError, match="was written before and is never overwritten"):
        written(archive, [a_row("2")])

    assert before == (archive.root / PATH).read_bytes()
    assert [PATH] == files(archive)


def test_of_two_writers_at_once_only_one_is_kept(archive):
    with pytest.raises(FileExistsError), a_writer(archive):
        written(archive, [a_row("1")])

    assert [PATH] == files(archive)
    assert 1 == counts(archive.root / PATH).rows


def test_both_sides_of_an_attempt_are_written_at_the_same_time(archive):
    with a_writer(archive, side=Side.CRM) as crm, a_writer(archive, side=Side.BILLING) as billing:
        crm.write([a_row("1")])
        billing.write([a_row("2")])

    assert ["pair/2026-11-22/001/billing.parquet", PATH] == files(archive)


def test_files_are_read_only(archive):
    snapshot = written(archive, [])
    archive.seal(snapshot, fields=[])

    assert {0o444} == {path.stat().st_mode & 0o777 for path in archive.root.rglob("*.*")}


def test_the_seal_reads_well_and_says_everything(archive):
    snapshot = written(archive, [a_row(plan="pro")], fields=["plan"])
    archive.seal(snapshot, fields=["plan"])
    text = (archive.root / PATH).with_suffix(".json").read_text()
    content = json.loads(text)

    assert ["plan"] == content["fields"]
    assert snapshot.sha256 == content["snapshot"]["sha256"]
    assert "complete" == content["snapshot"]["certificate"]["grade"]
    assert NOW.isoformat() == content["snapshot"]["receipt"]["started_at"]
    assert text == json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_a_seal_is_never_overwritten(archive):
    snapshot = written(archive, [])
    archive.seal(snapshot, fields=[])

    with pytest.raises(FileExistsError):
        archive.seal(snapshot, fields=["other"])


def test_a_changed_byte_is_noticed(archive):
    snapshot = written(archive, [a_row()])
    path = archive.root / snapshot.path
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(ArchiveDamaged, match="is not what was written"):
        archive.resolve(snapshot)


def test_a_lost_file_is_noticed(archive):
    snapshot = written(archive, [])
    (archive.root / snapshot.path).unlink()

    with pytest.raises(ArchiveDamaged, match="is not in the archive any more") as damaged:
        archive.resolve(snapshot)
    assert "backup" in damaged.value.remedy


def test_a_pull_that_broke_off_has_nothing_to_read(archive):
    with pytest.raises(ArchiveDamaged, match="The snapshot of CRM was never finished"):
        archive.resolve(a_snapshot(path="", sha256=None))


def test_nothing_outside_the_archive_is_read(archive, tmp_path):
    (tmp_path / "elsewhere").touch()

    with pytest.raises(ArchiveDamaged, match="is not in the archive"):
        archive.resolve(a_snapshot(path="../elsewhere"))


def test_every_row_is_counted_by_what_matters(archive):
    rows = [
        a_row("1", "C1"),
        a_row("2", "C2", State.CANCELLED),
        a_row("3", "C2"),
        a_row("4", "C4"),
        a_row("4", "C4"),
        a_row("5", None),
        a_row("6", ""),
        a_row("7", "c1"),
    ]
    path = archive.resolve(written(archive, rows))

    expected = RowCounts(
        rows=8,
        active=7,
        distinct_source_ids=7,
        no_key=2,
        duplicate_key_rows=4,
        statuses={"active": 7, "cancelled": 1},
    )
    assert expected == counts(path)
    assert replace(expected, duplicate_key_rows=0) == counts(path, fold=True)


def test_rows_that_become_one_are_counted_where_their_amounts_cannot_be_added(archive):
    eur, usd = {"mrr": "1", "mrr_currency": "EUR"}, {"mrr": "1", "mrr_currency": "USD"}
    rows = [
        a_row("1", "both run", State.ACTIVE, **eur),
        a_row("2", "both run", State.ACTIVE, **usd),
        a_row("3", "one runs", State.ACTIVE, **eur),
        a_row("4", "one runs", State.CANCELLED, **usd),
        a_row("5", "none runs", State.CANCELLED, **eur),
        a_row("6", "none runs", State.CANCELLED, **usd),
        a_row("7", "no amount", mrr_currency="EUR"),
        a_row("8", "no amount", State.ACTIVE, **usd),
        a_row("9", "the same", State.ACTIVE, **eur),
        a_row("10", "the same", State.ACTIVE, **eur),
    ]
    path = archive.resolve(written(archive, rows, fields=["mrr", "mrr_currency"]))

    assert 4 == counts(path, fold=True, money=["mrr"]).duplicate_key_rows
    assert 10 == counts(path, money=["mrr"]).duplicate_key_rows


def test_an_empty_snapshot_counts_nothing(archive):
    assert RowCounts(0, 0, 0, 0, 0) == counts(archive.resolve(written(archive, [])))


def test_a_folder_with_wildcards_in_its_name_is_only_that_folder(tmp_path):
    archive = Archive(tmp_path / "home [1] *? ü")
    Archive(tmp_path / "home 1 xx ü").root.mkdir()

    assert 1 == counts(archive.resolve(written(archive, [a_row()]))).rows


@contextmanager
def a_disk_of(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 100, 4096, 100_000])
def test_a_full_disk_is_told_and_leaves_nothing(archive, size):
    rows = [a_row(f"{number:x}", f"C{number * 7919:x}") for number in range(BATCH + 1)]

    with pytest.raises(StorageUnavailable, match=r"crm\.parquet cannot be written: File too large"), a_disk_of(size):
        written(archive, rows)

    assert [] == files(archive)
    assert 1 == counts(archive.resolve(written(archive, [a_row()]))).rows


def test_a_root_that_cannot_be_a_folder_is_told(tmp_path):
    (tmp_path / "snapshots").touch()

    with pytest.raises(StorageUnavailable, match="cannot be written: Not a directory"):
        written(Archive(tmp_path / "snapshots"), [])


KILLED = """
import sys
from datetime import date
from pathlib import Path
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.storage.archive import Archive

with Archive(Path(sys.argv[1])).writer("pair", date(2026, 11, 22), 1, Side.CRM, []) as writer:
    writer.write(Row(str(number), None, None, State.ACTIVE, None, None) for number in range(100_000))
    print("in the middle", flush=True)
    sys.stdin.read()
"""


def test_a_writer_that_is_killed_leaves_nothing_in_the_way_of_the_next(archive):
    command = [sys.executable, "-c", KILLED, str(archive.root)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert b"in the middle\n" == writer.stdout.readline()
        writer.send_signal(signal.SIGKILL)

    (leftover,) = files(archive)
    assert leftover.endswith(".tmp")
    assert 1 == counts(archive.resolve(written(archive, [a_row()]))).rows
    assert [PATH] == files(archive)
