"""Compare the two snapshots of one trusted morning.

Refuses by itself what is not trusted, also when it is asked alone and later.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from reconciliation_pipeline.compare.engine import compare
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.completeness import TrustedMorning
from reconciliation_pipeline.domain.conservation import adds_up, matches_receipts
from reconciliation_pipeline.domain.records import Reason, Receipt, Side
from reconciliation_pipeline.settings.rules import amount_field, rules
from reconciliation_pipeline.steps.prove import alarm, trusted_morning
from reconciliation_pipeline.steps.work import Work


def compare_morning(work: Work, morning: date) -> tuple[Attempt, Comparison]:
    """Compare a morning's two snapshots and keep what was found.

    A comparison whose rows do not add up is kept for a look, while its attempt is withdrawn:
    verdict and message are stored together, and nothing after this step believes it.

    Raises:
        Untrusted: No trusted pull of the morning exists; says why.
        ArchiveDamaged: A snapshot is gone or its bytes have changed.
    """
    trusted = trusted_morning(work, morning)
    comparison = compare(_files(work, trusted), comparison_rules(work))
    work.store.diffs.keep(trusted.attempt, comparison)
    if broken := faults(comparison, {side: trusted[side].receipt for side in Side}):
        reasons = tuple(Reason("does_not_add_up", text, remedy="Report this: it is a fault here.") for text in broken)
        _withdraw(work, trusted.attempt, reasons)
    return trusted.attempt, comparison


def faults(comparison: Comparison, receipts: Mapping[Side, Receipt]) -> list[str]:
    """Name every way in which a comparison does not account for what was pulled."""
    return [*adds_up(comparison), *matches_receipts(comparison, receipts)]


def comparison_rules(work: Work) -> ComparisonRules:
    """Gather from the settings how this pair is compared."""
    sides = work.reconciliation.sides
    return ComparisonRules(
        fields=rules(work.reconciliation),
        amount_field=amount_field(work.reconciliation),
        reduce={side: sides[side].reduce != "none" for side in Side},
    )


def _files(work: Work, trusted: TrustedMorning) -> SnapshotFiles:
    archive = work.store.archive
    return SnapshotFiles(crm=archive.resolve(trusted.crm), billing=archive.resolve(trusted.billing))


def _withdraw(work: Work, attempt: Attempt, reasons: tuple[Reason, ...]) -> None:
    messages = alarm(work, replace(attempt, standing=Standing.REFUSED, reasons=reasons))
    work.store.attempts.withdraw(attempt, reasons, at=work.clock(), messages=messages, channels=work.channels())
