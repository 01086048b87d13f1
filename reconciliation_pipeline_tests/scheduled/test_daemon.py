"""Does a morning run by itself, is it told once, and is everything there after a restart?"""

import os
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reconciliation_pipeline.demo import control, screens
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.channels.receiver import Receiver, receiving
from reconciliation_pipeline_tests.demo.conftest import free_port
from reconciliation_pipeline_tests.scheduled.dev import PROJECT, Dev, dagster_dev

pytestmark = pytest.mark.slow

NAME = "crm_billing"
BERLIN = ZoneInfo("Europe/Berlin")
LEAD = timedelta(seconds=75)
"""Time for the daemon to be up before the tick."""


@pytest.fixture(params=["sqlite", "postgres"])
def postgres(request) -> str | None:
    """Where the records and the ledger are: a database of their own, or files."""
    return request.getfixturevalue("postgres_url") if request.param == "postgres" else None


@pytest.fixture
def tick() -> datetime:
    """A whole minute that the daemon will live to see."""
    soon = datetime.now(BERLIN) + LEAD
    return soon.replace(second=0, microsecond=0) + timedelta(minutes=1)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Where the messages go."""
    with receiving() as listening:
        yield listening


@pytest.fixture
def environment(
    tmp_path: Path, tick: datetime, receiver: Receiver, postgres: str | None
) -> Iterator[Mapping[str, str]]:
    """An installation of its own: the demo's two systems, its settings with another hour and a channel."""
    home, config = tmp_path / "home", tmp_path / "reconciliations"
    config.mkdir()
    text = (PROJECT / "reconciliations" / f"{NAME}.yaml").read_text("utf-8")
    hour = f'schedule: {{cron: "{tick.minute} {tick.hour} * * *"}}'
    channel = "channels: [{type: slack, url_env: HOOK, local: true}]"
    assert 'schedule: {cron: "0 4 * * *"}' in text
    (config / f"{NAME}.yaml").write_text(f"{channel}\n" + text.replace('schedule: {cron: "0 4 * * *"}', hour), "utf-8")
    world = control.serve(home, crm_port=free_port(), billing_port=free_port())
    ours = {name: value for name, value in world.environment.items() if name != "RECON_NOW"}
    database = {"RECON_POSTGRES_URL": postgres} if postgres else {}
    # Somebody read the counts off both screens, so that the first morning is believed.
    with Store.open(home, postgres) as store:
        for side, count in screens.running(home).items():
            said = AcceptedCount(NAME, Side(side), tick.date(), count, "Ana", "its own screen", datetime.now(UTC))
            store.confirmed_counts.keep(said)
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    try:
        yield {
            **theirs,
            **ours,
            **database,
            "DAGSTER_HOME": str(PROJECT),
            "RECON_HOME": str(home),
            "RECON_CONFIG": str(config),
            "HOOK": receiver.url,
        }
    finally:
        control.stop(home)


def ledger(environment: Mapping[str, str], morning: date) -> list[Observation]:
    """What the ledger has of a morning."""
    with Store.open(Path(environment["RECON_HOME"]), environment.get("RECON_POSTGRES_URL")) as store:
        return list(store.ledger.on(NAME, morning) or [])


def run_of(dev: Dev) -> str | None:
    """The run that the schedule's tick started, once it has succeeded."""
    for one in dev.ticks(f"{NAME}_morning"):
        for run_id in one["runIds"]:
            status = dev.run(run_id)["status"]
            assert status not in {"FAILURE", "CANCELED"}, dev.log.read_text("utf-8")[-6_000:]
            if status == "SUCCESS":
                return str(run_id)
    return None


def test_a_tick_fills_todays_partition_and_tells_it_once_and_a_restart_loses_nothing(
    tmp_path, environment, tick, receiver
):
    morning = tick.date()
    assets = [[NAME, step] for step in ("crm_snapshot", "billing_snapshot", "diff", "ledger", "notifications")]

    with dagster_dev(tmp_path / "first.log", environment) as dev:
        wait = (tick - datetime.now(BERLIN)).total_seconds() + 180
        run_id = dev.until(lambda: run_of(dev), wait, "A morning that runs by itself")
        tags = {tag["key"]: tag["value"] for tag in dev.run(run_id)["tags"]}
        assert morning.isoformat() == tags["dagster/partition"]
        assert all([run_id] == dev.materialised(asset, morning.isoformat()) for asset in assets)
        dev.until(lambda: dev.ticks("outbox"), 120, "A look into the outbox")
    assert 1 == len(receiver.got)
    before = ledger(environment, morning)
    assert before

    with dagster_dev(tmp_path / "second.log", environment) as again:
        assert all([run_id] == again.materialised(asset, morning.isoformat()) for asset in assets)
        assert "SUCCESS" == again.run(run_id)["status"]
        restarted = again.ticks("outbox")[0]["timestamp"]
        again.until(lambda: again.ticks("outbox")[0]["timestamp"] > restarted, 120, "Another look into the outbox")
    assert before == ledger(environment, morning)
    assert 1 == len(receiver.got)
