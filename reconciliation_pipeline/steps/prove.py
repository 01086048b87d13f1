"""Decide whether what was pulled may be believed, and store verdict and message together.

The only place where an attempt becomes trusted, unproven or refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.completeness import (
    CompletenessPolicy,
    Said,
    TrustedMorning,
    certify,
    doubts_between,
    standing_of,
    trust,
)
from reconciliation_pipeline.domain.evidence import Evidence
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Baseline, Certificate, Reason, Receipt, Side, Snapshot
from reconciliation_pipeline.domain.result import conclude
from reconciliation_pipeline.domain.wording import not_trustworthy_message
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.baseline import baselines, baselines_of
from reconciliation_pipeline.steps.examine import Examined
from reconciliation_pipeline.steps.pull import Pulled, value_names
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.archive import snapshot_path
from reconciliation_pipeline.storage.errors import AttemptNotBegun

NOT_EXAMINED = Examined()


def prove(work: Work, attempt: Attempt, pulled: Mapping[Side, Pulled], examined: Examined = NOT_EXAMINED) -> Attempt:
    """Certify both sides of an attempt and store the verdict.

    Returns:
        The attempt: trusted, refused, or unproven until a person vouches for its counts. A refusal's message is in
        the outbox already.
    """
    before = baselines(work, attempt.morning)
    receipts = {side: pulled[side].receipt for side in Side}
    between = (*_between(work, attempt, receipts, examined), *examined.doubts)
    snapshots = {}
    for side in Side:
        path = snapshot_path(work.id, attempt.morning, attempt.number, side)
        evidence = examined.evidence.get(side)
        certificate = _certificate(work, attempt, receipts[side], before.get(side), evidence, between)
        snapshots[side] = Snapshot(side, path, pulled[side].sha256, receipts[side], certificate, evidence)
    judged = replace(
        _judged(attempt, snapshots, between),
        as_of=as_of(work, receipts) if attempt.live else work.scheduled(attempt.morning),
    )
    for side, snapshot in snapshots.items():
        work.store.archive.seal(snapshot, fields=value_names(work.reconciliation.sides[side]))
    told = alarm(work, judged)
    work.store.attempts.conclude(judged, at=work.clock(), messages=told, channels=work.channels(*told))
    return judged


def vouch(work: Work) -> tuple[Attempt, ...]:
    """Judge every unproven attempt again, after a person has said something about its counts.

    Oldest first: a morning that is trusted now may vouch for the next one. Nothing is asked of a system, and what
    was refused stays refused.

    Returns:
        The attempts that are trusted now.
    """
    promoted = []
    for attempt in work.store.attempts.unproven(work.id):
        again = _judged_again(work, attempt)
        if again.standing is Standing.TRUSTED:
            work.store.attempts.promote(again, at=work.clock())
            promoted.append(again)
    return tuple(promoted)


def _judged_again(work: Work, attempt: Attempt) -> Attempt:
    trusted = work.store.attempts.baseline(work.id, attempt.morning)
    before = baselines_of(trusted) if trusted else {}
    snapshots = {
        side: replace(
            snapshot,
            certificate=_certificate(work, attempt, snapshot.receipt, before.get(side), snapshot.evidence, ()),
        )
        for side, snapshot in attempt.snapshots.items()
    }
    return _judged(attempt, snapshots, ())


def _certificate(  # noqa: PLR0913, PLR0917 - everything that speaks for or against one side
    work: Work,
    attempt: Attempt,
    receipt: Receipt,
    baseline: Baseline | None,
    evidence: Evidence | None,
    between: Sequence[Reason],
) -> Certificate:
    accepted = work.store.accepted_counts.of(work.id, attempt.morning).get(receipt.side)
    confirmed = work.store.confirmed_counts.of(work.id, attempt.morning).get(receipt.side)
    return certify(
        receipt,
        baseline=baseline,
        policy=policy_of(work),
        said=Said(accepted, confirmed),
        evidence=evidence,
        doubts=[doubt for doubt in between if doubt.side is receipt.side],
    )


def _between(work: Work, attempt: Attempt, receipts: Mapping[Side, Receipt], examined: Examined) -> tuple[Reason, ...]:
    return doubts_between(
        receipts,
        accepted=work.store.accepted_counts.of(work.id, attempt.morning),
        policy=policy_of(work),
        overlap=examined.overlap,
        ages_by_clocks=not work.pretends,
    )


def _judged(attempt: Attempt, snapshots: Mapping[Side, Snapshot], between: Sequence[Reason]) -> Attempt:
    certificates = [snapshot.certificate for snapshot in snapshots.values()]
    of_both = [doubt for doubt in between if doubt.side is None]
    reasons = (*(reason for one in certificates for reason in one.reasons), *of_both)
    return replace(attempt, standing=standing_of(certificates, of_both), reasons=reasons, snapshots=snapshots)


def policy_of(work: Work) -> CompletenessPolicy:
    """Gather from the settings what a believable pull is."""
    pair = work.reconciliation
    return CompletenessPolicy(pair.floor, pair.side_ratio, pair.ceiling, pair.key_overlap)


def trusted_morning(work: Work, morning: date) -> TrustedMorning:
    """Hand out a morning's attempt: the last trusted one, else the last that nobody has vouched for yet.

    Raises:
        Untrusted: There is none; with the reasons of the last refused one, if there was any.
    """
    attempts = work.store.attempts
    return trust(attempts.latest_comparable(work.id, morning) or attempts.latest(work.id, morning))


def refuse(work: Work, attempt: Attempt, reason: Reason) -> Attempt:
    """Store that an attempt could not even begin to pull."""
    refused = replace(attempt, standing=Standing.REFUSED, reasons=(reason,))
    told = alarm(work, refused)
    work.store.attempts.conclude(refused, at=work.clock(), messages=told, channels=work.channels(*told))
    return refused


STOPPED = "The run was stopped before both sides had arrived; nothing of it was kept."


def give_up(work: Work, attempt: Attempt, text: str = STOPPED) -> None:
    """Store that an attempt was stopped on its way and keep nothing of it; an attempt that has a verdict keeps that.

    There is no message: whoever stopped it knows.
    """
    stopped = Reason("walk_not_ended", text, remedy="Run the morning again; that is a new attempt.")
    try:
        work.store.attempts.conclude(replace(attempt, standing=Standing.REFUSED, reasons=(stopped,)), at=work.clock())
    except AttemptNotBegun:
        return
    work.store.archive.discard(work.id, attempt.morning, attempt.number)


def alarm(work: Work, attempt: Attempt) -> list[Message]:
    """Write the one message of a refused morning; a trusted one, and any past one, has none."""
    if attempt.standing is not Standing.REFUSED or not attempt.live:
        return []
    result = conclude(attempt, observations=None)
    return [not_trustworthy_message(result, words_of(work.reconciliation), owner=work.reconciliation.owners.default)]


def as_of(work: Work, receipts: Mapping[Side, Receipt]) -> datetime:
    """Say against which instant ages are measured: the earlier pull's start, by the sources' own clock."""
    if work.pretends:
        return work.now()
    # Of two clocks the one that is behind calls nothing older than it is; ours stands for that of a silent side.
    return min(receipt.source_clock or receipt.started_at for receipt in receipts.values())
