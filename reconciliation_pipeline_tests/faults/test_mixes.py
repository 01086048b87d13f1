"""Can any faults at random fool the certificate? A few of the mixes; `make mixes` takes ten thousand."""

import pytest

from reconciliation_pipeline_tests.faults.judge import Verdict
from reconciliation_pipeline_tests.faults.troupe import play_churn, play_mixed

FOUND_ONCE = (21, 33, 53, 703, 3373, 5296, 6619, 7508, 8720, 8807, 9483)
"""Mixes that once were wrong.

A total that counted one more than two walks showed, also while a customer signed up; a search that did not search; a
record that the system showed by its id and that had just changed; an empty list that was called another account's.
"""


@pytest.mark.parametrize("number", [*range(12), *FOUND_ONCE])
def test_a_mix_never_ends_in_a_false_green_or_a_false_accusation(theatre, number):
    ending = play_mixed(theatre, number)

    assert Verdict.WRONG is not ending.verdict, f"{ending.title}: {ending.why}"


@pytest.mark.parametrize("number", range(6))
def test_ordinary_life_while_the_lists_are_read_refuses_no_complete_pull(theatre, number):
    ending = play_churn(theatre, number)

    assert Verdict.WRONG is not ending.verdict, f"{ending.title}: {ending.why}"
    assert Verdict.PASSED is ending.verdict or not ending.was_whole, f"{ending.title}: {', '.join(ending.codes)}"
