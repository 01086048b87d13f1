"""What do the two sides of one attempt say against each other? Their counts, their keys, their clocks."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.doubts_history import close
from reconciliation_pipeline.domain.evidence import Overlap
from reconciliation_pipeline.domain.records import Reason, Receipt, Side

CLOCKS_APART = timedelta(minutes=10)
"""Difference between the two systems' clocks beyond which no age can be judged."""

ENOUGH_KEYS = 10
"""Active keys of the smaller side from which on their overlap says something."""


def ratio_doubts(
    receipts: Mapping[Side, Receipt], accepted: Mapping[Side, AcceptedCount], *, side_ratio: float
) -> list[Reason]:
    """Object when one side has far fewer active records than the other; exactly at the share passes."""
    small, large = sorted((receipts[side] for side in Side), key=lambda receipt: receipt.active)
    word = accepted.get(small.side)
    if small.active >= Fraction(str(side_ratio)) * large.active or (word and close(word, small)):
        return []
    text = (
        f"{small.label} has {small.active:,} active records and {large.label} {large.active:,}: "
        f"less than {side_ratio * 100:g}%, so one side was probably not seen in full."
    )
    remedy = "If both counts are right, accept the smaller one with `recon accept-count`, or lower `side_ratio`."
    return [Reason("side_ratio", text, small.side, remedy)]


def overlap_doubts(receipts: Mapping[Side, Receipt], overlap: Overlap | None, *, key_overlap: float) -> list[Reason]:
    """Object when the two sides hardly know each other's keys: such a pair was never meant to be compared."""
    if overlap is None or overlap.of < ENOUGH_KEYS or overlap.known >= Fraction(str(key_overlap)) * overlap.of:
        return []
    small, large = sorted((receipts[side] for side in Side), key=lambda receipt: receipt.active)
    text = (
        f"{large.label} knows {overlap.known:,} of the {overlap.of:,} active keys of {small.label}, less than "
        f"{key_overlap * 100:g}%: two accounts that do not belong together, or keys that are not the same thing."
    )
    remedy = "Look at a key of each side: same number, same spelling? Then correct `key`, or the account of the token."
    return [Reason("key_overlap", text, None, remedy)]


def clock_doubts(receipts: Mapping[Side, Receipt]) -> list[Reason]:
    """Object to two clocks that disagree: ages are read off them, so nothing could be called young.

    Where only one system says what time it is, ours stands for the other's: a page out of a cache says an old time.
    """
    # Each against ours: a side that had to wait for its turn answers later by exactly that wait.
    told = [one for one in receipts.values() if one.source_clock is not None]
    ahead = [one.source_clock - one.started_at for one in told if one.source_clock is not None]
    if not ahead:
        return []
    alone = len(ahead) < len(Side)
    apart = abs(ahead[0]) if alone else abs(ahead[0] - ahead[1])
    if apart <= CLOCKS_APART:
        return []
    minutes = round(apart.total_seconds() / 60)
    whose = f"The clock of {told[0].label} and ours" if alone else "The clocks of the two systems"
    text = f"{whose} are {minutes:,} minutes apart, so no difference can be called young or old."
    remedy = "Check the clocks (NTP), and whether a cache answers in place of the system; then run again."
    return [Reason("clock_skew", text, remedy=remedy)]
