"""Does a dead channel show on every other one, once a day, and stop nothing?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.steps.alive import dead_channels, tell_dead
from reconciliation_pipeline.steps.doctor.channels import channels
from reconciliation_pipeline.steps.ping import tell_monitor
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving
from reconciliation_pipeline_tests.steps.told import a_work, keys
from reconciliation_pipeline_tests.storage.builders import begin, recorded_trusted, refused

DAY = timedelta(days=1)
GONE = Answer(404, b"no_service")
DRIFT = Message("pair", MORNING, Topic.DRIFT, "44 differences", (), "finance-ops")


@pytest.fixture
def living():
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def dead():
    with receiving(GONE) as receiver:
        yield receiver


def titles(receiver) -> list[str]:
    return [json.loads(got.body)["title"] for got in receiver.got]


def test_a_channel_that_takes_nothing_is_told_on_the_others_with_since_when_and_what_to_do(store, living, dead):
    work = a_work(store, {"HOOK_A": living.url, "HOOK_B": dead.url})
    store.outbox.put(DRIFT, work.channels(DRIFT), at=NOW)
    deliver_due(work)

    tell_dead(work)

    assert [
        "44 differences",
        "pair: webhook:HOOK_B has not accepted a message since 2026-11-22 03:00 UTC",
    ] == titles(living)
    lines = json.loads(living.got[1].body)["lines"]
    assert "webhook:HOOK_B answered 404 (no_service)" in lines[0]
    assert "`recon notify pair --test` tries it now" in lines[1]
    assert "high" == json.loads(living.got[1].body)["severity"]


def test_it_is_told_once_a_day_and_again_the_next(store, living, dead):
    environ = {"HOOK_A": living.url, "HOOK_B": dead.url}
    store.outbox.put(DRIFT, ["webhook:HOOK_A", "webhook:HOOK_B"], at=NOW)
    deliver_due(a_work(store, environ))

    for later in (timedelta(0), timedelta(minutes=5), timedelta(hours=3), DAY):
        tell_dead(a_work(store, environ, now=NOW + later))

    assert [
        "pair/2026-11-22/drift",
        "pair/2026-11-22/channel_down/webhook:HOOK_B",
        "pair/2026-11-23/channel_down/webhook:HOOK_B",
    ] == keys(store)


def test_a_past_morning_that_is_run_again_tells_nobody_of_a_dead_channel(store, living, dead):
    work = a_work(store, {"HOOK_A": living.url, "HOOK_B": dead.url})
    store.outbox.put(DRIFT, work.channels(DRIFT), at=NOW)
    deliver_due(work)

    assert "" == tell_dead(work, MORNING - DAY)
    assert ["pair/2026-11-22/drift"] == keys(store)
    assert "has not accepted a message" in tell_dead(work, MORNING)


def test_a_channel_whose_variable_is_missing_is_told_too(store, living):
    both: Any = [{"type": "webhook", "url_env": name, "local": True} for name in ("HOOK_A", "HOOK_B")]
    work = a_work(store, {"HOOK_A": living.url}, channels=both)

    assert "webhook:HOOK_B cannot take messages: The channel webhook:HOOK_B cannot be used" in tell_dead(work)
    assert ["pair: webhook:HOOK_B cannot take messages"] == titles(living)


def test_where_all_are_dead_nothing_is_stored_that_nobody_gets(store, dead):
    work = a_work(store, {"HOOK_A": dead.url})
    store.outbox.put(DRIFT, work.channels(DRIFT), at=NOW)
    deliver_due(work)

    assert "webhook:HOOK_A has not accepted a message since" in tell_dead(work)
    assert ["pair/2026-11-22/drift"] == keys(store)


def test_a_channel_that_takes_messages_again_is_dead_no_longer(store):
    with receiving(GONE, Answer()) as receiver:
        environ = {"HOOK_A": receiver.url}
        store.outbox.put(DRIFT, ["webhook:HOOK_A"], at=NOW)
        deliver_due(a_work(store, environ))
        assert ["webhook:HOOK_A"] == [one.channel for one in dead_channels(a_work(store, environ))]

        work = a_work(store, environ, now=NOW + timedelta(minutes=2))
        deliver_due(work)

    assert () == dead_channels(work)
    assert "Every channel takes messages." == tell_dead(work)


def test_a_channel_that_is_no_longer_in_the_settings_troubles_nobody(store, dead):
    store.outbox.put(DRIFT, ["webhook:HOOK_A"], at=NOW)
    deliver_due(a_work(store, {"HOOK_A": dead.url}))

    assert () == dead_channels(a_work(store, {}))


def test_what_arrived_in_part_is_trouble_and_no_dead_channel(store, living):
    work = a_work(store, {"HOOK_A": living.url})
    store.outbox.put(DRIFT, work.channels(DRIFT), at=NOW)
    (delivery,) = store.outbox.due(NOW, 1)
    store.outbox.mark_sent(delivery, at=NOW, remark="One of two was refused.")

    (trouble,) = dead_channels(work)

    assert not trouble.is_dead
    assert trouble.words.startswith("One of two was refused.")
    assert "Every channel takes messages." == tell_dead(work)


def test_the_doctor_says_the_same(store, living, dead):
    work = a_work(store, {"HOOK_A": living.url, "HOOK_B": dead.url}, ping={"url_env": "PING_URL"})
    store.outbox.put(DRIFT, ["webhook:HOOK_A", "webhook:HOOK_B"], at=NOW)
    deliver_due(work)

    found = {one.what: one for one in channels(work)}

    assert {
        "channel ping:PING_URL": "fail",
        "channel webhook:HOOK_A": "ok",
        "channel webhook:HOOK_B": "warn",
    } == {what: one.health.value for what, one in found.items()}
    assert "has not accepted a message since 2026-11-22 03:00 UTC" in found["channel webhook:HOOK_B"].text


def test_the_doctor_says_when_nobody_outside_would_notice(store, living):
    assert (
        "nobody outside waits" in {one.what: one.text for one in channels(a_work(store, {"HOOK": living.url}))}["ping"]
    )


PING = {"url_env": "PING_URL", "local": True}


def test_a_monitor_is_told_of_todays_trusted_morning_once(store, living):
    recorded_trusted(store, MORNING)
    work = a_work(store, {"PING_URL": living.url}, ping=PING)

    assert "ping:PING_URL is told that 2026-11-22 was trusted." == tell_monitor(work, MORNING)
    assert "ping:PING_URL was told before." == tell_monitor(work, MORNING)
    assert ["2026-11-22"] == [json.loads(got.body)["morning"] for got in living.got]


def test_a_monitor_hears_nothing_of_a_backfill_a_refusal_or_a_morning_under_way(store, living):
    recorded_trusted(store, MORNING - DAY)
    work = a_work(store, {"PING_URL": living.url}, ping=PING)

    assert "ping:PING_URL is told of today's morning only" in tell_monitor(work, MORNING - DAY)
    assert "has no trusted result" in tell_monitor(work, MORNING)
    refused(store, MORNING)
    assert "has no trusted result" in tell_monitor(work, MORNING)
    begin(store, MORNING)
    assert "has no trusted result" in tell_monitor(work, MORNING)
    assert [] == living.got


def test_a_monitor_that_is_down_fails_nothing_shows_and_is_tried_again_the_same_day_only(store, living):
    recorded_trusted(store, MORNING)
    with receiving(Answer(404)) as down:
        work = a_work(store, {"PING_URL": down.url, "HOOK_A": living.url}, ping=PING)
        tell_monitor(work, MORNING)
    (trouble,) = dead_channels(work)

    assert "ping:PING_URL" == trouble.channel
    deliver_due(a_work(store, {"PING_URL": living.url}, ping=PING, now=NOW + DAY))
    assert [] == living.got
    assert "failed" == store.outbox.all()[0].deliveries[0].state


def test_without_a_monitor_nothing_is_said(store):
    recorded_trusted(store, MORNING)

    assert "" == tell_monitor(a_work(store, {}), MORNING)
    assert [] == keys(store)
