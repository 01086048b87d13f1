"""Does the sensor of spikes explain itself, and is an alarm told exactly once, whoever comes first?"""

import json
from datetime import date, timedelta

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline_tests.defs.builders import a_pair, opened, recorded, topics
from reconciliation_pipeline_tests.storage.builders import NOW, a_message

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
OLD = range(10)
"""Differences that were there from the start."""
ALARM = ["pair/2026-11-22/spike"]


@pytest.fixture(scope="module")
def defs():
    return build_definitions([a_pair()])


@pytest.fixture
def look(defs, home):
    """Let the sensor look once, from a cursor on."""

    def once(cursor=None):
        context = dg.build_sensor_context(cursor=cursor, resources={"office": Office()}, sensor_name="pair_spikes")
        return defs.resolve_sensor_def("pair_spikes")(context)

    return once


@pytest.fixture
def run(defs, instance):
    """Run the job as a sensor asked for it, or as if for a morning."""

    def asked(config):
        job = defs.resolve_job_def("pair_spikes")
        return job.execute_in_process(run_config=config, instance=instance, resources={"office": Office()})

    return asked


def lived(today: int, *, mornings: int = 20) -> None:
    """Record quiet mornings, and today with so many new ones."""
    with opened() as store:
        for back in range(mornings, 0, -1):
            recorded(store, TODAY - back * DAY, OLD)
        recorded(store, TODAY, range(len(OLD) + today))


def test_a_morning_without_a_result_is_not_judged(look):
    with opened() as store:
        recorded(store, TODAY - DAY, OLD)

    assert "2026-11-22 has no trusted result yet." == look().skip_message


def test_an_ordinary_morning_is_explained_with_its_numbers_and_read_once(look):
    lived(2)

    found = look()

    assert not found.run_requests
    assert "2 new differences, which is not unusual" in found.skip_reason.skip_message
    assert look(found.cursor).skip_message.startswith("2026-11-22 was judged: 2 new differences")


def test_a_spike_asks_for_one_run_and_says_why(look):
    lived(9)

    found = look()

    (request,) = found.run_requests
    assert "pair/2026-11-22/1/trusted" == request.run_key
    assert {"ops": {"pair_alarm": {"config": {"morning": "2026-11-22"}}}} == request.run_config
    assert "9 new only in billing; usual is 0 a day; chance" in request.tags["recon/why"]
    assert "2026-11-22/1/trusted" == json.loads(found.cursor)["judged"]
    assert [] == topics()


def test_the_run_tells_once_and_the_next_look_says_so(look, run):
    lived(9)
    (request,) = look().run_requests

    assert run(request.run_config).success
    assert run(request.run_config).success

    assert ALARM == topics()
    assert look().skip_reason.skip_message.startswith("The alarm of 2026-11-22 is out.")


def test_a_morning_that_was_run_again_is_looked_at_again(look):
    lived(2)
    cursor = look().cursor
    with opened() as store:
        recorded(store, TODAY, range(len(OLD) + 9))

    assert ["pair/2026-11-22/2/trusted"] == [one.run_key for one in look(cursor).run_requests]


def test_a_past_morning_raises_no_alarm(run):
    lived(9)

    assert run({"ops": {"pair_alarm": {"config": {"morning": "2026-11-21"}}}}).success
    assert [] == topics()


def test_a_morning_within_an_episode_is_quiet(look):
    with opened() as store:
        for back in range(20, 1, -1):
            recorded(store, TODAY - back * DAY, OLD)
        recorded(store, TODAY - DAY, range(19))
        recorded(store, TODAY, range(28))
        store.outbox.put(a_message(Topic.SPIKE, TODAY - DAY), [], at=NOW)

    assert "It belongs to the episode told on 2026-11-21" in look().skip_reason.skip_message


def test_the_alarm_names_the_owner_the_numbers_the_onset_and_what_to_do(look, run):
    lived(9)
    run(look().run_requests[0].run_config)

    with opened() as store:
        (stored,) = store.outbox.all()
    message = stored.message
    assert "pair: SPIKE, 9 new only in billing in one morning, usual is 0 a day" == message.title
    assert "finance-ops" == message.owner
    assert "It probably began between 2026-11-21 and 2026-11-22." in message.lines
    assert message.lines[-1].endswith("`recon spike pair --date 2026-11-22`.")
