"""What the new ones share is told only where it says something."""

from dataclasses import replace

import pytest

from reconciliation_pipeline.domain.common import Trait, common

STARTER = Trait("have plan starter in billing", 11, 12, 90, 1_000)


def test_a_share_that_hardly_any_other_record_has_is_told():
    assert (STARTER,) == common([STARTER])
    assert "11 of 12 have plan starter in billing, as 9 % of all records" == STARTER.sentence


@pytest.mark.parametrize(
    "trait",
    [
        replace(STARTER, everywhere=800),
        replace(STARTER, everywhere=1_000),
        replace(STARTER, new=2, of=2, everywhere=1),
        replace(STARTER, new=7, of=12),
    ],
    ids=["everybody's plan", "the only plan", "two only", "hardly more than half"],
)
def test_what_says_nothing_is_not_told(trait):
    assert () == common([trait])


def test_three_of_three_are_told_only_where_that_is_rare():
    three = replace(STARTER, new=3, of=3)

    assert (replace(three, everywhere=200),) == common([replace(three, everywhere=200)])
    assert () == common([replace(three, everywhere=230)])


def test_the_more_is_looked_at_the_rarer_it_has_to_be():
    three = replace(STARTER, new=3, of=3, everywhere=200)

    assert () == common([three, replace(three, everywhere=1_000)])


def test_the_largest_share_comes_first_and_of_equal_ones_the_rarest():
    all_of_them, rarer = replace(STARTER, new=12), replace(STARTER, new=12, everywhere=10)

    assert (rarer, all_of_them, STARTER) == common([STARTER, all_of_them, rarer])


def test_at_most_three_are_told():
    assert 3 == len(common([STARTER] * 5))


def test_a_share_among_all_that_means_nothing_is_left_out():
    assert "5 of 5 differ in plan" == Trait("differ in plan", 5, 5, 1, 4, tells_base=False).sentence
    assert Trait("x", 5, 5, 1, 1_000).sentence.endswith("as below 1 % of all records")
