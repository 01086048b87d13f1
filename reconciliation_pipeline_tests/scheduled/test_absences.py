"""A daemon is stopped over a morning, a webhook is broken, an old day is run again: does somebody say so, each time?

The daemon is a real one. Only what day it is for the pipeline is set by hand, as the demo does.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.channels.receiver import Answer, Receiver, receiving
from reconciliation_pipeline_tests.scheduled.dev import PROJECT, Dev, dagster_dev
from reconciliation_pipeline_tests.story.conftest import BERLIN, Installation, installed

pytestmark = pytest.mark.slow

NAME = "crm_billing"
DAY = timedelta(days=1)
SETTINGS = (
    "channels: [{type: webhook, name: office, url_env: OFFICE, local: true}, "
    "{type: slack, name: team, url_env: TEAM, local: true}]\n"
    "ping: {url_env: MONITOR, local: true}\n"
)


@pytest.fixture
def office() -> Iterator[Receiver]:
    """A channel that lives."""
    with receiving() as listening:
        yield listening


@pytest.fixture
def monitor() -> Iterator[Receiver]:
    """The watch outside, which is called after each trusted morning and rings when it is not."""
    with receiving() as listening:
        yield listening


@pytest.fixture
def company(tmp_path: Path, office: Receiver, monitor: Receiver) -> Iterator[Installation]:
    """The demo with three ways of being heard, one of them a webhook that was taken away."""
    (tmp_path / "reconciliations").mkdir()
    config = tmp_path / "reconciliations" / f"{NAME}.yaml"
    config.write_text(SETTINGS + (PROJECT / "reconciliations" / config.name).read_text("utf-8"), "utf-8")
    with receiving(Answer(404, b"no_service")) as gone:
        for ours in installed(tmp_path / "home", None):
            more = {"OFFICE": office.url, "TEAM": gone.url, "MONITOR": monitor.url, "RECON_CONFIG": str(config.parent)}
            ours.environ.update(more)
            yield ours


def filled(dev: Dev, day: date) -> list[str]:
    """The runs that brought a day into the ledger."""
    return dev.materialised([NAME, "ledger"], day.isoformat())


def at_another_time(company: Installation, tick: datetime) -> None:
    """Let every morning be due at the time of this instant."""
    config = Path(company.environ["RECON_CONFIG"], f"{NAME}.yaml")
    text, four = config.read_text("utf-8"), "0 4 * * *"
    assert four in text
    config.write_text(text.replace(four, f"{tick.minute} {tick.hour} * * *", 1), "utf-8")


def runs(dev: Dev, day: date) -> list[str]:
    """Every run of a day, whoever asked for it and however it ended."""
    query = """query Runs($tags: [ExecutionTag!]!) {
      runsOrError(filter: {tags: $tags}) { ... on Runs { results { runId } } }
    }"""
    tags = [{"key": "dagster/partition", "value": day.isoformat()}]
    return [one["runId"] for one in dev.ask(query, tags=tags)["runsOrError"]["results"]]


def told(receiver: Receiver) -> list[dict[str, Any]]:
    """What arrived."""
    return [json.loads(one.body) for one in receiver.got]


def check(dev: Dev, name: str) -> dict[str, Any]:
    """How a check of the notifications ended last."""
    query = """query Check($key: AssetKeyInput!, $name: String!) {
      assetCheckExecutions(assetKey: $key, checkName: $name, limit: 1) {
        runId status evaluation { success description }
      }
    }"""
    found: dict[str, Any] = dev.ask(query, key={"path": [NAME, "notifications"]}, name=name)["assetCheckExecutions"][0]
    return found


def test_what_is_absent_is_told_by_whoever_comes_next(tmp_path, company, office, monitor):
    today = company.today
    old, missed = today - 3 * DAY, today - DAY
    for day in (old, today - 2 * DAY):
        assert 1 == company.morning(day).exit
    called = len(monitor.got)
    office.got.clear()

    # Nobody ran the morning after, and nobody ran today's: no daemon is there. An old day that is run again tells
    # nobody anything and does not call the monitor, which therefore rings.
    late = datetime.combine(today, time(9), BERLIN)
    control.set_clock(company.home, late)
    company.confirm(today)
    company.recon("backfill", NAME, "--from", old.isoformat(), "--to", old.isoformat(), now=late)
    assert ([], called) == (told(office), len(monitor.got))
    stopped = company.recon("doctor", NAME, "--quick", now=late).data["findings"]
    assert "ok" not in [one["health"] for one in stopped if one["what"] == "daemon"]

    with dagster_dev(tmp_path / "dev.log", company.environment(late)) as dev:
        # The old day is not taken for today's morning, which is run now, once; yesterday's is not invented.
        run_id = dev.until(lambda: next(iter(filled(dev, today)), None), 240, "Today's morning")
        dev.until(lambda: dev.run(run_id)["status"] == "SUCCESS" or None, 120, "The end of its run")
        seen = len(dev.ticks(f"{NAME}_morning_missed"))
        dev.until(lambda: len(dev.ticks(f"{NAME}_morning_missed")) > seen or None, 120, "Another look")
        assert ([run_id], []) == (filled(dev, today), filled(dev, missed))
        alive = check(dev, "channels_are_alive")

    # The monitor is called again, and the gap is told.
    assert called + 1 == len(monitor.got)
    assert [missed.isoformat()] == company.recon("list", NAME, now=late).data["gaps"]
    drift = next(said for said in told(office) if said["topic"] == "drift")
    assert f"{missed} has no trusted result" in " ".join(drift["lines"])
    # The broken webhook shows in Dagster and, once, on the channel that lives.
    assert (run_id, False) == (alive["runId"], alive["evaluation"]["success"])
    assert 1 == [said["topic"] for said in told(office)].count("channel_down")


def test_a_daemon_that_was_down_at_its_time_fills_today_once(tmp_path, company):
    today = company.today
    assert 1 == company.morning(today - 2 * DAY).exit
    tick = (datetime.now(BERLIN) + timedelta(seconds=75)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    assert today == tick.date(), "This test cannot run just before midnight in Berlin."
    at_another_time(company, tick)
    control.set_clock(company.home, tick)
    company.confirm(today)

    # The daemon learns of its schedule, and is stopped before its time.
    with dagster_dev(tmp_path / "before.log", company.environment(tick - timedelta(minutes=5))) as dev:
        dev.until(lambda: dev.ticks(f"{NAME}_morning_missed") or None, 60, "A look for missed mornings")
        assert [] == runs(dev, today)
    assert datetime.now(BERLIN) < tick, "It was not stopped in time; the machine is too slow for this test."
    sleep((tick - datetime.now(BERLIN)).total_seconds() + 5)

    # It comes back late. Dagster's schedule makes up for a tick that was lost, and so does our sensor: once is enough.
    late = tick + timedelta(minutes=31)
    control.set_clock(company.home, late)
    with dagster_dev(tmp_path / "after.log", company.environment(late)) as dev:
        run_id = dev.until(lambda: next(iter(filled(dev, today)), None), 240, "Today's morning")
        dev.until(lambda: dev.run(run_id)["status"] == "SUCCESS" or None, 120, "The end of its run")
        seen = len(dev.ticks(f"{NAME}_morning_missed"))
        dev.until(lambda: len(dev.ticks(f"{NAME}_morning_missed")) > seen + 1 or None, 200, "Two more looks")
        assert ([run_id], [run_id], []) == (filled(dev, today), runs(dev, today), runs(dev, today - DAY))
