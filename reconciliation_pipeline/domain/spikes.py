"""Is this an ordinary morning, or did something break?

One judgement a series: a kind of difference, and each field of those that differ in values. How many are new, how many
that would usually be, how likely chance alone brings so many. A *notice* rides on a message that goes out anyway, an
*alarm* is a message of its own, and a *mass event* is one of so many that it rings before a norm is known. Only trusted
mornings count, and the first one is inventory.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum
from typing import Final, NamedTuple

from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.surprise import chance
from reconciliation_pipeline.domain.usual import ALARM, LEAST, WINDOW, Days, Usual, days_before, usual

NOTICE: Final = 0.02
"""The chance below which a morning is worth a line."""
WEEK: Final = timedelta(days=7)
"""How far back a slow rise is summed up, and how long an episode lasts."""
LEAST_WEEK: Final = 5
WEEK_ALARM: Final = 0.002
COLD: Final = 14
"""Trusted mornings until which nothing rings but a mass event."""
MASS: Final = 10
MASS_SHARE: Final = 0.01
"""So many new ones, and this share of the customers, are no series of mishaps, where they are unusual at all."""
FARTHEST: Final = WINDOW + 2 * WEEK.days
"""Mornings before the judged one that can play a part: those of the last week, whose episodes are judged again, by the
56 before their week."""


class Level(IntEnum):
    """How unusual a series is on a morning."""

    NONE = 0
    NOTICE = 1
    ALARM = 2
    MASS = 3

    @property
    def word(self) -> str:
        """Spell it: `notice`."""
        return self.name.lower()


class Series(NamedTuple):
    """What is counted together: a kind of difference, or one field of those in both systems with other values."""

    kind: Kind
    field: str | None = None


@dataclass(frozen=True, slots=True)
class SeriesJudgement:
    """One series on one morning, with every number it was judged by.

    Attributes:
        series: What was counted.
        new: How many are new.
        days: How many days they had, since the trusted morning before; quiet weekend days weigh less.
        usual: The norm, made from the mornings before.
        chance: How likely at least so many are.
        week: How many were new in the last seven days.
        week_days: How many days those had.
        week_usual: The norm before that week.
        week_chance: How likely at least so many in a week are.
        calendar_days: The days since the trusted morning before, all alike.
        level: How unusual it is.
        onset: The morning with which it probably began; None where nothing is unusual.
        begun: The morning on which the running episode of its kind was told; None where none runs.
        is_told: Whether it is part of an episode that was told and has not doubled since.
    """

    series: Series
    new: int
    days: float
    usual: Usual
    chance: float
    week: int
    week_days: float
    week_usual: Usual
    week_chance: float
    calendar_days: int = 1
    level: Level = Level.NONE
    onset: date | None = None
    begun: date | None = None
    is_told: bool = False

    @property
    def a_day(self) -> float | None:
        """The usual number a day; None where there is no past."""
        past = self.usual.past
        return past.events / past.days if past.days else None

    @property
    def rings(self) -> bool:
        """Whether it asks for a message of its own."""
        return self.level >= Level.ALARM and not self.is_told

    @property
    def is_slow(self) -> bool:
        """Whether it takes the whole week to see it."""
        return self.new < LEAST or self.chance >= ALARM

    @property
    def told_count(self) -> int:
        """The number that an alarm of it tells; a later morning of the episode is told if it exceeds it twice."""
        return self.week if self.is_slow else self.new


@dataclass(frozen=True, slots=True)
class Judgement:
    """One morning.

    Attributes:
        morning: Which one.
        run: Its number among the trusted mornings since keys are read as they are; the first is inventory.
        before: The trusted morning before; None on the first.
        series: Every series, kinds first.
        customers: Customers of the smaller side; None where not known.
    """

    morning: date
    run: int
    before: date | None
    series: tuple[SeriesJudgement, ...] = ()
    customers: int | None = None

    @property
    def is_inventory(self) -> bool:
        """Whether nothing can be new on it."""
        return self.run == 1

    @property
    def is_cold(self) -> bool:
        """Whether too few mornings are known for an alarm."""
        return self.run <= COLD

    @property
    def level(self) -> Level:
        """The most unusual of all."""
        return max((one.level for one in self.series), default=Level.NONE)

    @property
    def new(self) -> int:
        """New differences of all kinds."""
        return sum(one.new for one in self.kinds)

    @property
    def kinds(self) -> tuple[SeriesJudgement, ...]:
        """The series of whole kinds: every difference is in one of them."""
        return tuple(one for one in self.series if one.series.field is None)

    @property
    def ringing(self) -> tuple[SeriesJudgement, ...]:
        """What is to be told now, the least likely first."""
        return tuple(sorted((one for one in self.series if one.rings), key=_urgency))

    @property
    def remarkable(self) -> tuple[SeriesJudgement, ...]:
        """Everything from a notice on, the least likely first."""
        return tuple(sorted((one for one in self.series if one.level), key=_urgency))


def _urgency(one: SeriesJudgement) -> tuple[int, float, bool]:
    return -one.level, min(one.chance, one.week_chance), one.series.field is not None


def judge(
    mornings: Sequence[date],
    counts: Mapping[Series, Mapping[date, int]],
    *,
    customers: int | None = None,
    told: Collection[date] = (),
) -> Judgement | None:
    """Judge the last of the given mornings.

    Args:
        mornings: All trusted mornings since keys are read as they are, oldest first; the first is inventory.
        counts: By series, how many were new on each of the last `FARTHEST` mornings; none where nothing is said.
        customers: Customers of the smaller side.
        told: Earlier mornings that an alarm was told of.

    Returns:
        None where there is no morning.
    """
    if not mornings:
        return None
    days = days_before(mornings)
    every = [Series(kind) for kind in Kind] + sorted(one for one in counts if one.field is not None)
    judged = Judgement(mornings[-1], len(mornings), mornings[-2] if len(mornings) > 1 else None, customers=customers)
    if judged.is_inventory:
        return judged
    rows = {one: [counts.get(one, {}).get(morning, 0) for morning in mornings[1:]] for one in every}

    def at(number: int) -> dict[Series, SeriesJudgement]:
        bars = Bars(len(every), cold=number < COLD, customers=customers)
        return {one: appraise(one, mornings[1 : number + 1], row, days, bars) for one, row in rows.items()}

    today = at(len(days))
    earlier = {morning: at(mornings.index(morning)) for morning in sorted(set(told)) if _is_running(morning, mornings)}
    return replace(judged, series=tuple(_in_its_episode(one, earlier) for one in today.values()))


def _is_running(morning: date, mornings: Sequence[date]) -> bool:
    return mornings[-1] - WEEK < morning < mornings[-1] and morning in mornings[1:]


@dataclass(frozen=True, slots=True)
class Bars:
    """How high the bars are on a morning.

    Attributes:
        many: How many series are looked at; each of them could ring by chance.
        cold: Whether nothing rings but a mass event.
        customers: Customers of the smaller side; None where not known.
    """

    many: int = 1
    cold: bool = False
    customers: int | None = None

    @property
    def mass(self) -> int:
        """From how many new ones on it is a mass event."""
        return max(MASS, math.ceil(MASS_SHARE * (self.customers or 0)))


def appraise(
    series: Series, mornings: Sequence[date], counts: Sequence[int], days: Sequence[Days], bars: Bars
) -> SeriesJudgement:
    """Judge one series on the last of the given mornings, whatever was told before.

    Args:
        series: What was counted.
        mornings: Trusted mornings, oldest first, the inventory left out.
        counts: How many were new on each; those of later mornings are left alone.
        days: What each looked back on.
        bars: How high the bars are.
    """
    last = len(mornings) - 1
    week = next(number for number in range(max(0, last - 6), last + 1) if mornings[number] > mornings[last] - WEEK)
    norm, before = _norm(counts, days, last), _norm(counts, days, week)
    length = days[last].weigh(norm.weekend)
    sums = sum(counts[week : last + 1]), sum(one.weigh(before.weekend) for one in days[week : last + 1])
    found = SeriesJudgement(
        series,
        new=counts[last],
        days=length,
        usual=norm,
        chance=chance(counts[last], norm.past, length),
        week=sums[0],
        week_days=sums[1],
        week_usual=before,
        week_chance=chance(sums[0], before.past, sums[1]),
        calendar_days=sum(days[last]),
    )
    level = _level(found, bars)
    if level is Level.NONE:
        return found
    return replace(found, level=level, onset=_onset(mornings, counts, days, before, range(week, last + 1)))


def _norm(counts: Sequence[int], days: Sequence[Days], until: int) -> Usual:
    first = max(0, until - WINDOW)
    return usual(counts[first:until], days[first:until])


def _level(found: SeriesJudgement, bars: Bars) -> Level:
    is_sudden = found.new >= LEAST and found.chance < ALARM / bars.many
    # Where as many are usual, as in a large and busy pair, they are no event at all.
    if is_sudden and found.new >= bars.mass:
        return Level.MASS
    is_slow = found.new > 0 and found.week >= LEAST_WEEK and found.week_chance < WEEK_ALARM / bars.many
    if not bars.cold and (is_sudden or is_slow):
        return Level.ALARM
    return Level.NOTICE if found.new >= LEAST and found.chance < NOTICE else Level.NONE


def _onset(
    mornings: Sequence[date], counts: Sequence[int], days: Sequence[Days], norm: Usual, week: Iterable[int]
) -> date:
    """Find the morning of the week from which on a higher rate explains most, against the norm before."""
    last, rate = len(mornings) - 1, norm.past.rate

    def gain(first: int) -> float:
        many = sum(counts[first : last + 1])
        usually = rate * sum(one.weigh(norm.weekend) for one in days[first : last + 1])
        return many * math.log(many / usually) - (many - usually) if many > usually else 0.0

    return mornings[max(week, key=lambda first: (gain(first), first))]


def _in_its_episode(one: SeriesJudgement, earlier: Mapping[date, Mapping[Series, SeriesJudgement]]) -> SeriesJudgement:
    """Say whether it was told already: one alarm an episode of its kind, and again where it has more than doubled."""
    begun: date | None = None
    worth, level = 0, Level.NONE
    for morning, judged in sorted(earlier.items()):
        rang = [each for each in judged.values() if each.series.kind is one.series.kind and each.level >= Level.ALARM]
        if rang:
            begun, level = begun or morning, max(level, *(each.level for each in rang))
            worth = max(worth, *(each.told_count for each in rang))
    if begun is None:
        return one
    return replace(one, begun=begun, is_told=one.level <= level and one.new <= 2 * worth)
