"""Guards against walks that go round in circles or never end."""

import pytest

from reconciliation_pipeline.connectors.errors import CursorRepeated, PageRepeated, WalkNotEnded
from reconciliation_pipeline.connectors.paging import Step
from reconciliation_pipeline.connectors.walk import WalkGuard


def test_a_walk_may_not_have_more_pages_than_the_ceiling():
    guard = WalkGuard(most_pages=2)
    guard.begin(Step(""))
    guard.page(["a"])
    guard.step(Step("1"))
    guard.page(["b"])

    with pytest.raises(WalkNotEnded, match="2 pages"):
        guard.step(Step("2"))


def test_the_first_request_counts_as_a_cursor():
    guard = WalkGuard()
    guard.begin(Step("0"))
    guard.page(["a"])

    with pytest.raises(CursorRepeated):
        guard.step(Step("0"))


def test_a_new_walk_may_use_the_same_cursors_but_not_the_same_pages():
    guard = WalkGuard()
    guard.begin(Step(""))
    guard.page(["a"])
    guard.step(Step("1"))
    guard.begin(Step(""))
    guard.step(Step("1"))

    with pytest.raises(PageRepeated):
        guard.page(["a"])


def test_ids_are_kept_apart_when_a_page_is_remembered():
    guard = WalkGuard()
    guard.page(["a", "b"])
    guard.page(["ab"])
    guard.page(["b", "a"])

    with pytest.raises(PageRepeated):
        guard.page(["ab"])
