"""Configuration plus one line: how an asset gets hold of the store, the secrets and the clock.

Nothing here is a secret: secrets stay in the environment and are looked up by name at run time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.watch import Progress, Watch
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store

EVERY = 10
"""Pages between two lines in the log."""


class Office:
    """Where a reconciliation is worked on: the store at home and the process's environment."""

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store."""
        environment = read_environment(os.environ)
        with Store.open(environment.home, environment.postgres_url) as store:
            yield store

    @contextmanager
    def work(self, reconciliation: Reconciliation) -> Iterator[Work]:
        """Open the store for one reconciliation."""
        with self.store() as store:
            yield Work(reconciliation, store, os.environ, read_environment(os.environ).pretended_now)

    @contextmanager
    def watch(self, log: dg.DagsterLogManager) -> Iterator[Watch]:
        """Say who is told how far a pull has come: here, Dagster's log."""
        yield LogWatch(log)


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class OpenOffice(Office):
    """The office of a run in this very process, where everything is at hand already.

    Attributes:
        at_hand: What the run works with, its store and its clock included.
        stopped: Called when the run is stopped in the middle of work.
    """

    at_hand: Work
    stopped: Callable[[], None] = _nothing

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Hand out the open store."""
        yield self.at_hand.store

    @contextmanager
    def work(self, reconciliation: Reconciliation) -> Iterator[Work]:
        """Hand out what is at hand; the run is of that one reconciliation."""
        assert reconciliation.id == self.at_hand.id
        try:
            yield self.at_hand
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            self.stopped()
            raise


class LogWatch:
    """Writes a line into Dagster's log every few pages and at the end of a side."""

    def __init__(self, log: dg.DagsterLogManager) -> None:
        self._log = log
        self._told: dict[str, int] = {}

    def moved(self, progress: Progress) -> None:
        """Log progress, but not every page."""
        if not progress.finished and progress.pages - self._told.get(progress.side, -EVERY) < EVERY:
            return
        self._told[progress.side] = progress.pages
        of = f" of {progress.total:,}" if progress.total is not None else ""
        done = ", to the end" if progress.finished else ""
        self._log.info(f"{progress.label}: {progress.pages:,} pages, {progress.records:,}{of} records{done}")
