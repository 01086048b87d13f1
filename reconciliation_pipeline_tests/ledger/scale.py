"""What does a morning cost after a year of them? Ten thousand open differences on each of 365, on either database.

The first mornings and the last are recorded as mornings are; those between are copied within the database, which leaves
the same rows behind and takes less time.

python -m reconciliation_pipeline_tests.ledger.scale
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Final

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Terms, lives_of
from reconciliation_pipeline.storage.attempts import same_attempt
from reconciliation_pipeline.storage.database import writing
from reconciliation_pipeline.storage.ledger import _to_row
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline.storage.tables import attempts, observations
from reconciliation_pipeline_tests.postgres import server
from reconciliation_pipeline_tests.storage.builders import an_observation, trusted

PAIR: Final = "pair"
FIRST: Final = date(2027, 1, 1)
OPEN: Final = 10_000
FRESH: Final = 20
"""Differences that go every day, and as many that come."""
FEW: Final = 5
"""Mornings whose median is taken, at the beginning and at the end."""


@dataclass(frozen=True)
class Measured:
    """What one database needed.

    Attributes:
        name: The database.
        early: Seconds to record a morning at the beginning, from the second on.
        late: Seconds to record one at the end.
        deriving: Seconds to derive every life at the end.
        lives: How many lives that were.
        rows: Observations in the ledger by then.
    """

    name: str
    early: float
    late: float
    deriving: float
    lives: int
    rows: int

    @property
    def ratio(self) -> float:
        """How much longer a morning takes at the end."""
        return self.late / self.early


def observed(day: int, many: int = OPEN) -> list[Observation]:
    """Say what the morning of a day sees: what yesterday's saw, but for a few."""
    first = day * FRESH
    return [an_observation(f"{number:012x}", key=f"C-{number:07d}") for number in range(first, first + many)]


def measure(name: str, store: Store, days: int = 365, many: int = OPEN, say: Callable[[str], object] = str) -> Measured:
    """Record a year of mornings, one by one, and derive all lives at its end."""
    took = []
    for day in range(days):
        attempt = trusted(store, FIRST + timedelta(days=day), reconciliation=PAIR)
        if FEW < day < days - FEW:
            _copy(store, attempt, observed(day, many)[-FRESH:], gone=observed(day - 1, FRESH))
            continue
        seen = observed(day, many)
        started = time.perf_counter()
        store.ledger.record(attempt, seen, epoch="p")
        took.append(time.perf_counter() - started)
        say(f"{name}: morning {day + 1} of {days}, {took[-1]:.2f} s")
    started = time.perf_counter()
    calendar = store.ledger.calendar(PAIR)
    found = lives_of(calendar, store.ledger.courses(PAIR, calendar), Terms())
    deriving = time.perf_counter() - started
    return Measured(name, median(took[1 : FEW + 1]), median(took[-FEW:]), deriving, len(found), days * many)


def _copy(store: Store, attempt: Attempt, fresh: list[Observation], gone: list[Observation]) -> None:
    """Leave behind what `record` would: yesterday's rows, but for those that are gone and those that are new."""
    with writing(store._engine) as connection:
        today = connection.execute(sa.select(attempts.c.id).where(same_attempt(attempt))).scalar_one()
        yesterday = replace(attempt, morning=attempt.morning - timedelta(days=1))
        before = connection.execute(sa.select(attempts.c.id).where(same_attempt(yesterday))).scalar_one()
        others = [column for column in observations.columns if column.name != "attempt_id"]
        kept = (observations.c.attempt_id == before, observations.c.item.not_in([one.item for one in gone]))
        rows = sa.select(sa.literal(today), *others).where(*kept)
        connection.execute(sa.insert(observations).from_select(["attempt_id", *(one.name for one in others)], rows))
        connection.execute(sa.insert(observations), [_to_row(today, one) for one in fresh])
        connection.execute(sa.update(attempts).where(attempts.c.id == today).values(recorded=True, epoch="p"))


@contextmanager
def stores() -> Iterator[dict[str, Store]]:
    """Open a store on each database."""
    with (
        TemporaryDirectory() as one,
        TemporaryDirectory() as two,
        server() as running,
        running.database() as name,
        Store.open(Path(one), None) as sqlite,
        Store.open(Path(two), running.url(name)) as postgres,
    ):
        yield {"SQLite": sqlite, "Postgres": postgres}


def measure_both() -> list[Measured]:
    """Measure both databases, one after the other."""
    with stores() as opened:
        return [measure(name, store, say=lambda text: sys.stderr.write(f"{text}\n")) for name, store in opened.items()]


if __name__ == "__main__":
    for one in measure_both():
        sys.stdout.write(f"{one}\n")
