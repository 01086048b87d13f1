"""How does one morning end when two systems answer like this? Everything real but the clocks, in one process.

The steps are those of every morning; only the connections are made here, so that waits take no time.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from threading import Event
from typing import Any, Final

from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.records import Outcome, Reason, Side
from reconciliation_pipeline.settings.model import Reconciliation, RestSide
from reconciliation_pipeline.steps.compare import compare_morning
from reconciliation_pipeline.steps.describe import describe
from reconciliation_pipeline.steps.morning import Connect, gather
from reconciliation_pipeline.steps.recheck import recheck
from reconciliation_pipeline.steps.record import record_morning
from reconciliation_pipeline.steps.watch import Progress
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.faults.system import TICK, VERSION, System
from reconciliation_pipeline_tests.faults.world import NOW, SETTLING, Found

ENVIRON: Final = {"A_TOKEN": "let-me-in", "A_CLIENT": "us"}
_PAGING: Final[dict[str, dict[str, Any]]] = {
    "cursor": {"type": "cursor", "next": "next", "param": "after"},
    "has_more": {"type": "has_more", "more": "has_more", "cursor": "id", "param": "starting_after"},
    "link": {"type": "link"},
    "offset": {"type": "offset", "param": "offset"},
    "page": {"type": "page", "param": "page"},
    "range": {"type": "range"},
}
_TOTALS: Final = {"body": {"body": "total"}, "header": {"header": "X-Total-Count"}}


class Timeless:
    """A clock that only moves when somebody waits."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.waited = 0.0
        self.clock = Clock(lambda: self.waited, self._sleep, lambda: now() + timedelta(seconds=self.waited), lambda: 1)

    def _sleep(self, seconds: float, _stop: Event) -> None:
        self.waited += seconds


class Nobody:
    """Whom nobody tells how far it has come."""

    def moved(self, progress: Progress) -> None:
        """Take no note."""


@dataclass(frozen=True)
class Told:
    """How a morning ended.

    Attributes:
        attempt: The attempt it stands on.
        outcome: Clean, drift or not trustworthy.
        reasons: Every reason.
        found: Every difference; none when nothing was compared.
        waited: Seconds that somebody waited, by side.
    """

    attempt: Attempt
    outcome: Outcome
    reasons: tuple[Reason, ...]
    found: frozenset[Found]
    waited: Mapping[str, float] = field(default_factory=dict)

    @property
    def standing(self) -> Standing:
        return self.attempt.standing

    @property
    def is_refused(self) -> bool:
        return self.standing is Standing.REFUSED

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(reason.code for reason in self.reasons)


def side_settings(side: str, system: System, more: Mapping[str, Any]) -> RestSide:
    """Write the settings that fit an honest system of this kind; `more` replaces some of them."""
    paging = dict(_PAGING[system.style])
    if system.style in {"offset", "page", "range"}:
        paging["size"] = system.size
    listing: dict[str, Any] = {"path": "/customers", "params": {"limit": system.size}, "records": "data"}
    listing["headers"] = {"X-Api-Version": VERSION}
    if system.archives:
        listing["also"] = [{"params": {"archived": "true"}, "state": "archived"}]
    basics = {
        "connector": "rest",
        "label": side,
        "base_url": system.url,
        "local": True,
        "auth": {"type": "bearer", "token_env": "A_TOKEN"},
        "list": listing,
        "paging": paging,
        "total": _TOTALS.get(system.total),
        "lookup": {"path": "/customers/{source_id}", "by_key": {"path": "/customers", "param": "number"}},
        "account": {"path": "/account"},
        "same": "livemode",
        "version_header": "X-Api-Version",
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
        "created_at": {"field": "created"},
        "updated_at": {"field": "updated"},
        "fields": {"plan": "plan", "mrr": {"path": "mrr", "type": "money", "currency": "EUR", "unit": "minor"}},
        "requests_per_second": 1000,
    }
    return RestSide.model_validate({**basics, **more})


def connecting(times: Mapping[str, Timeless]) -> Connect:
    """Connect both sides over real sockets, with clocks on which a wait takes no time."""

    @contextmanager
    def connect(work: Work, _morning: date) -> Iterator[dict[Side, Source]]:
        sources: dict[Side, Source] = {}
        for side in Side:
            rest = work.reconciliation.sides[side]
            assert isinstance(rest, RestSide)
            sources[side] = RestSource(rest, side=side, environ=ENVIRON, clock=times[side].clock)
        try:
            yield sources
        finally:
            for source in sources.values():
                source.close()

    return connect


@dataclass
class Pair:
    """Two systems as one reconciliation sees them.

    Attributes:
        id: Name of the reconciliation, its own among all that share the store.
        store: Where everything is kept.
        systems: The two systems, connected to their servers.
        more: Settings that differ from the usual ones, by side.
        now: When this morning's pulls begin.
    """

    id: str
    store: Store
    systems: Mapping[str, System]
    more: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    now: datetime = NOW

    @property
    def today(self) -> date:
        return self.now.date()

    def clock(self) -> datetime:
        """Our own clock: as far on as the busier of the two systems."""
        return self.now + max(system.requests for system in self.systems.values()) * TICK

    def reconciliation(self) -> Reconciliation:
        return Reconciliation.model_validate(
            {
                "id": self.id,
                "settling": f"{SETTLING.seconds}s",
                "compare": ["plan", {"field": "mrr", "tolerance": {"absolute": "0.01"}}],
                "sides": {
                    side: side_settings(side, system, self.more.get(side, {})) for side, system in self.systems.items()
                },
            }
        )

    def morning(self, confirmed: Mapping[str, int] | None = None) -> Told:
        """Live through one morning, having confirmed what the two screens say if there is something to confirm."""
        work = Work(self.reconciliation(), self.store, ENVIRON, clock=self.clock)
        for side, count in (confirmed or {}).items():
            word = AcceptedCount(self.id, Side(side), self.today, count, "Ana", "read off the screen", self.now)
            self.store.confirmed_counts.keep(word)
        told = self._live(work)
        broken = [system.broken for system in self.systems.values() if system.broken is not None]
        if broken:
            raise broken[0]
        return told

    def _live(self, work: Work) -> Told:
        times = {side: Timeless(self.clock) for side in self.systems}
        connect = connecting(times)
        attempt = gather(work, self.today, run_id="run-1", watch=Nobody(), connect=connect).attempt
        if attempt.standing is not Standing.REFUSED:
            attempt, _ = compare_morning(work, self.today)
            recheck(work, self.today, run_id="run-1", connect=connect)
            attempt, _ = record_morning(work, self.today)
        result = describe(work, attempt)
        seen = work.store.ledger.of_attempt(attempt) if result.differences is not None else ()
        found = frozenset(
            Found(
                str(one.kind),
                one.key,
                None if one.cause is None else str(one.cause),
                tuple(sorted((each.name, each.crm, each.billing) for each in one.fields)),
                one.settling,
            )
            for one in seen or ()
        )
        waited = {side: time.waited for side, time in times.items()}
        return Told(attempt, result.outcome, result.reasons, found, waited)
