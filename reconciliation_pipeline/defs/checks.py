"""Claims about a morning that block everything after them when they are false.

Checks show the verdict, they never make it: trust is decided and stored before any check runs, and
the comparison refuses an untrusted morning whatever a check says.
"""

import warnings
from collections.abc import Callable

import dagster as dg

from reconciliation_pipeline.defs.metadata import certificate_markdown, reasons_markdown
from reconciliation_pipeline.defs.naming import asset_key, snapshot_key
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.compare import faults
from reconciliation_pipeline.steps.work import Work

COUNTS = frozenset({"floor", "ceiling", "side_ratio", "unproven"})
KEYS = frozenset({"keys_unusable", "key_overlap"})

CLAIMS = {
    "is_complete": "Every page was walked to the explicit end, and nothing that arrived casts doubt on it.",
    "count_is_plausible": "The counts are what the last trusted morning and the other side lead us to expect.",
    "keys_are_usable": "At most 1 % of the records lack a key or share one.",
}
"""Checks on each snapshot, by name, and what each of them claims."""

ADDS_UP = "adds_up"
"""The check on the diff."""


def claim_of(reason: Reason) -> str:
    """Say which claim a reason contradicts."""
    if reason.code in COUNTS:
        return "count_is_plausible"
    return "keys_are_usable" if reason.code in KEYS else "is_complete"


def build_checks(
    reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]
) -> list[dg.AssetChecksDefinition]:
    """Build every check of a reconciliation."""
    checks = [_snapshot_check(reconciliation, mornings, side, claim) for side in Side for claim in CLAIMS]
    return [*checks, _adds_up_check(reconciliation, mornings)]


def check_keys(reconciliation: Reconciliation) -> list[dg.AssetCheckKey]:
    """Name every check of a reconciliation."""
    keys = [dg.AssetCheckKey(snapshot_key(reconciliation, side), claim) for side in Side for claim in CLAIMS]
    return [*keys, dg.AssetCheckKey(asset_key(reconciliation, "diff"), ADDS_UP)]


def attempt_of_run(work: Work, context: dg.AssetCheckExecutionContext) -> Attempt | None:
    """Find the attempt this run stands on: its own, or the archived one it read."""
    own = work.store.attempts.of_run(context.run.run_id)
    return own or work.store.attempts.latest_trusted(work.id, morning_of(context.partition_key))


def _partitioned_check(
    *, asset: dg.AssetKey, name: str, description: str, mornings: dg.PartitionsDefinition[str]
) -> Callable[[Callable[..., dg.AssetCheckResult]], dg.AssetChecksDefinition]:
    """Declare a blocking check per morning; the one place that relies on this preview feature of Dagster."""

    def declare(function: Callable[..., dg.AssetCheckResult]) -> dg.AssetChecksDefinition:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=dg.PreviewWarning)
            return dg.asset_check(
                asset=asset, name=name, description=description, blocking=True, partitions_def=mornings
            )(function)

    return declare


def _snapshot_check(
    reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str], side: Side, claim: str
) -> dg.AssetChecksDefinition:
    @_partitioned_check(
        asset=snapshot_key(reconciliation, side),
        name=claim,
        description=CLAIMS[claim],
        mornings=mornings,
    )
    def check(context: dg.AssetCheckExecutionContext, office: Office) -> dg.AssetCheckResult:
        with office.work(reconciliation) as work:
            attempt = attempt_of_run(work, context)
        if attempt is None:
            return dg.AssetCheckResult(passed=False, description="No attempt at this morning is known.")
        doubts = [one for one in attempt.reasons if one.side in {side, None} and claim_of(one) == claim]
        snapshot = attempt.snapshots[side]
        return dg.AssetCheckResult(
            passed=not doubts,
            description=" ".join(doubt.text for doubt in doubts) or CLAIMS[claim],
            metadata={
                "pulled": snapshot.receipt.pulled,
                "active": snapshot.receipt.active,
                "certificate": dg.MetadataValue.md(certificate_markdown(snapshot.certificate)),
                "what to do": dg.MetadataValue.md(reasons_markdown(doubts)),
            },
        )

    return check


def _adds_up_check(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    @_partitioned_check(
        asset=asset_key(reconciliation, "diff"),
        name=ADDS_UP,
        description="Every pulled record is in exactly one bucket, and the buckets add up to the certificates.",
        mornings=mornings,
    )
    def check(context: dg.AssetCheckExecutionContext, office: Office) -> dg.AssetCheckResult:
        morning = morning_of(context.partition_key)
        with office.work(reconciliation) as work:
            attempt = attempt_of_run(work, context)
            if attempt is None:
                return dg.AssetCheckResult(passed=False, description=f"No attempt at {morning} is known.")
            comparison = work.store.diffs.load(attempt)
        receipts = {side: snapshot.receipt for side, snapshot in attempt.snapshots.items()}
        broken = faults(comparison, receipts)
        return dg.AssetCheckResult(
            passed=not broken,
            description=" ".join(broken) or "Every row is accounted for.",
            metadata={side.value: balance.accounted for side, balance in comparison.balances.items()},
        )

    return check
