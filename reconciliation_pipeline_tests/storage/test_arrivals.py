"""Does the database count as new what the ledger's own rules call new?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.ledger import Observation, is_long_ago, matured, movement
from reconciliation_pipeline.domain.records import FieldDifference, Kind
from reconciliation_pipeline.domain.spikes import Series
from reconciliation_pipeline.storage.arrivals import Arrived, Looked
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import BOTH, MORNING, NOW, an_observation

DAY = timedelta(days=1)
WINDOW = timedelta(hours=30)
"""Two mornings a day apart are not far enough from each other; those two days apart are."""
NAMES = ("plan", "mrr")


def moment(morning: date) -> datetime:
    return NOW + (morning - MORNING)


def record(store: Store, name: str, morning: date, observed: Sequence[Observation]) -> None:
    attempt = store.attempts.begin(name, morning, run_id="run", started_at=moment(morning), live=True)
    store.attempts.conclude(replace(attempt, standing=Standing.TRUSTED, snapshots=BOTH, as_of=moment(morning)), at=NOW)
    store.ledger.record(attempt, observed)


def looked(mornings: Sequence[date]) -> list[Looked]:
    began = {morning: moment(morning) for morning in mornings}
    old = {
        morning: [day for day in mornings if day < morning and is_long_ago(day, morning, WINDOW, began)]
        for morning in mornings
    }
    return [Looked(morning, old[morning][-1] if old[morning] else None) for morning in mornings]


def by_the_rules(seen: dict[date, list[Observation]]) -> Arrived:
    """Count in Python, by the functions that every message is written from."""
    grown = matured(seen, WINDOW, {morning: moment(morning) for morning in seen})
    mornings = sorted(grown)
    counts: dict[Series, dict[date, int]] = {}
    latest: dict[Series, frozenset[str]] = {}
    for before, morning in pairwise(mornings):
        new: dict[Series, set[str]] = {}
        for one in movement(grown[before], grown[morning]).new:
            new.setdefault(Series(one.kind), set()).add(one.item)
        was = {(one.item, name) for one in grown[before] for name in fields_of(one)}
        for one in grown[morning]:
            for name in fields_of(one):
                if (one.item, name) not in was:
                    new.setdefault(Series(one.kind, name), set()).add(one.item)
        for series, items in new.items():
            counts.setdefault(series, {})[morning] = len(items)
            if morning == mornings[-1]:
                latest[series] = frozenset(items)
    return Arrived(counts, latest)


def fields_of(one: Observation) -> list[str]:
    return [each.name for each in one.fields if not one.settling and not each.format_only]


@st.composite
def an_item(draw: st.DrawFn, number: int) -> Observation:
    differing = draw(st.sets(st.sampled_from(NAMES), min_size=1))
    fields = tuple(FieldDifference(name, "a", "b", draw(st.booleans())) for name in sorted(differing))
    settling = draw(st.booleans())
    return replace(
        an_observation(f"{number:012x}", key=f"C{number}", settling=settling),
        kind=Kind.VALUE_CONFLICT if number % 2 else Kind.CRM_ONLY,
        fields=fields if number % 2 else (),
        signature=draw(st.sampled_from(["same", "other"])),
        cleared_after=60 if settling and draw(st.booleans()) else None,
    )


@st.composite
def histories(draw: st.DrawFn) -> dict[date, list[Observation]]:
    days = sorted(draw(st.sets(st.integers(0, 9), min_size=1, max_size=7)))
    return {
        MORNING + day * DAY: [draw(an_item(number)) for number in sorted(draw(st.sets(st.integers(0, 3))))]
        for day in days
    }


NUMBERS = iter(range(1_000_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(histories())
def test_the_database_counts_as_the_rules_of_the_ledger_do(store, seen):
    name = f"pair{next(NUMBERS)}"
    for morning, observed in seen.items():
        record(store, name, morning, observed)

    assert by_the_rules(seen) == store.ledger.arrived(name, looked(sorted(seen)))


def test_a_morning_that_was_run_again_counts_once_and_by_its_last_attempt(store):
    record(store, "pair", MORNING, [])
    record(store, "pair", MORNING + DAY, [an_observation("a" * 12), an_observation("b" * 12)])
    record(store, "pair", MORNING + DAY, [an_observation("a" * 12)])

    found = store.ledger.arrived("pair", looked([MORNING, MORNING + DAY]))

    assert {Series(Kind.BILLING_ONLY): {MORNING + DAY: 1}} == found.counts


def test_another_pair_is_left_out(store):
    record(store, "pair", MORNING, [])
    record(store, "pair", MORNING + DAY, [])
    record(store, "other", MORNING, [])
    record(store, "other", MORNING + DAY, [an_observation("a" * 12)])

    assert Arrived({}, {}) == store.ledger.arrived("pair", looked([MORNING, MORNING + DAY]))


@pytest.mark.parametrize("mornings", [[], [MORNING]])
def test_without_a_morning_before_nothing_is_new(store, mornings):
    record(store, "pair", MORNING, [an_observation("a" * 12)])

    assert Arrived({}, {}) == store.ledger.arrived("pair", looked(mornings))
