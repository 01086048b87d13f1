"""Who is told how far a pull has come.

A pull of both sides reports here; a terminal draws a bar, Dagster writes a log line.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Protocol

from reconciliation_pipeline.domain.records import Side


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the pull of one side has come.

    Attributes:
        side: Which side.
        label: What people call it.
        pages: Pages so far.
        records: Records so far.
        total: The source's own claim; None when it makes none.
        expected: What the last trusted pull held; None when there was none.
        finished: Whether the end was reached.
    """

    side: Side
    label: str
    pages: int
    records: int
    total: int | None
    expected: int | None = None
    finished: bool = False


class Watch(Protocol):
    """Something that wants to know."""

    def moved(self, progress: Progress) -> None:
        """Take note of how far a side has come; called from one thread only."""
        ...


@dataclass(slots=True)
class Board:
    """Where the pulling threads write how far they are, and the waiting thread reads it."""

    _latest: dict[Side, Progress] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def post(self, progress: Progress) -> None:
        """Replace what is known about a side."""
        with self._lock:
            self._latest[progress.side] = progress

    def take(self) -> list[Progress]:
        """Read and clear what has changed since the last look."""
        with self._lock:
            changed = list(self._latest.values())
            self._latest.clear()
        return changed
