"""What sets right by itself what a night left: runs whose process died, and a morning that nobody began."""

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

import dagster as dg

from reconciliation_pipeline.defs.daemons import switched_off
from reconciliation_pipeline.defs.duty import close_run
from reconciliation_pipeline.defs.naming import belongs_to, job_name
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.missed import look_for_today
from reconciliation_pipeline.steps.work import Work

EVERY: Final = 60
"""Seconds between two looks."""

NEWBORN: Final = 300
"""Seconds that a run without a morning may be silent, before its turn or after it; then it is not at work."""

_UNDER_WAY: Final = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
_TO_COME: Final = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.QUEUED, *_UNDER_WAY]


def build_dead_runs(
    reconciliations: Sequence[Reconciliation], clock: Callable[[], float] = time.time
) -> dg.SensorDefinition:
    """Build the sensor that ends runs whose process is gone; Dagster's default launcher cannot see that.

    Args:
        reconciliations: Whose runs it looks after.
        clock: Seconds since 1970.
    """

    @dg.sensor(
        name="dead_runs",
        description=(
            "Ends a run whose process died (a machine that went down, a kill), so that it is not shown as started for "
            "ever. Its morning is free again, and is told as failed when it has no result."
        ),
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
        ended = []
        for reconciliation in reconciliations:
            with office.work(reconciliation) as work:
                for run_id in _dead(context.instance, work, clock()):
                    close_run(context.instance, run_id)
                    ended.append(run_id)
        if not ended:
            return dg.SkipReason("Every run that is shown as started is at work.")
        return dg.SkipReason(f"Ended, because their processes are gone: {', '.join(ended)}.")

    return sensor


def _dead(instance: dg.DagsterInstance, work: Work, now: float) -> Iterable[str]:
    """Name the runs of mornings that are shown as started and are not at work."""
    for record in instance.get_run_records(dg.RunsFilter(statuses=_UNDER_WAY)):
        run = record.dagster_run
        partition = run.tags.get("dagster/partition")
        if partition is None or not belongs_to(run, work.reconciliation):
            continue
        holder = work.store.leases.of(work.id, morning_of(partition))
        is_holder = holder is not None and holder.run_id == run.run_id
        if is_holder and holder is not None and not holder.is_over(work.clock()):
            continue
        # Without the morning a run is at work only before it takes its turn and after it let go: a last check, its
        # end. Both are short, and each step of them leaves an event.
        if is_holder or now - _last_sign(instance, record, now) > NEWBORN:
            yield run.run_id


def _last_sign(instance: dg.DagsterInstance, record: dg.RunRecord, now: float) -> float:
    """Say when a run was last heard of, in seconds since 1970; its events are asked for only where that matters."""
    began = record.start_time or record.create_timestamp.timestamp()
    if now - began <= NEWBORN:
        return began
    latest = instance.get_records_for_run(record.dagster_run.run_id, limit=1, ascending=False).records
    return max(began, latest[0].timestamp) if latest else began


def build_missed(reconciliation: Reconciliation) -> dg.SensorDefinition:
    """Build the sensor that runs this morning when its tick was lost, once a day."""

    @dg.sensor(
        name=f"{job_name(reconciliation.id)}_missed",
        job_name=job_name(reconciliation.id),
        description=(
            "Runs this morning half an hour after its time when it has no result, once: whoever was switched off at "
            "that time knows nothing of it. It asks our own store, so that a backfill of another day does not count. "
            "A day that is past is never filled."
        ),
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.RunRequest | dg.SkipReason:
        if job_name(reconciliation.id) in switched_off(context.instance):
            return dg.SkipReason("The schedule is switched off, so nothing is run in its place.")
        with office.work(reconciliation) as work:
            look = look_for_today(work)
        if look.missed is None:
            return dg.SkipReason(look.words)
        if waiting := _waiting(context.instance, reconciliation, look.missed):
            return dg.SkipReason(f"{look.missed} has no result yet, and run {waiting} is there to bring it.")
        context.log.info(look.words)
        day = look.missed.isoformat()
        return dg.RunRequest(run_key=f"{reconciliation.id}/{day}", partition_key=day)

    return sensor


def _waiting(instance: dg.DagsterInstance, reconciliation: Reconciliation, morning: date) -> str | None:
    """Name a run of a morning that has not ended."""
    tags = {"dagster/partition": morning.isoformat()}
    own = dg.RunsFilter(job_name=job_name(reconciliation.id), statuses=_TO_COME, tags=tags)
    found = instance.get_runs(own, limit=1)
    return found[0].run_id if found else None
