"""How is each field compared, and which one is the amount?"""

from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline.settings.rules import amount_field, rules
from reconciliation_pipeline_tests.settings.builders import a_file, load

SEATS = ("{plan: plan,", "{seats: {path: seats, type: decimal}, plan: plan,")
BOTH_SEATS = (
    SEATS,
    (
        "    auth: {token_env: STRIPE",
        "    fields: {seats: {path: quantity, type: decimal}}\n    auth: {token_env: STRIPE",
    ),
)


def test_text_is_compared_as_text_and_money_as_numbers_of_one_currency():
    assert (
        FieldRule("plan"),
        FieldRule("mrr", numeric=True, tolerance=Decimal("0.01"), money=True),
    ) == rules(load(a_file()))


def test_a_decimal_is_a_number_without_a_currency():
    text = a_file(*BOTH_SEATS, ("compare: [plan,", "compare: [{field: seats, tolerance: {absolute: 1}},"))

    assert FieldRule("seats", numeric=True, tolerance=Decimal(1)) == rules(load(text))[0]


@pytest.mark.parametrize("absolute", ["0.01", '"0.01"'])
def test_a_tolerance_keeps_its_digits_with_and_without_quotes(absolute):
    assert Decimal("0.01") == rules(load(a_file(('"0.01"', absolute))))[1].tolerance


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ([], "mrr"),
        ([('compare: [plan, {field: mrr, tolerance: {absolute: "0.01"}}]', "compare: [plan]")], "mrr"),
        ([("{plan: plan,", "{fee: {path: fee, type: money, currency: EUR}, plan: plan,")], "mrr"),
        (
            [
                ("{plan: plan,", "{fee: {path: fee, type: money, currency: EUR}, plan: plan,"),
                ('compare: [plan, {field: mrr, tolerance: {absolute: "0.01"}}]', "compare: [plan]"),
            ],
            "fee",
        ),
        (
            [
                ("{plan: plan,", "{fee: {path: fee, type: money, currency: EUR}, plan: plan,"),
                ("compare:", "amount: {field: fee}\ncompare:"),
            ],
            "fee",
        ),
    ],
)
def test_the_amount_is_the_named_else_the_first_compared_else_the_first_mapped_money(changes, field):
    assert field == amount_field(load(a_file(*changes)))


def test_without_money_there_is_no_amount():
    crm_only = a_file(
        ("    fields: {plan: plan, mrr: {path: mrr, type: money, currency: EUR}}\n", ""),
        ("connector: stripe", "connector: hubspot"),
        ("    key: customer", "    status: {field: status, active: [active]}\n    key: customer"),
        ('compare: [plan, {field: mrr, tolerance: {absolute: "0.01"}}]', "compare: []"),
    )

    assert amount_field(load(crm_only)) is None
