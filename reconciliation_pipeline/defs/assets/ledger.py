"""What this morning observed, judged, in the ledger."""

from functools import partial

import dagster as dg

from reconciliation_pipeline.defs.duty import in_turn
from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.freshness import freshness
from reconciliation_pipeline.defs.metadata import ledger_metadata
from reconciliation_pipeline.defs.naming import OUTCOME, asset_key, owner_of
from reconciliation_pipeline.defs.pages import written_page
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.reporting.case import record_links
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.describe import describe, lives_around
from reconciliation_pipeline.steps.recheck import recheck
from reconciliation_pipeline.steps.record import record_morning


def build_ledger(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Build the asset that judges a morning's differences and records them."""

    @dg.asset(
        key=asset_key(reconciliation, "ledger"),
        deps=[asset_key(reconciliation, "diff")],
        partitions_def=mornings,
        group_name=reconciliation.id,
        owners=owner_of(reconciliation),
        kinds={"sql"},
        freshness_policy=freshness(reconciliation),
        description=(
            "Every difference from the morning it was first seen to the morning it was gone, with owner and "
            "money. **Red means:** this morning is not in the ledger; nothing was opened, aged or closed by it."
        ),
    )
    def ledger(context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]) -> dg.MaterializeResult[None]:
        """Ask once more before anyone is accused, set lag apart, and write down what the rest costs and whose it is."""
        morning = morning_of(context.partition_key)
        with (
            failing_in_words("Not trustworthy, so not recorded"),
            office.work(reconciliation) as work,
            in_turn(context, work, morning),
        ):
            asked = recheck(work, morning, run_id=context.run.run_id)
            attempt, _ = record_morning(work, morning)
            result, lives = describe(work, attempt), lives_around(work, morning)
            page = written_page(work, morning, context.log)
        for remark in asked.remarks if asked else ():
            context.log.warning(remark)
        context.instance.add_run_tags(context.run.run_id, {OUTCOME: result.outcome.value})
        words = words_of(reconciliation)
        links = partial(record_links, reconciliation=reconciliation, words=words)
        return dg.MaterializeResult(metadata={**ledger_metadata(result, lives, words, links), **page})

    return ledger
