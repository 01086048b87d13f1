"""An ordinary morning or a spike: the rule on both sides of its boundaries."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.drift import SpikeJudgement, judge_spike

INVENTORY = 44


def alarm(*new: int) -> bool:
    """Judge the last of some mornings that follow the inventory."""
    return judge_spike([INVENTORY, *new]).alarm


@pytest.mark.parametrize("found", [0, 5, 44, 100_000])
def test_the_first_morning_is_the_inventory_and_never_rings(found):
    judged = judge_spike([found])

    assert (False, found) == (judged.alarm, judged.new)
    assert "inventory" in judged.words


def test_no_morning_at_all_is_no_alarm():
    judged = judge_spike([])

    assert (False, 0, 0.0) == (judged.alarm, judged.new, judged.usual)


@pytest.mark.parametrize(("today", "rings"), [(4, False), (5, True)])
def test_five_new_ones_ring_after_quiet_mornings_and_four_do_not(today, rings):
    assert rings is alarm(0, 0, 0, today)


@pytest.mark.parametrize(("today", "rings"), [(4, False), (5, True)])
def test_the_morning_after_the_inventory_has_no_usual_number_yet(today, rings):
    assert rings is alarm(today)


@pytest.mark.parametrize(("today", "rings"), [(6, False), (7, True)])
def test_exactly_three_times_the_usual_number_does_not_ring(today, rings):
    assert rings is alarm(2, 2, 2, today)


@pytest.mark.parametrize(("today", "rings"), [(5, False), (6, True)])
def test_exactly_three_times_a_usual_number_that_no_float_can_hold_does_not_ring(today, rings):
    assert rings is alarm(1, 2, 2, today)


@given(earlier=some.lists(some.integers(0, 10_000), min_size=1, max_size=28))
def test_exactly_three_times_never_rings_whatever_the_mean(earlier):
    thrice = 3 * sum(earlier)

    assert not alarm(*earlier, thrice // len(earlier))
    assert alarm(*earlier, max(5, thrice // len(earlier) + 1))


def test_only_the_last_twenty_eight_mornings_are_usual():
    assert alarm(*[1_000], *[2] * 28, 7) is True
    assert alarm(*[1_000], *[2] * 27, 7) is False


def test_twenty_eight_mornings_are_counted_in_full():
    assert 1.0 == judge_spike([INVENTORY, 28, *[0] * 27, 9]).usual
    assert 0.0 == judge_spike([INVENTORY, 28, *[0] * 28, 9]).usual


def test_the_inventory_is_nobodys_usual_number():
    words = "5 new since the last trusted morning; usual is 0.0 a morning."

    assert SpikeJudgement(alarm=True, new=5, usual=0.0, words=words) == judge_spike([1_000, 0, 0, 5])


def test_the_judged_morning_is_not_part_of_its_own_usual_number():
    assert 2.0 == judge_spike([INVENTORY, 2, 2, 50]).usual


def test_the_numbers_stand_in_the_words():
    judged = judge_spike([INVENTORY, 1, 2, 2, 61])

    assert "61 new since the last trusted morning; usual is 1.7 a morning." == judged.words
