"""What does one morning come to, when two systems are walked over at known instants, by clocks that may be wrong?

Clocks, ages and judgement are those of the pipeline: `clock_doubts`, `as_of`, `judge`, and who is asked about once more
before anyone is accused: `suspects`, `excused`. Only the walk and the answers are made up.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from zoneinfo import ZoneInfo

import yaml

from reconciliation_pipeline.domain.attempts import Attempt, Standing, began_at, instant_of
from reconciliation_pipeline.domain.doubts_between import clock_doubts
from reconciliation_pipeline.domain.judgement import judge
from reconciliation_pipeline.domain.ledger import Observation, matured
from reconciliation_pipeline.domain.lives import Calendar
from reconciliation_pipeline.domain.recheck import ASKED_AT_MOST, Cleared, Recheck, excused, length, suspects
from reconciliation_pipeline.domain.records import Receipt, Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.terms import judgement_policy
from reconciliation_pipeline.steps.prove import as_of
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import a_receipt, a_snapshot, an_attempt
from reconciliation_pipeline_tests.ledger.systems import Systems
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import System

BERLIN: Final = ZoneInfo("Europe/Berlin")
PAIR: Final = "pair"
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
FIRST_ANSWER: Final = timedelta(seconds=0.4)
"""How long a system takes to say what time it is; it says so in whole seconds."""
_NOBODY: Final = System([], url="http://127.0.0.1:9")


def four(morning: date) -> datetime:
    """Say when it is four in the morning in Berlin (UTC)."""
    return datetime.combine(morning, time(4), BERLIN).astimezone(UTC)


@dataclass(frozen=True)
class Pull:
    """When both sides were walked over, by the clock that is right, and what the others said.

    Attributes:
        began: When both walks began.
        lasted: How long each took.
        ours: How far this machine's clock is ahead.
        silent: Sides that do not say what time it is.
    """

    began: datetime
    lasted: Mapping[Side, timedelta]
    ours: timedelta = timedelta(0)
    silent: frozenset[Side] = frozenset()

    @property
    def ended(self) -> datetime:
        """When the longer walk ended."""
        return self.began + max(self.lasted.values())

    def reads(self, side: Side, key: str) -> datetime:
        """Say when a record is read: somewhere on the walk, always at the same place."""
        place = zlib.crc32(f"{side}{key}".encode()) % 1_001
        return self.began + self.lasted[side] * place / 1_000

    def receipt(self, side: Side, systems: Systems) -> dict[str, Any]:
        """Write down what is known of one walk."""
        answered = self.began + FIRST_ANSWER
        said = (answered + systems.clocks[side](answered)).replace(microsecond=0)
        return {
            "started_at": self.began + self.ours,
            "finished_at": self.began + self.ours + self.lasted[side],
            "source_clock": None if side in self.silent else said,
        }


@dataclass(frozen=True)
class Looked:
    """One morning: the attempt, and what it observed; nothing when the clocks were too far apart."""

    pull: Pull
    attempt: Attempt
    observed: tuple[Observation, ...]


@dataclass
class Record:
    """What counts in the end: of each morning the last look, unless it was taken back.

    Attributes:
        looks: By morning.
        epochs: How keys were read.
    """

    looks: dict[date, Looked] = field(default_factory=dict)
    epochs: dict[date, str | None] = field(default_factory=dict)

    @property
    def seen(self) -> dict[date, tuple[Observation, ...]]:
        """Give what each morning observed."""
        return {morning: one.observed for morning, one in self.looks.items()}

    def known(self, before: date) -> set[str]:
        """Name what the last morning before one saw."""
        earlier = max((day for day in self.looks if day < before), default=None)
        return {one.item for one in self.looks[earlier].observed} if earlier else set()

    def grown(self, window: timedelta) -> dict[date, tuple[Observation, ...]]:
        """Give what each morning observed, and call real what only looks young."""
        return matured(self.seen, window, self.calendar().began)

    def calendar(self, until: date = date.max) -> Calendar:
        """Give the mornings as the ledger would, up to and including one."""
        days = [morning for morning in sorted(self.looks) if morning <= until]
        of = {day: self.looks[day].attempt for day in days}
        spoken = {day: instant_of(one.started_at, one.as_of, live=one.live) for day, one in of.items()}
        return Calendar(
            days,
            self.epochs,
            {day: instant for day, instant in spoken.items() if instant is not None},
            {day: began_at(one.started_at, one.as_of, live=one.live) for day, one in of.items()},
        )


def settings(window: str) -> dict[str, Any]:
    """Write the settings of the pair."""
    sides = {side.value: rest(_NOBODY, updated_at={"field": "updated"}) for side in Side}
    return {"id": PAIR, "timezone": "Europe/Berlin", "settling": window, "sides": sides}


@contextmanager
def working(window: str = "1h") -> Iterator[Work]:
    """Give everything that a step is handed."""
    with TemporaryDirectory() as folder, Store.open(Path(folder), None) as store:
        yield work_on(store, window)


def work_on(store: Store, window: str = "1h") -> Work:
    """Give everything that a step is handed, upon a store."""
    return Work(check(yaml.safe_dump(settings(window)).encode(), Path("pair.yaml"), {}), store, {})


def look(  # noqa: PLR0913 - what a morning starts from
    work: Work,
    systems: Systems,
    morning: date,
    pull: Pull,
    keys: Iterable[str],
    *,
    known: Collection[str] | None = None,
) -> Looked | None:
    """Walk over both systems and judge what differs; None when the clocks forbid it.

    Args:
        work: Everything that a step is handed.
        systems: What happened.
        morning: The local date.
        pull: When the walks took place.
        keys: The records that are compared.
        known: What the last trusted morning saw; all else is asked about once more. None when nobody can be asked.
    """
    known = {side: pull.receipt(side, systems) for side in Side}
    receipts: dict[Side, Receipt] = {side: a_receipt(side, **known[side]) for side in Side}
    if clock_doubts(receipts):
        return None
    instant = as_of(work, receipts)
    attempt = an_attempt(
        Standing.TRUSTED,
        reconciliation=work.id,
        morning=morning,
        started_at=pull.began + pull.ours,
        as_of=instant,
        snapshots={side: a_snapshot(side, **known[side]) for side in Side},
    )
    longest = max(receipt.finished_at - receipt.started_at for receipt in receipts.values())
    found = systems.found(keys, pull.reads)
    policy = judgement_policy(work.reconciliation)
    observed = judge(work.id, found, as_of=instant, until=instant + longest, policy=policy)
    asked = suspects(observed, known)[:ASKED_AT_MOST] if known is not None else ()
    return Looked(pull, attempt, excused(observed, _asked_again(systems, asked, pull.ended + MINUTE), rules=""))


def _asked_again(systems: Systems, asked: Iterable[Observation], at: datetime) -> Recheck:
    """Look at suspects once more, both sides at one instant."""
    gone = [one for one in asked if systems.disagree(one.key, at) is None]
    cleared = [Cleared(one.item, one.signature, length(one, at=at, pulled=at, agreed=None)) for one in gone]
    return Recheck(at, "", len(cleared), cleared=tuple(cleared))
