"""Which records came while they were read, so that the total at the start lacks them?"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import cast

import pytest
import yaml

from reconciliation_pipeline.connectors.source import Abilities, Page, Source
from reconciliation_pipeline.domain.evidence import SecondLook
from reconciliation_pipeline.domain.records import Row, Side, Snapshot
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.watch import Progress
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import HOUR, MICROSECOND, MORNING, NOW, a_row
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import System

NOBODY = System([], url="http://127.0.0.1:9")
"""A system that is never asked: the settings name it, and a list stands for it."""

OLD = a_row("C-1", created_at=NOW - MICROSECOND)
YOUNG = a_row("C-2", created_at=NOW)
YOUNGER = a_row("C-3", created_at=NOW + HOUR)


@dataclass
class Listed:
    """A source whose walks are given, one after the other; the last one comes again and again.

    Attributes:
        walks: Of each walk the records, the totals on its two pages, and the clock at its beginning.
    """

    walks: list[tuple[list[Row], int | None, int | None, datetime | None]]

    def declares(self) -> Abilities:
        return Abilities("cursor", states_total=True, answers_for_the_past=False, reads_by_id=False, reads_by_key=False)

    def pull(self, _as_of: date | None = None) -> Iterator[Page]:
        rows, before, after, clock = self.walks.pop(0) if len(self.walks) > 1 else self.walks[0]
        yield Page(tuple(rows), 1, clock, before)
        yield Page((), 2, clock, after, ended_by="next absent")

    def close(self) -> None:
        """There is nothing to let go of."""


class Nobody:
    """Whom nobody tells how far it has come."""

    def moved(self, progress: Progress) -> None:
        """Take no note."""


def read(store: Store, *walks: tuple[list[Row], int | None, int | None, datetime | None]) -> Snapshot:
    """Read the CRM in these walks; billing holds what the first of them shows, and says nothing of totals."""
    sides = {"crm": rest(NOBODY), "billing": rest(NOBODY)}
    settings = yaml.safe_dump({"id": "pair", "timezone": "UTC", "sides": sides}).encode()
    work = Work(check(settings, Path("pair.yaml"), {}), store, {}, clock=lambda: NOW)
    sources = {Side.CRM: Listed([*walks]), Side.BILLING: Listed([(walks[0][0], None, None, NOW)])}

    @contextmanager
    def connect(_work: Work, _morning: date) -> Iterator[dict[Side, Source]]:
        yield cast("dict[Side, Source]", sources)

    return gather(work, MORNING, run_id="run-1", watch=Nobody(), connect=connect).attempt.snapshots[Side.CRM]


@pytest.mark.parametrize("clock", [NOW, None])
def test_records_created_from_the_beginning_of_the_walk_on_are_newborn_by_the_sources_clock_or_ours(store, clock):
    assert 2 == read(store, ([OLD, YOUNG, YOUNGER], 1, 3, clock)).receipt.newborn


def test_the_clock_is_that_of_the_first_page(store):
    assert 1 == read(store, ([OLD, YOUNG, YOUNGER], 2, 3, NOW + HOUR)).receipt.newborn


def test_where_no_total_is_stated_none_is_counted(store):
    assert 0 == read(store, ([OLD, YOUNG], None, None, NOW)).receipt.newborn


def test_a_record_that_comes_during_the_second_walk_hides_none_that_both_walks_lack(store):
    first, second = ([OLD], 2, 2, NOW), ([OLD, YOUNGER], 2, 3, NOW + HOUR)

    snapshot = read(store, first, second)

    assert snapshot.evidence
    assert SecondLook(2, off=1, came=1) == snapshot.evidence.second_look
    assert "total_mismatch" in {reason.code for reason in snapshot.certificate.reasons}


def test_one_that_comes_between_the_walks_explains_what_the_first_one_lacked(store):
    first, second = ([OLD], 2, 2, NOW), ([OLD, YOUNG], 2, 2, NOW + HOUR)

    snapshot = read(store, first, second)

    assert snapshot.evidence
    assert SecondLook(2, came=1) == snapshot.evidence.second_look
    assert "total_mismatch" not in {reason.code for reason in snapshot.certificate.reasons}
