"""What is published about crashes and faults? One file that programs read, and the tables that are made of it."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from reconciliation_pipeline_tests.crashes.kills import Result
from reconciliation_pipeline_tests.crashes.points import DAGSTER
from reconciliation_pipeline_tests.faults.report import PAGE, between

FILE: Final = Path(__file__).parent / "published.json"
DATABASES: Final = ("SQLite", "Postgres")
KILLS: Final = "kills"
FAULTS: Final = "faults"
HEALED: Final = "as if nothing had happened"
HOW: Final = "`make crashes` plays everything again and writes the list"


@dataclass(frozen=True)
class Part:
    """One part of what is played: kills or faults, on one database.

    Attributes:
        kind: "kills" or "faults".
        database: "SQLite" or "Postgres".
        seconds: How long it took.
        results: What came of each.
        skipped: What could not be played here, each with the reason.
    """

    kind: str
    database: str
    seconds: int
    results: Sequence[Result]
    skipped: Sequence[str] = ()


def keep(part: Part, only: str = "") -> None:
    """Write one part into the file, and all parts into the page.

    Args:
        part: What was played.
        only: Which of it, as a regular expression; all other results stay as they were published.
    """
    if only:
        (before,) = (one for one in published() if (one.kind, one.database) == (part.kind, part.database))
        others = [one for one in before.results if not re.search(only, title(one))]
        part = replace(before, seconds=before.seconds + part.seconds, results=[*others, *part.results])
    parts = {**_read(), f"{part.kind} {part.database}": _written(part)}
    FILE.write_text(json.dumps(parts, indent=1, sort_keys=True) + "\n", "utf-8")
    write_page()


def write_page() -> None:
    """Write all parts into the page."""
    text = PAGE.read_text("utf-8")
    for mark, block in blocks(published()).items():
        text = between(text, mark, block)
    PAGE.write_text(text, "utf-8")


def title(result: Result) -> str:
    """Name a result as `--only` looks for it."""
    return f"{result.scene}, {result.what}, {result.point}"


def published() -> list[Part]:
    """Read every part."""
    names = [one.name for one in fields(Result)]
    return [
        Part(
            found["kind"],
            found["database"],
            found["seconds"],
            [Result(**dict(zip(names, (*row[:-1], tuple(row[-1])), strict=True))) for row in found["results"]],
            found["skipped"],
        )
        for _, found in sorted(_read().items())
    ]


def _read() -> dict[str, Any]:
    return json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}


def _written(part: Part) -> dict[str, Any]:
    rows = [list(asdict(one).values()) for one in part.results]
    return {**asdict(part), "results": rows}


def place_of(point: str) -> str:
    """Give a point without when: it is spoilt before and after."""
    return point.removeprefix("before ").removeprefix("after ")


def ours(points: Iterable[str]) -> set[str]:
    """Give the places at which we write or call, without those at which Dagster does."""
    return {place_of(point) for point in points if DAGSTER not in point}


def listed(parts: Sequence[Part], database: str) -> set[str]:
    """Give the published places of ours."""
    kills = next(one for one in parts if (one.kind, one.database) == (KILLS, database))
    return ours(one.point for one in kills.results)


def blocks(parts: Sequence[Part]) -> Mapping[str, str]:
    """Write every table, by its mark."""
    kills = {one.database: one for one in parts if one.kind == KILLS}
    faults = {one.database: one for one in parts if one.kind == FAULTS}
    return {
        "crashes": _table(["figure", *DATABASES, "gate"], _figures(kills)),
        "crash points": _table(["where, before and after", *(f"kills on {one}" for one in DATABASES)], _points(kills)),
        "failures": _table(
            ["what fails", "database", "nights", HEALED, "loud, healed by the next", "messages twice", "wrong"],
            _faults(faults),
        ),
        "not played": "\n".join(f"- {one}" for part in parts for one in part.skipped) or "Everything was played.",
    }


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *([_cell(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _figures(kills: Mapping[str, Part]) -> Iterator[Sequence[object]]:
    def each(counted: Any) -> list[object]:
        return [counted(kills[one].results) if one in kills else "" for one in DATABASES]

    yield [
        "points of ours, before and after each",
        *each(lambda all_: len({r.point for r in all_ if not _theirs(r)})),
        "",
    ]
    yield ["points of Dagster's own records", *each(lambda all_: len({r.point for r in all_ if _theirs(r)})), ""]
    yield ["kills", *each(len), ""]
    yield ["run again, and as after an uninterrupted night", *each(lambda all_: sum(not r.wrong for r in all_)), "all"]
    yield ["anything else", *each(lambda all_: sum(bool(r.wrong) for r in all_)), "0"]
    yield ["messages lost", *each(lambda all_: sum(_lost(r) for r in all_)), "0"]
    yield [
        "kills after which a message came twice",
        *each(lambda all_: sum(r.twice > 0 for r in all_)),
        "only between 200 and commit",
    ]
    yield ["most often that a message came besides", *each(lambda all_: max((r.twice for r in all_), default=0)), "1"]
    yield ["seconds", *[kills[one].seconds if one in kills else "" for one in DATABASES], ""]


def _theirs(result: Result) -> bool:
    return DAGSTER in result.point


def _lost(result: Result) -> int:
    return sum(one.startswith("lost: ") for one in result.wrong)


def _points(kills: Mapping[str, Part]) -> Iterator[Sequence[object]]:
    counts = {name: Counter(place_of(one.point) for one in part.results) for name, part in kills.items()}
    names = dict.fromkeys(place for part in kills.values() for place in (place_of(one.point) for one in part.results))
    for place in sorted(names, key=lambda one: (one.startswith(DAGSTER), one)):
        yield [f"`{place}`", *(counts[one][place] if one in counts else "" for one in DATABASES)]


def _faults(faults: Mapping[str, Part]) -> Iterator[Sequence[object]]:
    for database, part in sorted(faults.items(), reverse=True):
        for what in dict.fromkeys(one.what for one in part.results):
            mine = [one for one in part.results if one.what == what]
            smooth = sum(not one.wrong and one.end == HEALED for one in mine)
            wrong = sum(bool(one.wrong) for one in mine)
            yield [what, database, len(mine), smooth, len(mine) - smooth - wrong, sum(one.twice for one in mine), wrong]
