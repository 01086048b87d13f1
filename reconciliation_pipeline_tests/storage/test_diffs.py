"""What a comparison found is kept whole, and a missing one is told apart from an empty one."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, Planted, SideBalance, Tally
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Side
from reconciliation_pipeline.storage.diffs import Diffs, NotCompared
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW

ATTEMPT = Attempt("pair", MORNING, 1, "run", live=True, started_at=NOW)
FOUND = Comparison(
    (
        Discrepancy(
            Kind.VALUE_CONFLICT,
            "C\ud800 ü",
            Cause.UNKNOWN,
            (FieldDifference("plan", "pro", None),),
            {Side.CRM: "1"},
            {Side.CRM: None},
            {Side.BILLING: NOW},
            {Side.CRM: Amount(Decimal("49.00"), "EUR"), Side.BILLING: None},
        ),
    ),
    (KeyTrouble(Side.CRM, "2", None),),
    {side: SideBalance(9, 1, 2, 3, 1, 1, 1, 0, 0) for side in Side},
)
NOTHING = Comparison((), (), {})
PLANTED = Planted(32, 33, ("plan empty in billing: not found",))


@pytest.fixture
def diffs(tmp_path):
    return Diffs(tmp_path / "diffs")


def test_a_comparison_comes_back_as_it_was(diffs):
    diffs.keep(ATTEMPT, FOUND)

    assert FOUND == diffs.load(ATTEMPT)


def test_comparing_again_replaces_what_was_kept(diffs):
    diffs.keep(ATTEMPT, FOUND)
    diffs.keep(ATTEMPT, NOTHING)

    assert NOTHING == diffs.load(ATTEMPT)
    assert ["001.json"] == [path.name for path in diffs.root.rglob("*") if path.is_file()]


def tally(diffs: Diffs) -> Tally:
    found = diffs.tally(ATTEMPT)
    assert found is not None
    return found


def test_what_became_of_what_was_planted_is_read_by_itself(diffs):
    diffs.keep(ATTEMPT, replace(FOUND, planted=PLANTED))

    assert PLANTED == tally(diffs).planted
    assert PLANTED == diffs.load(ATTEMPT).planted


def test_what_was_counted_is_read_by_itself(diffs):
    diffs.keep(ATTEMPT, FOUND)

    assert FOUND.balances == tally(diffs).balances
    assert Counter(one.kind for one in FOUND.key_troubles) == tally(diffs).troubles


def test_a_comparison_from_before_anything_was_planted_says_nothing_of_it(diffs):
    diffs.keep(ATTEMPT, FOUND)
    (diffs.root / "pair/2026-11-22/001.json").write_text('{"discrepancies":[],"key_troubles":[],"balances":{}}')

    assert tally(diffs).planted is None


@pytest.mark.parametrize("content", ["{", "[]", '{"planted":7}'])
def test_of_a_comparison_that_cannot_be_read_nothing_is_known(diffs, content):
    diffs.keep(ATTEMPT, FOUND)
    (diffs.root / "pair/2026-11-22/001.json").write_text(content)

    assert diffs.tally(ATTEMPT) is None
    assert diffs.tally(replace(ATTEMPT, number=2)) is None


def test_attempts_are_kept_apart(diffs):
    diffs.keep(ATTEMPT, FOUND)
    diffs.keep(replace(ATTEMPT, number=2), NOTHING)

    assert FOUND == diffs.load(ATTEMPT)


def test_what_was_never_compared_is_not_an_empty_comparison(diffs):
    with pytest.raises(NotCompared, match="Attempt 1 of pair at 2026-11-22 has not been compared"):
        diffs.load(ATTEMPT)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"discrepancies": 1}', b'{"other": []}', b"\xff"])
def test_a_damaged_comparison_is_told(diffs, content):
    diffs.keep(ATTEMPT, FOUND)
    (diffs.root / "pair/2026-11-22/001.json").write_bytes(content)

    with pytest.raises(NotCompared, match="cannot be read any more") as told:
        diffs.load(ATTEMPT)
    assert "Compare the morning again" in told.value.remedy
