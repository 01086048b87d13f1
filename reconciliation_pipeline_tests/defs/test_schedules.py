"""When does a morning run by itself, and when does a tick rather say why not?"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline_tests.defs.builders import a_pair, said

BERLIN = ZoneInfo("Europe/Berlin")


def tick(name: str = "pair_morning", *, at: str, cron: str = "0 4 * * *") -> Any:
    """Evaluate one tick of a schedule."""
    schedule = build_definitions([a_pair(cron=cron)]).resolve_schedule_def(name)
    return schedule(dg.build_schedule_context(scheduled_execution_time=datetime.fromisoformat(at)))


def ticks(cron: str, start: str, count: int, name: str = "pair_morning") -> list[str]:
    """List the first ticks after an instant, by the clocks of Berlin."""
    from dagster._utils.schedules import schedule_execution_time_iterator

    schedule = build_definitions([a_pair(cron=cron)]).resolve_schedule_def(name)
    since = datetime.fromisoformat(start).timestamp()
    found = schedule_execution_time_iterator(since, schedule.cron_schedule, schedule.execution_timezone)
    return [f"{next(found).astimezone(BERLIN):%a %Y-%m-%d %H:%M}" for _ in range(count)]


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-22T04:00:00+01:00",
        "2026-03-29T04:00:00+02:00",  # the clocks were put forward an hour ago
        "2026-10-25T04:00:00+01:00",  # the clocks were put back an hour ago
        "2026-11-22T00:00:00+01:00",  # in UTC it still is the day before
    ],
)
def test_a_tick_runs_the_partition_of_its_own_local_day(home, monkeypatch, at):
    monkeypatch.setenv("RECON_NOW", at)

    request = tick(at=at)

    assert at[:10] == request.partition_key


def test_a_tick_that_comes_late_on_its_own_day_is_welcome(home, monkeypatch):
    monkeypatch.setenv("RECON_NOW", "2026-11-22T23:59:59+01:00")

    assert "2026-11-22" == tick(at="2026-11-22T04:00:00+01:00").partition_key


def test_a_tick_of_yesterday_is_skipped_with_a_sentence(home, monkeypatch):
    monkeypatch.setenv("RECON_NOW", "2026-11-23T00:00:00+01:00")

    words = said(tick(at="2026-11-22T04:00:00+01:00"))

    assert words.startswith("This tick belongs to 2026-11-22, and today is 2026-11-23")


def test_a_tick_before_the_first_morning_is_skipped_with_a_sentence(home, monkeypatch):
    monkeypatch.setenv("RECON_NOW", "2025-12-31T04:00:00+01:00")

    assert "The first morning is 2026-01-01" in said(tick(at="2025-12-31T04:00:00+01:00"))


def test_a_weekly_tick_runs_the_partition_of_its_day(home, monkeypatch):
    monkeypatch.setenv("RECON_NOW", "2026-11-23T04:00:00+01:00")

    assert "2026-11-23" == tick(at="2026-11-23T04:00:00+01:00", cron="0 4 * * 1").partition_key
    assert ["Mon 2026-11-23 04:00", "Mon 2026-11-30 04:00"] == ticks("0 4 * * 1", "2026-11-22T04:00:00+01:00", 2)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ("2026-03-28T12:00:00+01:00", ["Sun 2026-03-29 03:00", "Mon 2026-03-30 02:30"]),  # 02:30 does not exist
        ("2026-10-24T12:00:00+02:00", ["Sun 2026-10-25 02:30", "Mon 2026-10-26 02:30"]),  # 02:30 comes twice
    ],
)
def test_there_is_one_tick_on_the_days_the_clocks_change(start, expected):
    assert expected == ticks("30 2 * * *", start, 2)


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("0 4 * * *", "Mon 2026-11-23 08:00"),
        ("15 6 * * 3", "Mon 2026-11-23 10:15"),
        ("30 22 * * *", "Mon 2026-11-23 02:30"),
    ],
)
def test_the_heartbeat_comes_every_monday(home, cron, expected):
    assert [expected] == ticks(cron, "2026-11-22T04:00:00+01:00", 1, "pair_heartbeat")
    assert isinstance(tick("pair_heartbeat", at="2026-11-23T08:00:00+01:00"), dg.RunRequest)
