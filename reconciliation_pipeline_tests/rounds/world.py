"""What do several processes at once work on? A pair of files whose customers change from round to round.

A round is a morning of its own. What one process does on it are the steps of a morning, without Dagster around them.
"""

import random
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

import yaml

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.compare import compare_morning
from reconciliation_pipeline.steps.duty import on_duty
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.prove import vouch
from reconciliation_pipeline.steps.recheck import recheck
from reconciliation_pipeline.steps.record import record_morning
from reconciliation_pipeline.steps.tell import tell_morning
from reconciliation_pipeline.steps.watch import Progress
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.leases import AlreadyRunning
from reconciliation_pipeline.storage.store import Store

PAIR: Final = "pair"
FIRST: Final = date(2026, 1, 1)
CUSTOMERS: Final = 200
APART: Final = 12
"""Customers whose plan differs in a round."""


@dataclass(frozen=True)
class World:
    """Where everything lies.

    Attributes:
        folder: The files of both systems, and the home.
        postgres_url: The database; None for SQLite in the home.
    """

    folder: Path
    postgres_url: str | None

    def work(self, store: Store, morning: date) -> Work:
        """Open the pair at four on a morning."""
        side = {"connector": "file", "local": True, "key": "number", "source_id": "id"}
        more = {"status": {"field": "status", "active": ["active"]}, "fields": {"plan": "plan"}}
        sides = {one.value: {**side, **more, "path": str(self.folder / f"{one}.csv")} for one in Side}
        settings = {"id": PAIR, "timezone": "UTC", "sides": sides, "compare": ["plan"]}
        pair = check(yaml.safe_dump(settings).encode(), Path("pair.yaml"), {})
        return Work(pair, store, {}, pretended_now=datetime.combine(morning, time_of_day(4), UTC))

    def open(self) -> Store:
        """Open the home."""
        return Store.open(self.folder / "home", self.postgres_url)

    def write(self, number: int) -> date:
        """Let both systems hold what they hold in a round; gives its morning."""
        chance = random.Random(number)
        apart = set(chance.sample(range(CUSTOMERS), APART))
        for side in Side:
            rows = [
                f"{one},C{one},active,{'pro' if one in apart and side is Side.CRM else 'basic'}\n"
                for one in range(CUSTOMERS - chance.randrange(2))
            ]
            (self.folder / f"{side}.csv").write_text("id,number,status,plan\n" + "".join(rows), "utf-8")
        return FIRST + timedelta(days=number)


@dataclass(frozen=True)
class Ended:
    """How one process ended.

    Attributes:
        run_id: What it called itself.
        told_of: The run that was at work, where it did not begin.
        began: When it had the morning to itself, in seconds of the machine's clock.
        ended: When it let go of it.
    """

    run_id: str
    told_of: str | None = None
    began: float = 0
    ended: float = 0


class Nobody:
    """Watches nothing."""

    def moved(self, progress: Progress) -> None:
        """Let it pass."""


def one_run(world: World, morning: date, run_id: str, start: float = 0) -> Ended:
    """Work on a morning, unless another process does; begins at an instant of the machine's clock."""
    with world.open() as store:
        work = world.work(store, morning)
        time.sleep(max(0.0, start - time.monotonic()))
        try:
            with on_duty(work, morning, run_id=run_id):
                began = time.monotonic()
                gather(work, morning, run_id=run_id, watch=Nobody())
                compare_morning(work, morning)
                recheck(work, morning, run_id=run_id)
                record_morning(work, morning)
                tell_morning(work, morning)
                ended = time.monotonic()
        except AlreadyRunning as other:
            return Ended(run_id, told_of=other.holder.run_id)
        return Ended(run_id, None, began, ended)


def confirm(world: World, morning: date) -> None:
    """Vouch for the counts of a first morning."""
    with world.open() as store:
        work = world.work(store, morning)
        attempt = store.attempts.latest(PAIR, morning)
        assert attempt
        for side, snapshot in attempt.snapshots.items():
            count = snapshot.receipt.active
            store.confirmed_counts.keep(AcceptedCount(PAIR, side, morning, count, "Ana", "its screen", work.now()))
        assert vouch(work)
