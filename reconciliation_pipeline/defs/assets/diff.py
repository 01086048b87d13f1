"""Where the two systems disagree this morning."""

import dagster as dg

from reconciliation_pipeline.defs.duty import in_turn
from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.metadata import diff_metadata
from reconciliation_pipeline.defs.naming import asset_key, owner_of, snapshot_key
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.compare import compare_morning


def build_diff(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Build the asset that compares both snapshots of a morning."""

    @dg.asset(
        key=asset_key(reconciliation, "diff"),
        deps=[snapshot_key(reconciliation, side) for side in Side],
        partitions_def=mornings,
        group_name=reconciliation.id,
        owners=owner_of(reconciliation),
        kinds={"duckdb"},
        description=(
            "Every record on which the two systems disagree, by kind, before anyone judges it. **Red means:** "
            "the morning is not trusted, so it was not compared; or a snapshot in the archive is damaged. The failed "
            "step says which."
        ),
    )
    def diff(context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]) -> dg.MaterializeResult[None]:
        """Compare, whatever Dagster thinks of the checks: an untrusted morning is refused here, too."""
        morning = morning_of(context.partition_key)
        with (
            failing_in_words("Not trustworthy, so not compared"),
            office.work(reconciliation) as work,
            in_turn(context, work, morning),
        ):
            attempt, comparison = compare_morning(work, morning)
        return dg.MaterializeResult(metadata=diff_metadata(attempt, comparison, words_of(reconciliation)))

    return diff
