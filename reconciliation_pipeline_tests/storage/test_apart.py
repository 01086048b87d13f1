"""Does the ledger carry what a morning could not look at, however its mornings came about, and as the domain says?"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reconciliation_pipeline.domain.apart import carry
from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.decisions import Retraction
from reconciliation_pipeline.domain.ledger import Observation, opened
from reconciliation_pipeline.domain.lives import Terms, courses, lives_of
from reconciliation_pipeline.steps.verify import digest_of
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.ledger.looking import work_on
from reconciliation_pipeline_tests.storage.builders import BOTH, MORNING, NOW, an_observation, trusted
from reconciliation_pipeline_tests.storage.test_arrivals import by_the_rules, looked

DAY = timedelta(days=1)
NUMBERS = count(1)
A, B, LAG = (
    an_observation("a" * 12, key="C1"),
    an_observation("b" * 12, key="C2"),
    replace(an_observation("c" * 12, key="C3"), settling=True),
)
CLEARED = replace(LAG, cleared_after=60)
CHOICE = [A, B, LAG, CLEARED, replace(A, signature="other")]
SEEN = some.lists(some.sampled_from(CHOICE), unique_by=lambda one: one.item)
KEYS = some.sets(some.sampled_from(["C1", "C2", "C3"]))
MORNINGS = some.lists(some.tuples(SEEN, KEYS, some.sampled_from("ppq")), min_size=1, max_size=6)
briefly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)

Told = tuple[list[Observation], set[str], str]


def a_work(store: Store) -> Work:
    work = work_on(store)
    return replace(work, reconciliation=work.reconciliation.model_copy(update={"id": f"pair_{next(NUMBERS)}"}))


def keep(work: Work, day: int, told: Told) -> None:
    observed, apart, epoch = told
    attempt = trusted(work.store, MORNING + day * DAY, reconciliation=work.id)
    work.store.ledger.record(attempt, observed, epoch=epoch, apart=apart)


def straight(work: Work, days: list[Told]) -> Work:
    for day, told in enumerate(days):
        keep(work, day, told)
    return work


def facts(work: Work) -> dict[date, list[Observation]]:
    ledger = work.store.ledger
    return {day: ledger.on(work.id, day) or [] for day in ledger.mornings(work.id)}


def everything(work: Work) -> object:
    ledger = work.store.ledger
    calendar = ledger.calendar(work.id)
    lives = lives_of(calendar, ledger.courses(work.id, calendar), Terms())
    return digest_of(work), lives, ledger.observations(work.id), ledger.apart(work.id)


@briefly
@given(days=MORNINGS)
def test_what_the_database_gives_is_what_the_domain_derives(store, days):
    work = straight(a_work(store), days)
    ledger, calendar, apart = store.ledger, store.ledger.calendar(work.id), store.ledger.apart(work.id)

    whole = carry(facts(work), apart, calendar.begins)
    given = ledger.observations(work.id)
    assert in_order(whole) == in_order(given)
    assert lives_of(calendar, courses(calendar, facts(work), apart), Terms()) == lives_of(
        calendar, ledger.courses(work.id, calendar), Terms()
    )
    for day in calendar.mornings:
        later = {morning: ones for morning, ones in given.items() if morning >= day}
        attempt = store.attempts.latest_recorded(work.id, day)
        assert later == ledger.observations(work.id, since=day)
        assert attempt is not None
        assert given[day] == ledger.of_attempt(attempt)
        assert opened(later, DAY) == opened(ledger.sightings(work.id, since=day), DAY)


def in_order(found: dict[date, list[Observation]]) -> dict[date, list[Observation]]:
    return {day: sorted(ones, key=lambda one: one.item) for day, ones in found.items()}


@briefly
@given(days=MORNINGS, chance=some.integers(0, 10**6).map(Random))
def test_the_order_of_mornings_and_what_was_tried_in_between_do_not_matter(store, days, chance):
    crooked = a_work(store)
    for day in chance.sample(range(len(days)), len(days)):
        if chance.random() < 0.5:
            keep(crooked, day, chance.choice(days))
        if chance.random() < 0.5:
            crooked.store.retractions.keep(Retraction(crooked.id, MORNING + day * DAY, "Ana", "so", NOW))
        keep(crooked, day, days[day])

    plain = straight(a_work(store), days)
    assert everything(plain) == everything(crooked)


@briefly
@given(days=MORNINGS, data=some.data())
def test_a_morning_that_was_taken_back_is_as_if_it_had_never_been(store, days, data):
    gone = data.draw(some.integers(0, len(days) - 1))
    work, without = straight(a_work(store), days), a_work(store)
    for day, told in enumerate(days):
        if day != gone:
            keep(without, day, told)
    store.retractions.keep(Retraction(work.id, MORNING + gone * DAY, "Ana", "so", NOW))

    assert everything(without) == everything(work)


def test_a_ledger_that_could_not_look_has_another_name_and_recording_it_again_has_the_same(store):
    work = straight(a_work(store), [([A], set(), "p"), ([], set(), "p")])
    before = digest_of(work)
    attempt = store.attempts.latest_recorded(work.id, MORNING + DAY)
    store.ledger.record(attempt, [], epoch="p", apart=["C1", "C1"])
    after = digest_of(work)
    store.ledger.record(attempt, [], epoch="p", apart=["C1"])

    assert before != after
    assert after == digest_of(work)
    assert {MORNING + DAY: {"C1"}} == store.ledger.apart(work.id)
    assert {} == store.ledger.apart(work.id, until=MORNING) == store.ledger.apart("another")
    assert [A] == store.ledger.of_attempt(attempt)
    assert [] == store.ledger.on(work.id, MORNING + DAY)


def test_what_was_seen_was_looked_at(store):
    work = straight(a_work(store), [([A], {"C1", "C2"}, "p")])

    assert {MORNING: {"C2"}} == store.ledger.apart(work.id)


def test_what_an_attempt_set_apart_goes_with_its_trust(store):
    attempt = trusted(store, MORNING, reconciliation="pair")
    store.ledger.record(attempt, [], apart=["C1"])
    store.attempts.withdraw(attempt, [], at=NOW)

    assert {} == store.ledger.apart("pair")


def test_what_an_unproven_morning_could_not_look_at_stands_too(store):
    work = straight(a_work(store), [([A], set(), "p")])
    attempt = store.attempts.begin(work.id, MORNING + DAY, run_id="run", started_at=NOW, live=True)
    attempt = replace(attempt, standing=Standing.UNPROVEN, snapshots=BOTH, as_of=NOW)
    store.attempts.conclude(attempt, at=NOW)
    store.ledger.record(attempt, [], epoch="p", apart=["C1"])

    assert [A] == store.ledger.of_attempt(attempt)
    assert {} == store.ledger.apart(work.id)


def lasting(number: int) -> some.SearchStrategy[Observation]:
    one = an_observation(f"{number:012x}", key=f"C{number}")
    return some.sampled_from([one, replace(one, signature="other")])


HISTORIES = some.lists(
    some.tuples(some.tuples(*(some.none() | lasting(n) for n in range(3))), some.sets(some.sampled_from("012"))),
    min_size=2,
    max_size=7,
)


@briefly
@given(days=HISTORIES)
def test_what_is_seen_again_after_nobody_could_look_is_not_counted_as_new(store, days):
    """What looks young is left out: it counts when it is seen again, which may be later than it is told."""
    work = a_work(store)
    for day, (seen, apart) in enumerate(days):
        # The first morning looks at everything: of what nobody ever looked at, nobody knows whether it is new.
        keys: Collection[str] = {f"C{number}" for number in apart} if day else ()
        keep(work, day, ([one for one in seen if one is not None], set(keys), "p"))
    found = store.ledger.observations(work.id)

    assert by_the_rules(found) == store.ledger.arrived(work.id, looked(sorted(found)))


@pytest.mark.parametrize("apart", [["C1"], []])
def test_of_what_no_morning_before_looked_at_nobody_says_that_it_is_new(store, apart):
    work = a_work(store)
    store.ledger.record(trusted(store, MORNING, reconciliation=work.id), [], apart=apart)
    store.ledger.record(trusted(store, MORNING + DAY, reconciliation=work.id), [A])

    found = store.ledger.arrived(work.id, looked([MORNING, MORNING + DAY]))
    assert (not apart) == bool(found.counts)
