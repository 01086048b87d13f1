"""Who runs the mornings, judged by heartbeats?"""

from datetime import timedelta

import pytest

from reconciliation_pipeline.steps.doctor.daemons import SCHEDULER, Beat, schedule, who_runs
from reconciliation_pipeline_tests.builders import NOW

START = "Start one: `dagster-daemon run -w workspace.yaml`"


def a_beat(process: str = "a", *, daemon: str = SCHEDULER, age: float = 12) -> Beat:
    return Beat(daemon, process, NOW - timedelta(seconds=age))


@pytest.mark.parametrize(
    ("beats", "health", "text", "remedy"),
    [
        ([], "warn", "no Dagster daemon has ever run here, so no morning starts by itself.", START),
        ([a_beat(age=121)], "warn", "Dagster's daemon was last seen 2 min ago, so no morning starts by itself.", START),
        ([a_beat(age=200_000)], "warn", "Dagster's daemon was last seen 2 days ago", START),
        ([a_beat(age=120)], "ok", "one Dagster daemon runs, last seen 2 min ago.", ""),
        ([a_beat()], "ok", "one Dagster daemon runs, last seen 12 s ago.", ""),
        ([a_beat(), a_beat("b", age=121)], "ok", "one Dagster daemon runs", ""),
        ([a_beat(), a_beat("b", age=20)], "warn", "2 Dagster daemons run on this storage at once", "Stop all but one"),
        ([a_beat(daemon="SENSOR")], "warn", "a Dagster daemon runs, last seen 12 s ago, but its scheduler", "Restart"),
    ],
)
def test_heartbeats_say_who_runs_the_mornings(beats, health, text, remedy):
    found = who_runs(beats, NOW, watched=True)

    assert health == found.health
    assert found.text.startswith(text)
    assert found.remedy.startswith(remedy)


def test_one_look_does_not_claim_that_there_is_no_second_daemon():
    found = who_runs([a_beat()], NOW, watched=False)

    assert "ok" == found.health
    assert found.text.endswith("whether a second one does was not looked at.")


def test_a_schedule_that_was_switched_off_is_worth_a_word():
    assert "ok" == schedule("pair_morning", is_off=False).health
    assert "Switch `pair_morning` on again" in schedule("pair_morning", is_off=True).remedy
