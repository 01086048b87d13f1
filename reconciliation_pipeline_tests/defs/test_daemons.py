"""What do Dagster's own records say about who runs the mornings?"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteInstigatorOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
)
from dagster._daemon.types import DaemonHeartbeat

from reconciliation_pipeline.defs.daemons import A_TURN, heartbeats, switched_off, watched_heartbeats
from reconciliation_pipeline_tests.builders import NOW


def beats(instance: dg.DagsterInstance, process: str, at: datetime, daemon: str = "SCHEDULER") -> None:
    instance.add_daemon_heartbeat(DaemonHeartbeat(at.timestamp(), daemon, process, []))


@dataclass
class Time:
    """A clock that moves when somebody waits, and what happens at which second."""

    happens: dict[int, Callable[[], None]] = field(default_factory=dict)
    seconds: float = 0

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.happens.pop(int(self.seconds), lambda: None)()

    def clock(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)


def seen(instance: dg.DagsterInstance, time: Time) -> set[str]:
    return {beat.process for beat in watched_heartbeats(instance, clock=time.clock, pause=time.pause)}


def test_a_heartbeat_is_read_as_it_was_written(instance):
    beats(instance, "a", NOW)

    assert [("SCHEDULER", "a", NOW)] == [(one.daemon, one.process, one.at) for one in heartbeats(instance)]
    assert UTC == next(iter(heartbeats(instance))).at.tzinfo


def test_a_second_process_is_seen_when_its_turn_comes(instance):
    beats(instance, "a", NOW)
    time = Time({18: lambda: beats(instance, "b", NOW + timedelta(seconds=18))})

    assert {"a", "b"} == seen(instance, time)
    assert 18 == time.seconds


def test_watching_ends_when_every_daemon_of_the_first_process_has_had_its_turn_again(instance):
    beats(instance, "a", NOW - timedelta(seconds=20))
    beats(instance, "a", NOW - timedelta(seconds=5), daemon="SENSOR")
    time = Time(
        {
            10: lambda: beats(instance, "a", NOW + timedelta(seconds=10)),
            25: lambda: beats(instance, "a", NOW + timedelta(seconds=25), daemon="SENSOR"),
        }
    )

    assert {"a"} == seen(instance, time)
    assert 25 == time.seconds


def test_nobody_is_waited_for_longer_than_a_turn(instance):
    beats(instance, "a", NOW)
    time = Time()

    assert {"a"} == seen(instance, time)
    assert A_TURN == time.seconds


@pytest.mark.parametrize("process", [None, "a"])
def test_nobody_is_waited_for_where_nobody_is_alive(instance, process):
    if process:
        beats(instance, process, NOW - timedelta(minutes=3))
    time = Time()

    seen(instance, time)

    assert 0 == time.seconds


def test_two_processes_that_are_there_at_once_need_no_waiting(instance):
    beats(instance, "a", NOW)
    beats(instance, "b", NOW, daemon="SENSOR")
    time = Time()

    assert {"a", "b"} == seen(instance, time)
    assert 0 == time.seconds


def test_a_schedule_that_somebody_stopped_is_known_by_its_name(instance):
    location = RegisteredCodeLocationOrigin("reconciliation")
    for name, status in (("pair_morning", InstigatorStatus.STOPPED), ("other_morning", InstigatorStatus.RUNNING)):
        origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
        instance.add_instigator_state(
            InstigatorState(origin, InstigatorType.SCHEDULE, status, ScheduleInstigatorData("0 4 * * *"))
        )

    assert {"pair_morning"} == switched_off(instance)
