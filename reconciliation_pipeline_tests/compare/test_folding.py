"""Several rows of one key become one, or are set apart: one rule a test."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.records import (
    Amount,
    Cause,
    FieldDifference,
    Side,
)
from reconciliation_pipeline_tests.compare.sides import (
    MRR,
    PLAN,
    amounts,
    buckets,
    customers,
    plans,
    record,
    rules,
)


class TestReduce:
    by = rules(PLAN, MRR, amount="mrr", reduce=[Side.BILLING])

    def test_rows_of_one_key_become_one_record_with_the_total(self, run):
        billing = [
            record("C1", source_id="1", plan="pro", mrr="49.00 EUR"),
            record("C1", source_id="2", plan="pro", mrr="10.5 EUR"),
        ]

        comparison = run([record("C1", plan="pro", mrr="59.50 EUR")], billing, self.by)

        assert ((), ()) == (comparison.discrepancies, comparison.key_troubles)
        assert {"equal": 1, "folded": 1} == buckets(comparison.balances[Side.BILLING])

    def test_a_key_is_active_when_any_of_its_rows_is_and_only_those_are_paid_for(self, run):
        billing = [
            record("C1", "cancelled", source_id="1", mrr="49.00 EUR", updated_at="2026-05-01T00:00:00+00:00"),
            record("C1", "active", source_id="2", mrr="10.00 EUR", updated_at="2026-01-01T00:00:00+00:00"),
        ]

        comparison = run([], billing, self.by)

        (difference,) = comparison.discrepancies
        assert {Side.BILLING: "2"} == difference.source_ids
        assert {Side.BILLING: Amount(Decimal("10.00"), "EUR")} == difference.amounts
        assert {Side.BILLING: datetime(2026, 1, 1, tzinfo=UTC)} == difference.changed_at

    def test_the_latest_state_speaks_when_no_row_is_active(self, run):
        billing = [
            record("C1", "cancelled", source_id="1", created_at="2026-01-01T00:00:00+00:00"),
            record("C1", "deleted", source_id="2", updated_at="2026-01-02T00:00:00+00:00"),
            record("C1", "archived", source_id="0"),
        ]

        comparison = run(customers(C1="active"), billing, self.by)

        assert Cause.DELETED == comparison.discrepancies[0].cause
        assert {"counterpart": 1, "folded": 2} == buckets(comparison.balances[Side.BILLING])

    def test_the_smallest_source_id_speaks_among_equals(self, run):
        billing = [record("C1", source_id=number, plan=f"plan {number}") for number in ("3", "10", "2")]

        comparison = run(plans(C1="pro"), billing, self.by)

        assert (FieldDifference("plan", "pro", "plan 10"),) == comparison.discrepancies[0].fields

    def test_a_row_added_just_now_makes_the_record_young_even_where_nothing_is_ever_updated(self, run):
        billing = [
            record("C1", source_id="1", created_at="2020-01-01T00:00:00+00:00"),
            record("C1", source_id="2", created_at="2026-11-22T03:50:00+00:00"),
        ]

        comparison = run([], billing, self.by)

        assert {Side.BILLING: datetime(2026, 11, 22, 3, 50, tzinfo=UTC)} == comparison.discrepancies[0].changed_at

    @pytest.mark.parametrize(
        ("total", "parts"),
        [
            ("98.00 EUR", ["49.00 EUR", "49.00 EUR"]),
            ("98.000 EUR", ["49.00 EUR", "49.000 EUR"]),
            ("1000 JPY", ["500 JPY", "500 JPY"]),
            ("0.3 EUR", ["0.1 EUR", "0.2 EUR"]),
            ("100.00 EUR", ["99.99 EUR", "0.01 EUR"]),
            ("0.00 EUR", ["5.00 EUR", "-5.00 EUR"]),
            ("49.00 EUR", ["49.00 EUR", None]),
            ("49.00 EUR", [None, "49.00 EUR"]),
            (None, [None, None]),
        ],
    )
    def test_a_total_is_exact_and_written_like_its_parts(self, run, total, parts):
        billing = [record("C1", source_id=str(number), mrr=part) for number, part in enumerate(parts)]

        comparison = run(amounts(C1="7.77 EUR"), billing, self.by)

        assert (FieldDifference("mrr", "7.77 EUR", total),) == comparison.discrepancies[0].fields

    @pytest.mark.parametrize(
        "parts",
        [["49.00 EUR", "49.00 USD"], ["49.00 EUR", "49.00"], ["much EUR", "49.00 EUR"]],
    )
    def test_amounts_that_cannot_be_added_leave_the_key_shared(self, run, parts):
        billing = [record("C1", source_id=str(number), mrr=part) for number, part in enumerate(parts)]

        comparison = run(amounts(C1="49.00 EUR"), billing, self.by)

        assert () == comparison.discrepancies
        assert {"duplicate_key": 1} == buckets(comparison.balances[Side.CRM])
        assert {"duplicate_key": 2} == buckets(comparison.balances[Side.BILLING])
        assert [Side.BILLING] * 2 == [trouble.side for trouble in comparison.key_troubles]

    def test_another_currency_on_a_cancelled_row_is_no_trouble(self, run):
        billing = [
            record("C1", source_id="1", mrr="49.00 EUR"),
            record("C1", "cancelled", source_id="2", mrr="49.00 USD"),
        ]

        assert () == run(amounts(C1="49.00 EUR"), billing, self.by).discrepancies

    def test_one_source_id_served_twice_is_never_added_up(self, run):
        billing = [record("C1", source_id="1", mrr="49.00 EUR"), record("C1", source_id="1", mrr="49.00 EUR")]

        comparison = run(amounts(C1="98.00 EUR"), billing, self.by)

        assert {"duplicate_key": 2} == buckets(comparison.balances[Side.BILLING])

    def test_a_key_shared_on_the_other_side_is_not_folded_here(self, run):
        crm = [record("C1", source_id="1"), record("C1", source_id="2")]
        billing = [record("C1", source_id="3"), record("C1", source_id="4")]

        comparison = run(crm, billing, self.by)

        assert {"duplicate_key": 2} == buckets(comparison.balances[Side.BILLING])
        assert ["1", "2"] == [trouble.source_id for trouble in comparison.key_troubles]

    def test_records_without_a_key_are_never_folded(self, run):
        billing = [record(None, source_id="1"), record("", source_id="2")]

        assert {"no_key": 2} == buckets(run([], billing, self.by).balances[Side.BILLING])
