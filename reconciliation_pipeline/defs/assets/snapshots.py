"""The two snapshots of a morning, always pulled together."""

from collections.abc import Iterator

import dagster as dg

from reconciliation_pipeline.defs.duty import in_turn
from reconciliation_pipeline.defs.failures import failed, failing_in_words
from reconciliation_pipeline.defs.metadata import Metadata, snapshot_metadata
from reconciliation_pipeline.defs.naming import OUTCOME, owner_of, snapshot_key
from reconciliation_pipeline.defs.pages import written_page
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.records import Outcome, Side
from reconciliation_pipeline.domain.remedies import filled
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.morning import Gathered, gather


def build_snapshots(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Build both snapshot assets as one step, so that they speak of the same moment."""

    @dg.multi_asset(
        name=f"{reconciliation.id}__pull",
        specs=[_spec(reconciliation, side) for side in Side],
        partitions_def=mornings,
        can_subset=False,
    )
    def pull(
        context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]
    ) -> Iterator[dg.MaterializeResult[None]]:
        """Pull every page of both sides at once and store the verdict over both."""
        morning = morning_of(context.partition_key)
        with (
            failing_in_words(),
            office.work(reconciliation) as work,
            in_turn(context, work, morning),
            office.watch(context.log) as watch,
        ):
            gathered = gather(work, morning, run_id=context.run.run_id, watch=watch)
            # Of a refused morning nothing runs after this.
            is_refused = gathered.attempt.standing is Standing.REFUSED
            page = written_page(work, morning, context.log) if is_refused else {}
        if is_refused:
            context.instance.add_run_tags(context.run.run_id, {OUTCOME: Outcome.NOT_TRUSTWORTHY.value})
        _require_both(gathered, page)
        for side in Side:
            metadata = snapshot_metadata(gathered.attempt, side, from_archive=gathered.from_archive)
            yield dg.MaterializeResult(asset_key=snapshot_key(reconciliation, side), metadata={**metadata, **page})

    return pull


def _require_both(gathered: Gathered, page: Metadata) -> None:
    """A side that did not arrive has no snapshot to show; the reasons say why."""
    attempt = gathered.attempt
    if any(side not in attempt.snapshots or attempt.snapshots[side].sha256 is None for side in Side):
        told = "Not trustworthy: " + " ".join(reason.text for reason in attempt.reasons)
        raise failed(told, filled(attempt.reasons, attempt.reconciliation, attempt.morning), page)


def _spec(reconciliation: Reconciliation, side: Side) -> dg.AssetSpec:
    name, settings = words_of(reconciliation).name(side), reconciliation.sides[side]
    return dg.AssetSpec(
        key=snapshot_key(reconciliation, side),
        group_name=reconciliation.id,
        owners=owner_of(reconciliation),
        kinds={settings.connector, "parquet"},
        description=(
            f"Every record of {name}, pulled page by page to the explicit end, with the receipt and the "
            "certificate of the pull. **Red means:** the pull broke off or cannot be believed. Nothing is "
            "compared, closed or aged then; the last trusted morning still stands. The reasons are on the checks."
        ),
    )
