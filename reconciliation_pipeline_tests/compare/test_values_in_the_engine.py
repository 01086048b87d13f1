"""Which moments, numbers and words are the same: a table a rule."""

from dataclasses import replace
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.records import FieldDifference, Side
from reconciliation_pipeline.domain.rules import DateRule, FieldRule, Precision, Reading, Space, Spelling
from reconciliation_pipeline_tests.compare.outcomes import CONFLICT, EQUAL, FORMAT, UNKNOWN, Case, wrong
from reconciliation_pipeline_tests.compare.sides import buckets, plans, record, rules

BERLIN = "Europe/Berlin"
FIRST, SECOND = "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"
"""Half past two in the night in which that hour comes twice."""


def _date(precision: Precision = Precision.MICROSECOND, *formats: str, zone: str = BERLIN) -> FieldRule:
    return FieldRule("began", reading=Reading.DATE, date=DateRule(zone, precision, formats))


def test_a_moment_is_the_same_in_every_zone(run):
    table = [
        (FIRST, "2026-10-25T00:30:00Z", EQUAL),
        (FIRST, "2026-10-25t00:30:00.000z", EQUAL),
        (FIRST, " 2026-10-25 00:30Z\u00a0", EQUAL),
        (SECOND, "2026-10-24T20:30:00-0500", EQUAL),
        ("2026-07-01T12:00:00", "2026-07-01T10:00:00+00", EQUAL),
        ("2026-01-01T12:00:00", "2026-01-01T11:00:00Z", EQUAL),
        ("2026-07-01", "2026-06-30T22:00:00Z", EQUAL),
        ("2026-07-01T12:00:00", "2026-07-01T12:00:00Z", CONFLICT),
        ("2026-07-01T10:00:00.000001Z", "2026-07-01T10:00:00Z", CONFLICT),
        ("2026-07-01T10:00:00.1234569Z", "2026-07-01T10:00:00.123456Z", EQUAL),
        ("2026-07-01T10:00:00.5Z", "2026-07-01T10:00:00.500Z", EQUAL),
        ("1969-12-31T23:59:59Z", "1970-01-01T00:59:59", EQUAL),
        ("2026-02-30", "2026-03-02", CONFLICT),
        ("soon", "SOON", FORMAT),
        ("soon", "2026-07-01", CONFLICT),
        ("", None, FORMAT),
    ]
    assert [] == wrong(run, _date(), table)


@pytest.mark.parametrize(
    ("precision", "outcome"),
    [
        (Precision.DAY, EQUAL),
        (Precision.HOUR, CONFLICT),
        (Precision.MINUTE, CONFLICT),
        (Precision.SECOND, CONFLICT),
        (Precision.MICROSECOND, CONFLICT),
    ],
)
def test_two_instants_of_one_local_hour_are_one_day_and_no_hour(run, precision, outcome):
    assert [] == wrong(run, _date(precision), [(FIRST, SECOND, outcome)])


@pytest.mark.parametrize(
    ("precision", "start", "inside", "before"),
    [
        (Precision.DAY, "2026-07-01T00:00:00", "2026-07-01T23:59:59.999999", "2026-06-30T23:59:59.999999"),
        (Precision.DAY, "2026-06-30T22:00:00Z", "2026-07-01T21:59:59Z", "2026-06-30T21:59:59Z"),
        (Precision.HOUR, "2026-07-01T10:00:00", "2026-07-01T10:59:59.999999", "2026-07-01T09:59:59.999999"),
        (Precision.MINUTE, "2026-07-01T10:10:00", "2026-07-01T10:10:59.999999", "2026-07-01T10:09:59.999999"),
        (Precision.SECOND, "2026-07-01T10:10:10", "2026-07-01T10:10:10.999999", "2026-07-01T10:10:09.999999"),
        (Precision.SECOND, "1969-12-31T23:59:58Z", "1969-12-31T23:59:58.5Z", "1969-12-31T23:59:57.5Z"),
    ],
)
def test_a_moment_is_cut_and_never_rounded(run, precision, start, inside, before):
    assert [] == wrong(run, _date(precision), [(start, inside, EQUAL), (start, before, CONFLICT)])


def test_a_text_is_read_by_the_first_format_that_reads_it(run):
    table = [
        ("25.10.2026", "2026-10-25", EQUAL),
        ("5.1.2026", "2026-01-05", EQUAL),
        ("1792888200", FIRST, EQUAL),
        ("-1", "1969-12-31T23:59:59Z", EQUAL),
        ("0", "1970-01-01T01:00:00", EQUAL),
        ("99999999999", "5138-11-16T09:46:39Z", EQUAL),
        ("99999999999999", "2026-10-25", CONFLICT),
        ("1792888200.0", "1792888200", CONFLICT),
        ("31.02.2026", "2026-03-03", CONFLICT),
        ("10/25/2026", "2026-10-25", CONFLICT),
    ]
    assert [] == wrong(run, _date(Precision.SECOND, "epoch", "%d.%m.%Y"), table)


def test_a_count_of_milliseconds_is_exact(run):
    table = [
        ("1792888200123", "2026-10-25T00:30:00.123Z", EQUAL),
        ("1792888200123", "1792888200124", CONFLICT),
        ("-1", "1969-12-31T23:59:59.999Z", EQUAL),
    ]
    assert [] == wrong(run, _date(Precision.MICROSECOND, "epoch_ms"), table)


@pytest.mark.parametrize("name", ["seats", "mrr"])
def test_a_number_agrees_up_to_its_tolerance_and_not_one_step_beyond(run, name):
    table = [
        ("3", "3.5", EQUAL),
        ("3.5", "3", EQUAL),
        ("-3", "-3.5", EQUAL),
        ("0.25", "-0.25", EQUAL),
        ("3", "3.5000000001", CONFLICT),
        ("3.5000000001", "3", CONFLICT),
        ("-3", "-3.5000000001", CONFLICT),
        ("9" * 27, "9" * 26 + "8.5", EQUAL),
        ("9" * 27, "-" + "9" * 27, CONFLICT),
        ("1" + "0" * 40, "1" + "0" * 40, EQUAL),
        ("1" + "0" * 40, "1" + "0" * 39 + "1", CONFLICT),
        ("0", None, CONFLICT),
        ("few", "few", EQUAL),
        ("few", "FEW", CONFLICT),
        ("1e2", "100", EQUAL),
    ]
    rule = FieldRule(name, numeric=True, money=name == "mrr", tolerance=Decimal("0.5"))
    assert [] == wrong(run, rule, table)


def test_a_number_agrees_up_to_a_share_of_the_larger_one(run):
    table = [
        ("1000", "999", EQUAL),
        ("999", "1000", EQUAL),
        ("1000", "998.9999999999", CONFLICT),
        ("-1000", "-999", EQUAL),
        ("-1000", "-998.9999999999", CONFLICT),
        ("1000", "1001.0010010010", EQUAL),
        ("1000", "1001.0010010011", CONFLICT),
        ("0", "0.0000000001", CONFLICT),
        ("0", "-0", EQUAL),
        ("9" * 20, "9" * 17 + "000", EQUAL),
        ("1", "-1", CONFLICT),
    ]
    assert [] == wrong(run, FieldRule("seats", numeric=True, relative=Decimal("0.001")), table)


def test_either_tolerance_is_enough(run):
    table: list[Case] = [("1", "1.5", EQUAL), ("1000", "1001", EQUAL), ("100", "100.6", CONFLICT)]
    rule = FieldRule("seats", numeric=True, tolerance=Decimal("0.5"), relative=Decimal("0.001"))
    assert [] == wrong(run, rule, table)


def test_an_amount_is_nothing_without_its_currency(run):
    table = [
        ("49.00 EUR", "49 EUR", EQUAL),
        ("49.00 EUR", "49.00 USD", CONFLICT),
        ("49.00 EUR", "49.00", CONFLICT),
        ("49.00", "49", EQUAL),
        ("few EUR", "few EUR", EQUAL),
        ("few EUR", "few USD", CONFLICT),
    ]
    assert [] == wrong(run, FieldRule("mrr", numeric=True, money=True), table)


@pytest.mark.parametrize(
    ("crm", "billing"),
    [
        ({"mrr": "few EUR"}, {"mrr": "few", "mrr_currency": "EUR"}),
        ({"mrr": "5"}, {"mrr": "5", "mrr_currency": ""}),
        ({"mrr": "R few", "mrr_currency": "EU"}, {"mrr": " few", "mrr_currency": "EUR"}),
    ],
)
def test_no_amount_passes_for_another_with_a_currency(run, crm, billing):
    """What the digest of a record says is as good as what the statement says."""
    left, right = (replace(record("C1"), values=values) for values in (crm, billing))

    assert 1 == len(run([left], [right], rules(FieldRule("mrr", numeric=True, money=True))).discrepancies)


WORDS = {Side.CRM: {"Gold": "premium", "Silver": "basic"}, Side.BILLING: {"P1": "premium", "P2": "basic"}}


def test_a_word_means_what_its_side_says_and_one_that_nobody_explained_means_nothing(run):
    table = [
        ("Gold", "P1", EQUAL),
        ("Gold", "P2", CONFLICT),
        ("Gold", None, CONFLICT),
        (None, None, EQUAL),
        ("Gold", "P9", UNKNOWN),
        ("gold", "P1", UNKNOWN),
        ("Gold ", "P1", UNKNOWN),
        ("premium", "P1", UNKNOWN),
        ("Gold", "premium", UNKNOWN),
        ("x", "x", UNKNOWN),
        ("x", None, UNKNOWN),
        ("", "P1", UNKNOWN),
    ]
    assert [] == wrong(run, FieldRule("tier", words=WORDS), table)


def test_a_side_without_words_uses_the_meanings_and_spelling_holds_for_words_too(run):
    table = [
        ("gold ", "PREMIUM", EQUAL),
        ("GOLD", "basic", CONFLICT),
        ("Gold", "Gold", UNKNOWN),
        ("", None, EQUAL),
    ]
    spelling = Spelling(ignore_case=True, space=Space.TRIM, empty_is_null=True)
    assert [] == wrong(run, FieldRule("tier", words={Side.CRM: WORDS[Side.CRM]}, spelling=spelling), table)


def test_each_side_that_holds_an_unknown_word_is_troubled_by_it_and_its_record_accused_of_nothing(run):
    by = rules(FieldRule("tier", words=WORDS), FieldRule("plan"))
    crm = [record("C1", tier="x", plan="a"), record("C2", tier="x"), record("C3", "cancelled", tier="x")]
    billing = [record("C1", tier="y", plan="b"), record("C2", tier="P1"), record("C3", "cancelled", tier="P1")]

    comparison = run(crm, billing, by)

    assert () == comparison.discrepancies
    assert (
        KeyTrouble(Side.BILLING, "id-C1", "C1", "tier", "y"),
        KeyTrouble(Side.CRM, "id-C1", "C1", "tier", "x"),
        KeyTrouble(Side.CRM, "id-C2", "C2", "tier", "x"),
    ) == comparison.key_troubles
    assert {"unknown_value": 2, "out_of_scope": 1} == buckets(comparison.balances[Side.BILLING])


@pytest.mark.parametrize("name", ["plan", "seats", "mrr"])
def test_two_missing_values_of_a_field_that_was_never_empty_do_not_agree(run, name):
    rule = FieldRule(name, numeric=name != "plan", money=name == "mrr")

    assert [] == wrong(run, rule, [(None, None, CONFLICT), ("5", "5", EQUAL), ("5", None, CONFLICT)], never_empty=True)
    assert [] == wrong(run, rule, [(None, None, EQUAL)])


def test_one_difference_among_many_rows_is_found(run):
    same = {f"C{number}": "pro" for number in range(5_000)}

    comparison = run(plans(**same), plans(**{**same, "C4321": "basic"}), rules(FieldRule("plan")))

    assert ["C4321"] == [one.key for one in comparison.discrepancies]
    assert {"equal": 4_999, "conflict": 1} == buckets(comparison.balances[Side.CRM])


def test_a_record_with_one_real_conflict_shows_what_differs_in_format_beside_it(run):
    by = rules(FieldRule("plan"), FieldRule("town"))

    comparison = run([record("C1", plan="pro", town="a")], [record("C1", plan="Pro", town="b")], by)

    assert () == comparison.format_only
    assert (
        FieldDifference("plan", "pro", "Pro", format_only=True),
        FieldDifference("town", "a", "b"),
    ) == comparison.discrepancies[0].fields
