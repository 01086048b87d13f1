"""Which daemons does Dagster know of, and which schedules were switched off? Read from its records, nothing is written.

Two processes at once take turns in one place, every half minute each, so that one look shows one of them.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg
from dagster._core.scheduler.instigation import InstigatorStatus, InstigatorType

from reconciliation_pipeline.steps.doctor.daemons import ALIVE, Beat

A_TURN = 33.0
"""Seconds in which every process that runs has sent a heartbeat: the thirty between two, and some to spare."""

A_LOOK = 0.25
"""Seconds between two looks: two processes may have their turns almost at once."""


def heartbeats(instance: dg.DagsterInstance) -> set[Beat]:
    """Read the last heartbeat of every daemon."""
    return {
        Beat(beat.daemon_type, beat.daemon_id or "", datetime.fromtimestamp(beat.timestamp, UTC))
        for beat in instance.get_daemon_heartbeats().values()
    }


def watched_heartbeats(
    instance: dg.DagsterInstance,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    pause: Callable[[float], None] = time.sleep,
) -> set[Beat]:
    """Watch until everybody who is alive has been seen; not at all where nobody is, or two are there already.

    Args:
        instance: Dagster's records.
        clock: The time of day (UTC).
        pause: How to wait.
    """
    first = seen = heartbeats(instance)
    begun = clock()
    while _is_one(seen, begun) and not _came_again(first, seen) and (clock() - begun).total_seconds() < A_TURN:
        pause(A_LOOK)
        seen = seen | heartbeats(instance)
    return seen


def switched_off(instance: dg.DagsterInstance) -> set[str]:
    """Name the schedules that somebody stopped."""
    states = instance.all_instigator_state(
        instigator_type=InstigatorType.SCHEDULE, instigator_statuses={InstigatorStatus.STOPPED}
    )
    return {state.instigator_name for state in states}


def _is_one(beats: set[Beat], now: datetime) -> bool:
    return len({beat.process for beat in beats if now - beat.at <= ALIVE}) == 1


def _came_again(first: set[Beat], seen: set[Beat]) -> bool:
    """Whether every daemon that was seen first had its turn again, with nobody else in between."""
    again = {(later.daemon, later.process) for later in seen - first}
    return {(earlier.daemon, earlier.process) for earlier in first} <= again
