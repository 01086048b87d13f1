"""What was planted is taken out again: is the comparison of the real records what it would have been without?"""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.plants import RESERVED
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.compare.oracle import expected
from reconciliation_pipeline_tests.compare.sides import record
from reconciliation_pipeline_tests.compare.strategies import sides
from reconciliation_pipeline_tests.planting.bench import of, rules_of
from reconciliation_pipeline_tests.planting.pairs import CENT, FOLDS, MRR, PLAN, REST, SEATS, TIMED, pair

FIELDS = {"fields": {**PLAN, **SEATS, **MRR}}
HALF = {"field": "seats", "tolerance": {"absolute": "0.5"}}
PAIRS = [
    pair({**REST, **TIMED, **FIELDS, **crm}, {**REST, **TIMED, **FIELDS, **billing}, *compared)
    for crm in ({}, FOLDS)
    for billing in ({}, FOLDS)
    for compared in ((), ("plan", HALF, CENT))
]


@settings(max_examples=10, derandomize=True)
@given(crm=sides(), billing=sides(), which=st.sampled_from(range(len(PAIRS))))
def test_the_real_records_are_compared_as_if_nothing_had_been_planted(bench, crm, billing, which):
    files = bench.files(PAIRS[which], crm, billing)
    without, _ = bench.compare(files, rules_of(PAIRS[which]))

    found = bench.plant(PAIRS[which], files)

    assert without == replace(found, planted=None)
    assert expected(crm, billing, rules_of(PAIRS[which])) == replace(found, planted=None)
    assert [] == adds_up(found)
    assert of(found).is_proof


def test_a_real_record_that_looks_planted_is_compared_all_the_same(bench):
    """Only the random digits make a key a planted one."""
    looks = f"{RESERVED}{'0' * 32}-001"
    files = bench.files(PAIRS[-1], [record(looks)], [])

    found = bench.plant(PAIRS[-1], files)

    assert [looks] == [one.key for one in found.discrepancies]
    assert of(found).is_proof


def test_a_snapshot_from_before_an_amount_was_mapped_is_planted_into_as_well(bench):
    """The columns of the real file are those of its day; what a record costs today is in the planted one alone."""
    then = pair({**REST, "fields": PLAN}, {**REST, "fields": PLAN}, "plan")
    now = pair({**REST, "fields": {**PLAN, **MRR}}, {**REST, "fields": PLAN}, "plan")
    files = bench.files(then, [record("C1", plan="a")], [record("C2", plan="a")])

    found = bench.plant(now, files)

    assert ["C2", "C1"] == [one.key for one in found.discrepancies]
    assert [None, None] == [
        one.amounts.get(side) for one, side in zip(found.discrepancies, reversed(Side), strict=True)
    ]
    assert of(found).is_proof
