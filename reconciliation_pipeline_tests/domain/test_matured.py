"""What is touched every night does not stay young for ever."""

from datetime import timedelta
from random import Random

import pytest

from reconciliation_pipeline.domain.ledger import Sighting, matured, opened
from reconciliation_pipeline_tests.builders import an_observation, morning

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
