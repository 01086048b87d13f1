"""Which record is accused of what, one rule a test."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconciliation_pipeline.compare.engine import compare
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.records import Amount, Cause, FieldDifference, Kind, Side
from reconciliation_pipeline_tests.compare.sides import (
    MRR,
    PLAN,
    SEATS,
    amounts,
    buckets,
    customers,
    found,
    plans,
    record,
    rules,
    write,
)

KEYS_ONLY = rules()
WITH_PLAN = rules(PLAN)
WITH_SEATS = rules(SEATS)
WITH_MRR = rules(MRR, amount="mrr")


class TestPairs:
    def test_records_active_on_both_sides_agree(self, run):
        comparison = run(customers(C1="active"), customers(C1="active"), KEYS_ONLY)

        assert () == comparison.discrepancies
        assert {"equal": 1} == buckets(comparison.balances[Side.CRM]) == buckets(comparison.balances[Side.BILLING])

    @pytest.mark.parametrize(
        ("kind", "side", "crm", "billing"),
        [
            (Kind.CRM_ONLY, Side.CRM, customers(C1="active"), []),
            (Kind.BILLING_ONLY, Side.BILLING, [], customers(C1="active")),
        ],
    )
    def test_a_record_nobody_else_has_is_unknown_there(self, run, kind, side, crm, billing):
        comparison = run(crm, billing, KEYS_ONLY)

        (difference,) = comparison.discrepancies
        assert (kind, "C1", Cause.UNKNOWN) == (difference.kind, difference.key, difference.cause)
        assert {side: "id-C1"} == difference.source_ids
        assert {"one_sided": 1} == buckets(comparison.balances[side])
        assert {} == buckets(comparison.balances[side.other])

    @pytest.mark.parametrize("state", ["cancelled", "deleted", "archived", "out_of_scope"])
    @pytest.mark.parametrize("stopped", list(Side))
    def test_a_record_stopped_on_one_side_names_that_state_as_the_cause(self, run, stopped, state):
        sides = {stopped: customers(C1=state), stopped.other: customers(C1="active")}

        comparison = run(sides[Side.CRM], sides[Side.BILLING], KEYS_ONLY)

        (difference,) = comparison.discrepancies
        assert (f"{stopped.other}_only", state) == (difference.kind, difference.cause)
        assert {stopped: state, stopped.other: "active"} == difference.statuses
        assert {"counterpart": 1} == buckets(comparison.balances[stopped])
        assert {"one_sided": 1} == buckets(comparison.balances[stopped.other])

    def test_nobody_is_accused_when_neither_side_is_active(self, run):
        comparison = run(customers(C1="cancelled", C2="deleted"), customers(C1="archived"), WITH_PLAN)

        assert () == comparison.discrepancies
        assert {"out_of_scope": 2} == buckets(comparison.balances[Side.CRM])
        assert {"out_of_scope": 1} == buckets(comparison.balances[Side.BILLING])

    def test_a_stopped_record_is_not_compared_field_by_field(self, run):
        comparison = run([record("C1", "cancelled", plan="pro")], [record("C1", plan="basic")], WITH_PLAN)

        assert [("billing_only", "C1")] == found(comparison)
        assert () == comparison.discrepancies[0].fields

    def test_two_empty_sides_agree(self, run):
        comparison = run([], [], WITH_MRR)

        assert () == comparison.discrepancies
        assert {side: SideBalance(*[0] * 9) for side in Side} == comparison.balances

    def test_differences_are_ordered_by_kind_and_key(self, run):
        crm = [*customers(B="active", A="active", Z="cancelled"), *plans(D="x", C="x")]
        billing = [*customers(Z="active", Y="active"), *plans(C="y", D="y")]

        expected = [
            ("billing_only", "Y"),
            ("billing_only", "Z"),
            ("crm_only", "A"),
            ("crm_only", "B"),
            ("value_conflict", "C"),
            ("value_conflict", "D"),
        ]
        assert expected == found(run(crm, billing, WITH_PLAN))


class TestKeys:
    @pytest.mark.parametrize(
        ("crm", "billing"),
        [
            ("007", "7"),
            ("7", "7.0"),
            ("c1", "C1"),
            ("C 1", "C  1"),
            ("C1", "C1\u200b"),
            ("é", "e\u0301"),
            ("a\0b", "a"),
        ],
    )
    def test_keys_pair_byte_for_byte_only(self, run, crm, billing):
        comparison = run([record(crm)], [record(billing)], KEYS_ONLY)

        assert [("billing_only", billing), ("crm_only", crm)] == found(comparison)

    @pytest.mark.parametrize(
        "key",
        [
            'O\'Neil "x"; --',
            "🦆",
            "C 1",
            "tab\there",
            "new\nline",
            "a\0b",
            "K" * 100_000,
            "NULL",
            "null",
            "\\N",
            "$1 ?",
        ],
    )
    def test_a_key_of_any_characters_pairs_with_itself(self, run, key):
        comparison = run(plans(**{key: "a"}), plans(**{key: "b"}), WITH_PLAN)

        assert [("value_conflict", key)] == found(comparison)

    def test_records_without_a_key_never_meet(self, run):
        crm = [record(None, source_id="1"), record("", source_id="2"), record("C1")]
        billing = [record(None, "cancelled", source_id="3"), record("C1")]

        comparison = run(crm, billing, KEYS_ONLY)

        assert () == comparison.discrepancies
        assert {"no_key": 2, "equal": 1} == buckets(comparison.balances[Side.CRM])
        assert {"no_key": 1, "equal": 1} == buckets(comparison.balances[Side.BILLING])
        assert (
            KeyTrouble(Side.BILLING, "3", None),
            KeyTrouble(Side.CRM, "1", None),
            KeyTrouble(Side.CRM, "2", None),
        ) == comparison.key_troubles

    def test_a_shared_key_accuses_nobody_on_either_side(self, run):
        crm = [record("C1", source_id="1"), record("C1", "cancelled", source_id="2")]

        comparison = run(crm, customers(C1="active"), WITH_PLAN)

        assert () == comparison.discrepancies
        assert {"duplicate_key": 2} == buckets(comparison.balances[Side.CRM])
        assert {"duplicate_key": 1} == buckets(comparison.balances[Side.BILLING])

    def test_only_the_side_that_shares_a_key_is_troubled_by_it(self, run):
        crm = [record("C1", source_id="1"), record("C1", source_id="2")]

        comparison = run(crm, customers(C1="active"), KEYS_ONLY)

        assert (KeyTrouble(Side.CRM, "1", "C1"), KeyTrouble(Side.CRM, "2", "C1")) == comparison.key_troubles

    def test_duplicates_never_multiply_rows(self, run):
        crm = [record("C1", source_id=str(number)) for number in range(50)]
        billing = [record("C1", source_id=str(number)) for number in range(40)]

        comparison = run([*crm, *customers(C2="active")], [*billing, *customers(C2="active")], KEYS_ONLY)

        assert {"duplicate_key": 50, "equal": 1} == buckets(comparison.balances[Side.CRM])
        assert {"duplicate_key": 40, "equal": 1} == buckets(comparison.balances[Side.BILLING])
        assert 90 == len(comparison.key_troubles)


class TestFields:
    @pytest.mark.parametrize(
        ("crm", "billing"),
        [("pro", "basic"), ("pro", "pro+"), ("pro", None), (None, "pro"), ("49.0", "49.01"), ("é", "e")],
    )
    def test_texts_that_are_not_the_same_differ(self, run, crm, billing):
        comparison = run(plans(C1=crm), plans(C1=billing), WITH_PLAN)

        assert (FieldDifference("plan", crm, billing),) == comparison.discrepancies[0].fields
        assert {"conflict": 1} == buckets(comparison.balances[Side.CRM]) == buckets(comparison.balances[Side.BILLING])

    @pytest.mark.parametrize(
        ("crm", "billing"),
        [("pro", "Pro"), ("pro", "pro "), (None, ""), ("49.0", "49.00"), ("é", "e\u0301")],
    )
    def test_texts_that_mean_the_same_differ_in_their_format_only(self, run, crm, billing):
        comparison = run(plans(C1=crm), plans(C1=billing), WITH_PLAN)

        fields = (FieldDifference("plan", crm, billing, format_only=True),)
        assert () == comparison.discrepancies
        assert (FormatDifference("C1", fields),) == comparison.format_only
        assert (
            {"format_only": 1} == buckets(comparison.balances[Side.CRM]) == buckets(comparison.balances[Side.BILLING])
        )

    @pytest.mark.parametrize("plan", ["pro", "", None, "🦆", "it's"])
    def test_the_same_text_agrees_and_absent_agrees_with_absent(self, run, plan):
        assert () == run(plans(C1=plan), plans(C1=plan), WITH_PLAN).discrepancies

    @pytest.mark.parametrize(
        ("crm", "billing"),
        [("3", "3.000"), ("3", "3.5"), ("3.5", "3"), ("-0.25", "0.25"), ("0", "-0"), (None, None), ("few", "few")],
    )
    def test_numbers_within_the_tolerance_agree(self, run, crm, billing):
        assert () == run([record("C1", seats=crm)], [record("C1", seats=billing)], WITH_SEATS).discrepancies

    @pytest.mark.parametrize(
        ("crm", "billing"),
        [
            ("3", "3.5000000001"),
            ("3.5000000001", "3"),
            ("0", None),
            (None, "0"),
            ("few", "3"),
            ("few", "many"),
            ("9999999999999999999999999999", "-9999999999999999999999999999"),
            ("1" + "0" * 40, "2" + "0" * 40),
        ],
    )
    def test_numbers_beyond_the_tolerance_differ(self, run, crm, billing):
        comparison = run([record("C1", seats=crm)], [record("C1", seats=billing)], WITH_SEATS)

        assert (FieldDifference("seats", crm, billing),) == comparison.discrepancies[0].fields

    def test_numbers_are_not_floats(self, run):
        big = "12345678901234567.1"
        crm, billing = record("C1", seats=big), record("C1", seats=big.replace(".1", ".7"))

        assert [("value_conflict", "C1")] == found(run([crm], [billing], WITH_SEATS))

    @pytest.mark.parametrize(
        ("crm", "billing"),
        [("49.00 EUR", "49.0 EUR"), ("49.00 EUR", "49.01 EUR"), ("500 JPY", "500 JPY"), (None, None)],
    )
    def test_amounts_of_one_currency_within_the_tolerance_agree(self, run, crm, billing):
        assert () == run(amounts(C1=crm), amounts(C1=billing), WITH_MRR).discrepancies

    @pytest.mark.parametrize(
        ("crm", "billing"),
        [("49.00 EUR", "49.0100000001 EUR"), ("49.00 EUR", "49.00 USD"), ("49.00 EUR", None), ("0 EUR", None)],
    )
    def test_amounts_are_shown_with_their_currency_when_they_differ(self, run, crm, billing):
        comparison = run(amounts(C1=crm), amounts(C1=billing), WITH_MRR)

        assert (FieldDifference("mrr", crm, billing),) == comparison.discrepancies[0].fields

    def test_an_amount_without_a_currency_differs_from_one_with_it(self, run):
        comparison = run([record("C1", mrr="49.00")], amounts(C1="49.00 EUR"), WITH_MRR)

        assert (FieldDifference("mrr", "49.00", "49.00 EUR"),) == comparison.discrepancies[0].fields

    def test_a_currency_without_an_amount_says_nothing(self, run):
        assert () == run([record("C1", mrr_currency="EUR")], [record("C1")], WITH_MRR).discrepancies

    def test_every_differing_field_is_named_and_no_other(self, run):
        crm = record("C1", plan="pro", seats="3", mrr="49.00 EUR")
        billing = record("C1", plan="basic", seats="3.1", mrr="59.00 EUR")

        comparison = run([crm], [billing], rules(PLAN, SEATS, MRR))

        assert (
            FieldDifference("plan", "pro", "basic"),
            FieldDifference("mrr", "49.00 EUR", "59.00 EUR"),
        ) == comparison.discrepancies[0].fields

    def test_a_mapped_field_that_is_not_compared_accuses_nobody(self, run):
        assert () == run(amounts(C1="49.00 EUR"), amounts(C1="59.00 EUR"), rules(amount="mrr")).discrepancies


class TestAmountsAndAges:
    def test_each_side_says_what_its_record_costs(self, run):
        comparison = run([record("C1", "cancelled")], amounts(C1="49.00 EUR"), WITH_MRR)

        expected = {Side.CRM: None, Side.BILLING: Amount(Decimal("49.00"), "EUR")}
        assert expected == comparison.discrepancies[0].amounts

    def test_a_side_that_carries_no_amount_has_none(self, tmp_path):
        by = rules(PLAN, amount="mrr")
        sides = SnapshotFiles(
            crm=write(tmp_path / "crm.parquet", plans(C1="a"), [PLAN]),
            billing=write(tmp_path / "billing.parquet", [record("C1", plan="b", mrr="5 EUR")], [PLAN, MRR]),
        )

        (difference,) = compare(sides, by).discrepancies

        assert {Side.CRM: None, Side.BILLING: Amount(Decimal(5), "EUR")} == difference.amounts

    @pytest.mark.parametrize("amount", ["NaN", "much", "Infinity"])
    def test_an_amount_that_is_no_number_is_none(self, run, amount):
        comparison = run([], [record("C1", mrr=amount, mrr_currency="EUR")], WITH_MRR)

        assert {Side.BILLING: None} == comparison.discrepancies[0].amounts

    @pytest.mark.parametrize(
        ("created", "updated", "expected"),
        [
            (None, None, None),
            ("2026-01-01T00:00:00+00:00", None, datetime(2026, 1, 1, tzinfo=UTC)),
            (None, "2026-01-01T00:00:00+00:00", datetime(2026, 1, 1, tzinfo=UTC)),
            ("2026-01-01T00:00:00+00:00", "2025-01-01T00:00:00+00:00", datetime(2026, 1, 1, tzinfo=UTC)),
            (None, "2026-10-25T02:30:00+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
            (None, "2026-10-25T02:30:00+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
            (None, "2026-03-29T03:00:00+02:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
            (None, "2024-02-29T23:59:59.999999-12:00", datetime(2024, 3, 1, 11, 59, 59, 999999, tzinfo=UTC)),
        ],
    )
    def test_a_record_changed_at_the_later_of_its_times_in_utc(self, run, created, updated, expected):
        comparison = run([record("C1", created_at=created, updated_at=updated)], [], KEYS_ONLY)

        changed = comparison.discrepancies[0].changed_at
        assert {Side.CRM: expected} == changed
        assert expected is None or UTC is changed[Side.CRM].tzinfo
