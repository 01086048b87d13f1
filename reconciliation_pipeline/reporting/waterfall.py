"""Where did every record go, from pulled to open?

Two falls: the records of each side, down to those that differ; and the differences, down to those that somebody has to
act on. They are drawn to different scales: of a million records, forty could not be seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from reconciliation_pipeline.domain.comparison import SideBalance
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.result import DifferenceCounts
from reconciliation_pipeline.domain.wording import Words

THINNEST = 0.6
"""Percent of the width that the bar of a single record still takes."""


@dataclass(frozen=True, slots=True)
class Drop:
    """What one step takes away, or leaves.

    Attributes:
        count: How many.
        x: Where its bar begins, in percent of the width.
        width: How long it is, in percent; 0 for none.
    """

    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a fall.

    Attributes:
        name: What it is, in words.
        is_rest: Whether it says what there is, at the start or at the end, rather than what goes.
        drops: One for each column.
    """

    name: str
    is_rest: bool
    drops: Sequence[Drop]


@dataclass(frozen=True, slots=True)
class Fall:
    """A start, what is taken away, and the rest.

    Attributes:
        title: What it is a fall of.
        remark: How it follows from the one before it; empty where nothing has to be said.
        heads: The name of each column.
        tones: By which each column is coloured.
        steps: The lines; those that take nothing away from anything are left out.
    """

    title: str
    remark: str
    heads: Sequence[str]
    tones: Sequence[str]
    steps: Sequence[Step]


def falls(balances: Mapping[Side, SideBalance], counts: DifferenceCounts, words: Words) -> list[Fall]:
    """Account for every record that was pulled, and for every difference.

    Args:
        balances: Where the comparison put every row; empty where it is not kept any more.
        counts: The differences.
        words: How people talk about it.
    """
    found = []
    if all(side in balances for side in Side):
        labels = [words.labels[side] for side in Side]
        found.append(_fall("Records", "", labels, [str(side) for side in Side], _records(balances)))
    if counts.total:
        remark = _twice(balances[Side.CRM].conflict) if found else ""
        found.append(_fall("Differences", remark, ["Differences"], ["open"], _differences(counts)))
    return found


def _twice(conflicts: int) -> str:
    """Say why the differing records of both sides are more than the differences."""
    if not conflicts:
        return ""
    who = "1 customer differs" if conflicts == 1 else f"{conflicts:,} customers differ"
    return f"{who} in both systems, in some value: two records, one difference."


def _records(balances: Mapping[Side, SideBalance]) -> list[tuple[str, list[int]]]:
    sides = [balances[side] for side in Side]
    parts = (
        ("pulled", [one.pulled for one in sides]),
        ("active on neither side, or out of scope", [one.out_of_scope for one in sides]),
        ("ended here and active on the other side, counted there", [one.counterpart for one in sides]),
        ("without a usable key", [one.no_key for one in sides]),
        ("sharing a key", [one.duplicate_key for one in sides]),
        ("merged with another of the same key", [one.folded for one in sides]),
        ("with a word nobody explained", [one.unknown_value for one in sides]),
        ("the same on both sides", [one.equal for one in sides]),
        ("differing in format only", [one.format_only for one in sides]),
        ("differ", [one.one_sided + one.conflict for one in sides]),
    )
    return list(parts)


def _differences(counts: DifferenceCounts) -> list[tuple[str, list[int]]]:
    return [
        ("customers on whom the two disagree", [counts.total]),
        ("still settling: normal lag", [counts.settling]),
        ("accepted", [counts.accepted]),
        ("quarantined", [counts.quarantined]),
        ("to act on", [counts.open]),
    ]


def _fall(
    title: str, remark: str, heads: Sequence[str], tones: Sequence[str], parts: Sequence[tuple[str, Sequence[int]]]
) -> Fall:
    full = max(1, *parts[0][1])
    columns = [_column([counts[place] for _, counts in parts], full) for place in range(len(heads))]
    last = len(parts) - 1
    steps = [
        Step(name, number in {0, last}, [column[number] for column in columns])
        for number, (name, counts) in enumerate(parts)
        if number in {0, last} or any(counts)
    ]
    return Fall(title, remark, heads, tones, steps)


def _column(counts: Sequence[int], full: int) -> list[Drop]:
    """Hang every bar at the height that the one before it left."""
    start, *gone, rest = counts
    left = list(accumulate(gone, lambda height, count: height - count, initial=start))[1:]
    drops = [_drop(count, height, full) for count, height in zip(gone, left, strict=True)]
    return [_drop(start, 0, full), *drops, _drop(rest, 0, full)]


def _drop(count: int, begins: int, full: int) -> Drop:
    if not count:
        return Drop(0, 0, 0)
    width = max(THINNEST, 100 * count / full)
    return Drop(count, round(min(100 * begins / full, 100 - width), 2), round(width, 2))
