"""What Dagster shows of channels that take nothing, of mornings that say nothing, and by when a ledger is fresh."""

import json
from datetime import date, timedelta

import dagster as dg
import pytest

from reconciliation_pipeline.defs.alive import ALIVE, alive_key, build_alive_check
from reconciliation_pipeline.defs.assets.ledger import build_ledger
from reconciliation_pipeline.defs.checks import check_keys
from reconciliation_pipeline.defs.freshness import freshness, later
from reconciliation_pipeline.defs.partitions import mornings
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.defs.silence import build_silence
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving
from reconciliation_pipeline_tests.defs.builders import a_pair, opened, recorded, said, topics
from reconciliation_pipeline_tests.defs.test_overnight import switch_off
from reconciliation_pipeline_tests.storage.builders import NOW, a_message

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)


@pytest.fixture
def check(home):
    """Make the check once; gives back what it shows."""

    def once():
        pair = a_pair()
        context = dg.build_asset_check_context(resources={"office": Office()})
        return build_alive_check(pair, mornings(pair, None))(context)

    return once


@pytest.fixture
def listens(home, instance, monkeypatch):
    """Listen for this morning once, at an instant; gives back the tick's words."""

    def once(now="2026-11-22T07:00:00+01:00"):
        monkeypatch.setenv("RECON_NOW", now)
        context = dg.build_sensor_context(instance=instance, resources={"office": Office()})
        return said(build_silence(a_pair())(context))

    return once


def test_a_dead_channel_is_a_failed_check_that_stops_nothing_and_names_it(check, monkeypatch):
    from reconciliation_pipeline.steps.tell import deliver_due

    with receiving(Answer(404, b"no_service")) as dead:
        monkeypatch.setenv("HOOK", dead.url)
        with Office().work(a_pair()) as work:
            work.store.outbox.put(a_message(), ["slack:HOOK"], at=NOW)
            deliver_due(work)
        result = check()

    assert not result.passed
    assert dg.AssetCheckSeverity.WARN is result.severity
    assert "slack:HOOK has not accepted a message since 2026-11-22 03:00 UTC" in result.description
    assert "make a new one in Slack" in result.description
    assert "`recon notify pair --test`" in result.description
    assert "SECRET" not in json.dumps(result.description)


def test_a_channel_whose_variable_is_missing_fails_it_too(check):
    result = check()

    assert not result.passed
    assert "Set HOOK, or take the channel out of the settings." in result.description


def test_where_every_channel_takes_messages_it_passes(check, monkeypatch):
    monkeypatch.setenv("HOOK", "http://127.0.0.1:9/services/T/B/SECRET")

    assert (True, "Every channel takes messages.") == (check().passed, check().description)


def test_the_check_is_of_a_morning_and_never_taken_for_a_failed_morning():
    pair = a_pair()
    (spec,) = build_alive_check(pair, mornings(pair, None)).check_specs

    assert (ALIVE, False) == (spec.name, spec.blocking)
    assert spec.partitions_def is not None
    assert "**Red means:**" in (spec.description or "")
    assert alive_key(pair) not in check_keys(pair)


def test_a_silent_morning_is_told_once_and_a_backfill_of_another_day_does_not_count(listens):
    with opened() as store:
        recorded(store, TODAY - 2 * DAY, range(1))
        recorded(store, TODAY - DAY, range(1))

    assert "2026-11-22 was due at 03:00 UTC and has no trusted result. It is told now" in listens()
    assert "It was told before." in listens("2026-11-22T09:00:00+01:00")
    assert ["pair/2026-11-22/silence"] == topics()


def test_a_morning_has_three_hours(listens):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))

    assert "2026-11-22 has until 06:00 UTC for a trusted result." == listens("2026-11-22T06:59:59+01:00")


def test_a_schedule_that_was_switched_off_is_told_as_the_reason(listens, instance):
    with opened() as store:
        recorded(store, TODAY - DAY, range(1))
    switch_off(instance, "pair_morning")

    listens()

    with opened() as store:
        (stored,) = store.outbox.all()
    assert "Somebody switched its schedule off." in stored.message.lines


@pytest.mark.parametrize(
    ("deadline", "cron"),
    [
        ("0 6 * * *", "0 4 * * *"),
        ("30 23 * * *", "30 21 * * *"),
        ("0 0 * * *", "0 22 * * *"),
        ("59 1 * * 2", "59 23 * * 1"),
        ("0 0 * * 0", "0 22 * * 6"),
        ("0 1 * * 1", "00 23 * * 7"),
        ("0 0 * * 0", "0 22 * * sat"),
        ("0 6 * * Mon", "0 4 * * Mon"),
    ],
)
def test_a_ledger_is_written_two_hours_after_the_mornings_time(deadline, cron):
    assert deadline == later(cron)


@pytest.mark.parametrize("cron", ["0 4 * * *", "0 23 * * 7", "30 22 * * fri"])
def test_dagster_takes_the_deadline_of_every_schedule(cron):
    pair = a_pair(cron=cron)
    expected = dg.FreshnessPolicy.cron(
        deadline_cron=later(cron), lower_bound_delta=timedelta(hours=2), timezone="Europe/Berlin"
    )

    assert expected == freshness(pair)


def test_the_ledger_carries_the_deadline():
    pair = a_pair()

    assert [freshness(pair)] == [spec.freshness_policy for spec in build_ledger(pair, mornings(pair, None)).specs]
