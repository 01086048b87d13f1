"""The ledger says what the trusted mornings saw, in whatever order they came."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import lives
from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.storage.errors import AttemptNotTrusted
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import MORNING, an_observation, begin, refused, trusted
from reconciliation_pipeline_tests.storage.records import OBSERVATIONS

DAY = timedelta(days=1)
NAMES = count(1)
A, B = an_observation("a" * 12, key="C1"), an_observation("b" * 12, key="C2")


def recorded(
    store: Store, observed: Sequence[Observation], morning: date = MORNING, *, reconciliation: str = "pair"
) -> Attempt:
    attempt = trusted(store, morning, reconciliation=reconciliation)
    store.ledger.record(attempt, observed)
    return attempt


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(st.lists(OBSERVATIONS, max_size=5, unique_by=lambda one: one.item))
def test_every_observation_comes_back_as_it_was(store, observed):
    recorded(store, observed)

    assert sorted(observed, key=lambda one: one.item) == sorted(
        store.ledger.on("pair", MORNING), key=lambda one: one.item
    )


def test_observations_are_ordered_by_kind_and_key(store):
    first, second, third = (
        replace(A, item="3" * 12, kind=Kind.BILLING_ONLY, key="Z"),
        replace(A, item="2" * 12, kind=Kind.CRM_ONLY, key="B"),
        replace(A, item="1" * 12, kind=Kind.CRM_ONLY, key="a"),
    )
    recorded(store, [third, first, second])

    assert [first, second, third] == store.ledger.on("pair", MORNING)


def test_recording_twice_changes_nothing(store):
    attempt = recorded(store, [A, B])
    store.ledger.record(attempt, [A, B])

    assert [A, B] == store.ledger.on("pair", MORNING)


def test_recording_again_replaces_everything(store):
    attempt = recorded(store, [A])
    store.ledger.record(attempt, [B])

    assert [B] == store.ledger.on("pair", MORNING)


@pytest.mark.parametrize("make", [begin, refused, lambda store: replace(trusted(store), number=9)])
def test_only_a_trusted_attempt_is_recorded(store, make):
    with pytest.raises(AttemptNotTrusted, match="The morning 2026-11-22 of pair is not trusted"):
        store.ledger.record(make(store), [A])

    assert {} == store.ledger.observations("pair")


def test_the_last_recorded_attempt_speaks_for_its_morning(store):
    recorded(store, [A])
    recorded(store, [B])

    assert {MORNING: [B]} == store.ledger.observations("pair")


def test_a_retry_that_was_never_compared_resolves_nothing(store):
    recorded(store, [A], MORNING - DAY)
    first = recorded(store, [A])
    retry = trusted(store)

    assert [A] == store.ledger.on("pair", MORNING)
    assert [A] == store.ledger.of_attempt(first)
    assert store.ledger.of_attempt(retry) is None


def test_a_morning_that_was_never_compared_resolves_nothing(store):
    recorded(store, [A], MORNING - DAY)
    trusted(store)

    assert [MORNING - DAY] == store.ledger.mornings("pair")
    assert {MORNING - DAY: [A]} == store.ledger.observations("pair")
    assert store.ledger.on("pair", MORNING) is None


def test_a_morning_that_looked_and_saw_nothing_is_there(store):
    recorded(store, [A], MORNING - DAY)
    attempt = recorded(store, [])

    assert {MORNING - DAY: [A], MORNING: []} == store.ledger.observations("pair")
    assert [] == store.ledger.on("pair", MORNING)
    assert [] == store.ledger.of_attempt(attempt)


def test_an_earlier_attempt_can_still_be_looked_at(store):
    first = recorded(store, [A])
    recorded(store, [B])

    assert [A] == store.ledger.of_attempt(first)


def test_only_mornings_up_to_and_including_the_last_count(store):
    for days in range(3):
        recorded(store, [A], MORNING - days * DAY)

    assert [MORNING - 2 * DAY, MORNING - DAY] == store.ledger.mornings("pair", MORNING - DAY)
    assert [MORNING - 2 * DAY, MORNING - DAY] == list(store.ledger.observations("pair", MORNING - DAY))


def test_reconciliations_do_not_see_each_other(store):
    recorded(store, [A])
    recorded(store, [B], reconciliation="other")

    assert {MORNING: [A]} == store.ledger.observations("pair")
    assert "other" == store.ledger.reconciliation_of(B.item)
    assert store.ledger.reconciliation_of("f" * 12) is None


def test_the_history_of_an_item_has_every_morning_that_saw_it(store):
    recorded(store, [replace(A, owner="sales"), B])
    recorded(store, [A], MORNING - 2 * DAY)
    recorded(store, [B], MORNING - DAY)
    recorded(store, [A, B], MORNING + DAY)
    recorded(store, [B], MORNING + DAY)

    sightings = [
        (morning, one)
        for morning, observed in store.ledger.observations("pair").items()
        for one in observed
        if one.item == A.item
    ]
    assert [(MORNING - 2 * DAY, A), (MORNING, replace(A, owner="sales"))] == sightings


LAG = replace(an_observation("c" * 12, key="C3"), settling=True)
SIGHTINGS = st.lists(st.sampled_from([A, B, LAG]), unique_by=lambda one: one.item)
TRIES = st.lists(st.tuples(st.sampled_from([trusted, refused, begin, recorded]), SIGHTINGS), min_size=1, max_size=3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(mornings=st.lists(TRIES, min_size=1, max_size=4), data=st.data())
def test_mornings_in_any_order_and_attempts_of_any_kind_give_the_same_lives(store, mornings, data):
    """Attempts at one morning keep their order; mornings may come in any, mixed up with each other."""
    turns = [day for day, tries in enumerate(mornings) for _ in tries]
    expected = {}
    for day, tries in enumerate(mornings):
        for make, observed in tries:
            if make is recorded:
                expected[MORNING + day * DAY] = sorted(observed, key=lambda one: one.key)
    found = []
    for order in (turns, data.draw(st.permutations(turns))):
        name, left = f"pair_{next(NAMES)}", [iter(tries) for tries in mornings]
        for day in order:
            make, observed = next(left[day])
            arguments = (observed,) if make is recorded else ()
            make(store, *arguments, morning=MORNING + day * DAY, reconciliation=name)
        assert expected == store.ledger.observations(name)
        found.append(lives(store.ledger.mornings(name), store.ledger.observations(name)))

    assert found[0] == found[1]
