"""What is noticed between mornings: failed checks, failed runs, unsent messages; spikes are in `spikes.py`.

Each sensor asks a step and repeats its words. Whether something was told already is known to our
outbox, never to a cursor alone; past mornings are ignored by the steps.
"""

from collections.abc import Iterable, Sequence

import dagster as dg

from reconciliation_pipeline.defs.checks import check_keys
from reconciliation_pipeline.defs.duty import HELD_BY
from reconciliation_pipeline.defs.naming import belongs_to
from reconciliation_pipeline.defs.partitions import morning_of
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.defs.spikes import build_spikes_sensor
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.alive import tell_dead
from reconciliation_pipeline.steps.tell import deliver_due, tell_failure

EVERY = 30
"""Seconds between two ticks."""


def build_sensors(reconciliations: Sequence[Reconciliation]) -> list[dg.SensorDefinition]:
    """Build the sensors; each looks after every reconciliation, but for those that run a job of one."""
    return [
        _unsent(reconciliations),
        *(build_spikes_sensor(one) for one in reconciliations),
        _failed_checks(reconciliations),
        _failed_runs(reconciliations),
    ]


def _unsent(reconciliations: Sequence[Reconciliation]) -> dg.SensorDefinition:
    @dg.sensor(
        name="outbox",
        description=(
            "Sends what waits in the outbox, and tries again what could not be sent. Which channel takes nothing is "
            "told on every other one, once a day."
        ),
        minimum_interval_seconds=EVERY,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]) -> dg.SkipReason:
        words = []
        for reconciliation in reconciliations:
            with office.work(reconciliation) as work:
                words.append(f"{reconciliation.id}: {deliver_due(work).words} {tell_dead(work)}")
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
    """Name the checks whose latest evaluation of a partition failed; a warning, as an unproven count is, is none."""
    from dagster._core.event_api import PartitionKeyFilter
    from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

    for key in check_keys(reconciliation):
        latest = instance.event_log_storage.get_asset_check_execution_history(
            key, limit=1, partition_filter=PartitionKeyFilter(key=partition)
        )
        if not latest or latest[0].status != AssetCheckExecutionRecordStatus.FAILED:
            continue
        found = latest[0].evaluation
        if found is None or found.severity is dg.AssetCheckSeverity.ERROR:
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
        concerned = [one for one in reconciliations if belongs_to(run, one)]
        if partition is None or not concerned:
            return dg.SkipReason(f"Run {run.run_id[:8]} belongs to no morning.")
        if holder := run.tags.get(HELD_BY):
            return dg.SkipReason(f"Run {run.run_id[:8]} did not begin, because run {holder[:8]} was at work.")
        words = []
        for reconciliation in concerned:
            with office.work(reconciliation) as work:
                sentence = f"Run {run.run_id[:8]} ended before the morning did."
                told = tell_failure(work, morning_of(partition), sentence, run_id=run.run_id)
                words.append(f"{reconciliation.id}: {told.words}")
        return dg.SkipReason(" ".join(words))

    return sensor
