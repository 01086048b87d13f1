"""A comparison that is broken: does something planted say so, by its name?"""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, Planted
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Side
from reconciliation_pipeline_tests.planting.bench import missed, of
from reconciliation_pipeline_tests.planting.pairs import DEMO, FOLDS, PLAN, REST, SEATS, TIMED, pair

FULL = pair(
    {**REST, **TIMED, "fields": {**PLAN, **SEATS, "mrr": {"path": "mrr", "type": "money", "currency": "EUR"}}},
    {
        **REST,
        **TIMED,
        **FOLDS,
        "status": {"field": "status", "active": ["active"], "out_of_scope": ["lead"]},
        "fields": {**PLAN, **SEATS, "mrr": {"path": "mrr", "type": "money", "currency": {"path": "currency"}}},
    },
    "plan",
    {"field": "seats", "tolerance": {"absolute": "0.5"}},
    {"field": "mrr", "tolerance": {"absolute": "0.01"}},
)
"""Both sides, every kind of field, times, a folding side and leads."""

NUMBER = "TRY_CAST({} AS DECIMAL(37, 10))"
CENT, HALF = "CAST('0.01' AS DECIMAL(38, 10))", "CAST('0.5' AS DECIMAL(38, 10))"
PLANS = "crm.field_plan IS DISTINCT FROM billing.field_plan"

STATEMENTS = [
    # What tells numbers apart.
    (f"> {CENT}", f">= {CENT}", "mrr higher in billing by just 0.01"),
    (f"> {HALF}", f"> 10 * {HALF}", "seats higher in billing by more than 0.5"),
    (f"> {HALF}", f"> {HALF} + 0.0000000001", "seats higher in the CRM by more than 0.5"),
    ("abs(CAST(TRY_CAST(crm.field_seats", "(CAST(TRY_CAST(crm.field_seats", "seats higher in billing by more than 0.5"),
    (
        "abs(CAST(TRY_CAST(crm.field_seats",
        "-(CAST(TRY_CAST(crm.field_seats",
        "seats higher in the CRM by more than 0.5",
    ),
    ("DECIMAL(38, 10)", "DECIMAL(38, 2)", "mrr higher in the CRM by more than 0.01"),
    (f"{NUMBER.format('billing.field_seats')} IS NULL THEN true", "false THEN true", "seats empty in billing"),
    (f"{NUMBER.format('crm.field_seats')} IS NULL OR", "", "seats empty in the CRM"),
    ("crm.field_mrr_currency IS DISTINCT FROM billing.field_mrr_currency", "false", "mrr in another currency"),
    # What tells texts apart.
    (PLANS, "crm.field_plan <> billing.field_plan", "plan empty in billing"),
    (PLANS, "lower(crm.field_plan) IS DISTINCT FROM lower(billing.field_plan)", "plan with other capitals"),
    (
        PLANS,
        "replace(crm.field_plan, ' ', '') IS DISTINCT FROM replace(billing.field_plan, ' ', '')",
        "plan with another space",
    ),
    (PLANS, "false", "plan with another text"),
    (PLANS, "true", "seats higher in billing by just 0.5"),
    ("(conflicts_plan)", "(differs_plan)", "plan with other capitals"),
    ("(differs_plan)", "(false)", "plan with other capitals"),
    # What settles a pair without a look at it.
    ("crm.r1 = billing.r1 AND crm.r2 = billing.r2", "true", "plan with another text"),
    ("bits & 7 = 3", "bits & 6 = 2", "cancelled on both sides"),
    ("bits & 7 = 3", "bits & 3 = 3", "two records with one key in the CRM"),
    ("AND bits & 5 <> 0) running", "AND false) running", "active in billing, cancelled in the CRM"),
    ("resting.k = running.k", "true", "cancelled on both sides"),
    ("FILTER (billing_row IS NULL) AS crm_open", "FILTER (false) AS crm_open", "unknown to billing"),
    ("FILTER (crm_row IS NULL) AS billing_open", "FILTER (false) AS billing_open", "unknown to the CRM"),
    ("'.', digested_plan", "'.', lower(digested_plan)", "plan with other capitals"),
    ("bits & 5 <> 0 OR", "bits & 1 <> 0 OR", "both ended"),
    ("bits & 5 <> 0 OR (k IS NULL", "bits & 4 <> 0 OR (false", "without a key in the CRM"),
    # Who is paired with whom, and what of it.
    ("FULL JOIN", "LEFT JOIN", "active in billing, unknown to the CRM"),
    ("FULL JOIN", "RIGHT JOIN", "active in the CRM, unknown to billing"),
    ("FULL JOIN", "JOIN", "active in the CRM, unknown to billing"),
    ("WHEN runs_in_crm THEN 'crm_only'", "", "active in the CRM, cancelled in billing"),
    (
        "WHEN runs_in_crm THEN 'crm_only'",
        "WHEN in_crm AND NOT in_billing THEN 'crm_only'",
        "active in the CRM, cancelled in billing",
    ),
    (
        "WHEN runs_in_billing THEN 'billing_only'",
        "WHEN in_billing THEN 'billing_only'",
        "two records of one customer in billing, both ended",
    ),
    (
        "WHEN runs_in_billing THEN 'billing_only'",
        "WHEN runs_in_billing AND NOT in_crm THEN 'billing_only'",
        "active in billing, cancelled in the CRM",
    ),
    ("coalesce(crm.state = 'active', false)", "crm.key IS NOT NULL", "active in billing, cancelled in the CRM"),
    # Keys.
    ("(k IS NULL AND bits & 8 = 0)", "(k IS NULL)", "out of scope and without a key in billing"),
    (
        "SELECT source_id FROM crm_read WHERE",
        "SELECT source_id FROM crm_read WHERE false AND",
        "without a key in the CRM",
    ),
    ("crm_shared UNION SELECT key FROM billing_shared", "billing_shared", "two records with one key in the CRM"),
    ("crm_shared UNION SELECT key FROM billing_shared", "crm_shared", "one record twice in billing"),
    # Folding.
    ("count(*) > count(DISTINCT source_id) OR", "", "one record twice in billing"),
    ("count(DISTINCT coalesce(field_mrr_currency, ''))", "min(0)", "mrr of two records in billing, in two currencies"),
    (
        "CAST(sum(TRY_CAST(field_mrr",
        "CAST(max(TRY_CAST(field_mrr",
        "mrr of two records in billing, their sum in the CRM",
    ),
    ("(state = 'active') = bool_or(state = 'active') OVER (PARTITION BY key)", "true", "one of them ended"),
    ("ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END,", "ORDER BY state DESC,", "one of them ended"),
    ("ORDER BY CASE WHEN state = 'active' THEN 0 ELSE 1 END,", "ORDER BY", "one of them ended"),
    ("max(changed_at) FILTER (WHERE pooled)", "min(changed_at)", "in billing alone, the second changed just now"),
    # Times.
    ("greatest(created_at, updated_at)", "created_at", "active in the CRM alone, its updated_at just now"),
    ("greatest(created_at, updated_at)", "updated_at", "active in the CRM alone, its created_at just now"),
    ("greatest(created_at, updated_at)", "least(created_at, updated_at)", "its created_at just now"),
    ("epoch_us(billing.changed_at)", "NULL", "active in billing alone, its created_at just now"),
    # What is told of it.
    ("billing.source_id AS billing_source_id", "crm.source_id AS billing_source_id", "unknown to the CRM"),
    ("crm.status AS crm_status", "crm.state || '!' AS crm_status", "active in the CRM, unknown to billing"),
    ("billing.field_mrr AS billing_amount", "crm.field_mrr AS billing_amount", "active in billing, unknown to the CRM"),
    ("concat_ws(' ', crm.field_mrr,", "concat_ws(' ', billing.field_mrr,", "mrr higher in the CRM by more than 0.01"),
]
"""What could be wrong in a statement, and one plant that must notice."""


@pytest.mark.parametrize(("old", "new", "noticed"), STATEMENTS)
def test_a_wrong_statement_is_noticed(bench, old, new, noticed):
    comparison = bench.plant(FULL, compare=bench.altered(old, new))

    assert not of(comparison).is_proof
    assert any(noticed in name for name in missed(comparison)), of(comparison).missed


def test_without_a_mistake_nothing_is_missed(bench):
    assert Planted(36, 36) == of(bench.plant(FULL))


@pytest.mark.parametrize("kind", Kind)
def test_a_kind_that_is_not_found_is_noticed(bench, kind):
    def blind(whole):
        return replace(whole, discrepancies=tuple(one for one in whole.discrepancies if one.kind is not kind))

    found = missed(bench.plant(DEMO, compare=bench.changed(blind)))

    assert {"not found"} == set(found.values())
    assert len(found) >= 7


@pytest.mark.parametrize("field", ["plan", "mrr"])
def test_a_field_that_is_not_compared_is_noticed(bench, field):
    def without(by):
        return replace(by, fields=tuple(rule for rule in by.fields if rule.name != field))

    found = missed(bench.plant(DEMO, compare=bench.by(without)))

    assert "not found" == found[f"{field} empty in billing"]
    assert {field} == {name.split()[0] for name in found}


@pytest.mark.parametrize(
    ("factor", "noticed"), [(10, "higher in billing by more than 0.01"), (0, "higher in billing by just 0.01")]
)
def test_another_tolerance_is_noticed(bench, factor, noticed):
    def tolerating(by):
        return replace(by, fields=tuple(replace(one, tolerance=one.tolerance * factor) for one in by.fields))

    assert f"mrr {noticed}" in missed(bench.plant(DEMO, compare=bench.by(tolerating)))


@pytest.mark.parametrize(
    ("folding", "noticed"),
    [
        (tuple(Side), "two records with one key in the CRM"),
        ((), "two records of one customer in billing alone, the second changed just now"),
    ],
    ids=["both", "neither"],
)
def test_folding_otherwise_than_the_settings_say_is_noticed(bench, folding, noticed):
    by = bench.by(lambda by: replace(by, reduce=dict.fromkeys(folding, True)))

    assert noticed in missed(bench.plant(DEMO, compare=by))


@pytest.mark.parametrize(
    ("kind", "noticed"), [("no_key", "without a key in the CRM"), ("duplicate_key", "one record twice in billing")]
)
def test_records_without_a_usable_key_that_are_not_listed_are_noticed(bench, kind, noticed):
    def blind(whole):
        return replace(whole, key_troubles=tuple(one for one in whole.key_troubles if one.kind != kind))

    assert "instead of" in missed(bench.plant(DEMO, compare=bench.changed(blind)))[noticed]


def test_a_record_that_is_listed_for_no_reason_is_noticed(bench):
    def seeing_ghosts(whole):
        agreeing = KeyTrouble(Side.CRM, whole.discrepancies[0].key + "00", None)
        return replace(whole, key_troubles=(*whole.key_troubles, agreeing))

    assert not of(bench.plant(DEMO, compare=bench.changed(seeing_ghosts))).is_proof


def each(change: Callable[[Discrepancy], Discrepancy]) -> Callable[[Comparison], Comparison]:
    return lambda whole: replace(whole, discrepancies=tuple(change(one) for one in whole.discrepancies))


def revalued(one: Discrepancy, change: Callable[[Amount], Amount]) -> Discrepancy:
    return replace(one, amounts={side: amount and change(amount) for side, amount in one.amounts.items()})


def swapped(one: Discrepancy) -> Discrepancy:
    return replace(one, fields=tuple(FieldDifference(each.name, each.billing, each.crm) for each in one.fields))


UNKNOWN = "active in billing, unknown to the CRM"
TEXT = "plan with another text"
FINDINGS = {
    "another cause": (lambda one: replace(one, cause=one.cause and Cause.DELETED), UNKNOWN, "found as"),
    "no fields": (lambda one: replace(one, fields=()), TEXT, "found in no field instead of plan"),
    "one field twice": (lambda one: replace(one, fields=one.fields * 2), TEXT, "found in plan, plan instead of plan"),
    "sides swapped": (swapped, TEXT, "found with another plan of crm"),
    "no ids": (lambda one: replace(one, source_ids={}), UNKNOWN, "found with another id of billing"),
    "no statuses": (lambda one: replace(one, statuses={}), UNKNOWN, "found with another status of billing"),
    "no times": (lambda one: replace(one, changed_at={}), UNKNOWN, "found with another time of billing"),
    "no amounts": (lambda one: replace(one, amounts={}), UNKNOWN, "it is said to cost nothing instead of 100 EUR"),
    "another currency": (
        lambda one: revalued(one, lambda amount: replace(amount, currency="CHF")),
        UNKNOWN,
        "it is said to cost 100.00 CHF instead of 100 EUR",
    ),
    "a cent more": (
        lambda one: revalued(one, lambda amount: replace(amount, value=amount.value + Decimal("0.01"))),
        UNKNOWN,
        "it is said to cost 100.01 EUR instead of 100 EUR",
    ),
}


@pytest.mark.parametrize(("change", "name", "what"), FINDINGS.values(), ids=FINDINGS)
def test_a_finding_that_says_something_else_is_noticed(bench, change, name, what):
    found = missed(bench.plant(DEMO, compare=bench.changed(each(change))))

    assert found[name].startswith(what)


def test_a_finding_that_is_told_twice_is_noticed(bench):
    found = bench.plant(
        DEMO, compare=bench.changed(lambda whole: replace(whole, discrepancies=whole.discrepancies * 2))
    )

    assert "found 2 times, and it was not planted like that" == missed(found)["a planted key"]


def test_a_finding_under_another_key_is_noticed(bench):
    change = each(lambda one: replace(one, key=f"{one.key}0"))

    assert "not found" == missed(bench.plant(DEMO, compare=bench.changed(change)))[UNKNOWN]


def test_a_row_in_the_wrong_bucket_is_noticed(bench):
    def compare(files, by):
        whole, places = bench.compare(files, by)
        return whole, tuple(
            replace(one, bucket="equal" if one.bucket == "counterpart" else one.bucket) for one in places
        )

    found = missed(bench.plant(DEMO, compare=compare))

    assert "counted under equal in billing instead of counterpart" == found["active in the CRM, cancelled in billing"]


def test_a_row_that_got_lost_is_noticed(bench):
    def compare(files, by):
        whole, places = bench.compare(files, by)
        return whole, places[1:]

    assert not of(bench.plant(DEMO, compare=compare)).is_proof
