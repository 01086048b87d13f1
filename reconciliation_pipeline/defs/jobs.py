"""The jobs of a reconciliation: a whole morning in one process, and the Monday message.

A process per step would import Dagster five times over; the work itself takes a second.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.naming import heartbeat_name, job_name
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.tell import tell_heartbeat


def build_job(name: str) -> UnresolvedAssetJobDefinition:
    """Build the job that runs one morning of one reconciliation (or shows why it is switched off)."""
    return dg.define_asset_job(
        name=job_name(name),
        selection=dg.AssetSelection.groups(name),
        executor_def=dg.in_process_executor,
        description=f"One morning of {name}: pull both sides, prove, compare, judge, record, tell.",
    )


def build_heartbeat_job(reconciliation: Reconciliation) -> dg.JobDefinition:
    """Build the job that sends the Monday message."""

    @dg.op(name=f"{reconciliation.id}_heartbeat_message")
    def message(context: dg.OpExecutionContext, office: dg.ResourceParam[Office]) -> None:
        with failing_in_words(), office.work(reconciliation) as work:
            context.log.info(tell_heartbeat(work).words)

    @dg.job(
        name=heartbeat_name(reconciliation.id),
        executor_def=dg.in_process_executor,
        description="Tells both counts, so that everybody sees the job is alive even when it is quiet.",
    )
    def heartbeat() -> None:
        message()

    return heartbeat
