"""How is each field compared, and which one is the amount?"""

from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import (
    AS_WRITTEN,
    DateRule,
    FieldRule,
    KeyRule,
    Precision,
    Reading,
    Space,
    Spelling,
)
from reconciliation_pipeline.settings.rules import amount_field, key_rule, money_fields, rules
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


def rule_of(written: str) -> FieldRule:
    """How the plan is compared when its entry holds these keys as well."""
    return rules(load(a_file(("compare: [plan,", f"compare: [{{field: plan, {written}}},"))))[0]


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("case: exact, space: exact, unicode: exact, empty: exact, as: text, ignore: false", FieldRule("plan")),
        ("case: ignore", FieldRule("plan", spelling=Spelling(ignore_case=True))),
        ("space: trim", FieldRule("plan", spelling=Spelling(space=Space.TRIM))),
        ("space: collapse", FieldRule("plan", spelling=Spelling(space=Space.COLLAPSE))),
        ("space: ignore", FieldRule("plan", spelling=Spelling(space=Space.IGNORE))),
        ("unicode: nfc", FieldRule("plan", spelling=Spelling(compose=True))),
        ("empty: missing", FieldRule("plan", spelling=Spelling(empty_is_null=True))),
        ("as: email", FieldRule("plan", reading=Reading.EMAIL)),
        ("as: country", FieldRule("plan", reading=Reading.COUNTRY)),
        ("as: phone", FieldRule("plan", reading=Reading.PHONE)),
        ('as: phone, calling_code: "1"', FieldRule("plan", reading=Reading.PHONE, calling_code="1")),
        ('as: phone, calling_code: "420"', FieldRule("plan", reading=Reading.PHONE, calling_code="420")),
        ("as: date", FieldRule("plan", reading=Reading.DATE)),
        (
            "as: date, zone: Europe/Berlin, precision: day, formats: ['%d.%m.%Y', '%b %d %y %I %p', epoch, epoch_ms]",
            FieldRule(
                "plan",
                reading=Reading.DATE,
                date=DateRule("Europe/Berlin", Precision.DAY, ("%d.%m.%Y", "%b %d %y %I %p", "epoch", "epoch_ms")),
            ),
        ),
        (
            "words: {crm: {Gold: premium}, billing: {P1: premium}}",
            FieldRule("plan", words={Side.CRM: {"Gold": "premium"}, Side.BILLING: {"P1": "premium"}}),
        ),
        ("words: {billing: {P1: premium}}", FieldRule("plan", words={Side.BILLING: {"P1": "premium"}})),
        ("authority: crm", FieldRule("plan", authority=Side.CRM)),
        ("authority: billing", FieldRule("plan", authority=Side.BILLING)),
    ],
)
def test_each_key_of_a_compared_field_is_a_rule_of_its_own(written, rule):
    assert rule == rule_of(written)


@pytest.mark.parametrize(
    ("written", "absolute", "relative"),
    [
        ('{absolute: "0.01", relative: "0.001"}', "0.01", "0.001"),
        ('{relative: "0.000001"}', "0", "0.000001"),
        ('{relative: "0.999999"}', "0", "0.999999"),
        ("{relative: 0}", "0", "0"),
    ],
)
def test_a_tolerance_is_absolute_or_relative_or_both(written, absolute, relative):
    mrr = rules(load(a_file(('{absolute: "0.01"}', written))))[1]

    assert (Decimal(absolute), Decimal(relative)) == (mrr.tolerance, mrr.relative)


def test_an_ignored_field_is_not_compared_and_may_still_be_the_amount():
    compared = ('{field: mrr, tolerance: {absolute: "0.01"}}', "{field: mrr, ignore: true}")
    named = load(a_file(compared, ("compare:", "amount: {field: mrr}\ncompare:")))

    assert (FieldRule("plan"),) == rules(named)
    assert "mrr" == amount_field(named)
    assert ("mrr",) == money_fields(named, Side.CRM)


def test_an_ignored_amount_yields_to_one_that_is_compared():
    fees = "{fee: {path: fee, type: money, currency: EUR}, "
    changes = (
        ("{plan: plan,", f"{fees}plan: plan,"),
        ("    key: customer", "    fields: {fee: {path: fee, type: money, currency: EUR}}\n    key: customer"),
        ('{field: mrr, tolerance: {absolute: "0.01"}}', "{field: mrr, ignore: true}, fee"),
    )

    assert "fee" == amount_field(load(a_file(*changes)))
    assert ("fee",) == money_fields(load(a_file(*changes)), Side.CRM)


def test_an_ignored_field_may_be_one_sides_alone():
    fields = ("{plan: plan,", "{note: note, plan: plan,")

    assert 2 == len(rules(load(a_file(fields, ("compare: [plan,", "compare: [{field: note, ignore: true}, plan,")))))


def keys_of(written: str) -> KeyRule:
    return key_rule(load(a_file(("compare:", f"keys: {written}\ncompare:"))))


def test_without_a_word_about_keys_they_are_what_is_written():
    assert AS_WRITTEN == key_rule(load(a_file()))
    assert AS_WRITTEN == keys_of('{case: exact, prefix: "", suffix: {crm: ""}}')


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("{trim: true}", KeyRule(trim=True)),
        ("{case: ignore}", KeyRule(ignore_case=True)),
        ("{unicode: nfc}", KeyRule(compose=True)),
        ("{zeros: ignore}", KeyRule(ignore_zeros=True)),
        ("{prefix: C-}", KeyRule(prefixes={Side.CRM: "C-", Side.BILLING: "C-"})),
        ("{suffix: {billing: -x}}", KeyRule(suffixes={Side.BILLING: "-x"})),
        ("{aliases: {K-1: K-9, K-2: K-9}}", KeyRule(aliases={"K-1": "K-9", "K-2": "K-9"})),
    ],
)
def test_each_key_under_keys_is_a_rule_of_its_own(written, rule):
    assert rule == keys_of(written)
