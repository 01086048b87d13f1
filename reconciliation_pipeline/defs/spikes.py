"""Who rings when far more is new than usual, and the morning's own run did not?

The home of the alarm is the morning: `tell_morning` judges each one it tells of. The sensor covers what has no such
run: a ledger that was materialised by hand without its notifications, or a first morning whose counts were confirmed
later. Both ask the same step, and the outbox takes one alarm of a morning, whoever comes first. A tick explains itself
with the numbers of the judgement; a morning that was judged is not read again until another attempt replaces it.
"""

import json
from datetime import date

import dagster as dg
from pydantic import Field

from reconciliation_pipeline.defs.failures import failing_in_words
from reconciliation_pipeline.defs.naming import spikes_name
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.messages import Topic, key_of
from reconciliation_pipeline.domain.spike_message import verdict
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.spikes import judge_morning
from reconciliation_pipeline.steps.tell import tell_spike
from reconciliation_pipeline.steps.work import Work

SELDOM = 300
"""Seconds between two ticks: the morning's own run looks first."""


class AlarmConfig(dg.Config):
    """The morning that rings."""

    morning: str = Field(description="The local date, like 2026-11-22; a past one raises no alarm.")


def build_spikes_job(reconciliation: Reconciliation) -> dg.JobDefinition:
    """Build the job that stores and sends the alarm of today's morning."""

    @dg.op(name=_op_name(reconciliation))
    def alarm(context: dg.OpExecutionContext, config: AlarmConfig, office: dg.ResourceParam[Office]) -> None:
        with failing_in_words(), office.work(reconciliation) as work:
            context.log.info(tell_spike(work, date.fromisoformat(config.morning)).words)

    @dg.job(
        name=spikes_name(reconciliation.id),
        executor_def=dg.in_process_executor,
        description="Judges today's morning, and tells its owner once when far more is new than usual.",
    )
    def spikes() -> None:
        alarm()

    return spikes


def build_spikes_sensor(reconciliation: Reconciliation) -> dg.SensorDefinition:
    """Build the sensor that asks whether the newest morning rings."""

    @dg.sensor(
        name=spikes_name(reconciliation.id),
        job_name=spikes_name(reconciliation.id),
        description="Judges the newest trusted morning, says so with its numbers, and has the alarm raised.",
        minimum_interval_seconds=SELDOM,
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def sensor(
        context: dg.SensorEvaluationContext, office: dg.ResourceParam[Office]
    ) -> dg.SensorResult | dg.SkipReason:
        with office.work(reconciliation) as work:
            return _look(context, work)

    return sensor


def _look(context: dg.SensorEvaluationContext, work: Work) -> dg.SensorResult | dg.SkipReason:
    today = work.today()
    attempt = work.store.attempts.latest_recorded(work.id, today)
    if attempt is None:
        return dg.SkipReason(f"{today} has no trusted result yet.")
    name, known = f"{today}/{attempt.number}/{attempt.standing}", json.loads(context.cursor or "{}")
    if known.get("judged") == name:
        return dg.SkipReason(f"{today} was judged: {known['words']}")
    judged = judge_morning(work, today)
    if judged is None:
        return dg.SkipReason(f"Nobody has vouched for the counts of {today} yet, so it is not judged.")
    words = verdict(judged.judgement, words_of(work.reconciliation))
    cursor = json.dumps({"judged": name, "words": words})
    if not judged.judgement.ringing:
        return dg.SensorResult(skip_reason=words, cursor=cursor)
    if work.store.outbox.exists(key_of(work.id, today, Topic.SPIKE)):
        return dg.SensorResult(skip_reason=f"The alarm of {today} is out. {words}", cursor=cursor)
    context.log.info(words)
    asks = dg.RunRequest(
        run_key=f"{work.id}/{name}",
        run_config={"ops": {_op_name(work.reconciliation): {"config": {"morning": today.isoformat()}}}},
        tags={"recon/why": words},
    )
    return dg.SensorResult(run_requests=[asks], cursor=cursor)


def _op_name(reconciliation: Reconciliation) -> str:
    return f"{reconciliation.id}_alarm"
