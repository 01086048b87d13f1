"""How does a run of Dagster's take its turn at a morning? Dagster itself lets two runs of one partition go at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import partial

import dagster as dg

from reconciliation_pipeline.steps.duty import on_duty
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.leases import AlreadyRunning

HELD_BY = "recon/already_running"
"""Tag of a run that did not begin, with the id of the run that was at work."""

DIED = "The process of this run ended without a word. Its morning is free: run it again, if no later run has done so."


@contextmanager
def in_turn(context: dg.AssetExecutionContext, work: Work, morning: date, *, lets_go: bool = False) -> Iterator[None]:
    """Work on a morning alone, inside the block; the morning stays with the run for its next step.

    Args:
        context: Of the step.
        work: The reconciliation at hand.
        morning: The local date.
        lets_go: Whether this is the run's last step.

    Raises:
        AlreadyRunning: Another run is at work on it.
    """
    instance, run_id = context.instance, context.run.run_id
    try:
        with turn_of(instance, work, morning, run_id=run_id, lets_go=lets_go):
            yield
    except AlreadyRunning as other:
        instance.add_run_tags(run_id, {HELD_BY: other.holder.run_id})
        raise


@contextmanager
def turn_of(
    instance: dg.DagsterInstance, work: Work, morning: date, *, run_id: str, lets_go: bool = True
) -> Iterator[None]:
    """Work on a morning alone, with Dagster's records at hand: whom they call ended holds nobody up."""
    known, close = partial(has_ended, instance), partial(close_run, instance)
    with on_duty(work, morning, run_id=run_id, has_ended=known, follows=close, lets_go=lets_go):
        yield


def has_ended(instance: dg.DagsterInstance, run_id: str) -> bool:
    """Say whether Dagster knows that a run has ended."""
    run = instance.get_run_by_id(run_id)
    return run is not None and run.is_finished


def close_run(instance: dg.DagsterInstance, run_id: str) -> None:
    """End a run in Dagster's records whose process is gone; one that is unknown or has ended stays what it is."""
    run = instance.get_run_by_id(run_id)
    if run is not None and not run.is_finished:
        instance.report_run_failed(run, DIED)
