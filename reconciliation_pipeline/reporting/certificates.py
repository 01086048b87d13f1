"""What does a certificate say in plain words?"""

from reconciliation_pipeline.domain.records import Grade, Receipt, Snapshot
from reconciliation_pipeline.domain.spelling import counted

HEADLINES = {
    Grade.COMPLETE: "Complete",
    Grade.INCOMPLETE: "Not proven to be complete",
    Grade.UNPROVEN: "Unproven: nothing shows that this is everything",
}
"""What each grade means, as a headline."""

MARKS = {True: "✓", False: "✗", None: "·"}
"""What a proof came to: it speaks for the pull, against it, or this source cannot show it."""


def certificate_lines(snapshot: Snapshot) -> list[str]:
    """Say how a side was pulled and what its counts were measured against, a sentence a line."""
    receipt, base = snapshot.receipt, snapshot.certificate.baseline
    before = (
        [f"On {base.morning}, the last trusted morning: {base.pulled:,} pulled, {base.active:,} active."]
        if base
        else []
    )
    remarks = [f"{remark[:1].upper()}{remark[1:]}." for remark in snapshot.certificate.remarks]
    if proofs := snapshot.certificate.proofs:
        return [*(f"{MARKS[proof.held]} {proof.name}: {proof.text}" for proof in proofs), *_keys(receipt), *remarks]
    return [_walk(receipt), *_total(receipt), *before, *_keys(receipt), *remarks]


def _walk(receipt: Receipt) -> str:
    pages = counted(receipt.pages, "page")
    if receipt.failure or receipt.ended_by is None:
        return f"The walk broke off after {pages}."
    return f"{pages} in {counted(receipt.requests, 'request')}, walked to the explicit end ({receipt.ended_by})."


def _total(receipt: Receipt) -> list[str]:
    totals = sorted({total for total in (receipt.total_before, receipt.total_after) if total is not None})
    if not totals:
        return []
    says = " to ".join(f"{total:,}" for total in totals)
    return [f"{receipt.label} itself says it holds {says}; {receipt.distinct:,} arrived."]


def _keys(receipt: Receipt) -> list[str]:
    troubles = ((receipt.no_key, "without a usable key"), (receipt.duplicate_key, "sharing a key with another"))
    return [f"{counted(count, 'record')} {what}, set apart." for count, what in troubles if count]
