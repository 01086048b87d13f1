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

SELDOM = 300
"""Seconds between two looks for a spike: it reads many mornings, and the morning's own run looks first."""


def build_sensors(reconciliations: Sequence[Reconciliation]) -> list[dg.SensorDefinition]:
    """Build the sensors; each looks after every reconciliation."""
    return [
        _sensor(
            reconciliations,
            tell_spike,
            name="drift_spike",
            description="Raises the alarm when this morning brought far more new differences than usual.",
            every=SELDOM,
        ),
        _sensor(
            reconciliations,
            deliver_due,
            name="outbox",
            description="Sends what waits in the outbox, and tries again what could not be sent.",
        ),
        _failed_checks(reconciliations),
        _failed_runs(reconciliations),
    ]


def _sensor(
    reconciliations: Sequence[Reconciliation],
    step: Callable[[Work], Told],
    *,
    name: str,
    description: str,
    every: int = EVERY,
) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        description=description,
        minimum_interval_seconds=every,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
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
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
        words = []
        for reconciliation in reconciliations:
            with office.work(reconciliation) as work:
                failing = list(_failing(context.instance, reconciliation, work.today().isoformat()))
                if failing:
                    told = tell_failure(work, work.today(), f"These checks failed: {', '.join(failing)}.")
                    words.append(f"{reconciliation.id}: {told.words}")
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
    @dg.run_failure_sensor(
        name="failed_runs",
        description="Makes sure that a failed run of today's morning was told, and tells it otherwise.",
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.RunFailureSensorContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
        run = context.dagster_run
        partition = run.tags.get("dagster/partition")
        concerned = [one for one in reconciliations if _belongs_to(run, one)]
        if partition is None or not concerned:
            return dg.SkipReason(f"Run {run.run_id[:8]} belongs to no morning.")
        words = []
        for reconciliation in concerned:
            with office.work(reconciliation) as work:
                sentence = f"Run {run.run_id[:8]} ended before the morning did."
                words.append(f"{reconciliation.id}: {tell_failure(work, morning_of(partition), sentence).words}")
        return dg.SkipReason(" ".join(words))

    return sensor


def _belongs_to(run: dg.DagsterRun, reconciliation: Reconciliation) -> bool:
    """Say whether a run is a reconciliation's: of its job, or of assets that somebody chose by hand."""
    chosen = run.asset_selection or frozenset()
    return run.job_name == job_name(reconciliation.id) or any(key.path[0] == reconciliation.id for key in chosen)
