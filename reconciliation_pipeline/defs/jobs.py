"""The jobs of a reconciliation: a whole morning in one process, the Monday message, and what people decide.

A process per step would import Dagster five times over; the work itself takes a second.
"""

import dagster as dg
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from pydantic import Field

from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.naming import decision_name, heartbeat_name, job_name
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.defs.timeline import observation
from reconciliation_pipeline.domain.decisions import Action
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.decide import Wish, decide, in_words
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


class AssignConfig(dg.Config):
    """Who answers for a difference from now on."""

    id: str = Field(description="The difference, by the id that the report and `recon list` show.")
    to: str = Field(description="Who answers for it from now on, until its values change.")
    by: str = Field(description="Who says so.")
    reason: str = Field(description="Why.")


class NoteConfig(dg.Config):
    """What is known about a difference."""

    id: str = Field(description="The difference, by the id that the report and `recon list` show.")
    by: str = Field(description="Who says so.")
    reason: str = Field(description="What is known about it.")


def build_assign_job(reconciliation: Reconciliation) -> dg.JobDefinition:
    """Build the job that says who answers for a difference."""

    @dg.op(name=f"{reconciliation.id}_assignment")
    def assignment(context: dg.OpExecutionContext, config: AssignConfig, office: dg.ResourceParam[Office]) -> None:
        _decide(context, reconciliation, office, config.id, Wish(Action.ASSIGN, config.by, config.reason, config.to))

    @dg.job(
        name=decision_name(reconciliation.id, Action.ASSIGN),
        executor_def=dg.in_process_executor,
        description="Says who answers for a difference from now on, until its values change. Fill in the launchpad.",
    )
    def assign() -> None:
        assignment()

    return assign


def build_note_job(reconciliation: Reconciliation) -> dg.JobDefinition:
    """Build the job that writes down what is known about a difference."""

    @dg.op(name=f"{reconciliation.id}_annotation")
    def annotation(context: dg.OpExecutionContext, config: NoteConfig, office: dg.ResourceParam[Office]) -> None:
        _decide(context, reconciliation, office, config.id, Wish(Action.NOTE, config.by, config.reason))

    @dg.job(
        name=decision_name(reconciliation.id, Action.NOTE),
        executor_def=dg.in_process_executor,
        description="Writes down what is known about a difference; its case file shows it. Fill in the launchpad.",
    )
    def note() -> None:
        annotation()

    return note


def _decide(
    context: dg.OpExecutionContext, reconciliation: Reconciliation, office: Office, item: str, wish: Wish
) -> None:
    with failing_in_words(), office.work(reconciliation) as work:
        lives = decide(work, [item], wish)
        said, details = in_words(wish, lives)
        mornings = work.store.ledger.mornings(work.id)
        context.log_event(observation(work, said, details, mornings[-1].isoformat() if mornings else None))
