"""Rules that make no sense never become a statement."""

import pytest

from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline_tests.compare.sides import MRR, PLAN


@pytest.mark.parametrize("name", ["", "Plan", "1st", "_x", "a b", 'a"b', "a; DROP TABLE x", "é", "a\n"])
def test_a_name_that_is_no_plain_word_is_refused(name):
    with pytest.raises(ValueError, match="is not a field name"):
        ComparisonRules((FieldRule(name),), None, {})


def test_a_name_for_the_amount_that_is_no_plain_word_is_refused():
    with pytest.raises(ValueError, match="is not a field name"):
        ComparisonRules((), "a'b", {})


def test_a_field_compared_twice_is_refused():
    with pytest.raises(ValueError, match="share a column: field_plan"):
        ComparisonRules((PLAN, PLAN), None, {})


def test_a_field_named_like_the_currency_of_another_is_refused():
    with pytest.raises(ValueError, match="share a column: field_mrr_currency"):
        ComparisonRules((MRR, FieldRule("mrr_currency")), None, {})


def test_an_amount_compared_as_text_is_refused():
    with pytest.raises(ValueError, match="the amount of a record is money"):
        ComparisonRules((FieldRule("mrr"),), "mrr", {})


def test_the_amount_is_carried_although_it_is_not_compared():
    assert ("plan", "mrr") == tuple(rule.name for rule in ComparisonRules((PLAN,), "mrr", {}).carried)


def test_the_amount_is_carried_once_when_it_is_compared():
    assert (PLAN, MRR) == ComparisonRules((PLAN, MRR), "mrr", {}).carried


def test_money_has_a_column_for_its_currency():
    assert ("field_mrr", "field_mrr_currency") == columns_of(MRR)
    assert ("field_plan",) == columns_of(PLAN)


def test_a_side_that_is_not_named_folds_nothing():
    rules = ComparisonRules((), None, {Side.BILLING: True})

    assert (False, True) == (rules.folds(Side.CRM), rules.folds(Side.BILLING))
