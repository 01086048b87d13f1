"""What is noticed between mornings: spikes, failed checks, failed runs, unsent messages.

Each sensor asks a step and repeats its words. Whether something was told already is known to our
outbox, never to a cursor alone; past mornings are ignored by the steps.
"""

from collections.abc import Callable, Iterable, Sequence

import dagster as dg

from reconciliation_pipeline.defs.checks import check_keys
from reconciliation_pipeline.defs.naming import job_name
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.tell import Told, deliver_due, tell_failure, tell_spike
from reconciliation_pipeline.steps.work import Work

EVERY = 30
"""Seconds between two ticks."""


def build_sensors(reconciliations: Sequence[Reconciliation]) -> list[dg.SensorDefinition]:
    """Build the sensors; each looks after every reconciliation."""
    return [
        _sensor(
            "drift_spike", "An alarm when one morning brings far more new differences.", reconciliations, tell_spike
        ),
        _sensor("outbox", "Sends what is waiting in the outbox.", reconciliations, deliver_due),
        _failed_checks(reconciliations),
        _failed_runs(reconciliations),
    ]


def _sensor(
    name: str, description: str, reconciliations: Sequence[Reconciliation], step: Callable[[Work], Told]
) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        description=description,
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: Office) -> dg.SkipReason:
        words = []
        for reconciliation in reconciliations:
            with office.work(reconciliation) as work:
                words.append(f"{reconciliation.id}: {step(work).words}")
        return dg.SkipReason(" ".join(words) or "No reconciliation is configured.")

    return sensor


def _failed_checks(reconciliations: Sequence[Reconciliation]) -> dg.SensorDefinition:
    @dg.sensor(
        name="failed_checks",
        description="Makes sure that a failed check of today's morning was told, and tells it otherwise.",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: Office) -> dg.SkipReason:
        words = []
        for reconciliation in reconciliations:
            with office.work(reconciliation) as work:
                failing = list(_failing(context.instance, reconciliation, work.today().isoformat()))
                if failing:
                    words.append(tell_failure(work, work.today(), f"These checks failed: {', '.join(failing)}.").words)
        return dg.SkipReason(" ".join(words) or "No check of today's mornings has failed.")

    return sensor


def _failing(instance: dg.DagsterInstance, reconciliation: Reconciliation, partition: str) -> Iterable[str]:
    """Name the checks whose latest evaluation of a partition failed."""
    from dagster._core.event_api import PartitionKeyFilter
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

    for key in check_keys(reconciliation):
        latest = instance.event_log_storage.get_asset_check_execution_history(
            key, limit=1, partition_filter=PartitionKeyFilter(key=partition)
        )
        if latest and latest[0].status == AssetCheckExecutionRecordStatus.FAILED:
            yield key.to_user_string()


def _failed_runs(reconciliations: Sequence[Reconciliation]) -> dg.SensorDefinition:
    by_job = {job_name(reconciliation.id): reconciliation for reconciliation in reconciliations}

    @dg.run_failure_sensor(
        name="failed_runs",
        description="Makes sure that a failed run of today's morning was told, and tells it otherwise.",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.RunFailureSensorContext, office: Office) -> dg.SkipReason:
        run = context.dagster_run
        reconciliation = by_job.get(run.job_name)
        partition = run.tags.get("dagster/partition")
        if reconciliation is None or partition is None:
            return dg.SkipReason(f"Run {run.run_id} belongs to no morning.")
        with office.work(reconciliation) as work:
            sentence = f"Run {run.run_id[:8]} ended before the morning did."
            return dg.SkipReason(tell_failure(work, morning_of(partition), sentence).words)

    return sensor
