"""A whole installation for a test: the demo world on ports of its own, a home, either database."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciliation_pipeline.demo import control, screens
from reconciliation_pipeline.demo.state import State, request_log
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.conftest import Database
from reconciliation_pipeline_tests.demo.conftest import free_port

BERLIN = ZoneInfo("Europe/Berlin")
PROJECT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Outcome:
    """What one command ended with."""

    exit: int
    data: dict[str, Any]
    talk: str


@dataclass(frozen=True)
class Installation:
    """One company's installation, reached only as a person reaches it: by `recon`."""

    home: Path
    environ: dict[str, str]

    def recon(
        self, *arguments: str, now: datetime | None = None, variables: Mapping[str, str] | None = None
    ) -> Outcome:
        """Run a command with --json, as a process of its own."""
        done = recon([*arguments, "--json"], {**self.environment(now), **(variables or {})}, timeout=120)
        assert "Traceback" not in done.stderr, done.stderr
        return Outcome(done.returncode, json.loads(done.stdout or "{}"), done.stderr)

    def environment(self, now: datetime | None = None) -> dict[str, str]:
        """Give a process everything it asks its environment for, and what day it is to it."""
        environ = {**os.environ, **self.environ}
        environ.pop("RECON_NOW", None)
        return environ if now is None else {**environ, "RECON_NOW": now.isoformat()}

    def morning(self, day: date, *, at: time = time(4)) -> Outcome:
        """Let a day dawn in the demo world and run its morning."""
        instant = datetime.combine(day, at, BERLIN)
        control.set_clock(self.home, instant)
        self.confirm(day)
        return self.recon("run", "crm_billing", "--date", day.isoformat(), now=instant)

    def confirm(self, day: date) -> None:
        """Read the counts off both systems' own screens, as `recon demo` does, so that a first morning is believed."""
        with Store.open(self.home, self.environ["RECON_POSTGRES_URL"]) as store:
            for side, count in screens.running(self.home).items():
                said = AcceptedCount("crm_billing", Side(side), day, count, "Ana", "its own screen", datetime.now(UTC))
                store.confirmed_counts.keep(said)

    def requests(self) -> int:
        """Count the requests that the two systems have answered so far."""
        return len(request_log(self.home).read_text("utf-8").splitlines())

    @property
    def world(self) -> State:
        found = control.status(self.home)
        assert found is not None
        return found

    @property
    def today(self) -> date:
        return self.world.start.astimezone(BERLIN).date()


@pytest.fixture
def installation(database: Database) -> Iterator[Installation]:
    """A fresh installation on each database, its demo world at the story's instant."""
    yield from installed(database.home, database.postgres_url)


@pytest.fixture
def small_installation(tmp_path: Path) -> Iterator[Installation]:
    """The same, on SQLite only."""
    yield from installed(tmp_path / "home", None)


def installed(home: Path, postgres_url: str | None) -> Iterator[Installation]:
    """Install everything below a folder, for as long as somebody asks for it."""
    world = control.serve(home, now=datetime.now(UTC), crm_port=free_port(), billing_port=free_port())
    environ = {
        "RECON_HOME": str(home),
        "RECON_CONFIG": str(PROJECT / "reconciliations"),
        "DAGSTER_HOME": str(PROJECT),
        "RECON_POSTGRES_URL": postgres_url or "",
        "CRM_URL": world.crm_url,
        "BILLING_URL": world.billing_url,
        "CRM_TOKEN": world.crm_token,
        "STRIPE_API_KEY": world.stripe_key,
    }
    ours = Installation(home, environ)
    ours.confirm(ours.today)
    yield ours
    control.stop(home)


def days_before(day: date, count: int) -> list[date]:
    """List the days that lead up to one, oldest first, itself included."""
    return [day - timedelta(days=back) for back in range(count - 1, -1, -1)]
