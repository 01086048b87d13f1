from reconciliation_pipeline.domain.comparison import SideBalance
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.result import DifferenceCounts
from reconciliation_pipeline.reporting.waterfall import THINNEST, falls
from reconciliation_pipeline_tests.reporting.builders import WORDS, a_result, the_story


def a_balance(**buckets: int) -> SideBalance:
    every = dict.fromkeys(
        ("no_key", "duplicate_key", "folded", "equal", "conflict", "one_sided", "counterpart", "out_of_scope"), 0
    )
    return SideBalance(**{"pulled": sum(buckets.values()), **every, **buckets})


BALANCES = {
    Side.CRM: a_balance(equal=1_171, one_sided=8, conflict=1, counterpart=31, out_of_scope=32),
    Side.BILLING: a_balance(equal=1_171, one_sided=52, conflict=1, out_of_scope=77),
}


def counts_of_the_story() -> DifferenceCounts:
    counts = a_result(the_story()).differences
    assert counts is not None
    return counts


def test_every_record_falls_into_one_step_and_the_rest_is_what_differs():
    records, _ = falls(BALANCES, counts_of_the_story(), WORDS)

    for column, pulled in enumerate((1_243, 1_301)):
        start, *gone, rest = (step.drops[column].count for step in records.steps)
        assert (pulled, pulled - sum(gone)) == (start, rest)
    assert ["pulled", "differ"] == [step.name for step in records.steps if step.is_rest]


def test_differences_fall_to_what_is_open():
    *_, differences = falls(BALANCES, counts_of_the_story(), WORDS)

    assert [61, 17, 44] == [step.drops[0].count for step in differences.steps]
    assert "1 customer differs in both systems, in some value: two records, one difference." == differences.remark


def test_each_bar_hangs_where_the_one_before_it_ended():
    *_, differences = falls({}, counts_of_the_story(), WORDS)
    whole, lag, rest = (step.drops[0] for step in differences.steps)

    assert (0, 100) == (whole.x, whole.width)
    assert (100, rest.width) == (round(lag.x + lag.width, 1), lag.x)
    assert 0 == rest.x


def test_one_record_of_a_million_can_still_be_seen_inside_the_picture():
    many = {side: a_balance(equal=999_999, no_key=1) for side in Side}

    (records,) = falls(many, a_result([]).differences or counts_of_the_story(), WORDS)

    first = records.steps[1].drops[0]
    assert (THINNEST, 100 - THINNEST) == (first.width, first.x)


def test_without_the_comparison_only_differences_are_accounted_for():
    assert ["Differences"] == [fall.title for fall in falls({}, counts_of_the_story(), WORDS)]
