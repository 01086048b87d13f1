"""Progress bars while both sides are pulled.

Imports Dagster, so it is itself imported only by commands that run a morning.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from reconciliation_pipeline.defs.resources import LogWatch, OpenOffice
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps import watch as watching


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalOffice(OpenOffice):
    """An office whose pulls are watched on a terminal as well.

    Attributes:
        terminal: File descriptor of the terminal. Dagster redirects stderr while a step runs, so
            a duplicate made beforehand is needed.
    """

    terminal: int

    @contextmanager
    def watch(self, log: dg.DagsterLogManager) -> Iterator[watching.Watch]:
        """Draw a bar for each side, and keep Dagster's log as well."""
        with os.fdopen(self.terminal, "w", closefd=False) as stream:
            console = Console(file=stream)
            columns = (TextColumn("  {task.description:<10}"), BarColumn(), MofNCompleteColumn(), TextColumn("records"))
            with Progress(
                *columns, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
            ) as bars:
                yield _Bars(bars, LogWatch(log))


class _Bars:
    def __init__(self, bars: Progress, log: LogWatch) -> None:
        self._bars, self._log = bars, log
        self._tasks: dict[Side, TaskID] = {}

    def moved(self, progress: watching.Progress) -> None:
        """Move one side's bar."""
        self._log.moved(progress)
        if progress.side not in self._tasks:
            self._tasks[progress.side] = self._bars.add_task(progress.label, total=None)
        # Without a claim of its own, a side is expected to hold about what it held last time.
        total = progress.records if progress.finished else progress.total or progress.expected
        self._bars.update(self._tasks[progress.side], completed=progress.records, total=total)
