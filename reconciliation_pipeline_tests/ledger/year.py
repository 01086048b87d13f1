"""A year of two systems, an automation between them, and the five ways in which it loses things: is every loss found?

Events begin on one side and reach the other within the hour. One in a thousand goes wrong, for each cause that it can
have. Some mornings fail. People repair what they are told, days later. A year is made from its number alone.
"""

import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import count
from random import Random
from typing import Any, Final

from reconciliation_pipeline.domain.lives import Terms, lives
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.ledger.looking import DAY, HOUR, MINUTE, Pull, Record, four, look
from reconciliation_pipeline_tests.ledger.since import said
from reconciliation_pipeline_tests.ledger.systems import CANCELLED, Systems

FIRST: Final = date(2027, 3, 10)
"""Both changes of the clock and a leap day lie in the year that begins here."""
RARE: Final = 0.001
MISSED: Final = 0.03
"""Share of the mornings that nobody trusts."""
TOUCHED: Final = 0.05
"""Share of the customers that something touches every night, half an hour before the walk."""
_PLANS: Final = ("basic", "pro", "team", "scale")
_CENTS: Final = (1900, 4900, 9900, 19900)


class Loss(StrEnum):
    """What loses an event."""

    WEBHOOK = "a webhook that never lands"
    MANUAL = "a change by hand that sends no event"
    HALF = "a run that stops half way"
    ORDER = "two events in the wrong order"
    REQUIRED = "a new required field that makes creates fail"


@dataclass
class Lost:
    """One loss, and what became of it.

    Attributes:
        cause: What lost it.
        key: The customer.
        at: When the event began.
        found: When the walk began that told of it; None when none did.
        healed: When it was there no more; None when it still is.
        chances: Trusted mornings that could have told of it: it was there, older than the window.
    """

    cause: Loss
    key: str
    at: datetime
    found: datetime | None = None
    healed: datetime | None = None
    chances: int = 0

    @property
    def is_lasting(self) -> bool:
        """Whether no later event put it right before a morning could tell."""
        return self.healed is None or self.found is not None or self.chances > 0


@dataclass
class Year:
    """What happened in a year, and what the mornings said about it.

    Attributes:
        systems: What happened.
        record: Every trusted morning.
        lost: Every loss.
        counts: How many events, mornings, ...; `wrong: ...` is what must never be.
    """

    systems: Systems = field(default_factory=Systems)
    record: Record = field(default_factory=Record)
    lost: list[Lost] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class _Automation:
    """Carries events from one side to the other, and loses some."""

    def __init__(self, year: Year, chance: Random, rare: float) -> None:
        self.year, self.chance, self.rare = year, chance, rare
        self.open: dict[str, Lost] = {}
        self.running: list[str] = []
        self._under_way: dict[str, datetime] = {}
        self._numbers, self._turn = count(1), count()
        self._todo: list[tuple[datetime, int, Side, str, dict[str, Any]]] = []

    def stock(self, customers: int) -> None:
        """Let so many customers be there from the beginning, alike on both sides."""
        for _ in range(customers):
            key = f"C-{next(self._numbers):06d}"
            for side in Side:
                self.year.systems.begins(four(FIRST) - 100 * DAY, side, key, "basic", 1900)
            self.running.append(key)

    def plan(self, at: datetime, side: Side, key: str, **change: Any) -> None:
        """Let something happen to a record later."""
        heapq.heappush(self._todo, (at, next(self._turn), side, key, change))

    def until(self, at: datetime) -> None:
        """Let everything happen that is due."""
        while self._todo and self._todo[0][0] <= at:
            moment, _, side, key, change = heapq.heappop(self._todo)
            if "repair" in change:
                self._mend(moment, side, key)
            elif "new" not in change:
                self.year.systems.changes(moment, side, key, **change)
            elif self.year.systems.at(side, key, moment) is None:
                self.year.systems.begins(moment, side, key, change["plan"], change["cents"])

    def event(self, at: datetime) -> None:
        """Let one event begin."""
        self.year.counts["events"] += 1
        drawn, source = self.chance.random(), self.chance.choice(list(Side))
        values = {"plan": self.chance.choice(_PLANS), "cents": self.chance.choice(_CENTS)}
        if drawn < 0.2:
            key = f"C-{next(self._numbers):06d}"
            self.running.append(key)
            self._carry(at, Side.CRM, key, {"new": True, **values}, Loss.WEBHOOK, Loss.REQUIRED)
            return
        place = self._somebody(at)
        key = self.running[place]
        if self.year.systems.at(source, key, at) is None:
            source = source.other
        if drawn < 0.38:
            self.running[place] = self.running[-1]
            self.running.pop()
            self._carry(at, source, key, {"state": CANCELLED}, Loss.WEBHOOK, Loss.MANUAL)
        elif drawn < 0.7:
            self._carry(at, source, key, values, Loss.WEBHOOK, Loss.MANUAL, Loss.HALF)
        else:
            self._carry(at, source, key, {"plan": values["plan"]}, Loss.WEBHOOK, Loss.MANUAL, Loss.ORDER)

    def _somebody(self, at: datetime) -> int:
        """Choose a customer of whom no event is under way: what crosses is lost by the cause alone that is meant to."""
        while True:
            place = self.chance.randrange(len(self.running))
            if self._under_way.get(self.running[place], at) <= at:
                return place

    def _carry(self, at: datetime, source: Side, key: str, change: dict[str, Any], *can: Loss) -> None:
        cause = next((one for one in can if self.chance.random() < self.rare), None)
        other, heard = source.other, at + self._lag()
        self._under_way[key] = heard + timedelta(seconds=3)
        self.plan(at, source, key, **change)
        if cause is None or key in self.open:
            self.plan(heard, other, key, **change)
            return
        if cause is Loss.HALF:
            self.plan(heard, other, key, cents=change["cents"])
        elif cause is Loss.ORDER:
            correction = next(plan for plan in _PLANS if plan != change["plan"])
            self.plan(at + timedelta(seconds=1), source, key, plan=correction)
            self.plan(heard + timedelta(seconds=1), other, key, plan=correction)
            self.plan(heard + timedelta(seconds=2), other, key, **change)
        self.open[key] = Lost(cause, key, at)
        self.year.lost.append(self.open[key])

    def _lag(self) -> timedelta:
        """Say how long an event takes: mostly seconds, sometimes all but an hour."""
        if self.chance.random() < 0.8:
            return timedelta(seconds=1 + 120 * self.chance.random())
        return timedelta(seconds=3590 * self.chance.random())

    def _mend(self, at: datetime, side: Side, key: str) -> None:
        """Let a person make both sides alike; while an event is under way they wait."""
        if self._under_way.get(key, at) > at:
            self.plan(self._under_way[key], side, key, repair=True)
            return
        systems = self.year.systems
        held = [one for each in Side if (one := systems.at(each, key, at)) is not None]
        state = max(one.state for one in held)  # who cancelled anywhere has cancelled
        for each in Side:
            if systems.at(each, key, at) is None:
                systems.begins(at, each, key, held[0].plan, held[0].cents)
            systems.changes(at, each, key, state=state, plan=held[0].plan, cents=held[0].cents)


def play(  # noqa: PLR0913 - what a year is made of
    work: Work,
    number: int = 1,
    *,
    days: int = 365,
    events: int = 1_000,
    customers: int = 10_000,
    rare: float = RARE,
) -> Year:
    """Live through a year.

    Args:
        work: Everything that a step is handed.
        number: The year's number.
        days: How long it is.
        events: How many a day.
        customers: How many there are at its beginning.
        rare: How often each cause strikes, of the events that it can.
    """
    year, chance = Year(), Random(number)
    automation = _Automation(year, chance, rare)
    automation.stock(customers)
    touched = [key for key in automation.running if chance.random() < TOUCHED]
    passed = four(FIRST) - DAY
    for day in [FIRST + shift * DAY for shift in range(days)]:
        # Whoever is asked once more is asked a minute after the walk.
        pull = Pull(four(day), {side: chance.randrange(60, 600) * timedelta(seconds=1) for side in Side})
        # Nothing begins on the last two days, so that every loss has a morning that can tell of it.
        is_over = day >= FIRST + (days - 2) * DAY
        for key in touched:
            automation.plan(pull.began - 30 * MINUTE, Side.CRM, key)
        asked = pull.ended + MINUTE
        moments = sorted(passed + chance.random() * (asked - passed) for _ in range(0 if is_over else events))
        passed = asked
        for at in moments:
            automation.until(at)
            automation.event(at)
        automation.until(asked)
        year.counts["mornings"] += 1
        if is_over or chance.random() >= MISSED:
            year.counts["trusted mornings"] += 1
            for key in _told(work, automation, day, pull):
                year.counts["told"] += 1
                automation.plan(asked + 14 * DAY * chance.random() ** 2, Side.CRM, key, repair=True)
        _heal(automation, asked)
    _look_back(year)
    return year


def _told(work: Work, automation: _Automation, day: date, pull: Pull) -> list[str]:
    """Look, and name the customers whose difference is told for the first time."""
    year = automation.year
    for lost in automation.open.values():
        asked = pull.ended + MINUTE
        if pull.began - lost.at >= HOUR and pull.began - year.systems.touched(lost.key, asked) >= HOUR:
            lost.chances += year.systems.disagree(lost.key, asked) is not None
    keys = year.systems.unequal | year.systems.since(pull.began)
    seen = look(work, year.systems, day, pull, keys, known=year.record.known(day))
    assert seen is not None
    before = max(year.record.looks, default=None)
    year.record.looks[day] = seen
    year.record.epochs[day] = "p"
    known = {one: year.record.looks[one] for one in (before, day) if one is not None}
    news = []
    for one in Record(known).grown(HOUR)[day]:
        lost_one = automation.open.get(one.key)
        if one.settling:
            year.counts["lag, kept silent"] += 1
        elif lost_one is None or pull.began - lost_one.at < HOUR:
            year.counts["wrong: ghost"] += 1
        elif lost_one.found is None:
            lost_one.found = pull.began
            news.append(one.key)
    return sorted(news)


def _heal(automation: _Automation, at: datetime) -> None:
    """Note which losses are there no more, once nothing of them is under way."""
    for key, lost in list(automation.open.items()):
        if lost.at <= at - HOUR and automation.year.systems.disagree(key, at) is None:
            lost.healed = at
            del automation.open[key]


def _look_back(year: Year) -> None:
    """Hold since when against the truth, at the end of the year."""
    days = sorted(year.record.looks)
    for life in lives(year.record.calendar(), year.record.seen, Terms(timed=True)):
        year.counts.update(said(year.systems, year.record, days, life))
