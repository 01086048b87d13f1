"""Who is in one snapshot and not in another? Asked of real files."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.storage.absent import (
    Absent,
    known_keys,
    older_and_new,
    present,
    some,
    unknown,
    vanished,
)
from reconciliation_pipeline.storage.counting import counts
from reconciliation_pipeline.storage.writer import SnapshotWriter
from reconciliation_pipeline_tests.storage.builders import NOW, a_row

LATER = NOW + timedelta(seconds=1)


@pytest.fixture
def file(tmp_path):
    """Write rows as a snapshot; its name has brackets in it, which must not be read as a pattern."""

    def written(rows: Sequence[Row], name: str = "here[1].parquet", fields: Sequence[str] = ()) -> Path:
        with SnapshotWriter(tmp_path, name, fields) as writer:
            writer.write(rows)
        return Path(tmp_path, writer.path)

    return written


def rows(*numbers: int, state: State = State.ACTIVE) -> list[Row]:
    return [a_row(str(number), f"C{number}", state) for number in numbers]


def test_a_record_of_the_last_morning_that_is_not_here_has_vanished_whatever_its_state(file):
    here, there = file(rows(1)), file([*rows(1, 2), *rows(3, state=State.ARCHIVED)], "there.parquet")

    found = vanished(here, there, most=50)

    assert (2, {"2", "3"}) == (found.count, set(found.names))


def test_where_everybody_is_there_nobody_is_absent(file):
    both = file(rows(1, 2))

    assert Absent(0, ()) == vanished(both, both, most=50) == unknown(both, both, most=50)


def test_only_so_many_are_named_and_all_are_counted(file):
    here, there = file(rows(0)), file(rows(*range(200)), "there.parquet")

    found = vanished(here, there, most=50)

    assert (199, 50, 50) == (found.count, len(found.names), len(set(found.names)))
    assert found == vanished(here, there, most=50)


def test_a_key_is_unknown_when_no_record_here_has_it_in_any_state(file):
    here = file([*rows(1), *rows(2, state=State.CANCELLED), a_row("9", None)])
    there = file([*rows(1, 2, 3), *rows(4, state=State.CANCELLED), a_row("8", None), a_row("7", "")], "there.parquet")

    assert Absent(1, ("C3",)) == unknown(here, there, most=50)


def test_the_overlap_counts_different_active_keys(file):
    small = file([*rows(1, 2, 3), a_row("1b", "C1"), *rows(4, state=State.CANCELLED), a_row("5", None)])
    large = file([*rows(1), *rows(2, state=State.CANCELLED), *rows(7, 8)], "large.parquet")

    assert (2, 3) == known_keys(small, large)


def test_a_few_active_records_are_named_for_a_check_of_the_questions_themselves(file):
    here = file([*rows(1, 2, 3), *rows(4, state=State.CANCELLED), a_row("5", None)])

    assert 2 == len(set(some(here, "source_id", most=2)))
    assert {"C1", "C2", "C3"} == set(some(here, "key", most=9))


def test_a_key_that_several_records_share_is_named_once(file):
    here = file([a_row("1", "C1"), a_row("2", "C1"), a_row("3", "C2")])

    assert ["C1", "C2"] == sorted(some(here, "key", most=9))


def test_which_of_some_ids_are_here(file):
    here = file(rows(1, 2))

    assert {"2"} == present(here, ["2", "3"])
    assert set() == present(here, [])


def test_what_a_second_walk_met_and_the_first_did_not_counts_unless_it_is_younger(file):
    first = file(rows(1))
    old, ageless = a_row("2"), replace(a_row("3"), created_at=None, updated_at=None)
    young, touched = replace(a_row("4"), created_at=LATER), replace(a_row("5"), updated_at=LATER)
    second = file([*rows(1), old, ageless, young, touched], "second.parquet")

    assert ("2", "3") == older_and_new(first, second, before=LATER, most=50)


def test_statuses_and_empty_fields_are_counted_with_the_rest(file):
    plans = [a_row("1", plan="S"), a_row("2", plan=None), a_row("3", state=State.CANCELLED, plan=None)]

    found = counts(file([*plans, replace(a_row("4"), status=None)], fields=["plan"]), fields=["plan"])

    assert {"active": 2, "cancelled": 1, "": 1} == found.statuses
    assert {"plan": 2} == found.nulls
