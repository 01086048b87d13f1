"""Is the ledger's name the same however its mornings came about, and another one when it knows something else?

Mornings are shuffled, repeated, dropped, taken back and given back, on both databases.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from reconciliation_pipeline.domain.decisions import Action, Decision, Retraction
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Life, Terms, lives_of
from reconciliation_pipeline.steps.verify import digest_of
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import an_observation
from reconciliation_pipeline_tests.ledger.looking import DAY, work_on
from reconciliation_pipeline_tests.storage.builders import NOW, refused, trusted

FIRST = date(2028, 2, 27)
A, B = an_observation("C-1"), an_observation("C-2", settling=True)
SEEN = some.lists(some.sampled_from([A, B, replace(A, signature="other")]), unique_by=lambda one: one.item)
DAYS = some.lists(SEEN, min_size=1, max_size=6)
NUMBERS = count(1)
briefly = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=6)


@pytest.fixture
def new(store) -> Callable[[], Work]:
    """Make a ledger that knows nothing yet, as often as it is asked for."""
    work = work_on(store)
    return lambda: replace(work, reconciliation=work.reconciliation.model_copy(update={"id": f"pair_{next(NUMBERS)}"}))


def keep(work: Work, day: int, observed: list[Observation], epoch: str = "p") -> None:
    store = work.store
    store.ledger.record(trusted(store, FIRST + day * DAY, reconciliation=work.id), observed, epoch=epoch)


def take_back(work: Work, day: int, *, restores: bool = False) -> None:
    work.store.retractions.keep(Retraction(work.id, FIRST + day * DAY, "Ana", "so", NOW, restores))


def straight(work: Work, days: list[list[Observation]]) -> Work:
    for day, observed in enumerate(days):
        keep(work, day, observed)
    return work


def lives_on(work: Work) -> list[Life]:
    calendar = work.store.ledger.calendar(work.id)
    return list(lives_of(calendar, work.store.ledger.courses(work.id, calendar), Terms()))


@briefly
@given(days=DAYS, chance=some.integers(0, 10**6).map(Random))
def test_the_order_of_mornings_and_what_was_tried_in_between_do_not_matter(new, days, chance):
    work = new()
    for day in chance.sample(range(len(days)), len(days)):
        for _ in range(chance.randrange(3)):
            # tried before: something else under another reading, refused, or taken back
            keep(work, day, chance.choice(days), "q")
            refused(work.store, FIRST + day * DAY, reconciliation=work.id)
            if chance.random() < 0.5:
                take_back(work, day)
        keep(work, day, days[day])
        if chance.random() < 0.5:
            take_back(work, day)
            take_back(work, day, restores=True)

    plain = straight(new(), days)
    assert digest_of(plain) == digest_of(work)
    assert lives_on(plain) == lives_on(work)


@briefly
@given(days=DAYS, data=some.data())
def test_a_morning_that_was_taken_back_is_as_if_it_had_never_been(new, days, data):
    gone = data.draw(some.integers(0, len(days) - 1))
    work, without = straight(new(), days), new()
    for day, observed in enumerate(days):
        if day != gone:
            keep(without, day, observed)
    before = digest_of(work)

    take_back(work, gone)
    assert digest_of(without) == digest_of(work) != before
    assert lives_on(without) == lives_on(work)

    take_back(work, gone, restores=True)
    assert before == digest_of(work)


@briefly
@given(days=DAYS, data=some.data())
def test_recording_what_is_recorded_changes_nothing(new, days, data):
    work = straight(new(), days)
    before = digest_of(work)
    for day in data.draw(some.permutations(range(len(days)))):
        keep(work, day, days[day][::-1])

    assert before == digest_of(work)


@pytest.mark.parametrize(
    "change",
    [
        lambda work: keep(work, 0, []),
        lambda work: keep(work, 0, [A]),
        lambda work: keep(work, 0, [A, replace(B, settling=False)]),
        lambda work: keep(work, 0, [replace(A, owner="sales"), B]),
        lambda work: keep(work, 0, [A, B], "q"),
        lambda work: keep(work, 1, []),
        lambda work: take_back(work, 0),
        lambda work: work.store.decisions.keep([Decision(work.id, A.item, "s", Action.NOTE, "Ana", "so", NOW)]),
    ],
    ids=[
        "all gone",
        "one gone",
        "another state",
        "another owner",
        "another reading",
        "one more",
        "taken back",
        "noted",
    ],
)
def test_a_ledger_that_knows_something_else_has_another_name(new, change):
    work = straight(new(), [[A, B]])
    before = digest_of(work)
    change(work)

    assert before != digest_of(work)


def test_the_same_knowledge_has_the_same_name_on_another_database_whatever_the_order_of_decisions(store, tmp_path):
    made = [Decision("pair", A.item, "s", Action.NOTE, "Ana", f"{n}", NOW + timedelta(hours=n)) for n in range(3)]
    with Store.open(tmp_path / "other", None) as other:
        here, there = straight(work_on(store), [[A, B], [A]]), straight(work_on(other), [[A, B], [A]])
        here.store.decisions.keep(made)
        there.store.decisions.keep(made[::-1])

        assert digest_of(here) == digest_of(there)
