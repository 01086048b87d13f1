"""A past morning gets its result late, and told nobody: does this morning tell what it found?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Amount
from reconciliation_pipeline.steps.tell import tell_morning
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.steps.told import a_work
from reconciliation_pipeline_tests.storage.builders import BOTH, an_observation

DAY = timedelta(days=1)
DUE = {"within": "2d", "amount": {"EUR": "40"}, "escalate_after": "7d"}


def lost(*numbers: int) -> list[Observation]:
    """Differences of 49.00 EUR a month each."""
    cost = Amount(Decimal("49.00"), "EUR")
    return [replace(an_observation(f"{number:012x}", key=f"C{number}"), amount=cost) for number in numbers]


def record(store: Store, back: int, observed: Sequence[Observation]) -> None:
    at = NOW - back * DAY
    begun = store.attempts.begin("pair", MORNING - back * DAY, run_id="run", started_at=at, live=True)
    attempt = replace(begun, standing=Standing.TRUSTED, snapshots=BOTH, as_of=at)
    store.attempts.conclude(attempt, at=at)
    store.ledger.record(attempt, observed, epoch="e")


def live(store: Store, back: int, observed: Sequence[Observation]) -> None:
    """Record a morning, and tell it on its day."""
    record(store, back, observed)
    tell_morning(a_work(store, {}, now=NOW - back * DAY, due=DUE), MORNING - back * DAY)


def of_today(store: Store) -> dict[str, Message]:
    return {one.message.topic.value: one.message for one in store.outbox.all(morning=MORNING)}


@pytest.fixture
def lived(store: Store) -> Store:
    """A month of quiet mornings, then one difference that is due on the day before this morning."""
    for back in range(30, 2, -1):
        live(store, back, lost(1) if back == 3 else [])
    return store


def test_what_a_late_result_found_is_new_today_rings_today_and_reminds_today(lived):
    found = lost(1, *range(10, 40))
    record(lived, 1, found)

    live(lived, 0, found)

    told = of_today(lived)
    assert {"drift", "spike", "reminder"} == set(told)
    assert "pair: 31 differences to act on (30 new)" == told["drift"].title
    assert "MASS EVENT, 30 new" in told["spike"].title


def test_a_late_result_changes_nothing_that_is_told(lived, tmp_path):
    found = lost(1, *range(10, 40))
    with Store.open(tmp_path / "other", None) as other:
        for back in range(30, 2, -1):
            live(other, back, lost(1) if back == 3 else [])
        live(other, 0, found)
        expected = {topic: message.title for topic, message in of_today(other).items()}
    record(lived, 2, lost(1, *range(10, 20)))
    record(lived, 1, found)

    live(lived, 0, found)

    assert expected == {topic: message.title for topic, message in of_today(lived).items()}


def test_what_went_away_with_a_late_result_is_told_as_resolved_today(lived):
    record(lived, 1, [])

    live(lived, 0, [])

    assert "pair: 1 difference resolved, nothing left to act on" == of_today(lived)["resolved"].title


def test_what_was_told_yesterday_is_not_new_today(lived):
    live(lived, 1, lost(1, 2))

    live(lived, 0, lost(1, 2, 3))

    assert "pair: 3 differences to act on (1 new)" == of_today(lived)["drift"].title


def test_where_nobody_was_ever_told_anything_yesterday_is_what_there_is_to_measure_by(store):
    record(store, 1, lost(1, 2))

    live(store, 0, lost(1, 2, 3))

    assert "pair: 3 differences to act on (1 new)" == of_today(store)["drift"].title
