"""Does the run that pulled a morning tell it although midnight has passed, and nobody else a past one?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.steps.alive import tell_dead
from reconciliation_pipeline.steps.ping import tell_monitor
from reconciliation_pipeline.steps.tell import deliver_due, tell_failure, tell_morning
from reconciliation_pipeline.steps.told_today import is_todays
from reconciliation_pipeline_tests.builders import MORNING
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving
from reconciliation_pipeline_tests.steps.told import a_work, keys
from reconciliation_pipeline_tests.storage.builders import BOTH, an_observation

DAY = timedelta(days=1)
BEFORE = datetime(2026, 11, 22, 23, 50, tzinfo=UTC)
AFTER = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)
LATE = {"schedule": {"cron": "50 23 * * *"}}


def pulled(  # noqa: PLR0913 - what tells one attempt from another
    store, morning=MORNING, *, run_id="its-run", live=True, found=1, pair="pair"
):
    """A trusted morning on which so much is open."""
    begun = store.attempts.begin(pair, morning, run_id=run_id, started_at=BEFORE, live=live)
    attempt = replace(begun, standing=Standing.TRUSTED, snapshots=BOTH, as_of=BEFORE)
    store.attempts.conclude(attempt, at=AFTER)
    store.ledger.record(attempt, [an_observation(f"{number:012x}", key=f"C{number}") for number in range(found)])


def after_midnight(store, environ=None, **pair):
    return a_work(store, environ or {}, now=AFTER, **LATE, **pair)


def test_the_run_that_pulled_a_morning_tells_it_when_it_ends_after_midnight(store):
    pulled(store)

    told = tell_morning(after_midnight(store), MORNING, run_id="its-run")

    assert ("pair/2026-11-22/drift",) == told.stored


def test_the_alarm_of_a_morning_that_ended_after_midnight_is_raised(store):
    pulled(store, MORNING - DAY, found=0)
    pulled(store, found=60)

    assert "pair/2026-11-22/spike" in tell_morning(after_midnight(store), MORNING, run_id="its-run").stored


@pytest.mark.parametrize("run_id", ["another", ""])
def test_another_run_of_a_past_morning_tells_nobody(store, run_id):
    pulled(store)
    work = after_midnight(store)

    assert "2026-11-22 is past: it is recorded, and nobody is told." == tell_morning(work, MORNING, run_id=run_id).words
    assert "2026-11-22 is past: nobody is told." == tell_failure(work, MORNING, "It broke.", run_id=run_id).words
    assert [] == keys(store)


def test_a_morning_that_was_asked_for_as_of_its_day_is_a_backfill_and_tells_nobody(store):
    pulled(store, live=False)

    assert not is_todays(after_midnight(store), MORNING, run_id="its-run")


def test_a_run_is_of_its_own_morning_and_its_own_pair_only(store):
    pulled(store)
    pulled(store, run_id="of-another", pair="another")

    assert not is_todays(a_work(store, {}, now=BEFORE), MORNING - DAY, run_id="its-run")
    assert not is_todays(after_midnight(store), MORNING, run_id="of-another")
    assert not is_todays(after_midnight(store), MORNING, run_id="unknown")


def test_a_morning_is_told_the_day_after_and_not_the_day_after_that(store):
    pulled(store)

    assert is_todays(a_work(store, {}, now=BEFORE + DAY), MORNING, run_id="its-run")
    assert not is_todays(a_work(store, {}, now=AFTER + DAY), MORNING, run_id="its-run")


def test_todays_morning_is_told_whoever_asks(store):
    assert is_todays(after_midnight(store), MORNING + DAY)


def test_a_run_that_broke_after_midnight_is_told(store):
    store.attempts.begin("pair", MORNING, run_id="its-run", started_at=BEFORE, live=True)

    assert tell_failure(after_midnight(store), MORNING, "It broke.", run_id="its-run").stored
    assert ["pair/2026-11-22/not_trustworthy"] == keys(store)


def test_a_monitor_is_told_of_a_morning_that_ended_after_midnight_once(store):
    pulled(store)
    with receiving() as monitor:
        ping = {"url_env": "PING_URL", "local": True}
        work = after_midnight(store, {"PING_URL": monitor.url}, ping=ping)

        assert "of today's morning only" in tell_monitor(work, MORNING)
        assert "ping:PING_URL is told that" in tell_monitor(work, MORNING, run_id="its-run")
        assert "was told before" in tell_monitor(work, MORNING, run_id="its-run")

    assert ["2026-11-22"] == [json.loads(got.body)["morning"] for got in monitor.got]


def test_a_dead_channel_is_told_by_a_run_that_ended_after_midnight(store):
    pulled(store)
    with receiving() as living, receiving(Answer(404, b"no_service")) as dead:
        work = after_midnight(store, {"HOOK_A": living.url, "HOOK_B": dead.url})
        store.outbox.put(Message("pair", MORNING, Topic.DRIFT, "1 difference"), work.channels(), at=AFTER)
        deliver_due(work)

        assert "" == tell_dead(work, MORNING)
        assert "webhook:HOOK_B has not accepted a message" in tell_dead(work, MORNING, run_id="its-run")
