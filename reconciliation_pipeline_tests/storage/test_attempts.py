"""Of all attempts at a morning the last trusted one is the morning's, whatever else was tried."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.storage.errors import AttemptNotBegun, AttemptNotTrusted
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import (
    BOTH,
    FLOOR,
    MORNING,
    NOW,
    a_message,
    a_snapshot,
    an_observation,
    begin,
    refused,
    trusted,
)
from reconciliation_pipeline_tests.storage.records import REASONS, SNAPSHOTS

DAY = timedelta(days=1)
DOES_NOT_ADD_UP = Reason("does_not_add_up", "Two rows are missing.")


def test_attempts_at_a_morning_are_numbered_from_one(store):
    assert [1, 2, 3] == [begin(store).number for _ in range(3)]
    assert 1 == begin(store, MORNING + DAY).number
    assert 1 == begin(store, reconciliation="other").number


def test_an_attempt_begins_without_a_verdict(store):
    expected = Attempt("pair", MORNING, 1, "run", live=True, started_at=NOW)

    assert expected == begin(store)
    assert expected == store.attempts.of_run("run")


def test_many_runs_at_once_get_a_number_each(database):
    def work(_):
        with database.open() as store:
            return [begin(store).number for _ in range(5)]

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for found in pool.map(work, range(4)) for number in found]

    assert list(range(1, 21)) == sorted(numbers)


def test_a_trusted_attempt_comes_back_as_it_was(store):
    attempt = trusted(store)

    assert attempt == store.attempts.latest_trusted("pair", MORNING)
    assert attempt == store.attempts.latest("pair", MORNING)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    reasons=st.lists(REASONS, max_size=3).map(tuple),
    crm=SNAPSHOTS,
    as_of=st.sampled_from([None, NOW]),
    live=st.booleans(),
)
def test_every_verdict_comes_back_as_it_was(store, reasons, crm, as_of, live):
    begun = store.attempts.begin("pair", MORNING, run_id="run", started_at=NOW, live=live)
    attempt = replace(begun, standing=Standing.REFUSED, reasons=reasons, snapshots={Side.CRM: crm}, as_of=as_of)
    store.attempts.conclude(attempt, at=NOW)

    assert attempt == store.attempts.latest("pair", MORNING)


def test_a_bad_retry_never_hides_a_trusted_attempt(store):
    good, bad = trusted(store), refused(store)

    assert good == store.attempts.latest_trusted("pair", MORNING)
    assert bad == store.attempts.latest("pair", MORNING)
    assert good == store.attempts.baseline("pair", MORNING + DAY)
    assert store.attempts.latest_trusted("pair", MORNING) is not None


def test_a_good_retry_takes_the_place_of_a_trusted_attempt(store):
    trusted(store)
    second = trusted(store)

    assert second == store.attempts.latest_trusted("pair", MORNING)


def test_an_attempt_that_was_killed_counts_for_nothing(store):
    bad = refused(store)
    begin(store)

    assert bad == store.attempts.latest("pair", MORNING)
    assert store.attempts.latest_trusted("pair", MORNING) is None
    assert store.attempts.latest_trusted("pair", MORNING) is None
    assert 3 == begin(store).number


def test_an_attempt_without_a_verdict_cannot_be_concluded(store):
    with pytest.raises(ValueError, match="Attempt 1 of pair at 2026-11-22 has no verdict"):
        store.attempts.conclude(begin(store), at=NOW)


@pytest.mark.parametrize("snapshots", [{}, {Side.CRM: a_snapshot()}, BOTH | {Side.BILLING: a_snapshot(sha256=None)}])
def test_nothing_is_trusted_on_the_word_of_one_side(store, snapshots):
    half = replace(begin(store), standing=Standing.TRUSTED, snapshots=snapshots)

    with pytest.raises(ValueError, match="without the snapshots of both sides"):
        store.attempts.conclude(half, at=NOW)


@pytest.mark.parametrize("conclude_first", [trusted, refused])
def test_a_verdict_is_given_once(store, conclude_first):
    first = conclude_first(store)
    other = replace(first, standing=Standing.REFUSED, reasons=(DOES_NOT_ADD_UP,))

    with pytest.raises(AttemptNotBegun, match="is not under way"):
        store.attempts.conclude(other, at=NOW, messages=[a_message()], channels=["slack"])

    assert first == store.attempts.latest("pair", MORNING)
    assert [] == store.outbox.all()


def test_an_attempt_that_never_began_cannot_be_concluded(store):
    attempt = replace(refused(store), number=9)

    with pytest.raises(AttemptNotBegun):
        store.attempts.conclude(attempt, at=NOW)


def test_a_verdict_and_its_message_are_stored_together(store):
    attempt = replace(begin(store), standing=Standing.REFUSED, reasons=(FLOOR,))
    store.attempts.conclude(attempt, at=NOW, messages=[a_message(Topic.NOT_TRUSTWORTHY)], channels=["slack", "teams"])

    (stored,) = store.outbox.all("pair")
    assert a_message(Topic.NOT_TRUSTWORTHY) == stored.message
    assert ["slack", "teams"] == [one.channel for one in stored.deliveries]


def test_a_verdict_whose_message_cannot_be_stored_is_not_given(store):
    begun = begin(store)
    refusal = replace(begun, standing=Standing.REFUSED, reasons=(FLOOR,))

    # The message is stored already when its delivery turns out to have no channel to go to.
    with pytest.raises(sa.exc.IntegrityError):
        store.attempts.conclude(refusal, at=NOW, messages=[a_message()], channels=["slack", None])

    assert begun == store.attempts.of_run("run")
    assert [] == store.outbox.all()


def test_a_second_refusal_of_a_morning_says_nothing_twice(store):
    for _ in range(2):
        attempt = replace(begin(store), standing=Standing.REFUSED, reasons=(FLOOR,))
        store.attempts.conclude(attempt, at=NOW, messages=[a_message(Topic.NOT_TRUSTWORTHY)], channels=["slack"])

    assert 1 == len(store.outbox.all())


def test_trust_that_is_withdrawn_takes_everything_with_it(store):
    attempt = trusted(store)
    store.ledger.record(attempt, [an_observation()])
    store.attempts.withdraw(attempt, [DOES_NOT_ADD_UP], at=NOW, messages=[a_message()], channels=["slack"])

    expected = replace(attempt, standing=Standing.REFUSED, reasons=(DOES_NOT_ADD_UP,))
    assert expected == store.attempts.latest("pair", MORNING)
    assert store.attempts.latest_trusted("pair", MORNING) is None
    assert {} == store.ledger.observations("pair")
    assert store.ledger.reconciliation_of(an_observation().item) is None
    assert 1 == len(store.outbox.all())


def test_trust_that_is_withdrawn_gives_the_morning_back_to_the_attempt_before(store):
    first, second = trusted(store), trusted(store)
    store.ledger.record(first, [an_observation()])
    store.ledger.record(second, [])
    store.attempts.withdraw(second, [DOES_NOT_ADD_UP], at=NOW)

    assert first == store.attempts.latest_trusted("pair", MORNING)
    assert {MORNING: [an_observation()]} == store.ledger.observations("pair")


@pytest.mark.parametrize("make", [begin, refused])
def test_only_trust_can_be_withdrawn(store, make):
    before = make(store)

    with pytest.raises(AttemptNotTrusted, match="is not trusted"):
        store.attempts.withdraw(before, [DOES_NOT_ADD_UP], at=NOW, messages=[a_message()], channels=["slack"])

    assert before == store.attempts.of_run("run")
    assert [] == store.outbox.all()


def test_the_baseline_is_the_last_trusted_morning_before(store):
    older, old = trusted(store, MORNING - 3 * DAY), trusted(store, MORNING - 2 * DAY)
    refused(store, MORNING - DAY)
    trusted(store, MORNING)
    trusted(store, MORNING - 2 * DAY, reconciliation="other")

    assert old == store.attempts.baseline("pair", MORNING)
    assert older == store.attempts.baseline("pair", MORNING - 2 * DAY)
    assert store.attempts.baseline("pair", MORNING - 3 * DAY) is None


def test_a_run_is_asked_for_its_last_attempt(store):
    trusted(store, run_id="mine")
    mine = trusted(store, MORNING - DAY, run_id="mine")
    trusted(store, run_id="other")

    assert mine == store.attempts.of_run("mine")
    assert store.attempts.of_run("nobody's") is None


def test_the_attempt_that_was_recorded_last_is_told_apart_from_the_one_that_was_trusted_last(store):
    first, second = trusted(store), trusted(store)
    store.ledger.record(first, [])

    assert first == store.attempts.latest_recorded("pair", MORNING)
    assert second == store.attempts.latest_trusted("pair", MORNING)


def test_the_last_morning_is_the_latest_date_and_not_the_latest_attempt(store):
    assert store.attempts.last_morning("pair") is None
    refused(store, MORNING)
    trusted(store, MORNING - DAY)
    begin(store, MORNING + DAY)

    assert MORNING == store.attempts.last_morning("pair")


def test_a_database_that_began_anew_numbers_on_behind_the_archive(store):
    moment = {"run_id": "run", "started_at": NOW, "live": True}

    assert [8, 9, 10] == [store.attempts.begin("pair", MORNING, **moment, after=after).number for after in (7, 0, 3)]


def test_nothing_is_lost_when_everything_is_closed_and_opened_again(database):
    with database.open() as store:
        attempt = trusted(store)
        store.ledger.record(attempt, [an_observation()])
        store.outbox.put(a_message(), ["slack"], at=NOW)

    with database.open() as store:
        assert attempt == store.attempts.latest_trusted("pair", MORNING)
        assert [an_observation()] == store.ledger.on("pair", MORNING)
        assert a_message() == store.outbox.due(NOW, 9)[0].message


def unproven(store: Store, morning: date = MORNING) -> Attempt:
    attempt = replace(begin(store, morning), standing=Standing.UNPROVEN, snapshots=BOTH, as_of=NOW, reasons=(FLOOR,))
    store.attempts.conclude(attempt, at=NOW)
    return attempt


def test_an_unproven_attempt_may_be_compared_and_is_no_baseline(store):
    attempt = unproven(store)

    assert attempt == store.attempts.latest_comparable("pair", MORNING)
    assert attempt == store.attempts.unproven_before("pair", MORNING + DAY)
    assert store.attempts.latest_trusted("pair", MORNING) is None
    assert store.attempts.baseline("pair", MORNING + DAY) is None


def test_a_trusted_attempt_is_the_mornings_whatever_unproven_one_came_after_it(store):
    first = trusted(store)
    unproven(store)

    assert first == store.attempts.latest_comparable("pair", MORNING)


def test_what_an_unproven_morning_saw_waits_for_a_persons_word(store):
    attempt = unproven(store)
    store.ledger.record(attempt, [an_observation()])

    waiting = (store.ledger.mornings("pair"), list(store.ledger.unproven("pair")), store.ledger.of_attempt(attempt))
    store.attempts.promote(replace(attempt, reasons=()), at=NOW)

    assert ([], [MORNING], [an_observation()]) == waiting
    assert ([MORNING], []) == (store.ledger.mornings("pair"), list(store.ledger.unproven("pair")))
    assert store.attempts.baseline("pair", MORNING + DAY) is not None


def test_only_an_unproven_attempt_can_be_vouched_for(store):
    attempt = refused(store)

    with pytest.raises(AttemptNotTrusted, match="is not unproven"):
        store.attempts.promote(attempt, at=NOW)


def test_unproven_attempts_are_listed_oldest_first_and_trusted_ones_newest_first(store):
    for day in (1, 0):
        unproven(store, MORNING + day * DAY)
        trusted(store, MORNING + (5 + day) * DAY)

    assert [MORNING, MORNING + DAY] == [one.morning for one in store.attempts.unproven("pair")]
    before = store.attempts.trusted_before("pair", MORNING + 9 * DAY, most=1)
    assert [MORNING + 6 * DAY] == [one.morning for one in before]
