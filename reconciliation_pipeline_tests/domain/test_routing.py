"""Somebody always answers for a difference."""

import pytest

from reconciliation_pipeline.domain.records import FieldDifference, Kind
from reconciliation_pipeline.domain.routing import Route, owner_of
from reconciliation_pipeline_tests.builders import a_discrepancy

PLAN = a_discrepancy(Kind.VALUE_CONFLICT, "AT-7", fields=(FieldDifference("plan", "a", "b"),))
KINDS = {Kind.VALUE_CONFLICT: "sales"}


@pytest.mark.parametrize(
    ("routes", "owner"),
    [
        ([], "sales"),
        ([Route("vienna", key="AT-*")], "vienna"),
        ([Route("vienna", key="at-*")], "sales"),
        ([Route("product", field="plan")], "product"),
        ([Route("product", field="mrr")], "sales"),
        ([Route("ops", kind=Kind.CRM_ONLY)], "sales"),
        ([Route("ops", kind=Kind.VALUE_CONFLICT, field="plan", key="DE-*"), Route("all")], "all"),
        ([Route("first"), Route("second")], "first"),
    ],
)
def test_the_first_route_that_fits_wins_and_then_the_kind(routes, owner):
    assert owner == owner_of(PLAN, routes, KINDS, "default")


def test_whoever_answers_for_everything_else_answers_for_the_rest():
    assert "default" == owner_of(PLAN, [], {}, "default")
