"""Is this an ordinary morning or a spike of new differences?

Until enough mornings are known to say more, a plain rule: at least five new ones, and more than
three times the mean of the last four weeks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5
"""New differences below which no morning rings."""

FACTOR = 3
"""How many times the usual number a spike exceeds."""

WINDOW = 28
"""Trusted mornings that make up the usual number."""


@dataclass(frozen=True, slots=True)
class SpikeJudgement:
    """Whether a morning is a spike, and why, in words."""

    alarm: bool
    new: int
    usual: float
    words: str


def judge_spike(new_counts: Sequence[int]) -> SpikeJudgement:
    """Judge the last of the given trusted mornings.

    Args:
        new_counts: New differences of every trusted morning, oldest first, the judged one last.
            The very first is the inventory: it never rings, and it is nobody's usual number.
    """
    if len(new_counts) <= 1:
        count = new_counts[0] if new_counts else 0
        return SpikeJudgement(alarm=False, new=count, usual=0.0, words="The first morning is the inventory: no alarm.")
    today, earlier = new_counts[-1], new_counts[1:-1][-WINDOW:]
    usual = sum(earlier) / len(earlier) if earlier else 0.0
    alarm = today >= LEAST and today > FACTOR * usual
    words = f"{today} new since the last trusted morning; usual is {usual:.1f} a morning."
    return SpikeJudgement(alarm=alarm, new=today, usual=usual, words=words)
