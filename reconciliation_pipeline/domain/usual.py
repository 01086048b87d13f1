"""What is usual, by the trusted mornings before?

How many were new on each, and how many days each had to look back on. A day of which much is known already is not let
spoil the norm: what would have rung counts only up to what would not have. Days of the weekend count for less where
they bring less, so that a quiet Sunday does not make Monday look busy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from reconciliation_pipeline.domain.surprise import PRIOR_DAYS, PRIOR_EVENTS, Past, chance, least

LEAST: Final = 3
"""New differences below which no single morning is remarkable."""
ALARM: Final = 0.005
"""The chance below which one rings; with several series their number divides it."""
WINDOW: Final = 56
"""Trusted mornings that make up the norm."""
SETTLED: Final = 28
"""Mornings from which on clumps and weekends are believed."""
MOST_CLUMPED: Final = 4.0
"""However clumped the past looks, the spread is not widened further."""
QUIET: Final = 0.25
"""Weekend days that bring less than this share of a working day are a class of their own."""

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


class Days(NamedTuple):
    """The days that a morning looks back on, since the trusted morning before.

    Attributes:
        working: Monday to Friday.
        weekend: Saturdays and Sundays.
    """

    working: int
    weekend: int

    def weigh(self, weekend: float) -> float:
        """Give how many days they count as, when a day of the weekend counts as this much."""
        return self.working + weekend * self.weekend


def days_before(mornings: Sequence[date]) -> list[Days]:
    """Count the days that each morning but the first looks back on.

    Args:
        mornings: Trusted mornings, oldest first.
    """
    return [_between(before, morning) for before, morning in pairwise(mornings)]


def _between(before: date, morning: date) -> Days:
    """A morning speaks of the day before it: that of Monday, of Sunday."""
    length = (morning - before) // _DAY
    weeks, rest = divmod(length, 7)
    weekend = 2 * weeks + sum((before.weekday() + day) % 7 >= _SATURDAY for day in range(rest))
    return Days(length - weekend, weekend)


@dataclass(frozen=True, slots=True)
class Usual:
    """The norm of one series.

    Attributes:
        past: What counts as past: events after capping, days as they weigh, how clumped.
        weekend: How much of a working day a day of the weekend counts as; 1 where they are alike.
        mornings: How many mornings it was made from.
        capped: How many of them counted for less than they brought.
    """

    past: Past
    weekend: float = 1.0
    mornings: int = 0
    capped: int = 0


def usual(counts: Sequence[int], days: Sequence[Days]) -> Usual:
    """Work out the norm; the order of the mornings does not matter.

    Args:
        counts: New differences of each morning, the inventory left out; only the last `WINDOW` count.
        days: What each looked back on.
    """
    counts, days = counts[-WINDOW:], days[-WINDOW:]
    weekend, lengths = 1.0, [float(one.working + one.weekend) for one in days]
    kept = _capped(counts, lengths)
    if len(counts) >= SETTLED and (weekend := _weekend(kept, days)) < 1:
        lengths = [one.weigh(weekend) for one in days]
        kept = _capped(counts, lengths)
    fano = _fano(kept, lengths) if len(counts) >= SETTLED else 1.0
    capped = sum(one < full for one, full in zip(kept, counts, strict=True))
    return Usual(Past(sum(kept), sum(lengths), fano), weekend, len(counts), capped)


def _capped(counts: Sequence[int], lengths: Sequence[float]) -> list[int]:
    """Let no morning count for more than the most that would not have rung, by the norm that comes of it.

    Every round makes the norm smaller or leaves it, so this ends.
    """
    kept, total = list(counts), sum(lengths)
    while True:
        past = Past(sum(kept), total)
        again = [one if one < LEAST else _cap(one, past, length) for one, length in zip(kept, lengths, strict=True)]
        if again == kept:
            return kept
        kept = again


@lru_cache(maxsize=65_536)
def _cap(count: int, past: Past, days: float) -> int:
    if chance(count, past, days) >= ALARM:
        return count
    return least(past, days, ALARM, most=count, at_least=LEAST) - 1


def _weekend(counts: Sequence[int], days: Sequence[Days]) -> float:
    """Say how much of a working day a day of the weekend brings; 1 unless it is far less."""
    pairs = list(zip(counts, days, strict=True))
    alone = [(count, one.working) for count, one in pairs if not one.weekend]
    mixed = [(count, one) for count, one in pairs if one.weekend]
    if not alone or not mixed:
        return 1.0
    working = (PRIOR_EVENTS + sum(count for count, _ in alone)) / (PRIOR_DAYS + sum(length for _, length in alone))
    left = sum(count for count, _ in mixed) - working * sum(one.working for _, one in mixed)
    rate = (PRIOR_EVENTS + max(0.0, left)) / (PRIOR_DAYS + sum(one.weekend for _, one in mixed))
    return rate / working if rate < QUIET * working else 1.0


def _fano(counts: Sequence[int], lengths: Sequence[float]) -> float:
    """Say how clumped arrivals are, drawn towards 1 by as many mornings of no clumps as `SETTLED`."""
    expected = Past(sum(counts), sum(lengths)).rate
    spread = sum((count - expected * length) ** 2 for count, length in zip(counts, lengths, strict=True))
    found = spread / (expected * sum(lengths))
    shrunk = (SETTLED + len(counts) * found) / (SETTLED + len(counts))
    return min(MOST_CLUMPED, max(1.0, shrunk))
