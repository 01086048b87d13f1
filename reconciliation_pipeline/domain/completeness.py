"""May this morning be believed?

Every rule returns reasons, never a boolean: an empty list is trust, a full one is the message. The rules stand in
`doubts_walk.py`, `doubts_history.py`, `doubts_absence.py` and `doubts_between.py`; here they become a certificate.
`trust` is the only door from an attempt to a morning that may be compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.doubts_absence import absence_doubts
from reconciliation_pipeline.domain.doubts_between import clock_doubts, overlap_doubts, ratio_doubts
from reconciliation_pipeline.domain.doubts_history import (
    account_doubts,
    close,
    contradicted_doubts,
    count_doubts,
    lopsided_doubts,
    stability_doubts,
    unconfirmed_doubts,
)
from reconciliation_pipeline.domain.doubts_walk import empty_doubts, key_doubts, total_doubts, walk_doubts
from reconciliation_pipeline.domain.evidence import Evidence, Overlap
from reconciliation_pipeline.domain.proofs import proofs_of
from reconciliation_pipeline.domain.records import Baseline, Certificate, Grade, Reason, Receipt, Side, Snapshot
from reconciliation_pipeline.domain.remedies import filled


@dataclass(frozen=True, slots=True)
class CompletenessPolicy:
    """What a believable count is.

    Attributes:
        floor: Share of the last trusted morning that must be reached; exactly that share passes.
        side_ratio: Share of the larger active side that the smaller one must reach.
        ceiling: Multiple of the last trusted morning that may be reached.
        key_overlap: Share of the smaller side's active keys that the other side must know.
    """

    floor: float
    side_ratio: float
    ceiling: float = 1.5
    key_overlap: float = 0.5


@dataclass(frozen=True, slots=True)
class Said:
    """What people said about the counts of one side on one morning.

    Attributes:
        accepted: That an unusual count is right.
        confirmed: What they read off the system's own screen.
    """

    accepted: AcceptedCount | None = None
    confirmed: AcceptedCount | None = None


NOTHING_SAID = Said()


class Untrusted(Exception):
    """A morning that may not be compared; carries every reason."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(" ".join(reason.text for reason in reasons))
        self.reasons = reasons


@dataclass(frozen=True, slots=True)
class TrustedMorning:
    """Both sides of one attempt that may be compared; only `trust` makes one."""

    attempt: Attempt
    crm: Snapshot
    billing: Snapshot

    def __getitem__(self, side: Side) -> Snapshot:
        """Look a side's snapshot up."""
        return self.crm if side is Side.CRM else self.billing


def trust(attempt: Attempt | None) -> TrustedMorning:
    """Vouch for an attempt, or refuse with every reason.

    An unproven attempt may be compared, too: nothing speaks against it, but nobody has said yet that its counts are
    right. Its result is marked so, is never clean, and is no baseline.

    Raises:
        Untrusted: The attempt does not exist, was refused, or never came to an end.
    """
    if attempt is None:
        text = "No trusted pull of this morning exists, so there is nothing that may be compared."
        raise Untrusted((Reason("unproven", text, remedy="Run the whole morning, not the comparison alone."),))
    if attempt.standing not in {Standing.TRUSTED, Standing.UNPROVEN}:
        unfinished = Reason("walk_not_ended", "The pull never came to an end.", remedy="Run the morning again.")
        raise Untrusted(filled(attempt.reasons, attempt.reconciliation, attempt.morning) or (unfinished,))
    return TrustedMorning(attempt, attempt.snapshots[Side.CRM], attempt.snapshots[Side.BILLING])


def certify(  # noqa: PLR0913 - everything that speaks for or against one side
    receipt: Receipt,
    *,
    baseline: Baseline | None,
    policy: CompletenessPolicy,
    said: Said = NOTHING_SAID,
    evidence: Evidence | None = None,
    doubts: Sequence[Reason] = (),
) -> Certificate:
    """Judge one side's pull by its receipt and by what was asked besides.

    Args:
        receipt: How it was pulled.
        baseline: The side's counts on the last earlier morning; None on a first one.
        policy: What a believable count is.
        said: What people said about this morning's counts.
        evidence: What was asked besides the walk; None when nothing was.
        doubts: What the other side's counts say against this side.
    """
    if receipt.failure is not None:
        return Certificate(Grade.INCOMPLETE, (receipt.failure,), baseline)
    accepted = said.accepted if said.accepted is not None and close(said.accepted, receipt) else None
    second_look = evidence.second_look if evidence else None
    against = [*walk_doubts(receipt), *total_doubts(receipt, second_look), *key_doubts(receipt)]
    against += account_doubts(receipt, baseline)
    against += contradicted_doubts(receipt, baseline, said.accepted, said.confirmed)
    if accepted is not None:
        against += lopsided_doubts(receipt, baseline, accepted, floor=policy.floor)
    else:
        against += empty_doubts(receipt)
        against += count_doubts(receipt, baseline, floor=policy.floor, ceiling=policy.ceiling)
        against += stability_doubts(receipt, baseline)
    against += absence_doubts(receipt, evidence, baseline, accepted=accepted is not None)
    against += doubts
    pending = unconfirmed_doubts(receipt, baseline, said.accepted, said.confirmed)
    grade = Grade.INCOMPLETE if against else Grade.UNPROVEN if pending else Grade.COMPLETE
    return Certificate(
        grade,
        tuple(against or pending),
        baseline,
        tuple(_remarks(receipt, baseline, said, evidence)),
        proofs_of(receipt, baseline, evidence, against),
    )


def doubts_between(
    receipts: Mapping[Side, Receipt],
    *,
    accepted: Mapping[Side, AcceptedCount],
    policy: CompletenessPolicy,
    overlap: Overlap | None = None,
    ages_by_clocks: bool = True,
) -> tuple[Reason, ...]:
    """List every reason to doubt the two sides of one attempt together.

    Args:
        receipts: How both were pulled.
        accepted: What a person said about this morning's counts, by side.
        policy: What a believable count is.
        overlap: How well the keys fit together; None when that was not looked at.
        ages_by_clocks: Whether ages are read off the sources' clocks, and not off a pretended one.
    """
    if any(receipt.failure for receipt in receipts.values()):
        return ()
    return (
        *ratio_doubts(receipts, accepted, side_ratio=policy.side_ratio),
        *overlap_doubts(receipts, overlap, key_overlap=policy.key_overlap),
        *(clock_doubts(receipts) if ages_by_clocks else []),
    )


def standing_of(certificates: Sequence[Certificate], between: Sequence[Reason]) -> Standing:
    """Say where an attempt stands: trusted when nothing is left to doubt, unproven when only a person's word is."""
    if between or any(one.grade is Grade.INCOMPLETE for one in certificates):
        return Standing.REFUSED
    return Standing.UNPROVEN if any(one.grade is Grade.UNPROVEN for one in certificates) else Standing.TRUSTED


def _remarks(receipt: Receipt, baseline: Baseline | None, said: Said, evidence: Evidence | None) -> list[str]:
    remarks = []
    if baseline is None:
        remarks.append("first morning: there is no earlier trusted count to measure against")
    if (accepted := said.accepted) is not None:
        missed = "" if close(accepted, receipt) else ", which is not what arrived"
        remarks.append(f"{accepted.count:,} accepted by {accepted.by}{missed}: {accepted.reason}")
    if (confirmed := said.confirmed) is not None and (baseline is None or not baseline.proven):
        remarks.append(f"{confirmed.count:,} confirmed by {confirmed.by}: {confirmed.reason}")
    if evidence is not None and evidence.vanished and evidence.vanished.suspects > evidence.vanished.asked == 0:
        remarks.append(f"{evidence.vanished.suspects:,} records are gone since then and could not be asked for by name")
    return remarks
