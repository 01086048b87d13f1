"""How likely is it that chance alone brings so many?

Arrivals are counted, and the rate behind them is known only by what was counted before. Under a Gamma prior the rate is
Gamma again after the past was seen, and the next count is negative binomial: its spread says how little a short past
tells. Standard, e.g. https://en.wikipedia.org/wiki/Conjugate_prior (Poisson, posterior predictive). The prior, half an
event in one day, asks for five at once where nothing is known, and for three after a clean day.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

PRIOR_EVENTS: Final = 0.5
PRIOR_DAYS: Final = 1.0

NEVER: Final = 1e-6
"""Chances below this are all the same to a reader."""

_ENOUGH: Final = 1e-17
"""A term that adds less than this share changes no digit of the sum."""


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of a rate.

    Attributes:
        events: How many were counted.
        days: In how many days; what a day counts may be less than one.
        fano: Variance over mean, at least 1: above it, arrivals come in clumps.
    """

    events: float = 0
    days: float = 0.0
    fano: float = 1.0

    @property
    def rate(self) -> float:
        """The expected number a day, in the light of the prior."""
        return (PRIOR_EVENTS + self.events) / (PRIOR_DAYS + self.days)


def chance(count: int, past: Past, days: float) -> float:
    """Say how likely at least so many are.

    Args:
        count: How many came.
        past: What was known before.
        days: In how many days they came; more than zero.

    Returns:
        A probability; 1 for no event at all.
    """
    if count <= 0:
        return 1.0
    mean = past.rate * days
    # Clumps widen the spread and leave the mean: the negative binomial of the same mean and `fano` times the variance.
    variance = past.fano * mean * (1 + days / (PRIOR_DAYS + past.days))
    size, stop = mean * mean / (variance - mean), mean / variance
    if count > mean:
        return min(1.0, _from(count, size, stop))
    return max(0.0, 1 - _below(count, size, stop))


def _term(at: int, size: float, stop: float) -> float:
    ways = math.lgamma(size + at) - math.lgamma(size) - math.lgamma(at + 1)
    return math.exp(ways + size * math.log(stop) + at * math.log1p(-stop))


def _from(count: int, size: float, stop: float) -> float:
    """Add up a tail from its start, so that a tiny one keeps its digits."""
    term = total = _term(count, size, stop)
    at = count
    while term > total * _ENOUGH:
        term *= (size + at) / (at + 1) * (1 - stop)
        total += term
        at += 1
    return total


def _below(count: int, size: float, stop: float) -> float:
    return math.fsum(_term(at, size, stop) for at in range(count))


def least(past: Past, days: float, alpha: float, *, most: int, at_least: int) -> int:
    """Find the smallest count whose chance is below a limit.

    Args:
        past: What was known before.
        days: In how many days it would come.
        alpha: The limit.
        most: A count whose chance is below it.
        at_least: Where to begin.
    """
    low, high = at_least, most
    while low < high:
        middle = (low + high) // 2
        if chance(middle, past, days) < alpha:
            high = middle
        else:
            low = middle + 1
    return low


def once_in(probability: float, what: str = "mornings") -> str:
    """Say a chance as people do: `about once in 140 mornings`."""
    if probability < NEVER:
        return f"less than once in a million {what}"
    times = 1 / probability
    if times < 2:  # noqa: PLR2004 - more often than every other time
        return f"on most {what}"
    # Two digits: more would say that the norm is known better than it is.
    size = 10 ** max(0, math.floor(math.log10(times)) - 1)
    return f"about once in {round(times / size) * size:,} {what}"


def percent(probability: float) -> str:
    """Spell a chance in per cent with two digits that count: `1.4 %`."""
    if probability < NEVER:
        return "below 0.0001 %"
    share = Fraction(probability) * 100
    places = max(0, 1 - math.floor(math.log10(share)))
    return f"{float(share):.{min(places, 5)}f} %"
