"""When mornings run by themselves, and the Monday heartbeat."""

import os
from datetime import UTC, datetime

import dagster as dg

from reconciliation_pipeline.defs.naming import heartbeat_name, job_name
from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.settings.model import Reconciliation


def build_schedules(reconciliation: Reconciliation) -> list[dg.ScheduleDefinition]:
    """Build the schedules of one reconciliation; both run unless somebody stops them."""
    return [_morning(reconciliation), _heartbeat(reconciliation)]


def build_broken_schedule(name: str) -> dg.ScheduleDefinition:
    """Build the schedule that shows, every morning, that a reconciliation is switched off."""

    @dg.schedule(
        name=job_name(name),
        job_name=job_name(name),
        cron_schedule="0 4 * * *",
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description=f"Shows every morning that {name} is switched off by mistakes in its settings.",
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest(run_key=context.scheduled_execution_time.date().isoformat())

    return tick


def _morning(reconciliation: Reconciliation) -> dg.ScheduleDefinition:
    @dg.schedule(
        name=job_name(reconciliation.id),
        job_name=job_name(reconciliation.id),
        cron_schedule=reconciliation.schedule.cron,
        execution_timezone=reconciliation.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Runs this morning's partition. A tick that comes a day late is skipped: its moment is gone.",
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        day = context.scheduled_execution_time.astimezone(reconciliation.zone).date()
        today = _now(reconciliation).astimezone(reconciliation.zone).date()
        if day != today:
            return dg.SkipReason(
                f"This tick belongs to {day}, and today is {today}: a past morning cannot be pulled any more. "
                "The gap stays visible; today's morning has its own tick."
            )
        if day < reconciliation.start:
            return dg.SkipReason(f"The first morning is {reconciliation.start}: `start` in the settings says so.")
        return dg.RunRequest(partition_key=day.isoformat())

    return tick


def _heartbeat(reconciliation: Reconciliation) -> dg.ScheduleDefinition:
    minute, hour = reconciliation.schedule.cron.split()[:2]

    @dg.schedule(
        name=heartbeat_name(reconciliation.id),
        job_name=heartbeat_name(reconciliation.id),
        cron_schedule=f"{minute} {(int(hour) + 4) % 24} * * 1",
        execution_timezone=reconciliation.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Every Monday: both counts, so that everybody sees the job is alive even when it is quiet.",
    )
    def tick(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
        return dg.RunRequest()

    return tick


def _now(reconciliation: Reconciliation) -> datetime:
    pretended = read_environment(os.environ).pretended_now
    return pretended if pretended is not None and reconciliation.is_local else datetime.now(UTC)
