"""When do answers about single records prove nothing?"""

import pytest

from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.steps.examine import _is_blind
from reconciliation_pipeline_tests.builders import a_row


def by_id(asked: str, *shown: str) -> PointRead:
    return PointRead(asked, tuple(a_row(source_id=one) for one in shown))


def by_key(asked: str, *others: str, found: bool = True) -> PointRead:
    """Answer for a key; the record that has it is called as it is."""
    return PointRead(asked, (a_row(asked, source_id=asked),) if found else (), others=others)


@pytest.mark.parametrize(
    ("expected", "controls"),
    [
        (False, []),
        (False, [by_id("a", "a"), by_id("b", "b"), by_id("c")]),  # one was removed meanwhile
        (True, [by_id("a"), by_id("b"), by_id("c")]),
        (True, [by_id("a", "z"), by_id("b", "z"), by_id("c", "z")]),
        (True, [by_id("a", "a"), by_id("b", "a"), by_id("c", "a")]),  # the one that always comes is among them
    ],
)
def test_answers_by_id_prove_nothing_where_none_is_found_or_another_comes(expected, controls):
    assert expected is _is_blind(controls, By.ID)


@pytest.mark.parametrize(
    ("expected", "controls"),
    [
        (False, []),
        (False, [by_key("a")]),
        (True, [by_key("a", found=False)]),
        (False, [by_key("a"), by_key("b"), by_key("c", found=False)]),  # one was removed meanwhile
        (True, [by_key("a"), by_key("b", found=False), by_key("c", found=False)]),
        (False, [by_key("7", "17"), by_key("17"), by_key("27")]),  # a search that finds the like, too
        (True, [by_key("a", "b", "c"), by_key("b", "a", "c"), by_key("c", "a", "b")]),
        (True, [by_key("a", "b"), by_key("b", "a"), by_key("c", "a", "b", found=False)]),  # all but one on its page
    ],
)
def test_answers_by_key_prove_nothing_where_few_are_found_or_all_come_for_each(expected, controls):
    assert expected is _is_blind(controls, By.KEY)
