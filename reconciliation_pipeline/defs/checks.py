"""Claims about a morning that block everything after them when they are false.

Checks show the verdict, they never make it: trust is decided and stored before any check runs, and
the comparison refuses an untrusted morning whatever a check says.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import dagster as dg

from reconciliation_pipeline.defs.metadata import adds_up_metadata, claim_metadata, planted_metadata
from reconciliation_pipeline.defs.naming import asset_key, snapshot_key
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.domain.remedies import filled
from reconciliation_pipeline.domain.rules import AS_WRITTEN
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.rules import key_rule
from reconciliation_pipeline.steps.compare import unbalanced, unseen
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.diffs import NotCompared

COUNTS = frozenset({"floor", "ceiling", "side_ratio", "unproven", "unstable"})
KEYS = frozenset({"keys_unusable", "key_overlap"})

CLAIMS = {
    "is_complete": "Every page was walked to the explicit end, and nothing that arrived casts doubt on it.",
    "count_is_plausible": "The counts are what the last trusted morning and the other side lead us to expect.",
    "keys_are_usable": "At most 1 % of the records lack a key or share one.",
}
"""Checks on each snapshot, by name, and what each of them claims."""

ADDS_UP = "adds_up"
PLANTED_FOUND = "planted_found"

DIFF_CLAIMS = {
    ADDS_UP: "Every pulled record is in exactly one bucket, and the buckets add up to what was counted while pulling.",
    PLANTED_FOUND: (
        "Every difference that was planted into this very comparison came out as it must, and nothing where the "
        "planted records agree."
    ),
}
"""Checks on the diff, by name, and what each of them claims."""

RED = (
    " **Red means:** nothing after it runs, nothing is closed, and the last trusted morning still stands. "
    "Dagster calls a check failed as long as any morning of its history did; *Partitions* shows which."
)


def claim_of(reason: Reason) -> str:
    """Say which claim a reason contradicts."""
    if reason.code in COUNTS:
        return "count_is_plausible"
    return "keys_are_usable" if reason.code in KEYS else "is_complete"


def build_checks(
    reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]
) -> list[dg.AssetChecksDefinition]:
    """Build every check of a reconciliation."""
    return [_snapshot_checks(reconciliation, mornings), _diff_checks(reconciliation, mornings)]


def check_keys(reconciliation: Reconciliation) -> list[dg.AssetCheckKey]:
    """Name every check of a reconciliation."""
    keys = [dg.AssetCheckKey(snapshot_key(reconciliation, side), claim) for side in Side for claim in CLAIMS]
    return [*keys, *(dg.AssetCheckKey(asset_key(reconciliation, "diff"), claim) for claim in DIFF_CLAIMS)]


def attempt_of_run(work: Work, context: dg.AssetCheckExecutionContext) -> Attempt | None:
    """Find the attempt this run stands on: its own, the archived one it read, or the one that was refused."""
    attempts, morning = work.store.attempts, morning_of(context.partition_key)
    own = attempts.of_run(context.run.run_id)
    return own or attempts.latest_comparable(work.id, morning) or attempts.latest(work.id, morning)


def _snapshot_checks(
    reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]
) -> dg.AssetChecksDefinition:
    """Judge both sides in one step: a step of its own costs more than all six claims."""
    with partitioned_checks_are_a_preview():
        specs = [
            dg.AssetCheckSpec(
                claim,
                asset=snapshot_key(reconciliation, side),
                description=CLAIMS[claim] + RED,
                blocking=True,
                partitions_def=mornings,
            )
            for side in Side
            for claim in CLAIMS
        ]

    @dg.multi_asset_check(name=f"{reconciliation.id}__snapshot_checks", specs=specs)
    def checks(
        context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]
    ) -> Iterator[dg.AssetCheckResult]:
        with office.work(reconciliation) as work:
            attempt = attempt_of_run(work, context)
        for side in Side:
            for claim in CLAIMS:
                result = _snapshot_result(attempt, snapshot_key(reconciliation, side), side, claim)
                if not result.passed:
                    context.log.error(result.description)
                yield result

    return checks


def _snapshot_result(attempt: Attempt | None, asset: dg.AssetKey, side: Side, claim: str) -> dg.AssetCheckResult:
    if attempt is None or side not in attempt.snapshots:
        text = "Nothing was pulled for this morning, so nothing can be said of it."
        return dg.AssetCheckResult(asset_key=asset, check_name=claim, passed=False, description=text)
    reasons = filled(attempt.reasons, attempt.reconciliation, attempt.morning)
    doubts = [one for one in reasons if one.side in {side, None} and claim_of(one) == claim]
    # An unproven morning is compared all the same: its warning stands on the check and stops nothing.
    stops = attempt.standing is not Standing.UNPROVEN
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=claim,
        passed=not doubts,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description=" ".join(doubt.text for doubt in doubts) or CLAIMS[claim],
        metadata=claim_metadata(attempt.snapshots[side], doubts),
    )


def _diff_checks(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetChecksDefinition:
    with partitioned_checks_are_a_preview():
        specs = [
            dg.AssetCheckSpec(
                claim,
                asset=asset_key(reconciliation, "diff"),
                description=text + RED,
                blocking=True,
                partitions_def=mornings,
            )
            for claim, text in DIFF_CLAIMS.items()
        ]

    @dg.multi_asset_check(name=f"{reconciliation.id}__diff_checks", specs=specs)
    def checks(
        context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]
    ) -> Iterator[dg.AssetCheckResult]:
        with office.work(reconciliation) as work:
            attempt = attempt_of_run(work, context)
            found = _compared(work, attempt)
        for claim in DIFF_CLAIMS:
            result = _diff_result(attempt, found, claim, reconciliation)
            if not result.passed:
                context.log.error(result.description)
            yield result

    return checks


def _compared(work: Work, attempt: Attempt | None) -> Comparison | str:
    """Give the comparison of an attempt, or say why there is none."""
    if attempt is None:
        return "This morning was never pulled."
    try:
        return work.store.diffs.load(attempt)
    except NotCompared as missing:
        return missing.text


def _diff_result(
    attempt: Attempt | None, found: Comparison | str, claim: str, reconciliation: Reconciliation
) -> dg.AssetCheckResult:
    asset = asset_key(reconciliation, "diff")
    if attempt is None or isinstance(found, str):
        return dg.AssetCheckResult(asset_key=asset, check_name=claim, passed=False, description=str(found))
    doubts: Sequence[Reason]
    if claim == PLANTED_FOUND:
        doubts, metadata = unseen(found), planted_metadata(found)
        good = f"{found.planted.words}." if found.planted else ""
    else:
        receipts = {side: snapshot.receipt for side, snapshot in attempt.snapshots.items()}
        doubts = unbalanced(found, receipts, keys_as_written=key_rule(reconciliation) == AS_WRITTEN)
        metadata = adds_up_metadata(found, words_of(reconciliation))
        good = "Every row is accounted for."
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=claim,
        passed=not doubts,
        description=" ".join(doubt.text for doubt in doubts) or good,
        metadata=metadata,
    )


@contextmanager
def partitioned_checks_are_a_preview() -> Iterator[None]:
    """Say nothing about the one preview feature of Dagster that we rely on."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=dg.PreviewWarning)
        yield
