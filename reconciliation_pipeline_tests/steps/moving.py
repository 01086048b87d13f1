"""One morning of two systems that move on while it is looked at."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.compare import compare_morning
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.recheck import recheck
from reconciliation_pipeline.steps.record import record_morning
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.builders import HOUR, MINUTE
from reconciliation_pipeline_tests.faults.run import ENVIRON, Nobody, Pair, Timeless, connecting
from reconciliation_pipeline_tests.faults.world import CRM, NOW, Record

TODAY = NOW.date()
OLD = NOW - 2 * HOUR
LATER = NOW + 7 * MINUTE
SINCE_THEN = int((LATER - OLD).total_seconds())
OURS = "run-1"


@dataclass
class Morning:
    """One morning of two systems that agree but for what a test makes of them."""

    pair: Pair
    now: datetime = NOW
    more: dict[str, Any] = field(default_factory=dict)
    late: Record = field(default_factory=dict)

    @property
    def work(self) -> Work:
        settings = self.pair.reconciliation().model_copy(update=self.more)
        return Work(settings, self.pair.store, ENVIRON, clock=lambda: self.now)

    def held(self, side: str, place: int = 0) -> Record:
        """A record that runs on both sides, as one of them has it."""
        number = sorted(one["number"] for one in self.pair.systems[CRM].held if one["status"] == "active")[place]
        return next(one for one in self.pair.systems[side].held if one["number"] == number)

    def lose(self, side: str, place: int = 0) -> Record:
        """Take a record out of a system."""
        record = self.held(side, place)
        self.pair.systems[side].held.remove(record)
        return record

    def connect(self, work: Work, morning: date) -> AbstractContextManager[dict[Side, Source]]:
        times = {side: Timeless(lambda: self.now) for side in self.pair.systems}
        return connecting(times)(work, morning)

    def compared(self) -> None:
        """Pull both sides, compare them, and let seven minutes pass."""
        gather(self.work, TODAY, run_id=OURS, watch=Nobody(), connect=self.connect)
        compare_morning(self.work, TODAY)
        self.now = LATER

    def ask(self) -> Recheck | None:
        return recheck(self.work, TODAY, run_id=OURS, connect=self.connect)

    def recorded(self) -> tuple[Observation, ...]:
        return record_morning(self.work, TODAY)[1]

    def found(self) -> list[tuple[str, bool, int | None]]:
        """What is recorded: each kind, whether it is lag, and the length."""
        return [(str(one.kind), one.settling, one.cleared_after) for one in self.recorded()]

    def requests(self) -> int:
        return sum(system.requests for system in self.pair.systems.values())
