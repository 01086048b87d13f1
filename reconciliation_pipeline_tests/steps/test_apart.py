"""What does a morning say that could not look at a difference? A second record with the same number repairs nothing."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciliation_pipeline.domain.attempts import AcceptedCount, Standing
from reconciliation_pipeline.domain.decisions import Action
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Closing, ItemState, Life
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Kind, Outcome, Side
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spikes import Series
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.compare import compare_morning
from reconciliation_pipeline.steps.decide import Wish, decide
from reconciliation_pipeline.steps.describe import describe, lives_until
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.record import record_morning
from reconciliation_pipeline.steps.spikes import judge_morning
from reconciliation_pipeline.steps.tell import tell_morning
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.faults.run import Nobody
from reconciliation_pipeline_tests.steps.told import a_work
from reconciliation_pipeline_tests.storage.builders import BOTH, MORNING, NOW, an_observation

DAY = timedelta(days=1)
FIRST = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MANY = 220
WORDS = {"pro": "pro", "basic": "basic"}


def customers(**changed: str) -> list[dict[str, str]]:
    """Customers on whom both sides agree, but for number 7."""
    same = {"status": "active", "plan": "pro", "updated": "2026-01-01T00:00:00Z"}
    rows = [{"id": f"x{n}", "number": f"{n:05d}", **same} for n in range(MANY)]
    rows[7].update(changed)
    return rows


class Files:
    """A pair of files that are compared morning by morning."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.day = -1
        for side in Side:
            store.confirmed_counts.keep(AcceptedCount("pair", side, FIRST.date(), MANY, "Ana", "seen", FIRST))

    def work(self) -> Work:
        def side(name: str) -> dict[str, Any]:
            return {
                "connector": "file",
                "path": str(self.folder / f"{name}.csv"),
                "source_id": "id",
                "key": "number",
                "status": {"field": "status", "active": ["active"]},
                "updated_at": {"field": "updated"},
                "fields": {"plan": "plan"},
            }

        whole = {
            "id": "pair",
            "timezone": "UTC",
            "schedule": {"cron": "0 2 * * *"},
            "owners": {"default": "finance-ops"},
            "compare": [{"field": "plan", "words": {"crm": WORDS, "billing": WORDS}}],
            "sides": {name: side(name) for name in ("crm", "billing")},
        }
        now = FIRST + self.day * DAY
        return Work(check(yaml.safe_dump(whole).encode(), Path("pair.yaml"), {}), self.store, {}, clock=lambda: now)

    def morning(self, crm: list[dict[str, str]]) -> tuple[MorningResult, Life, list[str]]:
        """Play the next morning: what it came to, the one difference, the titles of its messages."""
        self.day += 1
        for name, rows in (("crm", crm), ("billing", customers())):
            with (self.folder / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
        work, today = self.work(), (FIRST + self.day * DAY).date()
        gather(work, today, run_id=f"run-{self.day}", watch=Nobody())
        compare_morning(work, today)
        attempt, _ = record_morning(work, today)
        tell_morning(work, today)
        (life,) = lives_until(work, None)
        said = [one.message.title for one in self.store.outbox.all() if one.message.morning == today]
        return describe(work, attempt), life, said


@pytest.fixture
def files(tmp_path):
    with Store.open(tmp_path / "home", None) as store:
        yield Files(store, tmp_path)


BASIC = customers(plan="basic")
DOUBLED = [*BASIC, {**BASIC[7], "id": "dup"}]


@pytest.mark.parametrize("troubled", [DOUBLED, customers(plan="gold")], ids=["a shared number", "an unknown word"])
def test_what_is_set_apart_is_not_repaired(files, troubled):
    files.morning(BASIC)
    result, life, said = files.morning(troubled)

    assert (Outcome.DRIFT, 1, 0, 0) == (
        result.outcome,
        result.differences.open,
        result.differences.new,
        result.differences.resolved,
    )
    assert (ItemState.OPEN, FIRST.date(), 1) == (life.state, life.last_seen, life.times_seen)
    assert ["pair: 1 difference to act on (none new)"] == said

    result, life, _ = files.morning(BASIC)
    assert (1, 0, 0, 2) == (
        result.differences.open,
        result.differences.new,
        life.returned,
        life.times_seen,
    )


def test_it_is_resolved_by_the_first_morning_that_looks_and_sees_that_both_agree(files):
    files.morning(BASIC)
    files.morning(DOUBLED)
    result, life, said = files.morning(customers())

    assert (Outcome.CLEAN, 1) == (result.outcome, result.differences.resolved)
    assert (Closing.AGREED, (FIRST + 2 * DAY).date()) == (life.closing, life.resolved_on)
    assert ["pair: 1 difference resolved, nothing left to act on"] == said


def record(store: Store, back: int, observed: list[Observation]) -> None:
    at = NOW - back * DAY
    attempt = store.attempts.begin("pair", MORNING - back * DAY, run_id="run", started_at=at, live=True)
    attempt = replace(attempt, standing=Standing.TRUSTED, snapshots=BOTH, as_of=at)
    store.attempts.conclude(attempt, at=at)
    store.ledger.record(attempt, observed, epoch="keys")


def message(store: Store) -> Message:
    (found,) = [one.message for one in store.outbox.all()]
    return found


@pytest.mark.parametrize(
    "wish",
    [
        Wish(Action.QUARANTINE, "Ana", "a test account"),
        Wish(Action.ACCEPT, "Ana", "known", None, MORNING + 30 * DAY),
    ],
    ids=["quarantined", "accepted"],
)
def test_what_was_set_aside_and_comes_back_is_not_told_as_new(store, wish):
    aside, other = an_observation("a" * 12, key="C1"), an_observation("b" * 12, key="C2")
    record(store, 3, [aside, other])
    decide(a_work(store, {}, now=NOW - 3 * DAY), [aside.item], wish)
    record(store, 2, [other])
    record(store, 1, [other])
    record(store, 0, [other, aside])
    work = a_work(store, {}, now=NOW)
    tell_morning(work, MORNING)

    told, judged = message(store), judge_morning(work, MORNING)
    assert "pair: 1 difference to act on (none new)" == told.title
    assert not [line for line in told.lines if aside.item in line or line.startswith("New")]
    assert judged is not None
    assert Series(Kind.BILLING_ONLY) not in judged.latest
