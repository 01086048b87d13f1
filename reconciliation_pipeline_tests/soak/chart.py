"""What do many mornings in a row look like? Four small charts in one SVG, on white, readable without colours."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from math import ceil, floor, log10
from typing import Final

from reconciliation_pipeline_tests.soak.mornings import PARTS, Measured

WIDTH, HEIGHT = 960, 650
_PANEL: Final = (330, 200)
"""Width and height of one chart, without what is written around it."""
_PLACES: Final = ((60, 76), (540, 76), (60, 386), (540, 386))
_INK, _FAINT, _GRID = "#1f2933", "#616e7c", "#e4e7eb"
_COLOURS: Final = ("#1d4ed8", "#b45309", "#047857", "#7c3aed", "#be123c", "#4b5563")
_DASHES: Final = ("", "6 3", "2 3", "9 3 2 3", "12 4", "1 2")
_MIB: Final = 1 << 20


@dataclass(frozen=True)
class Line:
    """One series.

    Attributes:
        name: What is written beside its last point.
        values: One a morning.
    """

    name: str
    values: Sequence[float]


@dataclass(frozen=True)
class Panel:
    """One chart.

    Attributes:
        title: What it shows, with its unit.
        lines: Its series.
    """

    title: str
    lines: Sequence[Line]


def draw(lived: Sequence[Measured]) -> str:
    """Draw all four."""
    parts = [name for name in PARTS if lived[-1].bytes[name] > _MIB / 10]
    panels = (
        Panel("Memory in use by the process, MiB", [Line("", [one.rss / _MIB for one in lived])]),
        Panel(
            "Seconds a morning",
            [
                Line("it took", [one.seconds for one in lived]),
                Line("computing", [one.busy for one in lived]),
            ],
        ),
        Panel(
            "Open files, threads, child processes, temporary files",
            [
                Line("threads", [one.threads for one in lived]),
                Line("open files", [one.handles for one in lived]),
                Line("temporary", [one.temporary for one in lived]),
                Line("children", [one.children for one in lived]),
            ],
        ),
        Panel("What is kept, MiB", [Line(name, [one.bytes[name] / _MIB for one in lived]) for name in parts]),
    )
    drawn = "\n".join(_panel(panel, place) for panel, place in zip(panels, _PLACES, strict=True))
    title = f"{len(lived):,} demo mornings in a row, in one process"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="13">\n'
        f"<title>{escape(title)}</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>\n'
        f"{_text(20, 26, title, size=17, weight=600)}\n{drawn}\n</svg>\n"
    )


def steps(top: float, most: int = 4) -> list[float]:
    """Give round numbers from 0 up to at least `top`, `most` of them at most besides 0."""
    rough = max(top, 1e-9) / most
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    return [number * step for number in range(ceil(top / step - 1e-9) + 1)]


def _panel(panel: Panel, place: tuple[int, int]) -> str:
    (left, top), (width, height) = place, _PANEL
    ticks = steps(max(max(line.values) for line in panel.lines))
    mornings = len(panel.lines[0].values)

    def x(number: float) -> float:
        return left + width * number / max(mornings - 1, 1)

    def y(value: float) -> float:
        return top + height * (1 - value / ticks[-1])

    marks = [round(share * (mornings - 1)) for share in (0, 0.25, 0.5, 0.75, 1)]
    return "\n".join(
        [
            _text(left - 40, top - 14, panel.title, weight=600),
            *(_rule(left, y(tick), left + width) for tick in ticks),
            *(_text(left - 8, y(tick) + 4, f"{tick:,.4g}", anchor="end", colour=_FAINT) for tick in ticks),
            *(_text(x(at), top + height + 18, f"{at + 1:,}", anchor="middle", colour=_FAINT) for at in marks),
            _text(left + width / 2, top + height + 36, "morning", anchor="middle", colour=_FAINT),
            *_lines(panel.lines, x, y),
        ]
    )


def _lines(lines: Sequence[Line], x: Callable[[float], float], y: Callable[[float], float]) -> Iterable[str]:
    for line, colour, dash in zip(lines, _COLOURS, _DASHES, strict=False):
        points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in enumerate(line.values))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"{dashed}/>'
    named = [(line, colour) for line, colour in zip(lines, _COLOURS, strict=False) if line.name]
    heights = _apart([y(line.values[-1]) for line, _ in named])
    for (line, colour), height in zip(named, heights, strict=True):
        yield _text(x(len(line.values) - 1) + 8, height + 4, line.name, colour=colour, weight=600)


def _apart(wanted: Sequence[float], least: float = 15) -> list[float]:
    """Move what would be written over each other apart, upwards."""
    order = sorted(range(len(wanted)), key=lambda one: -wanted[one])
    found = dict(enumerate(wanted))
    for lower, upper in pairwise(order):
        found[upper] = min(found[upper], found[lower] - least)
    return [found[one] for one in range(len(wanted))]


def _rule(left: float, height: float, right: float) -> str:
    return f'<line x1="{left}" y1="{height:.1f}" x2="{right}" y2="{height:.1f}" stroke="{_GRID}"/>'


def _text(  # noqa: PLR0913 - how a word is written
    x: float, y: float, words: str, *, anchor: str = "start", colour: str = _INK, size: int = 13, weight: int = 400
) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text {place} fill="{colour}" font-size="{size}" font-weight="{weight}">{escape(words)}</text>'
