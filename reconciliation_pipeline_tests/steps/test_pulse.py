"""What does Monday's message count as work that came and went within the week?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.steps.compose import pulse_of
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.steps.told import a_work
from reconciliation_pipeline_tests.storage.builders import BOTH, an_observation

DAY = timedelta(days=1)


def some(*numbers: int, settling: bool = False) -> list[Observation]:
    return [an_observation(f"{number:012x}", key=f"C{number}", settling=settling) for number in numbers]


def record(store: Store, back: int, observed: Sequence[Observation], epoch: str = "e") -> None:
    at = NOW - back * DAY
    begun = store.attempts.begin("pair", MORNING - back * DAY, run_id="run", started_at=at, live=True)
    attempt = replace(begun, standing=Standing.TRUSTED, snapshots=BOTH, as_of=at)
    store.attempts.conclude(attempt, at=at)
    store.ledger.record(attempt, observed, epoch=epoch)


def counted(store: Store) -> tuple[int, int]:
    pulse = pulse_of(a_work(store, {}), MORNING)
    return pulse.opened, pulse.resolved


def test_what_came_and_went_within_the_week_is_opened_and_resolved(store):
    record(store, 20, some(1))
    record(store, 3, some(1, 2, 3))
    record(store, 1, some(1, 2))

    assert (2, 1) == counted(store)


def test_what_was_only_ever_lag_is_neither(store):
    record(store, 20, some(1))
    record(store, 2, [*some(1), *some(2, 3, settling=True)])
    record(store, 1, some(1))

    assert (0, 0) == counted(store)


def test_an_inventory_is_neither(store):
    record(store, 1, some(1, 2))

    assert (0, 0) == counted(store)


def test_what_is_read_by_other_keys_now_is_neither(store):
    record(store, 20, some(1, 2))
    record(store, 1, some(3, 4), epoch="another")

    assert (0, 0) == counted(store)


def test_as_long_as_nobody_vouched_for_a_morning_nothing_was_opened(store):
    begun = store.attempts.begin("pair", MORNING, run_id="run", started_at=NOW, live=True)
    attempt = replace(begun, standing=Standing.UNPROVEN, snapshots=BOTH, as_of=NOW)
    store.attempts.conclude(attempt, at=NOW)
    store.ledger.record(attempt, some(1), epoch="e")

    assert (0, 0) == counted(store)
