"""Who was told what this morning."""

import dagster as dg

from reconciliation_pipeline.defs.duty import in_turn
from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.metadata import notifications_metadata
from reconciliation_pipeline.defs.naming import asset_key, owner_of
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.alive import tell_dead
from reconciliation_pipeline.steps.ping import tell_monitor
from reconciliation_pipeline.steps.tell import tell_morning


def build_notifications(reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]) -> dg.AssetsDefinition:
    """Build the asset that tells the right people, once."""

    @dg.asset(
        key=asset_key(reconciliation, "notifications"),
        deps=[asset_key(reconciliation, "ledger")],
        partitions_def=mornings,
        group_name=reconciliation.id,
        owners=owner_of(reconciliation),
        kinds={"outbox", *sorted({channel.type for channel in reconciliation.channels})[:2]},
        description=(
            "A message when something is open, and silence when nothing is. A channel that is down never fails "
            "the morning: the message stays in the outbox and is tried again. Past mornings are never announced. "
            "**Red means:** the morning is in the ledger, and its message could not be stored; nobody was told."
        ),
    )
    def notifications(
        context: dg.AssetExecutionContext, office: dg.ResourceParam[Office]
    ) -> dg.MaterializeResult[None]:
        """Store what has to be said, then send it."""
        morning, run_id = morning_of(context.partition_key), context.run.run_id
        with failing_in_words(), office.work(reconciliation) as work, in_turn(context, work, morning, lets_go=True):
            told = tell_morning(work, morning, run_id=run_id)
            also = (tell_monitor(work, morning, run_id=run_id), tell_dead(work, morning, run_id=run_id))
        for words in filter(None, (told.words, *also)):
            context.log.info(words)
        return dg.MaterializeResult(metadata=notifications_metadata(told))

    return notifications
