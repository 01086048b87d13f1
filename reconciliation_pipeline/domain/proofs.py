"""What did a pull show for itself, in plain words? One line each, for whoever opens a certificate.

The lines say what was seen. Whether it is enough is decided in `completeness.py`; a line and a verdict that
contradict each other would be a fault here.
"""

from collections.abc import Iterator, Sequence

from reconciliation_pipeline.domain.evidence import Absence, Evidence, Proof
from reconciliation_pipeline.domain.records import Baseline, Reason, Receipt

_CODES = {
    "account": {"wrong_account", "version_mismatch"},
    "end of the walk": {"walk_not_ended", "duplicate_source_id"},
    "keys": {"keys_unusable"},
    "total": {"total_mismatch"},
    "last morning's records": {"vanished"},
    "the other side's records": {"counterpart_exists"},
    "sentinels": {"sentinel_missing"},
    "counts": {"floor", "ceiling", "side_ratio", "unproven"},
    "fields and statuses": {"bad_shape", "unstable"},
}


def proofs_of(
    receipt: Receipt, baseline: Baseline | None, evidence: Evidence | None, against: Sequence[Reason]
) -> tuple[Proof, ...]:
    """Word what one side showed, in the order in which it is looked at."""
    broken = {reason.code for reason in against}
    return tuple(
        Proof(name, text, None if possible is None else possible and not broken & _CODES.get(name, set()))
        for name, text, possible in _lines(receipt, baseline, evidence)
    )


def _lines(
    receipt: Receipt, baseline: Baseline | None, evidence: Evidence | None
) -> Iterator[tuple[str, str, bool | None]]:
    yield (
        ("account", f"the data of {receipt.account}, before and after", True)
        if receipt.account
        else ("account", "the source does not say whose data it shows", None)
    )
    yield "transport", f"{receipt.requests:,} answers, each whole and readable", True
    yield (
        "end of the walk",
        f"{receipt.pages:,} pages to the explicit end ({receipt.ended_by or 'none was seen'})",
        True,
    )
    troubled = receipt.no_key + receipt.duplicate_key
    yield "keys", f"{receipt.pulled - troubled:,} of {receipt.pulled:,} records have a key of their own", True
    yield "total", *_total(receipt, evidence)
    yield "last morning's records", *_vanished(evidence.vanished if evidence else None, baseline)
    yield "the other side's records", *_counterparts(evidence.counterparts if evidence else None)
    if evidence is None or not evidence.sentinels:
        yield "sentinels", "none is named in the settings", None
    else:
        present = evidence.sentinels - len(evidence.missing_sentinels)
        yield "sentinels", f"{present:,} of {evidence.sentinels:,} present", True
    if baseline is None:
        yield "counts", "no earlier morning to measure against", None
        yield "fields and statuses", "no earlier morning to measure against", None
    else:
        yield "counts", f"{receipt.pulled:,} records; {baseline.pulled:,} on {baseline.morning}", True
        yield "fields and statuses", f"as filled and as mixed as on {baseline.morning}", True


def _total(receipt: Receipt, evidence: Evidence | None) -> tuple[str, bool | None]:
    if receipt.total_before is None and receipt.total_after is None:
        return "the source states none", None
    totals = [total for total in (receipt.total_before, receipt.total_after) if total is not None]
    low, high = min(totals), max(totals)
    claimed = f"{low:,}" if low == high else f"{low:,} to {high:,}"
    again = evidence.second_look if evidence else None
    walked = f"; a second walk met {len(again.lost):,} that the first one lacks" if again else ""
    return f"{receipt.distinct:,} arrived, {claimed} claimed{walked}", True


def _vanished(absence: Absence | None, baseline: Baseline | None) -> tuple[str, bool | None]:
    if absence is None or baseline is None:
        return "no earlier morning to miss any from", None
    if not absence.suspects:
        return f"every record of {baseline.morning} is here", True
    return f"{absence.suspects:,} of {baseline.morning} are gone{_asked(absence)}", True if absence.asked else None


def _counterparts(absence: Absence | None) -> tuple[str, bool | None]:
    if absence is None:
        return "not looked at", None
    if not absence.suspects:
        return "every active key of the other side is known here", True
    return f"{absence.suspects:,} of its active keys are unknown here{_asked(absence)}", True if absence.asked else None


def _asked(absence: Absence) -> str:
    if not absence.asked:
        return "; this source cannot be asked for single records"
    late = f", {len(absence.late):,} came later" if absence.late else ""
    how_many = "each" if absence.asked == absence.suspects else f"{absence.asked:,} of them"
    ended = f", {len(absence.unlisted):,} in a status that the list leaves out" if absence.unlisted else ""
    gone = absence.asked - len(absence.there) - absence.hidden - len(absence.late) - len(absence.unlisted)
    return f"; {how_many} asked for by name: {gone:,} not there{late}{ended}"
