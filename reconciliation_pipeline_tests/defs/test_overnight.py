"""What sets right by itself what a night left: runs whose process died, and a morning that nobody began."""

import time
from datetime import date, timedelta

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.duty import HELD_BY
from reconciliation_pipeline.defs.overnight import NEWBORN, build_dead_runs, build_missed
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.storage.leases import TERM
from reconciliation_pipeline_tests.defs.builders import a_pair, opened, recorded, said
from reconciliation_pipeline_tests.storage.builders import begin

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
DUE = "2026-11-22T04:00:00+01:00"
LATE = "2026-11-22T09:00:00+01:00"


@pytest.fixture
def missed(home, instance, monkeypatch):
    """Look for this morning once, at an instant; gives back the tick's answer."""

    def once(now=LATE):
        monkeypatch.setenv("RECON_NOW", now)
        context = dg.build_sensor_context(instance=instance, resources={"office": Office()})
        return build_missed(a_pair())(context)

    return once


@pytest.fixture
def a_run(instance):
    """Put a run of this morning into Dagster's records."""
    job = build_definitions([a_pair()]).resolve_job_def("pair_morning")

    def made(status=dg.DagsterRunStatus.STARTED, run_id=None):
        return instance.create_run_for_job(
            job, run_id=run_id, status=status, tags={"dagster/partition": TODAY.isoformat()}
        )

    return made


def test_a_morning_whose_tick_was_lost_is_run_once_and_no_other_day_is(missed):
    with opened() as store:
        recorded(store, TODAY - 2 * DAY, range(1))

    request = missed()

    assert ("2026-11-22", "pair/2026-11-22") == (request.partition_key, request.run_key)


def test_a_morning_has_half_an_hour_to_begin_by_itself(missed):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))

    assert "2026-11-22 is due at 03:00 UTC, and is not late." == said(missed("2026-11-22T04:29:59+01:00"))
    assert isinstance(missed("2026-11-22T04:30:00+01:00"), dg.RunRequest)


def test_a_morning_with_a_result_was_not_missed_and_a_backfill_of_another_day_is_none(missed):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))
        assert isinstance(missed(), dg.RunRequest)
        recorded(store, TODAY, range(1))

    assert "2026-11-22 has a result." == said(missed())


def test_a_morning_that_somebody_works_on_was_not_missed(missed):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))
        begin(store, TODAY, run_id="at-work")
    hold("at-work")

    assert "2026-11-22 is under way, run at-work." == said(missed())


def test_a_morning_that_waits_for_its_run_was_not_missed(missed, a_run):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))
    run = a_run(dg.DagsterRunStatus.NOT_STARTED)

    assert f"2026-11-22 has no result yet, and run {run.run_id} is there to bring it." == said(missed())


def test_the_very_first_morning_is_not_begun_behind_anybodys_back(missed):
    assert "No morning has been run yet: the first one waits for its time, or for a person." == said(missed())


def test_a_schedule_that_somebody_switched_off_has_nothing_run_in_its_place(missed, instance):
    repository = build_definitions([a_pair()]).get_repository_def()
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))
    switch_off(instance, repository.get_schedule_def("pair_morning").name)

    assert "The schedule is switched off, so nothing is run in its place." == said(missed())


def switch_off(instance, name):
    """Put it into Dagster's records as its UI does."""
    from dagster._core.remote_origin import (
        InProcessCodeLocationOrigin,
        RemoteInstigatorOrigin,
        RemoteRepositoryOrigin,
    )
    from dagster._core.scheduler.instigation import (
        InstigatorState,
        InstigatorStatus,
        InstigatorType,
        ScheduleInstigatorData,
    )
    from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

    location = InProcessCodeLocationOrigin(LoadableTargetOrigin(), location_name="reconciliation")
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    data = ScheduleInstigatorData("0 4 * * *")
    instance.add_instigator_state(InstigatorState(origin, InstigatorType.SCHEDULE, InstigatorStatus.STOPPED, data))


@pytest.fixture
def look_for_dead(home, instance):
    """Look for dead runs once, so many seconds after the records were made; gives back the tick's words."""

    def once(later=0.0):
        context = dg.build_sensor_context(instance=instance, resources={"office": Office()})
        return said(build_dead_runs([a_pair()], lambda: time.time() + later)(context))

    return once


@pytest.fixture
def an_event(instance):
    """Let a run be heard of once more, so many seconds from now."""

    def heard(run, later):
        line = dg.EventLogEntry(None, "info", "At work.", run.run_id, time.time() + later)
        instance.handle_new_event(line)

    return heard


def status(instance, run):
    return instance.get_run_by_id(run.run_id).status


def hold(run_id, *, ago=timedelta(0)):
    with Office().work(a_pair()) as work:
        work.store.leases.take("pair", TODAY, run_id=run_id, at=work.clock() - ago)


def test_a_run_whose_lease_has_run_out_is_ended_and_nobody_elses(look_for_dead, a_run, instance):
    dead, finished = a_run(), a_run(dg.DagsterRunStatus.SUCCESS)
    hold(dead.run_id, ago=TERM)

    assert f"Ended, because their processes are gone: {dead.run_id}." == look_for_dead()
    assert [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS] == [
        status(instance, run) for run in (dead, finished)
    ]


def test_a_run_that_is_at_work_is_left_alone_however_long_it_takes(look_for_dead, a_run, instance):
    run = a_run()
    hold(run.run_id)

    assert "Every run that is shown as started is at work." == look_for_dead(100 * NEWBORN)
    assert dg.DagsterRunStatus.STARTED is status(instance, run)


def test_a_run_has_five_minutes_to_take_its_turn(look_for_dead, a_run, instance):
    run = a_run()

    assert "Every run that is shown as started is at work." == look_for_dead(NEWBORN - 10)
    assert f"Ended, because their processes are gone: {run.run_id}." == look_for_dead(NEWBORN + 10)


def test_a_run_that_let_go_of_its_morning_has_five_minutes_from_its_last_event(
    look_for_dead, a_run, an_event, instance
):
    run = a_run()
    an_event(run, 2 * NEWBORN)

    assert "Every run that is shown as started is at work." == look_for_dead(3 * NEWBORN - 10)
    assert dg.DagsterRunStatus.STARTED is status(instance, run)
    assert f"Ended, because their processes are gone: {run.run_id}." == look_for_dead(3 * NEWBORN + 10)


def test_a_run_with_a_last_check_to_come_is_left_alone_while_another_works_on_its_morning(
    look_for_dead, a_run, an_event, instance
):
    run, follower = a_run(), a_run()
    an_event(run, 2 * NEWBORN)
    hold(follower.run_id)

    assert "Every run that is shown as started is at work." == look_for_dead(2 * NEWBORN + 10)


def test_a_run_that_another_one_followed_is_ended(look_for_dead, a_run, instance):
    dead, follower = a_run(), a_run()
    hold(follower.run_id)

    assert f"Ended, because their processes are gone: {dead.run_id}." == look_for_dead(NEWBORN + 10)
    assert dg.DagsterRunStatus.STARTED is status(instance, follower)


def test_a_run_that_did_not_begin_because_another_was_at_work_alarms_nobody(home, instance, a_run):
    defs = build_definitions([a_pair()])
    run = a_run()
    instance.add_run_tags(run.run_id, {HELD_BY: "0123456789"})
    event = instance.report_run_failed(run)
    context = dg.build_run_status_sensor_context(
        "failed_runs", event, instance, instance.get_run_by_id(run.run_id), resources={"office": Office()}
    )

    words = said(defs.resolve_sensor_def("failed_runs")(context.for_run_failure()))

    assert f"Run {run.run_id[:8]} did not begin, because run 01234567 was at work." == words
