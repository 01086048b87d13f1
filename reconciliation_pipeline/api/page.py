"""What does a result look like as a page?

One file of HTML that needs nothing else: no script, no picture, no font, no network. Everything is escaped by the
template engine, and the page forbids itself to load or run anything.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from reconciliation_pipeline.api.result import Reconciled
from reconciliation_pipeline.domain.spelling import plain

_NOTHING: Final = "—"


@dataclass(frozen=True, slots=True)
class Panel:
    """One side, as the page shows it."""

    name: str
    rows: int
    parts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Section:
    """One frame of the result, as the page shows it."""

    anchor: str
    title: str
    count: str
    remark: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]


def page(result: Reconciled, title: str, most: int) -> str:
    """Render a result as one self-contained page.

    Args:
        result: What was found.
        title: What stands above it.
        most: Rows shown of each frame.
    """
    style = _template("page.css").render()
    headline, *rest = result.sentences
    heads, *fields = result.cells()
    return _template("page.html").render(
        style=style,
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        result=result,
        title=title,
        headline=headline,
        rest=rest,
        panels=[_panel(result, place) for place in (0, 1)],
        heads=heads,
        fields=fields,
        sections=[section for section in _sections(result, most) if section.rows],
    )


@cache
def _template(name: str) -> Template:
    environment = Environment(
        loader=PackageLoader("reconciliation_pipeline.api"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: plain(value) if type(value) is str else value,
    )
    return environment.get_template(name)


def _panel(result: Reconciled, place: int) -> Panel:
    side, name = (("left", result.left_name), ("right", result.right_name))[place]
    rows = result.totals[side]["rows"]
    _, _, parts = result.accounts[place].removeprefix(name).partition(" = ")
    assert isinstance(rows, int)  # it counts them
    return Panel(name, rows, parts.split(" + ") if parts else ())


def _sections(result: Reconciled, most: int) -> Iterator[Section]:
    left, right = result.left_name, result.right_name
    without_flag = result.format_only.drop(columns="format_only")
    yield _section("conflicts", "Values that differ", _marked(result.conflicts), most)
    yield _section("left-only", f"Only in {left}", result.left_only, most)
    yield _section("right-only", f"Only in {right}", result.right_only, most)
    yield _section("format-only", "Written differently, the same otherwise", without_flag, most)
    rows = "The row is the position in what was handed in, from 0."
    yield _section("no-key", "Without a key", result.no_key, most, rows)
    yield _section("duplicate-key", "With a shared key", result.duplicate_key, most, rows)
    yield _section("unknown-value", "With a word that nobody explained", result.unknown_value, most, rows)


def _marked(conflicts: pd.DataFrame) -> pd.DataFrame:
    """Say in words which of a record's differences are format only, where any is."""
    if not conflicts["format_only"].any():
        return conflicts.drop(columns="format_only")
    words = conflicts["format_only"].map({True: "format only", False: ""})
    return conflicts.drop(columns="format_only").assign(**{" ": words})


def _section(anchor: str, title: str, frame: pd.DataFrame, most: int, remark: str = "") -> Section:
    shown = frame.head(most)
    count = f"{len(frame):,}" if len(shown) == len(frame) else f"the first {len(shown):,} of {len(frame):,}"
    rows = [[_cell(value) for value in row] for row in shown.itertuples(index=False, name=None)]
    return Section(anchor, title, count, remark, [str(name) for name in frame.columns], rows)


def _cell(value: object) -> str:
    is_missing = value is None or value is pd.NA or value is pd.NaT or value != value  # noqa: PLR0124 - as NaN is not
    return _NOTHING if is_missing else str(value)
