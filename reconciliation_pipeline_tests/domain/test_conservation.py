"""A comparison that loses or invents a record is caught by arithmetic alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.conservation import adds_up, matches_receipts
from reconciliation_pipeline.domain.records import Cause, Discrepancy, Kind, Receipt, Side

NOTHING = SideBalance(0, 0, 0, 0, 0, 0, 0, 0, 0)

SOUND = Comparison(
    discrepancies=(
        Discrepancy(Kind.BILLING_ONLY, "C1", Cause.CANCELLED),
        Discrepancy(Kind.BILLING_ONLY, "C2", Cause.UNKNOWN),
        Discrepancy(Kind.CRM_ONLY, "C3", Cause.DELETED),
        Discrepancy(Kind.VALUE_CONFLICT, "C4", None),
    ),
    key_troubles=(
        KeyTrouble(Side.BILLING, "b8", "C8"),
        KeyTrouble(Side.BILLING, "b9", "C8"),
        KeyTrouble(Side.CRM, "c7", None),
    ),
    balances={
        Side.CRM: SideBalance(9, 1, 1, 0, equal=3, conflict=1, one_sided=1, counterpart=1, out_of_scope=1),
        Side.BILLING: SideBalance(10, 0, 2, 1, equal=3, conflict=1, one_sided=2, counterpart=1, out_of_scope=0),
    },
)


def with_balance(side: Side, **changes: int) -> Comparison:
    balance = SOUND.balances[side]
    changed = {name: getattr(balance, name) + by for name, by in changes.items()}
    return replace(SOUND, balances={**SOUND.balances, side: replace(balance, **changed)})


def receipt(side: Side, **counts: int) -> Receipt:
    moment = datetime(2026, 11, 22, 4, tzinfo=UTC)
    balance = SOUND.balances[side]
    return Receipt(
        side=side,
        label=side,
        started_at=moment,
        finished_at=moment,
        source_clock=None,
        pages=1,
        requests=1,
        pulled=counts.get("pulled", balance.pulled),
        active=counts.get("active", balance.equal + balance.conflict + balance.one_sided),
        distinct=counts.get("pulled", balance.pulled),
        no_key=counts.get("no_key", balance.no_key),
        duplicate_key=0,
        ended_by="end",
    )


def receipts(**crm: int) -> dict[Side, Receipt]:
    return {Side.CRM: receipt(Side.CRM, **crm), Side.BILLING: receipt(Side.BILLING)}


def test_a_sound_comparison_adds_up():
    assert [] == adds_up(SOUND)


def test_an_empty_comparison_adds_up():
    assert [] == adds_up(Comparison((), (), dict.fromkeys(Side, NOTHING)))


@pytest.mark.parametrize("side", list(Side))
@pytest.mark.parametrize("lost", [1, -1])
def test_a_row_lost_or_invented_is_told_with_both_numbers(side, lost):
    pulled = SOUND.balances[side].pulled

    expected = f"The rows of {side} do not add up: {pulled + lost} pulled, {pulled} accounted for."
    assert [expected] == adds_up(with_balance(side, pulled=lost))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"equal": 1}, "The records that agree do not add up: 4 counted in crm, 3 counted in billing."),
        ({"conflict": 1}, "The value conflicts do not add up: 2 counted in crm, 1 counted in billing."),
        ({"conflict": 1}, "The value conflicts of crm do not add up: 2 counted, 1 listed."),
        ({"one_sided": 1}, "The one-sided records of crm do not add up: 2 counted, 1 listed."),
        ({"counterpart": -1}, "The stopped counterparts in crm do not add up: 0 counted, 1 named as a cause."),
        ({"no_key": 1}, "The records of crm without a key do not add up: 2 counted, 1 listed."),
    ],
)
def test_a_bucket_that_tells_another_story_is_named(changes, expected):
    assert expected in adds_up(with_balance(Side.CRM, pulled=sum(changes.values()), **changes))


def test_more_records_sharing_a_key_than_were_set_apart_are_told():
    comparison = with_balance(Side.BILLING, pulled=-1, duplicate_key=-1)

    assert ["The records of billing sharing a key do not add up: 2 listed, only 1 set apart."] == adds_up(comparison)


def test_an_unknown_record_needs_no_counterpart():
    found = replace(SOUND.discrepancies[0], cause=Cause.UNKNOWN)

    (broken,) = adds_up(replace(SOUND, discrepancies=(found, *SOUND.discrepancies[1:])))

    assert "The stopped counterparts in crm do not add up: 1 counted, 0 named as a cause." == broken


def test_large_numbers_are_readable():
    (broken,) = adds_up(with_balance(Side.CRM, pulled=1_000_000))

    assert "1,000,009 pulled, 9 accounted for" in broken


def test_a_comparison_of_what_was_pulled_matches_the_receipts():
    assert [] == matches_receipts(SOUND, receipts())


@pytest.mark.parametrize("active", [5, 6, 7])
def test_rows_set_apart_may_have_been_active_or_not(active):
    assert [] == matches_receipts(SOUND, receipts(active=active))


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"active": 4}, "The active records of crm do not add up: 5 placed, only 4 pulled."),
        ({"active": 8}, "The active records of crm do not add up: 8 pulled, only 7 placed or set apart."),
        ({"pulled": 10}, "The rows of crm do not add up: 10 pulled, 9 compared."),
        ({"no_key": 0}, "The records of crm without a key do not add up: 0 pulled, 1 compared."),
    ],
)
def test_a_receipt_that_tells_another_story_is_told(counts, expected):
    assert [expected] == matches_receipts(SOUND, receipts(**counts))


def test_where_nothing_is_set_apart_the_active_records_match_exactly():
    clean = {side: replace(NOTHING, pulled=3, equal=3) for side in Side}
    comparison = Comparison((), (), clean)
    counted = {side: receipt(side, pulled=3, active=3, no_key=0) for side in Side}

    assert [] == matches_receipts(comparison, counted)
    for active in (2, 4):
        wrong = {**counted, Side.CRM: receipt(Side.CRM, pulled=3, active=active, no_key=0)}
        assert 1 == len(matches_receipts(comparison, wrong))
