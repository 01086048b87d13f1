"""What is touched every night does not stay young for ever."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from reconciliation_pipeline.domain.ledger import Sighting, matured, opened
from reconciliation_pipeline_tests.builders import HOUR, MICROSECOND, an_observation, morning

YOUNG = an_observation("C-1", settling=True)
OTHER_VALUES = an_observation("C-1", settling=True, signature="other")


def settling(*mornings, window=timedelta(hours=1)):
    """What each morning still calls lag, mornings numbered from 1."""
    seen = {morning(number): observed for number, observed in enumerate(mornings, start=1)}
    return [[one.settling for one in observed] for observed in matured(seen, window).values()]


def test_a_difference_is_lag_on_the_first_morning_that_sees_it_and_real_on_the_next():
    assert [[True], [False], [False]] == settling([YOUNG], [YOUNG], [YOUNG])


def test_other_values_in_the_same_place_may_be_lag_again():
    assert [[True], [True], [False]] == settling([YOUNG], [OTHER_VALUES], [OTHER_VALUES])


def test_a_morning_on_which_both_sides_agreed_begins_it_anew():
    assert [[True], [], [True]] == settling([YOUNG], [], [YOUNG])


@pytest.mark.parametrize(("days", "lag"), [(1, [True, False, False]), (2, [True, True, False]), (3, [True] * 3)])
def test_a_window_of_days_is_waited_for(days, lag):
    assert [[one] for one in lag] == settling([YOUNG], [YOUNG], [YOUNG], window=timedelta(days=days))


def test_what_was_real_stays_real():
    assert [[False], [False]] == settling([an_observation("C-1")], [an_observation("C-1")])


def test_the_order_in_which_mornings_arrive_does_not_matter():
    seen = {morning(number): [YOUNG] if number % 3 else [] for number in range(1, 9)}
    shuffled = list(seen.items())
    Random(1).shuffle(shuffled)

    assert matured(seen, timedelta(hours=1)) == matured(dict(shuffled), timedelta(hours=1))


def test_what_is_open_leaves_lag_out_and_keeps_a_morning_with_nothing_open():
    a, b = Sighting("a", "s", settling=False), Sighting("b", "s", settling=True)
    seen = {morning(1): [], morning(2): [b], morning(4): [a, b]}

    assert [(morning(1), frozenset()), (morning(2), frozenset()), (morning(4), frozenset("a"))] == list(
        opened(seen, timedelta(days=3)).items()
    )
    assert frozenset("ab") == opened(seen, timedelta(days=2))[morning(4)]


SPRING = datetime(2027, 3, 27, 3, tzinfo=UTC)
"""Four in the morning in Berlin, a day before the clocks go forward."""


@pytest.mark.parametrize(
    ("window", "between", "lag"),
    [
        # run by hand late in the evening, by the schedule soon after midnight
        (HOUR, timedelta(minutes=20), True),
        (HOUR, 2 * HOUR - MICROSECOND, True),
        (HOUR, 2 * HOUR, False),
        # the day on which the clocks go forward, an ordinary one, and the one on which they go back
        (timedelta(days=1), 23 * HOUR, True),
        (timedelta(days=1), 24 * HOUR, True),
        (timedelta(days=1), 25 * HOUR, False),
    ],
)
def test_what_looks_young_is_real_an_hour_and_a_window_after_it_was_seen(window, between, lag):
    began = {morning(1): SPRING, morning(2): SPRING + between}
    seen = {morning(1): [YOUNG], morning(2): [YOUNG]}

    assert lag is matured(seen, window, began)[morning(2)][0].settling
    sighted = {
        day: [Sighting(one.item, one.signature, one.settling) for one in observed] for day, observed in seen.items()
    }
    assert (frozenset() if lag else frozenset({YOUNG.item})) == opened(sighted, window, began)[morning(2)]


def test_where_one_instant_is_unknown_days_are_counted():
    seen = {morning(1): [YOUNG], morning(2): [YOUNG]}

    assert not matured(seen, timedelta(days=1), {morning(2): SPRING})[morning(2)][0].settling
