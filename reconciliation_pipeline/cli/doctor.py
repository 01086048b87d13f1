"""`recon doctor`: is everything in place, and what to do where it is not."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import environment, open_store, settings
from reconciliation_pipeline.cli.output import Exit, Json, emit, say
from reconciliation_pipeline.settings.environment import Environment
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.doctor.daemons import schedule, who_runs
from reconciliation_pipeline.steps.doctor.finding import Finding, Health, fail
from reconciliation_pipeline.steps.doctor.look import look
from reconciliation_pipeline.steps.doctor.storage import storage
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store

MARKS = {Health.OK: "[green]ok  [/]", Health.WARN: "[yellow]warn[/]", Health.FAIL: "[red]fail[/]"}

_HANGING = " " * len("  warn ")

Found = tuple[str, Finding]
"""What was found, and in which reconciliation."""


def doctor(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One reconciliation; by default all.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not wait up to half a minute to see whether a second daemon runs.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Look at settings, both systems, channels, storage and the scheduler, with a remedy for each fault.

    Exit codes: 0 nothing failed, 2 something did.
    """
    place = environment()
    dagster = _Dagster(place, waits=not quick, tells=not as_json)
    found = _examined(name, place, dagster) if name else _everything(place, dagster)
    told = list(found) if as_json else list(_shown(found))
    if as_json:
        emit({"findings": [_as_json(who, finding) for who, finding in told]})
    failed = any(one.health is Health.FAIL for _, one in told)
    raise SystemExit(Exit.USAGE if failed else Exit.CLEAN)


def _shown(found: Iterator[Found]) -> Iterator[Found]:
    console, last = Console(), None
    for who, one in found:
        if who != last:
            console.print(f"[bold]{who}[/]")
        last = who
        console.print(f"  {MARKS[one.health]} {one.what}: ", end="", soft_wrap=True)
        # Long lines are left to the terminal, so that a command that is copied stays whole.
        console.print(one.text, markup=False, highlight=False, soft_wrap=True)
        if one.remedy:
            console.print(f"{_HANGING}{one.remedy}", markup=False, highlight=False, soft_wrap=True)
        yield who, one


def _examined(name: str, place: Environment, dagster: "_Dagster") -> Iterator[Found]:
    reconciliation, environ = settings(name)
    kept = list(storage(place.home, place.postgres_url))
    yield from ((name, one) for one in kept)
    remembers = all(one.health is not Health.FAIL for one in kept)
    with open_store() if remembers else _nothing_kept() as store:
        work = Work(reconciliation, store, environ, place.pretended_now)
        yield from ((name, one) for one in look(work, remembers=remembers))
    if remembers:
        yield from ((name, one) for one in dagster.findings(name))


@contextmanager
def _nothing_kept() -> Iterator[Store]:
    """Open a store for the length of a look at the two systems, where the real one cannot be used."""
    with TemporaryDirectory(prefix="recon-") as folder, Store.open(Path(folder), None) as store:
        yield store


def _everything(place: Environment, dagster: "_Dagster") -> Iterator[Found]:
    loaded = load_all(place.config, os.environ)
    for one in loaded.reconciliations:
        yield from _examined(one.reconciliation.id, place, dagster)
    for broken in loaded.broken:
        for mistake in broken.mistakes:
            yield broken.name, fail("settings", str(mistake), "")


@dataclass(frozen=True)
class _Dagster:
    """What Dagster's own records say about who runs the mornings, asked once.

    Attributes:
        place: Where they are.
        waits: Whether to wait for every process to have its turn.
        tells: Whether to say so.
    """

    place: Environment
    waits: bool
    tells: bool

    def findings(self, name: str) -> Sequence[Finding]:
        """Say who runs the mornings of a reconciliation."""
        if self._records is None:
            return [who_runs((), datetime.now(UTC), watched=True)]
        daemon, off = self._records
        if daemon.health is Health.FAIL:
            return [daemon]
        from reconciliation_pipeline.defs.naming import job_name

        job = job_name(name)
        return [daemon, schedule(job, is_off=job in off)]

    @cached_property
    def _records(self) -> tuple[Finding, set[str]] | None:
        if not self.place.postgres_url and not (self.place.home / "dagster").is_dir():
            return None
        import dagster as dg

        from reconciliation_pipeline.defs.daemons import heartbeats, switched_off, watched_heartbeats

        os.environ["DAGSTER_HOME"] = str(self.place.root)
        try:
            with dg.DagsterInstance.get() as instance:
                if self.waits and self.tells and heartbeats(instance):
                    say("  Watching for a second daemon, which takes up to half a minute (--quick leaves it out) ...")
                beats = watched_heartbeats(instance) if self.waits else heartbeats(instance)
                return who_runs(beats, datetime.now(UTC), watched=self.waits), switched_off(instance)
        except Exception as fault:  # noqa: BLE001 - whatever is wrong with Dagster's records, the rest is told
            # Only its type: its text may hold the address of the database.
            text = f"Dagster's own records cannot be read: {type(fault).__name__}."
            return fail("daemon", text, "Does `dagster-daemon run -w workspace.yaml` start? Its log says more."), set()


def _as_json(name: str, finding: Finding) -> dict[str, str]:
    return {
        "reconciliation": name,
        "health": finding.health.value,
        "what": finding.what,
        "text": finding.text,
        "remedy": finding.remedy,
    }
