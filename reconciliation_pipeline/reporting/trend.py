"""Where do the points of the trend picture lie? Drawing them belongs in the page's template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

WIDTH, HEIGHT = 640, 150
"""Size of the picture, in its own units."""

LINES = (14, 84)
"""Top and bottom of the band that holds the two active counts."""

BARS = (100, 128)
"""Top and bottom of the band that holds the open differences."""

EDGE = 6
"""Space left and right, so that the outermost marks are whole."""


class Point(NamedTuple):
    """A place in the picture."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Bar:
    """The open differences of one morning: where its bar stands, how tall it is, what it means."""

    x: float
    y: float
    width: float
    height: float
    morning: date
    open: int


@dataclass(frozen=True, slots=True)
class Trend:
    """The mornings as a picture.

    Attributes:
        crm: Active counts of the CRM, one point a morning.
        billing: Active counts of billing.
        bars: Open differences, one bar a morning.
        rows: The numbers themselves, oldest first, for those who do not see the picture.
    """

    crm: tuple[Point, ...]
    billing: tuple[Point, ...]
    bars: tuple[Bar, ...]
    rows: tuple[tuple[date, int, int, int], ...]


def draw(rows: Sequence[tuple[date, int, int, int]]) -> Trend | None:
    """Place the mornings of a trend; None for fewer than two, which are no trend.

    Args:
        rows: Morning, active in the CRM, active in billing and open differences; in any order.
    """
    rows = sorted(rows)
    if len(rows) < 2:  # noqa: PLR2004 - a line needs two points
        return None
    first, last = rows[0][0], rows[-1][0]
    step = (WIDTH - 2 * EDGE) / max((last - first).days, 1)
    places = [EDGE + (row[0] - first).days * step for row in rows]
    counts = [count for row in rows for count in row[1:3]]
    tallest = max(1, *(row[3] for row in rows))
    width = max(1.5, min(10.0, step * 0.6))
    return Trend(
        crm=tuple(Point(x, _height(row[1], counts)) for x, row in zip(places, rows, strict=True)),
        billing=tuple(Point(x, _height(row[2], counts)) for x, row in zip(places, rows, strict=True)),
        bars=tuple(_bar(x, width, row, tallest) for x, row in zip(places, rows, strict=True)),
        rows=tuple(rows),
    )


def _height(count: int, counts: Sequence[int]) -> float:
    top, bottom = LINES
    low, high = min(counts), max(counts)
    share = (count - low) / (high - low) if high > low else 0.5
    return round(bottom - share * (bottom - top), 1)


def _bar(x: float, width: float, row: tuple[date, int, int, int], tallest: int) -> Bar:
    top, bottom = BARS
    height = round((bottom - top) * row[3] / tallest, 1)
    left = min(max(x - width / 2, 0), WIDTH - width)
    return Bar(round(left, 1), bottom - height, round(width, 1), height, row[0], row[3])
