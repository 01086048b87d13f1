"""Two values that differ never look the same."""

import pytest

from reconciliation_pipeline.domain.records import FieldDifference, Side
from reconciliation_pipeline.reporting.values import differing, is_lost, visible
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline_tests.reporting.builders import WORDS, a_reconciliation


@pytest.mark.parametrize(
    ("shown", "value"),
    [
        ("Pro Plus", "Pro Plus"),
        ("Pro␣␣Plus", "Pro  Plus"),
        ("Pro␣", "Pro "),
        ("␣Pro", " Pro"),
        ("Pro␣Plus", "Pro\tPlus"),
        ("Pro␣Plus", "Pro\xa0Plus"),
        ("␣", " "),
        ('""', ""),
        ("-", None),
    ],
)
def test_a_blank_is_seen_where_it_would_be_missed(shown, value):
    assert shown == visible(value)


@pytest.mark.parametrize(
    ("crm", "billing"),
    [("Zo\u00eb", "Zoe\u0308"), ("Pro", "Pr\u200bo"), ("A\tB C", "A\xa0B C"), ("-", None)],
)
def test_two_values_that_still_look_alike_are_said_to_differ(crm, billing):
    notes = differing(FieldDifference("plan", crm, billing), WORDS).notes

    assert ("the two look alike, and are not the same",) == notes


def test_two_values_that_can_be_told_apart_have_nothing_said_of_them():
    assert () == differing(FieldDifference("plan", "Pro", "pro"), WORDS).notes


@pytest.mark.parametrize(("lost", "crm", "billing"), [(True, None, None), (False, None, ""), (False, "", None)])
def test_a_value_is_lost_where_neither_side_has_one(lost, crm, billing):
    assert lost == is_lost(FieldDifference("plan", crm, billing))


def test_nobody_is_right_about_a_value_that_both_have_lost():
    words = words_of(a_reconciliation(compare=[{"field": "plan", "authority": "crm"}]))

    assert {"plan": Side.CRM} == words.right
    assert () == differing(FieldDifference("plan", None, None), words).notes


def test_a_field_about_which_neither_side_is_right_is_not_named():
    assert {} == words_of(a_reconciliation(compare=["plan"])).right
