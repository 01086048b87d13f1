"""Who is missing from this pull, and does the system have them all the same?

The proof that nothing else replaces: a walk can lose a page and count itself whole, but it cannot make the system
deny a record when it is asked for it by name.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

from reconciliation_pipeline.domain.evidence import Absence, Evidence
from reconciliation_pipeline.domain.records import Baseline, Reason, Receipt, Row, State

ASKED_AT_MOST = 50
"""Suspects that are asked for one by one; of more, so many are drawn."""

LEARNT = 14
"""Trusted mornings after which a side's own habit says how many records may vanish."""

AT_LEAST = 5
SHARE = 0.01
"""Until then: so many, or this share of the side a day."""

_RARE = 1e-4
_LARGE = 500
"""Mean from which on a normal distribution is near enough, and the exact one leaves what a float can hold."""
_TAIL_OF_NORMAL = 4
_SHOWN = 3


def came_since(row: Row, *, began: datetime) -> bool:
    """Say whether a record that was found by name came or changed after the walk began, when its page was read maybe.

    Args:
        row: The record, as the point read shows it.
        began: When the walk began, by the source's clock.
    """
    return any(moment is not None and moment >= began for moment in (row.created_at, row.updated_at))


def is_listed(row: Row, *, listed: Mapping[str, int]) -> bool:
    """Say whether a record that was found by name is one that the list shows.

    One in a status that this list shows for nobody is left out on purpose, unless it is active.

    Args:
        row: The record, as the point read shows it.
        listed: The walk's records by status, as the system spells it.
    """
    return row.state is State.ACTIVE or listed.get(row.status or "", 0) > 0


def vanished_limit(usual: Sequence[tuple[int, int]], *, days: int, pulled: int) -> int:
    """Say how many records may vanish before a person must say that it is genuine.

    The smallest number that chance alone exceeds on one morning of ten thousand, if records vanish at the usual rate
    (Poisson). Before enough trusted mornings are known: five, or 1 % of the side a day.

    Args:
        usual: What vanished on earlier trusted mornings, each with the days it took.
        days: Days since the last morning.
        pulled: Records on that morning.
    """
    if len(usual) < LEARNT:
        return max(AT_LEAST, math.ceil(SHARE * pulled * days))
    rate = sum(count for count, _ in usual) / max(1, sum(took for _, took in usual))
    return max(AT_LEAST, _rarely_reached(rate * days))


def _rarely_reached(mean: float) -> int:
    """Find the smallest k with P(Poisson(mean) >= k) below one in ten thousand."""
    if mean > _LARGE:
        return math.ceil(mean + _TAIL_OF_NORMAL * math.sqrt(mean))
    chance, tail, reached = math.exp(-mean), 1.0, 0
    while tail >= _RARE:
        tail -= chance
        reached += 1
        chance *= mean / reached
    return reached


def absence_doubts(
    receipt: Receipt, evidence: Evidence | None, baseline: Baseline | None, *, accepted: bool
) -> list[Reason]:
    """Object to records that are missing here although the system has them, and to too many that are gone.

    Args:
        receipt: The pull.
        evidence: What was asked besides it; None when nothing was.
        baseline: The morning the vanished records were last seen on.
        accepted: Whether a person accepted the count of this morning.
    """
    if evidence is None:
        return []
    found = _sentinels(receipt, evidence)
    if evidence.vanished is not None and baseline is not None:
        found += _vanished(receipt, evidence.vanished, baseline, accepted=accepted)
    if evidence.counterparts is not None:
        found += _counterparts(receipt, evidence.counterparts)
    return found


def _sentinels(receipt: Receipt, evidence: Evidence) -> list[Reason]:
    if not evidence.missing_sentinels:
        return []
    text = f"{receipt.label}: this pull lacks what every pull must contain: {', '.join(evidence.missing_sentinels)}."
    remedy = "Check the token's scopes; if they were removed on purpose, correct `sentinels` in the settings."
    return [Reason("sentinel_missing", text, receipt.side, remedy)]


def _vanished(receipt: Receipt, absence: Absence, baseline: Baseline, *, accepted: bool) -> list[Reason]:
    found = [*_blind(receipt, absence, "by its id")]
    if absence.there:
        text = (
            f"{receipt.label} still has {_of(len(absence.there), absence)} that this pull lacks and that of "
            f"{baseline.morning} had ({_few(absence.there)}), so the pull lost them."
        )
        found.append(Reason("vanished", text, receipt.side, "Run the morning again; if it stays, check the paging."))
    if absence.hidden:
        text = (
            f"{receipt.label} does not show {_of(absence.hidden, absence)} of {baseline.morning} any more, though it "
            "has them: these credentials may see less than before."
        )
        found.append(Reason("vanished", text, receipt.side, "Check what the token may read."))
    if absence.limit is not None and absence.suspects > absence.limit and not accepted:
        text = (
            f"{receipt.label}: {absence.suspects:,} records of {baseline.morning} are gone; "
            f"more than {absence.limit:,} at once are not believed unseen."
        )
        remedy = (
            "If they were really removed, accept the count of this morning with `recon accept-count` and run again."
        )
        found.append(Reason("vanished", text, receipt.side, remedy))
    return found


def _counterparts(receipt: Receipt, absence: Absence) -> list[Reason]:
    # What was found under the very key it was asked for is there, whatever else was not found.
    found = [] if absence.there else _blind(receipt, absence, "by its key")
    if absence.there:
        text = (
            f"{receipt.label} has {_of(len(absence.there), absence)} that the other side knows and this pull lacks "
            f"({_few(absence.there)}), so the pull lost them and nobody is accused."
        )
        remedy = "Run the morning again; if it stays, check `list` and `paging`: what do they leave out?"
        found.append(Reason("counterpart_exists", text, receipt.side, remedy))
    if absence.hidden:
        text = (
            f"{receipt.label} has {_of(absence.hidden, absence)} that the other side knows, and does not show them "
            "to these credentials."
        )
        found.append(Reason("counterpart_exists", text, receipt.side, "Check what the token may read."))
    return found


def _blind(receipt: Receipt, absence: Absence, how: str) -> list[Reason]:
    if not absence.blind:
        return []
    text = (
        f"{receipt.label}: a record of this very pull, asked for {how}, was not found; so such answers prove nothing."
    )
    remedy = "Correct `lookup` in the settings; if it is right, the list shows records that are not this system's own."
    return [Reason("bad_shape", text, receipt.side, remedy)]


def _of(number: int, absence: Absence) -> str:
    drawn = f" of the {absence.asked:,} asked for" if absence.suspects > absence.asked else ""
    return f"{number:,} {'record' if number == 1 else 'records'}{drawn}"


def _few(source_ids: Sequence[str]) -> str:
    more = f" and {len(source_ids) - _SHOWN:,} more" if len(source_ids) > _SHOWN else ""
    return f"id {', '.join(source_ids[:_SHOWN])}{more}"
