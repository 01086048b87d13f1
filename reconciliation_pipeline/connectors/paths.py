"""Where in a record does a value stand? Dotted paths with `[0]` for list elements."""

import re
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from reconciliation_pipeline.connectors.errors import BadShape, SourceError

Path = tuple[str | int, ...]

_PATH = re.compile(r"[^.\[\]]+(\[\d+\])*(\.[^.\[\]]+(\[\d+\])*)*")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


class Absent(Enum):
    """The one value of a path that leads nowhere, as opposed to null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT

Reader = Callable[[Mapping[str, object]], object]
"""Reads one value out of a record; ABSENT when it is not there."""


def compile_path(path: str) -> Path:
    """Take a path apart: `items.data[0].price` is ("items", "data", 0, "price").

    Raises:
        SourceError: It is not a path.
    """
    if not _PATH.fullmatch(path):
        message = f"{path!r} is not a path into a record."
        raise SourceError(message, remedy="Write names with dots between, and [0] for the first element of a list.")
    return tuple(name or int(index) for name, index in _STEP.findall(path))


def dig(value: object, path: Path) -> object:
    """Follow a path through parsed JSON; ABSENT when it leads nowhere, also through null or past a list's end.

    Raises:
        BadShape: Something on the way is neither an object nor a list, so the path cannot be right.
    """
    for depth, step in enumerate(path):
        if value is None:
            return ABSENT
        if isinstance(value, dict) and isinstance(step, str):
            value = value.get(step, ABSENT)
        elif isinstance(value, list) and isinstance(step, int):
            value = value[step] if step < len(value) else ABSENT
        else:
            return _blocked(path, depth)
        if value is ABSENT:
            return ABSENT
    return value


def _blocked(path: Path, depth: int) -> object:
    wanted = "a list" if isinstance(path[depth], int) else "an object"
    message = f"{spell(path)} cannot be read: {spell(path[:depth]) or 'the answer'} is not {wanted}."
    raise BadShape(message, remedy="Correct the path, or ask the system to expand that part (list.params).")


def spell(path: Path) -> str:
    """Write a path as people write it."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


def json_reader(path: str) -> Reader:
    """Make a reader for a dotted path."""
    steps = compile_path(path)
    first, *further = steps
    if not further and isinstance(first, str):
        return column_reader(first)
    if len(further) == 1 and isinstance(first, str) and isinstance(further[0], str):
        return _inner_reader(first, further[0])
    return lambda record: dig(record, steps)


def _inner_reader(outer: str, name: str) -> Reader:
    """Read `outer.name`, as most paths are; whatever is not that simple is dug for."""
    steps = (outer, name)

    def read(record: Mapping[str, object]) -> object:
        inside = record.get(outer)
        return inside.get(name, ABSENT) if isinstance(inside, dict) else dig(record, steps)

    return read


def column_reader(name: str) -> Reader:
    """Make a reader for a plain column: its name may hold dots."""
    return lambda record: record.get(name, ABSENT)
