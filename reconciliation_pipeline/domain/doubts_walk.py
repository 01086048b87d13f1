"""What does a pull itself say against having been whole? Its walk, its totals, its keys, its account.

No history is needed for any of this. Every rule returns reasons; none means that there is nothing to object.
"""

import math
from fractions import Fraction

from reconciliation_pipeline.domain.evidence import SecondLook
from reconciliation_pipeline.domain.records import Reason, Receipt

TROUBLED_KEYS = Fraction(1, 100)
"""Share of records without a usable key above which a side cannot be compared."""

SMALL_GAP = Fraction(1, 100)
"""Share by which a pull may miss the source's own total and be worth a second walk."""

_FEW = 5


def walk_doubts(receipt: Receipt) -> list[Reason]:
    """Object to a walk without an end, one that met a record twice, and one that reached its list's cap."""
    found = []
    if receipt.ended_by is None:
        text = f"{receipt.label}: the walk stopped without a sign that the last page was reached."
        found.append(Reason("walk_not_ended", text, receipt.side, "Run the morning again."))
    if repeated := receipt.pulled - receipt.distinct:
        text = (
            f"{receipt.label} served {repeated:,} of {receipt.pulled:,} records twice (same id), "
            "so others may have been skipped."
        )
        found.append(Reason("duplicate_source_id", text, receipt.side, "Run the morning again at a quieter moment."))
    if receipt.cap is not None and receipt.pulled >= receipt.cap:
        text = (
            f"{receipt.label} returned {receipt.pulled:,} records, and its list never gives more than {receipt.cap:,}: "
            "there may be others."
        )
        found.append(Reason("walk_not_ended", text, receipt.side, "Split the list, or read it another way."))
    return found


def total_doubts(receipt: Receipt, second_look: SecondLook | None = None) -> list[Reason]:
    """Object to a number of records outside what the source claims at the start and at the end.

    Records come and go while a list is read, so a small gap proves nothing either way; a second walk over the same
    list decides then. A gap that is still there the second time is no coincidence: the list leaves records out, or
    holds others than its own. One that hides behind what moved during the second walk is none either, unless that
    walk shows the records that moved during the first.

    Args:
        receipt: The pull.
        second_look: What that second walk showed; None when there was none.
    """
    said = [total for total in (receipt.total_before, receipt.total_after) if total is not None]
    if second_look is not None and _settles(second_look, receipt):
        return []
    if second_look is not None and second_look.lost:
        few = ", ".join(second_look.lost[:3])
        text = (
            f"{receipt.label}: a second walk met {len(second_look.lost):,} records that the first one lacks, although "
            f"they were there before it began (id {few})."
        )
        return [Reason("total_mismatch", text, receipt.side, "Run the morning again at a quieter moment.")]
    if not said or not off_by(receipt):
        return []
    again = " So it was on a second walk." if second_look is not None else ""
    text = f"{receipt.label} says it holds {max(said):,} records, but {receipt.distinct:,} arrived.{again}"
    return [Reason("total_mismatch", text, receipt.side, "Run again; if it stays, check the token's scopes.")]


def wants_second_look(receipt: Receipt, *, by_position: bool) -> bool:
    """Say whether the totals leave room for doubt that a second walk can settle.

    Args:
        receipt: The pull.
        by_position: Whether its pages are counted off by position, so that a record removed while it was read makes
            another one slip through even though the numbers fit.
    """
    totals = _totals(receipt)
    if not totals or receipt.pulled != receipt.distinct or receipt.ended_by is None:
        return False
    gap = abs(off_by(receipt))
    if not gap:
        return by_position and min(totals) != max(totals)
    return gap <= _FEW or gap <= SMALL_GAP * receipt.distinct


def _settles(second_look: SecondLook, receipt: Receipt) -> bool:
    """Say whether a second walk lifts the doubt that a gap of the first one raised."""
    gap = off_by(receipt)
    if second_look.lost or second_look.off * gap > 0:
        return False
    if not gap or (second_look.still and not second_look.off):
        return True
    # Whoever is claimed at the end and did not arrive came too late for the page, and is there the second time;
    # whoever arrived and is claimed no more was removed behind the reader, and is not.
    apart = abs(_totals(receipt)[-1] - receipt.distinct)
    return (second_look.came if gap > 0 else second_look.gone) >= max(apart, abs(gap))


def is_still(receipt: Receipt) -> bool:
    """Say whether totals leave no room: at the end as many were claimed as at the start, and those that came.

    One that is estimated leaves its tolerance, and is held against that alone.
    """
    return bool(receipt.total_tolerance) or len(set(_totals(receipt))) < 2  # noqa: PLR2004 - the start and the end


def _totals(receipt: Receipt) -> list[int]:
    """Give what the source claims: at the start, with those listed that came since; and at the end."""
    before = None if receipt.total_before is None else receipt.total_before + receipt.newborn
    return [total for total in (before, receipt.total_after) if total is not None]


def off_by(receipt: Receipt) -> int:
    """Count the records that the source claims at the least and that did not arrive, its tolerance left aside.

    Below 0 where more arrived than it claims at the most.
    """
    totals, slack = _totals(receipt), Fraction(receipt.total_tolerance)
    if not totals:
        return 0
    short = min(totals) * (1 - slack) - receipt.distinct
    over = receipt.distinct - max(totals) * (1 + slack)
    return math.ceil(short) if short > 0 else -math.ceil(over) if over > 0 else 0


def key_doubts(receipt: Receipt) -> list[Reason]:
    """Object when too many records have no key, or share one, for a comparison to mean anything."""
    troubled = receipt.no_key + receipt.duplicate_key
    if troubled <= TROUBLED_KEYS * receipt.pulled:
        return []
    text = (
        f"{receipt.label}: {receipt.no_key:,} records have no key and {receipt.duplicate_key:,} share one, "
        f"of {receipt.pulled:,}; above 1 % a comparison would be guessing."
    )
    return [Reason("keys_unusable", text, receipt.side, "Check `key` in the settings, then the records themselves.")]


def empty_doubts(receipt: Receipt) -> list[Reason]:
    """Object to nothing: no record, or none that is active, is no evidence of anything."""
    if receipt.active:
        return []
    if not receipt.pulled:
        text = f"{receipt.label} returned no record at all; that proves nothing."
        return [Reason("unproven", text, receipt.side, "Check the token's scopes and the account it belongs to.")]
    text = f"{receipt.label} returned {receipt.pulled:,} records, not one of them active; that proves nothing."
    return [Reason("unproven", text, receipt.side, "Check `status` in the settings against what the system says.")]
