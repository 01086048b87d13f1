"""What is noticed between mornings, and is it told exactly once?"""

from datetime import date, timedelta

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline_tests.channels.receiver import receiving
from reconciliation_pipeline_tests.defs.builders import a_pair, opened, recorded, said, topics
from reconciliation_pipeline_tests.storage.builders import NOW, a_message

TODAY = date(2026, 11, 22)
YESTERDAY = TODAY - timedelta(days=1)
TOLD = ["pair/2026-11-22/not_trustworthy"]


@pytest.fixture(scope="module")
def defs():
    return build_definitions([a_pair()])


@pytest.fixture
def look(defs, home):
    """Let a sensor look once; gives back its words."""

    def once(name, records=None):
        context = dg.build_sensor_context(instance=records, resources={"office": Office()}, sensor_name=name)
        return said(defs.resolve_sensor_def(name)(context))

    return once


@pytest.fixture
def look_at_checks(look, instance):
    """Let the sensor of failed checks look once into Dagster's records."""
    return lambda: look("failed_checks", instance)


@pytest.fixture
def check_fails(instance):
    """Put the failed check of a morning into Dagster's records."""

    def failing(morning, severity=dg.AssetCheckSeverity.ERROR):
        evaluation = dg.AssetCheckEvaluation(
            asset_key=dg.AssetKey(["pair", "crm_snapshot"]),
            check_name="is_complete",
            passed=False,
            metadata={},
            severity=severity,
            partition=morning.isoformat(),
        )
        instance.report_runless_asset_event(evaluation)

    return failing


@pytest.fixture
def run_fails(defs, instance):
    """End a run before it had a result, as when its process is killed; gives back the sensor's words."""

    def failing(morning, job="pair_morning", **chosen):
        tags = {"dagster/partition": morning.isoformat()} if morning else {}
        run = instance.create_run_for_job(defs.resolve_job_def(job), tags=tags, **chosen)
        event = instance.report_run_failed(run)
        context = dg.build_run_status_sensor_context(
            "failed_runs", event, instance, run, resources={"office": Office()}
        )
        return said(defs.resolve_sensor_def("failed_runs")(context.for_run_failure()))

    return failing


def lines() -> list[str]:
    """Every line of every message in the outbox."""
    with opened() as store:
        return [line for one in store.outbox.all() for line in one.message.lines]


def test_a_failed_check_that_nobody_told_is_told_once(look_at_checks, check_fails):
    check_fails(TODAY)

    assert "1 stored" in look_at_checks()
    assert "It was told before. 0 stored" in look_at_checks()
    assert TOLD == topics()
    assert "These checks failed: pair/crm_snapshot:is_complete." in lines()


def test_a_failed_check_whose_refusal_was_told_is_not_told_again(look_at_checks, check_fails):
    with opened() as store:
        store.outbox.put(a_message(Topic.NOT_TRUSTWORTHY), [], at=NOW)
    check_fails(TODAY)

    assert "It was told before. 0 stored" in look_at_checks()
    assert TOLD == topics()


def test_a_failed_check_of_a_past_morning_is_not_told(look_at_checks, check_fails):
    check_fails(YESTERDAY)

    assert "No check of today's mornings has failed." == look_at_checks()
    assert [] == topics()


def test_a_check_that_only_warns_has_not_failed_and_leaves_the_word_to_a_run_that_does(
    look_at_checks, check_fails, run_fails
):
    check_fails(TODAY, dg.AssetCheckSeverity.WARN)

    assert "No check of today's mornings has failed." == look_at_checks()
    assert [] == topics()
    assert "1 stored" in run_fails(TODAY)


def test_a_failed_run_is_told_once_and_says_that_there_is_no_result(run_fails):
    assert "1 stored" in run_fails(TODAY)
    assert "It was told before. 0 stored" in run_fails(TODAY)
    assert TOLD == topics()
    assert "There is no result for this morning: neither clean nor drift. Nothing was closed." in lines()


def test_a_failed_run_does_not_take_away_the_result_of_an_earlier_one(run_fails, home):
    with opened() as store:
        recorded(store, TODAY, range(3))

    run_fails(TODAY)

    assert "The result of an earlier run of this morning still stands." in lines()


def test_a_failed_run_of_assets_chosen_by_hand_is_told_as_well(run_fails):
    chosen = {dg.AssetKey(["pair", "diff"])}

    assert "1 stored" in run_fails(TODAY, "__ASSET_JOB", asset_selection=chosen)
    assert TOLD == topics()


def test_a_failed_run_after_a_failed_check_is_not_told_again(look_at_checks, run_fails, check_fails):
    check_fails(TODAY)
    look_at_checks()

    assert "It was told before. 0 stored" in run_fails(TODAY)
    assert TOLD == topics()


def test_a_failed_run_of_a_past_morning_is_not_told(run_fails):
    assert "2026-11-21 is past: nobody is told." in run_fails(YESTERDAY)
    assert [] == topics()


def test_a_run_that_pulled_its_morning_and_failed_after_midnight_is_told(run_fails, monkeypatch):
    run_id = "0b6d9b3e-8f0a-4a52-9f4d-3f2a3c9d2f11"
    with opened() as store:
        store.attempts.begin("pair", TODAY, run_id=run_id, started_at=NOW, live=True)
    monkeypatch.setenv("RECON_NOW", "2026-11-23T00:05:00+01:00")

    assert "1 stored" in run_fails(TODAY, run_id=run_id)
    assert TOLD == topics()


def test_a_failed_run_without_a_morning_is_not_told(run_fails):
    assert run_fails(None, "pair_heartbeat").endswith("belongs to no morning.")
    assert [] == topics()


def test_what_waits_in_the_outbox_is_sent_once(look, monkeypatch):
    with receiving() as receiver, opened() as store:
        monkeypatch.setenv("HOOK", receiver.url)
        store.outbox.put(a_message(), ["slack:HOOK"], at=NOW)

        assert "1 sent" in look("outbox")
        assert "0 sent" in look("outbox")
        assert 1 == len(receiver.got)
        assert b"44 differences to act on" in receiver.got[0].body


def test_a_message_waits_while_its_channel_has_no_address(look):
    with opened() as store:
        store.outbox.put(a_message(), ["slack:HOOK"], at=NOW)

        assert "0 sent, 0 could not be sent" in look("outbox")
        assert "pending" == store.outbox.all()[0].deliveries[0].state
