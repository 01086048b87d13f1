"""May this morning be believed?

Every rule returns reasons, never a boolean: an empty list is trust, a full one is the message.
`trust` is the only door from an attempt to a morning that may be compared.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction

from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.records import Baseline, Certificate, Grade, Reason, Receipt, Side, Snapshot

TROUBLED_KEYS = Fraction(1, 100)
"""Share of records without a usable key above which a side cannot be compared."""

ACCEPTED_WITHIN = Fraction(1, 100)
"""How closely a count must match the number a person accepted."""

CLOCKS_APART = timedelta(minutes=10)
"""Difference between the two systems' clocks beyond which no age can be judged."""


@dataclass(frozen=True, slots=True)
class CompletenessPolicy:
    """What a believable count is.

    Attributes:
        floor: Share of the last trusted morning that must be reached; exactly that share passes.
        side_ratio: Share of the larger active side that the smaller one must reach.
    """

    floor: float
    side_ratio: float


class Untrusted(Exception):
    """A morning that may not be compared; carries every reason."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class TrustedMorning:
    """Both sides of one trusted attempt; only `trust` makes one."""

    attempt: Attempt
    crm: Snapshot
    billing: Snapshot

    def __getitem__(self, side: Side) -> Snapshot:
        """Look a side's snapshot up."""
        return self.crm if side is Side.CRM else self.billing


def trust(attempt: Attempt | None) -> TrustedMorning:
    """Vouch for an attempt, or refuse with every reason.

    Raises:
        Untrusted: The attempt does not exist, was refused, or never came to an end.
    """
    if attempt is None:
        text = "No trusted pull of this morning exists, so there is nothing that may be compared."
        raise Untrusted((Reason("unproven", text, remedy="Run the whole morning, not the comparison alone."),))
    if attempt.standing is not Standing.TRUSTED:
        unfinished = Reason("walk_not_ended", "The pull never came to an end.", remedy="Run the morning again.")
        raise Untrusted(attempt.reasons or (unfinished,))
    return TrustedMorning(attempt, attempt.snapshots[Side.CRM], attempt.snapshots[Side.BILLING])


def certify(
    receipt: Receipt,
    *,
    baseline: Baseline | None,
    accepted: AcceptedCount | None,
    policy: CompletenessPolicy,
    doubts: Sequence[Reason] = (),
) -> Certificate:
    """Judge one side's pull by its receipt.

    Args:
        receipt: How it was pulled.
        baseline: The side's counts on the last trusted earlier morning; None on a first one.
        accepted: A person's word about this morning's count, if there is one.
        policy: What a believable count is.
        doubts: What the other side's counts say against this side.
    """
    if receipt.failure is not None:
        return Certificate(Grade.INCOMPLETE, (receipt.failure,), baseline)
    reasons = [*_walk_doubts(receipt), *_total_doubts(receipt), *_key_doubts(receipt)]
    if accepted is not None and _matches(accepted, receipt):
        reasons += _lopsided_doubts(receipt, baseline, accepted, policy)
    else:
        reasons += [*_empty_doubts(receipt), *_floor_doubts(receipt, baseline, policy)]
    reasons += doubts
    return Certificate(_grade(reasons), tuple(reasons), baseline, tuple(_remarks(receipt, baseline, accepted)))


def doubts_between(
    receipts: Mapping[Side, Receipt],
    *,
    accepted: Mapping[Side, AcceptedCount],
    policy: CompletenessPolicy,
    ages_by_clocks: bool = True,
) -> tuple[Reason, ...]:
    """List every reason to doubt the two sides of one attempt together.

    Args:
        receipts: How both were pulled.
        accepted: What a person said about this morning's counts, by side.
        policy: What a believable count is.
        ages_by_clocks: Whether ages are read off the sources' clocks, and not off a pretended one.
    """
    if any(receipt.failure for receipt in receipts.values()):
        return ()
    clocks = _clock_doubts(receipts) if ages_by_clocks else []
    return (*_ratio_doubts(receipts, accepted, policy), *clocks)


def _grade(reasons: Sequence[Reason]) -> Grade:
    if not reasons:
        return Grade.COMPLETE
    return Grade.UNPROVEN if all(reason.code == "unproven" for reason in reasons) else Grade.INCOMPLETE


def _matches(accepted: AcceptedCount, receipt: Receipt) -> bool:
    return any(_is_close(accepted, count) for count in (receipt.pulled, receipt.active))


def _is_close(accepted: AcceptedCount, count: int) -> bool:
    return abs(count - accepted.count) <= ACCEPTED_WITHIN * accepted.count


def _walk_doubts(receipt: Receipt) -> list[Reason]:
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
    return found


def _total_doubts(receipt: Receipt) -> list[Reason]:
    totals = [total for total in (receipt.total_before, receipt.total_after) if total is not None]
    if not totals or min(totals) <= receipt.distinct <= max(totals):
        return []
    text = f"{receipt.label} says it holds {max(totals):,} records, but {receipt.distinct:,} arrived."
    return [Reason("total_mismatch", text, receipt.side, "Run again; if it stays, check the token's scopes.")]


def _key_doubts(receipt: Receipt) -> list[Reason]:
    troubled = receipt.no_key + receipt.duplicate_key
    if troubled <= TROUBLED_KEYS * receipt.pulled:
        return []
    text = (
        f"{receipt.label}: {receipt.no_key:,} records have no key and {receipt.duplicate_key:,} share one, "
        f"of {receipt.pulled:,}; above 1 % a comparison would be guessing."
    )
    return [Reason("keys_unusable", text, receipt.side, "Check `key` in the settings, then the records themselves.")]


def _empty_doubts(receipt: Receipt) -> list[Reason]:
    if receipt.active:
        return []
    if not receipt.pulled:
        text = f"{receipt.label} returned no record at all; that proves nothing."
        return [Reason("unproven", text, receipt.side, "Check the token's scopes and the account it belongs to.")]
    text = f"{receipt.label} returned {receipt.pulled:,} records, not one of them active; that proves nothing."
    return [Reason("unproven", text, receipt.side, "Check `status` in the settings against what the system says.")]


def _floor_doubts(receipt: Receipt, baseline: Baseline | None, policy: CompletenessPolicy) -> list[Reason]:
    if baseline is None:
        return []
    share = Fraction(str(policy.floor))
    counted = (("records", receipt.pulled, baseline.pulled), ("active records", receipt.active, baseline.active))
    return [
        Reason(
            "floor",
            f"{receipt.label} returned {count:,} {what}, below {_percent(policy.floor)} of the {before:,} "
            f"on {baseline.morning}, the last trusted morning.",
            receipt.side,
            "If the drop is genuine, accept it for this morning with `recon accept-count` and run again.",
        )
        for what, count, before in counted
        if count < share * before
    ]


def _lopsided_doubts(
    receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount, policy: CompletenessPolicy
) -> list[Reason]:
    """A person accepted one number; the count they did not speak of must have shrunk with it, not more."""
    if baseline is None:
        return []
    counted = (("records", receipt.pulled, baseline.pulled), ("active records", receipt.active, baseline.active))
    shrunk = min(Fraction(accepted.count, before or 1) for _, count, before in counted if _is_close(accepted, count))
    least = Fraction(str(policy.floor)) * shrunk
    return [
        Reason(
            "floor",
            f"{receipt.label} returned {count:,} {what}, though with {accepted.count:,} accepted at least "
            f"{math.ceil(least * before):,} were to be expected.",
            receipt.side,
            "If both counts are right, accept the smaller one with `recon accept-count` and run again.",
        )
        for what, count, before in counted
        if count < least * before
    ]


def _ratio_doubts(
    receipts: Mapping[Side, Receipt],
    accepted: Mapping[Side, AcceptedCount],
    policy: CompletenessPolicy,
) -> list[Reason]:
    small, large = sorted((receipts[side] for side in Side), key=lambda receipt: receipt.active)
    word = accepted.get(small.side)
    if small.active >= Fraction(str(policy.side_ratio)) * large.active or (word and _matches(word, small)):
        return []
    text = (
        f"{small.label} has {small.active:,} active records and {large.label} {large.active:,}: "
        f"less than {_percent(policy.side_ratio)}, so one side was probably not seen in full."
    )
    remedy = "If both counts are right, accept the smaller one with `recon accept-count`, or lower `side_ratio`."
    return [Reason("side_ratio", text, small.side, remedy)]


def _percent(share: float) -> str:
    return f"{share * 100:g}%"


def _clock_doubts(receipts: Mapping[Side, Receipt]) -> list[Reason]:
    """Ages are read off the sources' clocks; two that disagree cannot say what is young."""
    # Each against ours: a side that had to wait for its turn answers later by exactly that wait.
    ahead = [one.source_clock - one.started_at for one in receipts.values() if one.source_clock is not None]
    if len(ahead) < len(Side):
        return []
    apart = abs(ahead[0] - ahead[1])
    if apart <= CLOCKS_APART:
        return []
    minutes = round(apart.total_seconds() / 60)
    text = f"The clocks of the two systems are {minutes} minutes apart, so no difference can be called young or old."
    return [Reason("clock_skew", text, remedy="Check the clock of both servers (NTP), then run again.")]


def _remarks(receipt: Receipt, baseline: Baseline | None, accepted: AcceptedCount | None) -> list[str]:
    remarks = []
    if baseline is None:
        remarks.append("first morning: there is no earlier trusted count to measure against")
    if accepted is not None:
        missed = "" if _matches(accepted, receipt) else ", which is not what arrived"
        remarks.append(f"{accepted.count:,} accepted by {accepted.by}{missed}: {accepted.reason}")
    if receipt.total_before is None and receipt.total_after is None:
        remarks.append("the source states no total of its own")
    return remarks
