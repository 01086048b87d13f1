"""Where was each difference seen? The short answer of the database is the long one of the domain, whatever happened."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.decisions import Action, Decision, Retraction
from reconciliation_pipeline.domain.ledger import Observation, opened
from reconciliation_pipeline.domain.lives import Calendar, Closing, Terms, courses, lives_of
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW, an_observation, trusted

DAY = timedelta(days=1)
NAMES = count(1)
A, B, LAG = (
    an_observation("a" * 12, key="C1"),
    an_observation("b" * 12, key="C2"),
    replace(an_observation("c" * 12, key="C3"), settling=True),
)
SEEN = st.lists(st.sampled_from([A, B, LAG, replace(A, signature="other")]), unique_by=lambda one: one.item)


def taken_back(name: str, morning: date, *, restores: bool = False) -> Retraction:
    return Retraction(name, morning, "Ana", "the wrong account", NOW, restores)


def do_record(store: Store, name: str, morning: date, observed: list[Observation], epoch: str) -> None:
    store.ledger.record(trusted(store, morning, reconciliation=name), observed, epoch=epoch)


def do_retract(store: Store, name: str, morning: date, _observed: list[Observation], _epoch: str) -> None:
    store.retractions.keep(taken_back(name, morning))


def do_restore(store: Store, name: str, morning: date, _observed: list[Observation], _epoch: str) -> None:
    store.retractions.keep(taken_back(name, morning, restores=True))


Doing = Callable[[Store, str, date, list[Observation], str], None]
DOINGS: list[Doing] = [do_record, do_record, do_record, do_retract, do_restore]
STEPS = st.lists(st.tuples(st.sampled_from(DOINGS), st.integers(0, 5), SEEN, st.sampled_from("pq")), max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(steps=STEPS)
def test_whatever_happened_the_short_answer_is_the_long_one(store, steps):
    """Mornings come in any order, twice, under other keys, are taken back and given back."""
    name = f"pair_{next(NAMES)}"
    for doing, day, observed, epoch in steps:
        doing(store, name, MORNING + day * DAY, observed, epoch)

    calendar = store.ledger.calendar(name)
    long = courses(calendar, store.ledger.observations(name))
    short = store.ledger.courses(name, calendar)
    assert lives_of(calendar, long, Terms()) == lives_of(calendar, short, Terms())
    assert opened(store.ledger.observations(name), DAY) == opened(store.ledger.sightings(name), DAY)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(days=st.lists(SEEN, min_size=1, max_size=5), data=st.data())
def test_what_is_left_in_the_end_counts_and_not_how_it_came_about(store, days, data):
    straight, crooked = f"pair_{next(NAMES)}", f"pair_{next(NAMES)}"
    mornings = [MORNING + number * DAY for number in range(len(days))]
    for morning, observed in zip(mornings, days, strict=True):
        do_record(store, straight, morning, observed, "p")
    for morning in data.draw(st.permutations(mornings)):
        do_record(store, crooked, morning, data.draw(SEEN), "q")
        if data.draw(st.booleans()):
            do_retract(store, crooked, morning, [], "")
        do_record(store, crooked, morning, days[mornings.index(morning)], "p")
        if data.draw(st.booleans()):
            store.retractions.keep(taken_back(crooked, morning))
            store.retractions.keep(taken_back(crooked, morning, restores=True))

    assert everything(store, straight) == everything(store, crooked)


def everything(store: Store, name: str) -> object:
    calendar = store.ledger.calendar(name)
    return calendar.mornings, calendar.epochs, store.ledger.observations(name), store.ledger.courses(name, calendar)


def test_a_morning_taken_back_opens_ages_and_closes_nothing(store):
    for day, observed in enumerate([[A], [], [A]]):
        do_record(store, "pair", MORNING + day * DAY, observed, "p")

    assert 1 == store.retractions.keep(taken_back("pair", MORNING + DAY))
    assert [MORNING, MORNING + 2 * DAY] == store.ledger.mornings("pair")
    assert 0 == store.retractions.keep(taken_back("pair", MORNING + DAY))
    assert 1 == store.retractions.keep(taken_back("pair", MORNING + DAY, restores=True))
    assert [MORNING, MORNING + DAY, MORNING + 2 * DAY] == store.ledger.mornings("pair")


def test_a_morning_taken_back_is_no_measure_and_says_why(store):
    do_record(store, "pair", MORNING, [A], "p")
    store.retractions.keep(taken_back("pair", MORNING))

    assert None is store.attempts.baseline("pair", MORNING + DAY)
    assert None is store.attempts.latest_comparable("pair", MORNING)
    attempt = store.attempts.latest("pair", MORNING)
    assert ["retracted"] == [reason.code for reason in attempt.reasons]
    assert "Ana took back 2026-11-22 on 2026-11-22: the wrong account" == attempt.reasons[0].text


def test_a_run_after_a_retraction_counts(store):
    do_record(store, "pair", MORNING, [A], "p")
    store.retractions.keep(taken_back("pair", MORNING))
    do_record(store, "pair", MORNING, [B], "p")

    assert {MORNING: [B]} == store.ledger.observations("pair")


def test_a_new_reading_of_keys_supersedes_what_was_open(store):
    do_record(store, "pair", MORNING, [A], "p")
    do_record(store, "pair", MORNING + DAY, [B], "q")
    calendar = store.ledger.calendar("pair")

    a, b = lives_of(calendar, store.ledger.courses("pair", calendar), Terms())
    assert (Closing.SUPERSEDED, None) == (a.closing, b.agreed_on)
    assert Calendar.of([MORNING, MORNING + DAY], {MORNING: "p", MORNING + DAY: "q"}).begins == calendar.begins


@pytest.mark.parametrize("items", [[A.item], [A.item, "f" * 12], [], [A.item, *map(str, range(100_000))]])
def test_only_those_asked_for_are_given(store, items):
    do_record(store, "pair", MORNING, [A, B], "p")

    found = store.ledger.courses("pair", store.ledger.calendar("pair"), items)
    assert [item for item in items if item == A.item] == [one.latest.item for one in found]


def test_decisions_come_back_as_they_were_made_and_in_their_order(store):
    made = [
        Decision("pair", A.item, "s", Action.ACCEPT, "Ana", "known", NOW, until=MORNING),
        Decision("pair", A.item, "s", Action.ASSIGN, "Ben", "theirs", NOW - DAY, to="sales"),
    ]
    store.decisions.keep(made)
    store.decisions.keep([replace(made[0], reconciliation="other")])
    store.decisions.keep([])

    assert made == store.decisions.of("pair")
    assert made[1:] == store.decisions.of("pair", until=NOW - DAY)
