"""Is lag ever called real, or something old lag, when the clock is put forward or back, or is wrong?

Seven mornings around a date, upon changes at both sides of every boundary. Either system's clock, both, or this
machine's may be wrong, and one of the systems may not say what time it is.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import product
from typing import Final

from reconciliation_pipeline.domain.attempts import CLOCKS_AGREE
from reconciliation_pipeline.domain.doubts_between import CLOCKS_APART
from reconciliation_pipeline.domain.lives import Terms, lives
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.ledger.looking import DAY, HOUR, MINUTE, Pull, Record, four, look
from reconciliation_pipeline_tests.ledger.since import said
from reconciliation_pipeline_tests.ledger.systems import Clock, Systems

DATES: Final = {
    "clocks go forward": date(2027, 3, 28),
    "clocks go back": date(2027, 10, 31),
    "leap day": date(2028, 2, 29),
    "an ordinary day": date(2027, 6, 9),
}
WINDOWS: Final = {"1h": HOUR, "1d": DAY, "3d": 3 * DAY}
SKEWS: Final = (5 * MINUTE, 10 * MINUTE, 11 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR)
NONE: Final = timedelta(0)
_MICROSECOND: Final = timedelta(microseconds=1)
_LASTED: Final = {Side.CRM: 4 * MINUTE, Side.BILLING: 7 * MINUTE}


@dataclass(frozen=True)
class Scene:
    """One date, one window, and which clocks are wrong.

    Attributes:
        named: What the date is known for.
        window: How young a difference may be and still be lag.
        ahead: How far each system's clock is ahead.
        ours: How far this machine's clock is ahead.
        silent: The side that does not say what time it is; None when both do.
        until: When both systems' clocks are put right; None when never.
    """

    named: str
    window: str = "1h"
    ahead: Mapping[Side, timedelta] = field(default_factory=lambda: dict.fromkeys(Side, NONE))
    ours: timedelta = NONE
    silent: Side | None = None
    until: datetime | None = None

    @property
    def days(self) -> list[date]:
        """Give its mornings."""
        return [DATES[self.named] + shift * DAY for shift in range(-3, 4)]

    @property
    def apart(self) -> timedelta:
        """How far what is taken for the clocks of both systems is apart."""
        crm, billing = (self.ours if side is self.silent else self.ahead[side] for side in Side)
        return abs(crm - billing)

    @property
    def off(self) -> timedelta:
        """How far an instant may be from the truth: as far as a clock is that was believed."""
        return min(max(map(abs, self.ahead.values())), CLOCKS_AGREE)

    def clock(self, side: Side) -> Clock:
        """Give a system's clock."""
        return lambda at: NONE if self.until is not None and at >= self.until else self.ahead[side]


def scenes() -> Iterator[Scene]:
    """Give every scene."""
    signed = [sign * skew for skew in SKEWS for sign in (1, -1)]
    for named, window in product(DATES, WINDOWS):
        yield Scene(named, window)
        for skew in signed:
            yield Scene(named, window, dict.fromkeys(Side, skew))
            yield Scene(named, window, ours=skew)
            for side in Side:
                wrong = {side: skew, side.other: NONE}
                yield Scene(named, window, wrong)
                yield Scene(named, window, wrong, silent=side.other)
                yield Scene(named, window, ours=skew, silent=side)
    for named, skew in product(DATES, signed):
        yield Scene(named, "1h", dict.fromkeys(Side, skew), until=four(DATES[named]) + 9 * HOUR)


def _ages(window: timedelta) -> list[timedelta]:
    near = [NONE, _MICROSECOND, MINUTE, 9 * MINUTE, 11 * MINUTE]
    return [NONE, _MICROSECOND, window / 2, *(window + one for one in near), *(window - one for one in near), 30 * HOUR]


def happenings(scene: Scene) -> Systems:
    """Let changes happen at both sides of every boundary before the morning and its neighbours: heard of, or never."""
    systems = Systems({side: scene.clock(side) for side in Side})
    window = WINDOWS[scene.window]
    fours = [four(day) for day in scene.days]
    cases = product(list(enumerate(fours))[2:5], enumerate(_ages(window)), Side, (True, False), (True, False))
    for (place, around), (number, age), side, is_heard, is_touched in cases:
        key, at = f"{place}-{number}-{side}-{is_heard:d}-{is_touched:d}", around - age
        for each in Side:
            systems.begins(fours[0] - 100 * DAY, each, key, "basic", 1900)
        heard = at + window - _MICROSECOND if is_heard else None
        todo = [(at, 0, side, "pro")]
        todo += [(heard, 0, side.other, "pro")] if heard else []
        todo += [(moment - MINUTE, 1, side, "") for moment in fours if moment - MINUTE > at and is_touched]
        for moment, _, where, plan in sorted(todo, key=lambda one: one[:2]):
            systems.changes(moment, where, key, plan=plan)
    return systems


def play(work: Work, scene: Scene) -> tuple[Systems, Record, int]:
    """Let every morning look; how many were refused comes last."""
    systems, record, refused = happenings(scene), Record(), 0
    for day in scene.days:
        silent = frozenset({scene.silent} if scene.silent else ())
        pull = Pull(four(day), _LASTED, scene.ours, silent)
        seen = look(work, systems, day, pull, systems.held[Side.CRM])
        if seen is None:
            refused += 1
        else:
            record.looks[day] = seen
    return systems, record, refused


def judged(work: Work, scene: Scene) -> Counter[str]:
    """Count what one scene came to; `wrong: ...` is what must never be."""
    systems, record, refused = play(work, scene)
    found = Counter({"mornings": len(scene.days), "mornings refused": refused})
    if (refused > 0) is (scene.apart <= CLOCKS_APART):
        found["wrong: clocks are apart and believed, or not and refused"] += 1
    window = WINDOWS[scene.window]
    for day, observed in record.grown(window).items():
        began = record.looks[day].pull.began
        for one in observed:
            at = record.looks[day].pull
            begun = max(
                (
                    since
                    for side in Side
                    if (since := systems.onset(one.key, at.reads(side, one.key), lambda differing: differing))
                ),
                default=None,
            )
            if not one.settling and (begun is None or began - begun < window):
                found["wrong: lag called real"] += 1
            if one.settling and began - systems.touched(one.key, at.ended) >= window + scene.apart:
                found["wrong: real called lag"] += 1
            found["lag" if one.settling else "real"] += 1
    if record.looks:
        for life in lives(record.calendar(), record.seen, Terms(timed=True)):
            found.update(said(systems, record, sorted(record.looks), life, scene.off))
    return found
