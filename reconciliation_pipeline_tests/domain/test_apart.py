"""A morning that could not look at a difference is, for this difference, as if it were missing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.apart import by_key, carry, keys_apart, last_looks
from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.decisions import by_item
from reconciliation_pipeline.domain.ledger import Observation, matured, movement
from reconciliation_pipeline.domain.lives import Calendar, Closing, ItemState, Life, Terms, courses, lives_of
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.builders import HOUR, an_observation, morning
from reconciliation_pipeline_tests.domain.test_lives import QUARANTINE, calendar

ONE, OTHER = an_observation("C-1"), an_observation("C-2")
YOUNG = an_observation("C-1", settling=True)
CLEARED = replace(YOUNG, cleared_after=60)
SEEN = some.lists(some.sampled_from([ONE, OTHER, CLEARED]), unique_by=lambda one: one.item)


def told(marks: str, epochs: str = "", *, terms: Terms | None = None, latest: Observation = ONE) -> Life | None:
    """Derive a life, a letter a morning: `x` saw it, `-` saw nothing, `o` could not look, a blank was missed."""
    days = calendar(epochs or "".join(" " if mark == " " else "a" for mark in marks))
    on = {mark: [morning(n) for n, each in enumerate(marks, 1) if each == mark] for mark in "xo"}
    seen = {day: [latest if day == on["x"][-1] else ONE] for day in on["x"]}
    found = courses(days, seen, {day: {"C-1"} for day in on["o"]})
    return next(iter(lives_of(days, found, terms or Terms())), None)


def test_what_could_not_be_looked_at_stays_open():
    life = told("xxo")

    assert life is not None
    assert (ItemState.OPEN, None, None) == (life.state, life.closing, life.resolved_on)
    assert (morning(1), morning(2), 2, 0) == (life.first_seen, life.last_seen, life.times_seen, life.returned)


def test_the_next_look_decides():
    gone, there = told("xo-"), told("xox")

    assert gone is not None
    assert there is not None
    assert (ItemState.RESOLVED, Closing.AGREED, morning(3)) == (gone.state, gone.closing, gone.resolved_on)
    assert (ItemState.OPEN, 0, 2, morning(1)) == (there.state, there.returned, there.times_seen, there.began_by)


def test_what_was_gone_is_gone_although_its_key_is_set_apart_later():
    life = told("x-o")

    assert life is not None
    assert (ItemState.RESOLVED, morning(2)) == (life.state, life.resolved_on)


@pytest.mark.parametrize(
    ("marks", "agreed"), [("-ox", 1), ("oox", None), ("-x-oox", 3), ("-xox", 1), ("ox", None), ("-ooo", "unseen")]
)
def test_a_morning_that_could_not_look_is_none_on_which_the_sides_agreed(marks, agreed):
    life = told(marks)

    assert agreed == ("unseen" if life is None else life.agreed_on and (life.agreed_on - morning(1)).days + 1)


def test_what_was_decided_holds_meanwhile():
    life = told("xo", terms=Terms(decisions=by_item([QUARANTINE])))

    assert life is not None
    assert ItemState.QUARANTINED is life.state


def test_nothing_is_carried_to_where_keys_are_read_in_another_way():
    life, again = told("xo", "ab"), told("xox", "abb")

    assert life is not None
    assert again is not None
    assert (ItemState.RESOLVED, Closing.SUPERSEDED) == (life.state, life.closing)
    assert (ItemState.OPEN, morning(3), None, True) == (
        again.state,
        again.began_by,
        again.agreed_on,
        again.is_inherited,
    )
    assert [ONE] == carry({morning(1): [ONE], morning(2): []}, {morning(2): {"C-1"}}, [morning(1)])[morning(2)]
    assert [] == carry({morning(1): [ONE], morning(2): []}, {morning(2): {"C-1"}}, [morning(2)])[morning(2)]


def test_what_had_cleared_was_seen_to_be_gone_and_does_not_stand():
    life = told("xo", latest=CLEARED)

    assert life is not None
    assert ItemState.RESOLVED is life.state
    assert [] == carry({morning(1): [CLEARED], morning(2): []}, {morning(2): {"C-1"}}, ())[morning(2)]


@given(some.text("xo-", min_size=1, max_size=12))
def test_for_this_difference_it_is_a_missing_morning(marks):
    whole, missing = told(marks), told(marks.replace("o", " "))

    assert (missing and replace(missing, stretches=())) == (whole and replace(whole, stretches=()))


def test_what_stands_is_neither_new_nor_resolved_and_counts_as_open():
    found = carry({morning(1): [ONE, OTHER], morning(2): [], morning(3): [ONE]}, {morning(2): {"C-1"}}, ())

    assert ((), (OTHER,)) == (
        movement(found[morning(1)], found[morning(2)]).new,
        movement(found[morning(1)], found[morning(2)]).resolved,
    )
    assert ((), ()) == (
        movement(found[morning(2)], found[morning(3)]).new,
        movement(found[morning(2)], found[morning(3)]).resolved,
    )


def test_what_the_morning_itself_saw_goes_before_what_stood():
    changed = an_observation("C-1", signature="other")
    found = carry({morning(1): [ONE], morning(2): [changed]}, {morning(2): {"C-1"}}, ())

    assert [changed] == found[morning(2)]


def test_what_looked_young_and_was_not_looked_at_for_a_whole_window_is_lag_no_more():
    found = carry({morning(1): [YOUNG], morning(2): []}, {morning(2): {"C-1"}}, ())

    assert [False] == [one.settling for one in matured(found, HOUR)[morning(2)]]
    assert [True] == [one.settling for one in matured(found, 72 * HOUR)[morning(2)]]


@given(
    some.lists(SEEN, min_size=2, max_size=7),
    some.lists(some.sets(some.sampled_from(["C-1", "C-2"])), min_size=7, max_size=7),
    some.sets(some.integers(2, 7)),
    some.data(),
)
def test_reading_from_the_middle_comes_to_the_same_as_reading_all(seen, apart, epochs, data):
    blind = {morning(n): keys for n, keys in enumerate(apart, 1)}
    days = {day: [one for one in ones if one.key not in blind[day]] for day, ones in numbered(seen).items()}
    begins = [morning(1), *(morning(n) for n in sorted(epochs))]
    whole, first = carry(days, blind, begins), data.draw(some.sampled_from(list(days)[1:]))
    earlier = [day for day in days if day < first]
    looks = last_looks(earlier, blind, begins, blind[first])
    before = [one for day, keys in looks.items() for one in days[day] if one.key in keys]

    part = carry({day: ones for day, ones in days.items() if day >= first}, blind, begins, before)

    assert as_sets({day: ones for day, ones in whole.items() if day >= first}) == as_sets(part)


def numbered(seen):
    return {morning(n): ones for n, ones in enumerate(seen, 1)}


def as_sets(found):
    return {day: frozenset(one.item for one in ones) for day, ones in found.items()}


def test_a_record_without_a_key_names_none():
    shared, nameless = KeyTrouble(Side.CRM, "7", "C-1"), KeyTrouble(Side.CRM, "8", None)
    word = KeyTrouble(Side.BILLING, "9", "C-2", "plan", "gold")

    assert {"C-1", "C-2"} == keys_apart([shared, nameless, word, shared])


def test_mornings_are_found_by_key():
    assert {"C-1": {morning(1), morning(2)}, "C-2": {morning(2)}} == by_key(
        {morning(1): {"C-1"}, morning(2): {"C-1", "C-2"}}
    )


def test_a_calendar_that_nobody_could_look_on_has_no_morning_before():
    assert None is Calendar.of([morning(1), morning(2)]).before(morning(2), [morning(1)])
