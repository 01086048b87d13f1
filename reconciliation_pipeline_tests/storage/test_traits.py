"""What a few records of a snapshot share, counted in real files."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from reconciliation_pipeline.domain.records import Row
from reconciliation_pipeline.storage.traits import MANY, Held, held_in_common
from reconciliation_pipeline.storage.writer import SnapshotWriter
from reconciliation_pipeline_tests.storage.builders import a_row, utc

NOON = utc("2026-11-21 12:34:56")


def written(folder: Path, *rows: Row) -> Path:
    with SnapshotWriter(folder, "a[1].parquet", ("plan", "its name")) as writer:
        writer.write(rows)
    return Path(folder, writer.path)


def customers(count: int, plan: str, *, first: int = 0, created: datetime | None = NOON) -> list[Row]:
    rows = ((number, a_row(str(number))) for number in range(first, first + count))
    values = {"plan": plan}
    return [replace(row, created_at=created, values={**values, "its name": f"Ada {number}"}) for number, row in rows]


def found(path: Path, ids: set[str]) -> dict[str, Held]:
    return {held.name: held for held in held_in_common(path, ids)}


def test_the_value_that_most_of_them_hold_is_given_with_how_many_others_hold_it(tmp_path):
    path = written(tmp_path, *customers(20, "starter"), *customers(80, "team", first=20))

    assert Held("plan", "starter", 3, 20, 100) == found(path, {"1", "2", "3", "30"})["plan"]


def test_a_value_that_few_hold_stays_in_the_file(tmp_path):
    path = written(tmp_path, *customers(MANY - 1, "secret"), *customers(20, "team", first=20))

    held = found(path, {"1", "2", "3"})

    assert {"status", "created", "created_hour"} == held.keys()


def test_the_hour_of_creation_is_that_of_the_day_and_that_of_every_day_in_utc(tmp_path):
    path = written(
        tmp_path,
        *customers(3, "team"),
        *customers(4, "team", first=3, created=NOON - timedelta(days=1)),
        *customers(5, "team", first=10, created=NOON - timedelta(hours=5)),
    )

    held = found(path, {"0", "1", "2", "3"})

    assert Held("created", datetime(2026, 11, 21, 12), 3, 3, 12) == held["created"]  # noqa: DTZ001 - an hour of UTC
    assert Held("created_hour", 12, 4, 7, 12) == held["created_hour"]


def test_records_without_a_time_or_a_plan_share_none(tmp_path):
    rows = [replace(one, values={}) for one in customers(20, "", created=None)]

    assert {"status"} == found(written(tmp_path, *rows), {"1", "2"}).keys()
