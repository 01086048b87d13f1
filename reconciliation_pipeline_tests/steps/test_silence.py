"""Is a silent morning noticed, once, and by what our own store knows of it?"""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.steps.silence import PATIENCE, listen, tell_silence
from reconciliation_pipeline.steps.tell import tell_morning
from reconciliation_pipeline_tests.builders import MICROSECOND, MORNING, NOW
from reconciliation_pipeline_tests.channels.receiver import receiving
from reconciliation_pipeline_tests.steps.test_unproven import unproven
from reconciliation_pipeline_tests.steps.told import a_work, keys
from reconciliation_pipeline_tests.storage.builders import an_observation, begin, recorded_trusted, trusted

DAY = timedelta(days=1)
DUE = NOW.replace(hour=2)
LATE = DUE + PATIENCE


def words(store, now=LATE, **pair) -> str:
    return tell_silence(a_work(store, {}, now=now, **pair))


@pytest.fixture
def lived(store):
    """A store whose last trusted morning was the day before yesterday."""
    recorded_trusted(store, MORNING - 2 * DAY)
    return store


def test_a_morning_without_a_result_is_told_once_three_hours_after_its_time(lived):
    with receiving() as receiver:
        work = a_work(lived, {"HOOK": receiver.url}, now=LATE)
        said = tell_silence(work)
        again = tell_silence(work)

    assert "2026-11-22 was due at 02:00 UTC and has no trusted result. It is told now: 1 sent" in said
    assert "It was told before." in again
    (got,) = receiver.got
    body = json.loads(got.body)
    assert ("pair/2026-11-22/silence", "pair: no trusted result of 2026-11-22") == (body["id"], body["title"])
    assert "The last trusted morning was 2026-11-20, 2 days ago." in body["lines"]
    assert "high" == body["severity"]


def test_until_then_it_has_time(lived):
    assert "2026-11-22 has until 05:00 UTC for a trusted result." == words(lived, LATE - MICROSECOND)
    assert [] == keys(lived)


def test_a_trusted_result_of_today_is_no_silence(lived):
    recorded_trusted(lived, MORNING)

    assert "2026-11-22 has a trusted result." == words(lived)


@pytest.mark.parametrize("days", [1, 5])
def test_a_backfill_of_an_old_day_is_not_taken_for_today(lived, days):
    recorded_trusted(lived, MORNING - days * DAY, run_id="backfill")

    assert "has no trusted result" in words(lived)
    assert ["pair/2026-11-22/silence"] == keys(lived)


def test_a_morning_that_was_pulled_and_never_recorded_is_silent(lived):
    trusted(lived, MORNING)

    assert "has no trusted result" in words(lived)


def test_what_was_told_as_not_trustworthy_is_not_told_again(lived):
    lived.outbox.put(Message("pair", MORNING, Topic.NOT_TRUSTWORTHY, "t"), [], at=NOW)

    assert "2026-11-22 has no trusted result, and that was told: it is not trustworthy." == words(lived)


def test_a_run_that_is_still_at_work_is_named(lived):
    begin(lived, MORNING, run_id="run-7")
    lived.leases.take("pair", MORNING, run_id="run-7", at=LATE)

    heard = listen(a_work(lived, {}, now=LATE))

    assert heard.message is not None
    assert "Run run-7 is still at work on it." in heard.message.lines


def test_what_the_caller_knows_of_the_reason_is_told(lived):
    heard = listen(a_work(lived, {}, now=LATE), because="Somebody switched its schedule off.")

    assert heard.message is not None
    assert "Somebody switched its schedule off." in heard.message.lines


def test_a_pair_that_was_never_run_has_nothing_to_miss(store):
    assert "No morning has been run yet: there is nothing to miss." == words(store)


@pytest.mark.parametrize("pair", [{"schedule": {"cron": "0 2 * * 1"}}, {"start": "2026-11-23"}])
def test_a_day_without_a_morning_is_silent_by_plan(lived, pair):
    assert "No morning is planned for 2026-11-22." == words(lived, **pair)


RUN_TODAY = "`recon run pair` looks at today."
LATE_HOURS = [
    ("30 20 * * *", datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
    ("0 21 * * *", datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
    ("0 22 * * *", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
    ("59 23 * * *", datetime(2026, 11, 23, 2, 59, tzinfo=UTC)),
    ("0 22 * * 0", datetime(2026, 11, 23, 1, 0, tzinfo=UTC)),
]


@pytest.mark.parametrize(("cron", "deadline"), LATE_HOURS)
def test_a_morning_that_is_due_late_is_told_once_although_midnight_is_past(lived, cron, deadline):
    recorded_trusted(lived, MORNING - DAY)
    schedule = {"schedule": {"cron": cron}}

    assert "has no trusted result" not in words(lived, deadline - MICROSECOND, **schedule)
    assert "It is told now" in words(lived, deadline, **schedule)
    assert "has no trusted result" in words(lived, deadline + timedelta(hours=20), **schedule)
    assert ["pair/2026-11-22/silence"] == keys(lived)


def test_a_morning_that_is_over_is_told_as_over_and_nobody_is_asked_to_run_it(lived):
    heard = listen(a_work(lived, {}, now=NOW.replace(hour=1) + DAY, schedule={"cron": "0 22 * * *"}))

    assert heard.message is not None
    assert (
        "It was due on 2026-11-22 at 22:00 UTC. Nobody knows whether the two systems agreed then.",
        "The last trusted morning was 2026-11-20, 3 days ago.",
        f"Look closer: `recon doctor pair`. Today's data never goes into a past morning: {RUN_TODAY}",
    ) == heard.message.lines


def test_a_trusted_result_of_a_morning_that_was_due_late_is_no_silence(lived):
    recorded_trusted(lived, MORNING)
    after = NOW.replace(hour=4) + DAY

    assert "2026-11-23 has until 01:00 UTC for a trusted result." == words(
        lived, after, schedule={"cron": "0 22 * * *"}
    )


def test_a_run_of_a_late_morning_that_is_still_at_work_after_midnight_is_named(lived):
    after = NOW.replace(hour=4) + DAY
    lived.leases.take("pair", MORNING, run_id="run-7", at=after)

    heard = listen(a_work(lived, {}, now=after, schedule={"cron": "0 22 * * *"}))

    assert heard.message is not None
    assert "Run run-7 is still at work on it." in heard.message.lines


def test_only_the_latest_morning_that_had_its_time_is_listened_for(lived):
    lived.attempts.begin("pair", MORNING - 3 * DAY, run_id="long ago", started_at=NOW - 3 * DAY, live=True)
    assert "2026-11-21 was due at 02:00 UTC and has no trusted result." == listen(a_work(lived, {}, now=DUE)).words
    recorded_trusted(lived, MORNING)

    assert "2026-11-22 has a trusted result." == words(lived)
    assert [] == keys(lived)


def test_a_pair_whose_first_run_was_today_has_missed_nothing_yesterday(store):
    attempt = store.attempts.begin("pair", MORNING, run_id="run", started_at=DUE, live=True)
    store.attempts.conclude(replace(attempt, standing=Standing.REFUSED), at=DUE)

    assert "2026-11-22 has until 05:00 UTC for a trusted result." == words(store, DUE + timedelta(hours=1))
    assert [] == keys(store)


def test_a_morning_that_waits_for_a_persons_word_was_told_by_its_own_message(lived):
    unproven(lived)
    tell_morning(a_work(lived, {}), MORNING)

    assert "2026-11-22 has a result, and waits for a person to confirm its counts." == words(lived)
    assert ["pair/2026-11-22/not_trustworthy/unproven"] == keys(lived)


def test_the_differences_of_a_morning_that_waits_for_a_persons_word_were_told(lived):
    unproven(lived, [an_observation()])
    lived.outbox.put(Message("pair", MORNING, Topic.DRIFT, "t"), [], at=NOW)

    assert "2026-11-22 has a result, and waits for a person to confirm its counts." == words(lived)


def test_a_morning_that_waits_for_a_persons_word_and_was_told_by_nobody_is_silent(lived):
    unproven(lived)

    heard = listen(a_work(lived, {}, now=LATE))

    assert heard.message is not None
    assert "It was compared, and nobody has confirmed its counts: `recon doctor pair` says how." in heard.message.lines
