"""Decide whether what was pulled may be believed, and store verdict and message together.

The only place where an attempt becomes trusted or refused.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.completeness import (
    CompletenessPolicy,
    TrustedMorning,
    certify,
    doubts_between,
    trust,
)
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Reason, Receipt, Side, Snapshot
from reconciliation_pipeline.domain.result import conclude
from reconciliation_pipeline.domain.wording import not_trustworthy_message
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.baseline import baselines
from reconciliation_pipeline.steps.pull import Pulled, value_names
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.archive import snapshot_path


def prove(work: Work, attempt: Attempt, pulled: Mapping[Side, Pulled]) -> Attempt:
    """Certify both sides of an attempt and store the verdict.

    Returns:
        The attempt, trusted or refused. A refusal's message is in the outbox already.
    """
    policy = CompletenessPolicy(work.reconciliation.floor, work.reconciliation.side_ratio)
    accepted = work.store.accepted_counts.of(work.id, attempt.morning)
    before = baselines(work, attempt.morning)
    receipts = {side: pulled[side].receipt for side in Side}
    between = doubts_between(receipts, accepted=accepted, policy=policy, ages_by_clocks=not work.pretends)
    snapshots = {
        side: Snapshot(
            side,
            snapshot_path(work.id, attempt.morning, attempt.number, side),
            pulled[side].sha256,
            receipts[side],
            certify(
                receipts[side],
                baseline=before.get(side),
                accepted=accepted.get(side),
                policy=policy,
                doubts=[doubt for doubt in between if doubt.side is side],
            ),
        )
        for side in Side
    }
    own = [reason for snapshot in snapshots.values() for reason in snapshot.certificate.reasons]
    reasons = (*own, *(doubt for doubt in between if doubt.side is None))
    judged = replace(
        attempt,
        standing=Standing.REFUSED if reasons else Standing.TRUSTED,
        reasons=reasons,
        snapshots=snapshots,
        as_of=as_of(work, receipts) if attempt.live else work.scheduled(attempt.morning),
    )
    for side, snapshot in snapshots.items():
        work.store.archive.seal(snapshot, fields=value_names(work.reconciliation.sides[side]))
    work.store.attempts.conclude(judged, at=work.clock(), messages=alarm(work, judged), channels=work.channels())
    return judged


def trusted_morning(work: Work, morning: date) -> TrustedMorning:
    """Hand out a morning's trusted attempt.

    Raises:
        Untrusted: There is none; with the reasons of the last refused one, if there was any.
    """
    attempts = work.store.attempts
    return trust(attempts.latest_trusted(work.id, morning) or attempts.latest(work.id, morning))


def refuse(work: Work, attempt: Attempt, reason: Reason) -> Attempt:
    """Store that an attempt could not even begin to pull."""
    refused = replace(attempt, standing=Standing.REFUSED, reasons=(reason,))
    work.store.attempts.conclude(refused, at=work.clock(), messages=alarm(work, refused), channels=work.channels())
    return refused


def alarm(work: Work, attempt: Attempt) -> list[Message]:
    """Write the message of a refused morning; a trusted one, and any past one, has none."""
    if attempt.standing is not Standing.REFUSED or not attempt.live:
        return []
    result = conclude(attempt, observations=None)
    return [not_trustworthy_message(result, words_of(work.reconciliation), owner=work.reconciliation.owners.default)]


def as_of(work: Work, receipts: Mapping[Side, Receipt]) -> datetime:
    """Say against which instant ages are measured: the earlier pull's start, by the sources' own clock."""
    if work.pretends:
        return work.now()
    clocks = [receipt.source_clock for receipt in receipts.values() if receipt.source_clock is not None]
    return min(clocks or [receipt.started_at for receipt in receipts.values()])
