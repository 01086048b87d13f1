"""Run one morning through the real Dagster job, in this process."""

import os
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from reconciliation_pipeline.cli.desk import configured, environment
from reconciliation_pipeline.cli.output import Exit, Problem
from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.steps.describe import describe
from reconciliation_pipeline.steps.pull import open_sources
from reconciliation_pipeline.steps.tell import deliver_due, tell_failure
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.beside import told_in_words
from reconciliation_pipeline.storage.leases import AlreadyRunning

if TYPE_CHECKING:
    from dagster import DagsterEvent

_NO_STEP = "No step failed."


def run_morning(work: Work, morning: date, *, quiet: bool = False) -> MorningResult:
    """Run the job for one morning and read what it came to from the store.

    Raises:
        Problem: The morning cannot be run at all, or the run ended without a result.
    """
    _require_runnable(work, morning)
    try:
        with told_in_words("Dagster's"):
            ran = _execute(work, morning, quiet=quiet)
    except AlreadyRunning as other:
        raise Problem(
            "already_running", other.text, place=work.id, remedy=other.remedy, exit=Exit.NOT_TRUSTWORTHY
        ) from None
    attempt = _standing_for(work, morning, ran)
    if attempt is None or attempt.standing is Standing.BEGUN:
        tell_failure(work, morning, ran.failure or _NO_STEP, run_id=ran.run_id)
        text = f"The run of {morning} ended without a result. {ran.failure or _NO_STEP}"
        remedy = f"Nothing was compared, nothing was closed. Try `recon doctor {work.id}`; the log is run {ran.run_id}."
        raise Problem("run_failed", text, place=work.id, remedy=remedy, exit=Exit.NOT_TRUSTWORTHY)
    if ran.failure and attempt.standing is not Standing.REFUSED:
        # A refusal makes its steps fail and is a result; here a step broke that should not have.
        tell_failure(work, morning, ran.failure, run_id=ran.run_id)
        text = f"The run of {morning} broke off before its last step. {ran.failure}"
        remedy = f"Run the morning again; what is recorded already stays. The log is run {ran.run_id}."
        raise Problem("run_failed", text, place=work.id, remedy=remedy, exit=Exit.NOT_TRUSTWORTHY)
    deliver_due(work)
    return describe(work, attempt)


def _standing_for(work: Work, morning: date, ran: "_Ran") -> Attempt | None:
    """Find the attempt that says what a run came to: its own, unless a later one was compared in its place."""
    attempts = work.store.attempts
    own, recorded = attempts.of_run(ran.run_id), attempts.latest_recorded(work.id, morning)
    if own is None:
        return attempts.latest_comparable(work.id, morning)
    was_overtaken = own.standing is Standing.TRUSTED and recorded is not None and recorded.number > own.number
    return recorded if was_overtaken else own


@dataclass(frozen=True, slots=True)
class _Ran:
    """A run of the job: its id, and what its first failed step said; None when no step failed."""

    run_id: str
    failure: str | None


def _require_runnable(work: Work, morning: date) -> None:
    today = work.today()
    if morning > today:
        text = f"{morning} has not come yet; today is {today} in {work.reconciliation.timezone}."
        raise Problem("usage", text, place="--date", remedy="Name this morning, or one that is past.")
    if morning < today:
        return
    with configured(work.id), open_sources(work, morning):
        pass


def _execute(work: Work, morning: date, *, quiet: bool) -> _Ran:
    # Dagster takes more than a second to import, which every other command is spared.
    import dagster as dg

    from reconciliation_pipeline.cli.progress import TerminalOffice
    from reconciliation_pipeline.defs.build import build_definitions
    from reconciliation_pipeline.defs.duty import turn_of
    from reconciliation_pipeline.defs.naming import job_name
    from reconciliation_pipeline.defs.resources import OpenOffice

    os.environ["DAGSTER_HOME"] = str(environment().root)
    run_id = str(uuid4())
    with dg.DagsterInstance.get() as instance:

        def stopped() -> None:
            # Dagster takes a run that nobody asked to end for one that broke; this one was asked.
            if run := instance.get_run_by_id(run_id):
                instance.report_run_canceling(run, "Stopped from the terminal, or by whoever runs this process.")

        office = (
            OpenOffice(work, stopped) if quiet else TerminalOffice(at_hand=work, stopped=stopped, terminal=os.dup(2))
        )
        definitions = build_definitions(
            [work.reconciliation], pretended_now=work.pretended_now, asked=morning, office=office
        )
        job = definitions.resolve_job_def(job_name(work.id))
        with turn_of(instance, work, morning, run_id=run_id):
            result = job.execute_in_process(
                run_id=run_id,
                partition_key=morning.isoformat(),
                instance=instance,
                raise_on_error=False,
                run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
            )
    if any(map(_was_stopped, result.all_events)):
        raise KeyboardInterrupt
    return _Ran(result.run_id, next(map(_said, filter(_is_failure, result.all_events)), None))


def _was_stopped(event: "DagsterEvent") -> bool:
    """Say whether a run ended because somebody stopped it; Dagster keeps that to itself."""
    from dagster import DagsterEventType
    from dagster._core.execution.plan.objects import ErrorSource

    if event.event_type is DagsterEventType.RUN_CANCELED:
        return True
    return event.is_step_failure and event.step_failure_data.error_source is ErrorSource.INTERRUPT


def _is_failure(event: "DagsterEvent") -> bool:
    return event.is_step_failure


def _said(event: "DagsterEvent") -> str:
    """Repeat what a failed step said: its own sentence, else the name of the fault."""
    data = event.step_failure_data
    if data.user_failure_data is not None and data.user_failure_data.description:
        return data.user_failure_data.description
    return f"Step {event.step_key} met an unexpected fault."
