"""Which spellings of a key are one key: a rule a test."""

import pytest

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import KeyRule
from reconciliation_pipeline_tests.compare.sides import PLAN, buckets, found, record

BOTH_C = dict.fromkeys(Side, "C-")
EACH = {Side.CRM: "C-", Side.BILLING: "B-"}


def _by(rule: KeyRule, *reduce: Side) -> ComparisonRules:
    return ComparisonRules((PLAN,), None, dict.fromkeys(reduce, True), rule)


@pytest.mark.parametrize(
    ("rule", "crm", "billing", "key"),
    [
        (KeyRule(), "C1", "C1", "C1"),
        (KeyRule(compose=True), "e\u0301", "\u00e9", "\u00e9"),
        (KeyRule(trim=True), "\u00a0C1\t", " C1", "C1"),
        (KeyRule(trim=True), "a b", "a b\u3000", "a b"),
        (KeyRule(ignore_case=True), "C1", "c1", "c1"),
        (KeyRule(ignore_case=True), "STRAẞE", "straße", "straße"),
        (KeyRule(prefixes={Side.CRM: "C-"}), "C-1", "1", "1"),
        (KeyRule(prefixes={Side.CRM: "C-"}), "1", "1", "1"),
        (KeyRule(prefixes=EACH), "C-1", "B-1", "1"),
        (KeyRule(prefixes=BOTH_C), "C-C-1", "C-C-1", "C-1"),
        (KeyRule(prefixes=BOTH_C, ignore_case=True), "c-1", "C-1", "1"),
        (KeyRule(prefixes={Side.CRM: "C "}, trim=True, ignore_case=True), " c 12", "12", "12"),
        (KeyRule(prefixes={Side.CRM: "e\u0301"}, compose=True), "\u00e912", "12", "12"),
        (KeyRule(prefixes={Side.CRM: "it's"}), "it's1", "1", "1"),
        (KeyRule(suffixes={Side.BILLING: "-x"}), "1", "1-x", "1"),
        (KeyRule(suffixes={Side.BILLING: " e\u0301"}, compose=True, trim=True), "1", "1 \u00e9", "1"),
        (KeyRule(prefixes=BOTH_C, suffixes={Side.BILLING: "-x"}), "C-1", "C-1-x", "1"),
        (KeyRule(ignore_zeros=True), "0012", "12", "12"),
        (KeyRule(ignore_zeros=True), "000", "0", "0"),
        (KeyRule(ignore_zeros=True), "00-1", "-1", "-1"),
        (KeyRule(ignore_zeros=True, prefixes={Side.CRM: "C-"}), "C-0012", "12", "12"),
        (KeyRule(aliases={"K-1": "K-9"}), "K-1", "K-9", "K-9"),
        (KeyRule(aliases={"K-1": "K-9"}), "K-9", "K-1", "K-9"),
        (KeyRule(aliases={"K-1": "K-9", "K-2": "K-9"}), "K-1", "K-2", "K-9"),
        (KeyRule(aliases={"k-01": "K-9"}, ignore_case=True, trim=True), " K-01", "k-9", "k-9"),
        (KeyRule(aliases={"C-1": "C-9"}, prefixes=EACH), "C-1", "B-9", "9"),
        (KeyRule(aliases={"B-1": "B-9"}, prefixes=EACH), "C-1", "B-9", "9"),
        (KeyRule(aliases={"1": "9"}, prefixes=EACH), "C-9", "B-1", "9"),
        (KeyRule(aliases={"C-1": "B-9"}, prefixes=EACH, ignore_zeros=True), "C-001", "B-09", "9"),
    ],
)
def test_two_spellings_of_a_key_meet_under_its_canonical_one(run, rule, crm, billing, key):
    comparison = run([record(crm, plan="a")], [record(billing, plan="b")], _by(rule))

    assert [("value_conflict", key)] == found(comparison)


@pytest.mark.parametrize(
    ("rule", "crm", "billing"),
    [
        (KeyRule(trim=True), "a b", "a  b"),
        (KeyRule(ignore_case=True), "STRASSE", "straße"),
        (KeyRule(prefixes={Side.CRM: "C-"}), "1", "C-1"),
        (KeyRule(prefixes={Side.CRM: "C-"}), "c-1", "1"),
        (KeyRule(prefixes={Side.CRM: "C-"}), " C-1", "1"),
        (KeyRule(suffixes={Side.BILLING: "-x"}), "1-x", "1"),
        (KeyRule(ignore_zeros=True), "X-0012", "X-12"),
        (KeyRule(ignore_zeros=True), "120", "12"),
        (KeyRule(aliases={"K-1": "K-9"}), "K-1", "K-1 "),
        (KeyRule(aliases={"K-1": "K-9"}), "k-1", "K-9"),
    ],
)
def test_what_no_rule_is_about_keeps_keys_apart(run, rule, crm, billing):
    assert {"crm_only", "billing_only"} == {kind for kind, _ in found(run([record(crm)], [record(billing)], _by(rule)))}


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (KeyRule(trim=True), " \u00a0"),
        (KeyRule(prefixes={Side.CRM: "C-"}), "C-"),
        (KeyRule(suffixes={Side.CRM: "-x"}), "-x"),
        (KeyRule(prefixes={Side.CRM: "C-"}, suffixes={Side.CRM: "-x"}, ignore_zeros=True), "C--x"),
    ],
)
def test_a_key_of_which_nothing_is_left_is_no_key(run, rule, key):
    comparison = run([record(key, source_id="1"), record(key, "out_of_scope", "2")], [], _by(rule))

    assert (KeyTrouble(Side.CRM, "1", None),) == comparison.key_troubles
    assert {"no_key": 1, "out_of_scope": 1} == buckets(comparison.balances[Side.CRM])


@pytest.mark.parametrize("reduce", [(), (Side.CRM,), tuple(Side)])
@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        (KeyRule(compose=True), "e\u0301", "\u00e9"),
        (KeyRule(trim=True), "1", "1 "),
        (KeyRule(ignore_case=True), "a", "A"),
        (KeyRule(prefixes=BOTH_C), "C-1", "1"),
        (KeyRule(suffixes={Side.CRM: "-x"}), "1-x", "1"),
        (KeyRule(ignore_zeros=True), "01", "1"),
        (KeyRule(aliases={"K-1": "K-9"}), "K-1", "K-9"),
    ],
)
def test_two_records_of_one_side_that_only_a_rule_makes_the_same_are_never_merged(run, rule, first, second, reduce):
    crm = [record(first, source_id="1"), record(second, source_id="2")]

    comparison = run(crm, [record(second)], _by(rule, *reduce))

    assert () == comparison.discrepancies
    assert ["duplicate_key"] * 2 == [one.kind for one in comparison.key_troubles]
    assert ["1", "2"] == [one.source_id for one in comparison.key_troubles]
    assert {"duplicate_key": 2} == buckets(comparison.balances[Side.CRM])
    assert {"duplicate_key": 1} == buckets(comparison.balances[Side.BILLING])


def test_rows_that_write_their_key_alike_are_still_one_record_where_they_are_reduced(run):
    crm = [record("C-01", source_id="1"), record("C-01", source_id="2")]
    by = _by(KeyRule(prefixes=BOTH_C, ignore_zeros=True), Side.CRM)

    assert {"equal": 1, "folded": 1} == buckets(run(crm, [record("1")], by).balances[Side.CRM])


def test_hundreds_of_aliases_are_no_more_work_than_they_look(run):
    aliases = {f"old-{number}": f"new-{number}" for number in range(300)}
    by = _by(KeyRule(aliases=aliases, trim=True))

    comparison = run([record(f"old-{n}") for n in range(300)], [record(f"new-{n}") for n in range(300)], by)

    assert {"equal": 300} == buckets(comparison.balances[Side.CRM])
