"""Compare the two snapshots of one trusted morning.

Refuses by itself what is not trusted, also when it is asked alone and later. Every comparison has to find what
was planted into it (`plant.py`), and to account for every row.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.completeness import TrustedMorning
from reconciliation_pipeline.domain.conservation import adds_up, matches_receipts
from reconciliation_pipeline.domain.records import Reason, Receipt, Side
from reconciliation_pipeline.domain.rules import AS_WRITTEN
from reconciliation_pipeline.settings.rules import key_rule
from reconciliation_pipeline.steps.digests import digests_of, settled_rules
from reconciliation_pipeline.steps.engines import engine_of
from reconciliation_pipeline.steps.judged import judge_found, pulled_between
from reconciliation_pipeline.steps.plant import Compare, compare_planted
from reconciliation_pipeline.steps.prove import alarm, trusted_morning
from reconciliation_pipeline.steps.work import Work

SHOWN: Final = 3
"""Planted records that a refusal names one by one."""


def compare_morning(work: Work, morning: date, *, compare: Compare | None = None) -> tuple[Attempt, Comparison]:
    """Compare a morning's two snapshots and keep what was found.

    A comparison that missed something planted, or whose rows do not add up, is kept for a look, while its attempt
    is withdrawn: verdict and message are stored together, and nothing after this step believes it.

    Args:
        work: The reconciliation at hand.
        morning: Which morning.
        compare: How two sides are compared; None for the engine that the settings name.

    Raises:
        Untrusted: No trusted pull of the morning exists; says why.
        ArchiveDamaged: A snapshot is gone or its bytes have changed.
    """
    trusted = trusted_morning(work, morning)
    as_of, until = pulled_between(trusted)
    comparison = compare_planted(
        work.reconciliation,
        _files(work, trusted),
        comparison_rules(work, trusted),
        as_of=as_of,
        until=until,
        judge=lambda found: judge_found(work, trusted, found),
        compare=compare or engine_of(work.reconciliation, temp_folder=work.store.spill_folder),
        aside=work.store.spill_folder,
    )
    work.store.diffs.keep(trusted.attempt, comparison)
    receipts = {side: trusted[side].receipt for side in Side}
    as_written = key_rule(work.reconciliation) == AS_WRITTEN
    if reasons := (*unseen(comparison), *unbalanced(comparison, receipts, keys_as_written=as_written)):
        _withdraw(work, trusted.attempt, reasons)
    return trusted.attempt, comparison


def unseen(comparison: Comparison) -> tuple[Reason, ...]:
    """Say that a comparison missed something that was planted, or was never put to the test; nothing is good."""
    planted = comparison.planted
    if planted is not None and planted.is_proof:
        return ()
    text = "Nothing was planted into this comparison, so nothing shows that it would have found a difference."
    if planted is not None and planted.of:
        more = len(planted.missed) - SHOWN
        missed = "; ".join([*planted.missed[:SHOWN], *([f"and {more:,} more"] if more > 0 else [])])
        text = f"{planted.words}, so real ones may be missing or wrong, too. {missed}."
    remedy = "Report this: it is a fault here, or a field that cannot be compared as the settings say."
    return (Reason("planted_missed", text, remedy=remedy),)


def unbalanced(
    comparison: Comparison, receipts: Mapping[Side, Receipt], *, keys_as_written: bool = True
) -> tuple[Reason, ...]:
    """Name every way in which a comparison does not account for what was pulled."""
    broken = [*adds_up(comparison), *matches_receipts(comparison, receipts, keys_as_written=keys_as_written)]
    return tuple(Reason("does_not_add_up", text, remedy="Report this: it is a fault here.") for text in broken)


def comparison_rules(work: Work, trusted: TrustedMorning) -> ComparisonRules:
    """Gather how this pair is compared: from the settings, and from what was never empty before."""
    how = settled_rules(work)
    return replace(how, never_empty=frozenset(one.name for one in how.fields if _was_never_empty(one.name, trusted)))


def _was_never_empty(field: str, trusted: TrustedMorning) -> bool:
    """Whether every active record had a value there, on both sides, on the morning this one is measured against."""
    earlier = [trusted[side].certificate.baseline for side in Side]
    return all(one is not None and one.active and one.nulls.get(field) == 0 for one in earlier)


def _files(work: Work, trusted: TrustedMorning) -> SnapshotFiles:
    paths = {side: work.store.archive.resolve(trusted[side]) for side in Side}
    kept = {side: digests_of(work, side, paths[side], trusted[side].sha256) for side in Side}
    digests = {side: path for side, path in kept.items() if path is not None}
    return SnapshotFiles(crm=paths[Side.CRM], billing=paths[Side.BILLING], digests=digests)


def _withdraw(work: Work, attempt: Attempt, reasons: tuple[Reason, ...]) -> None:
    told = alarm(work, replace(attempt, standing=Standing.REFUSED, reasons=reasons))
    work.store.attempts.withdraw(attempt, reasons, at=work.clock(), messages=told, channels=work.channels(*told))
