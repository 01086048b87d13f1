"""`recon backup`: a copy of everything we keep, and whether a copy is whole."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from reconciliation_pipeline.cli.desk import environment
from reconciliation_pipeline.cli.output import Exit, Json, Problem, emit, say
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.steps.backup import Checked, Made, back_up
from reconciliation_pipeline.steps.backup import check as look
from reconciliation_pipeline.storage.copying import LEDGER, Moved
from reconciliation_pipeline.storage.database import dump_address

_SHOWN = 20
"""Lines of trouble on a terminal; --json has all of them."""


def backup(
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where the new folder goes; by default the current one.")
    ] = Path(),
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FOLDER", help="Read a backup again instead of making one.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Copy ledger, snapshots and comparisons into a new folder, while mornings may be running.

    To restore, copy them into an empty folder, set RECON_HOME to it, and run `recon verify NAME`.
    Exit codes: 0 whole, 2 nothing to copy, 3 damaged.
    """
    if check is not None:
        with _bar("Reading") as moved:
            found = look(check, moved=moved)
        _tell_checked(check, found, as_json=as_json)
        if not found.is_ok:
            raise SystemExit(Exit.NOT_TRUSTWORTHY)
        return
    home, url = environment().home, environment().postgres_url
    _refuse_nonsense(home, out, has_ledger=bool(url))
    with _bar("Copying") as moved:
        made = back_up(home, url, out.absolute(), at=datetime.now(UTC), moved=moved)
    _tell_made(made, _dump(url, made.folder) if url else None, as_json=as_json)
    if not made.is_ok:
        raise SystemExit(Exit.NOT_TRUSTWORTHY)


def _refuse_nonsense(home: Path, out: Path, *, has_ledger: bool) -> None:
    if not has_ledger and not (home / LEDGER).is_file():
        text = f"There is no ledger in {home}, so there is nothing to copy."
        raise Problem("nothing_kept", text, place="RECON_HOME", remedy="Set RECON_HOME to where everything is kept.")
    if out.exists() and not out.is_dir():
        raise Problem(
            "usage", f"{out} is not a folder.", place="--out", remedy="Name a folder; it is made when missing."
        )
    if out.resolve().is_relative_to(home.resolve()):
        text = f"{out} is inside of {home}: whatever takes the one takes the other."
        raise Problem("usage", text, place="--out", remedy="Name a folder elsewhere, best on another disk.")


def _dump(url: str, folder: Path) -> str:
    """Say how the ledger in Postgres is copied; whoever runs it is asked for the password."""
    return f"pg_dump --format=custom --file={shlex.quote(f'{folder}/ledger.dump')} {shlex.quote(dump_address(url))}"


def _tell_made(made: Made, dump: str | None, *, as_json: bool) -> None:
    manifest = made.manifest
    if as_json:
        known = {
            name: {
                "digest": one.digest,
                "mornings": one.mornings,
                "bad": [{"date": morning.isoformat(), "text": text} for morning, text in one.damaged],
            }
            for name, one in manifest.reconciliations.items()
        }
        head = {"folder": str(made.folder), "ok": made.is_ok, "database": manifest.database}
        size = {"files": len(manifest.files), "bytes": manifest.bytes, "sha256": made.sha256}
        emit({**head, "revision": manifest.revision, **size, "reconciliations": known, "dump": dump})
        return
    for one in manifest.reconciliations.values():
        _list(f"Damaged before it was copied: {text}" for _, text in one.damaged)
    for name, one in manifest.reconciliations.items():
        say(f"{name}: {counted(one.mornings, 'trusted morning')}, digest {one.digest}")
    say(f"{counted(len(manifest.files), 'file')}, {manifest.bytes / 1e6:,.1f} MB.")
    if dump:
        say(f"The ledger is in Postgres and not in this folder; this copies it, before the next morning runs: {dump}")
    typer.echo(made.folder)


def _tell_checked(folder: Path, found: Checked, *, as_json: bool) -> None:
    manifest = found.manifest
    if as_json:
        bad = [{"path": path, "text": f"{path} {what}."} for path, what in found.files.items()]
        bad += [{"path": LEDGER, "text": text} for text in found.ledgers.values()]
        size = {"files": len(manifest.files), "bytes": manifest.bytes}
        digests = {name: one.digest for name, one in manifest.reconciliations.items()}
        head = {"folder": str(folder), "ok": found.is_ok, "database": manifest.database}
        emit(
            {
                **head,
                "revision": manifest.revision,
                **size,
                "made_at": manifest.made_at.isoformat(),
                "digests": digests,
                "bad": bad,
            }
        )
        return
    _list([*(f"{path} {what}." for path, what in found.files.items()), *found.ledgers.values()])
    many = f"{counted(len(manifest.files), 'file')} of {manifest.made_at:%Y-%m-%d %H:%M} UTC"
    say(f"{many}: {'as they were copied' if found.is_ok else f'{len(found.files) + len(found.ledgers):,} damaged'}.")
    if manifest.database != "sqlite":
        say("The ledger is in Postgres: whether its dump is whole shows `recon verify NAME` once it is restored.")


def _list(lines: Iterator[str] | list[str]) -> None:
    every = list(lines)
    for line in every[:_SHOWN]:
        say(line)
    if len(every) > _SHOWN:
        say(f"... and {len(every) - _SHOWN:,} more; --json names all of them.")


@contextmanager
def _bar(doing: str) -> Iterator[Moved]:
    """Draw how far it is, where somebody looks."""
    console = Console(stderr=True)
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task(doing, total=None)

        def moved(done: int, total: int) -> None:
            bars.update(task, completed=done, total=total)

        yield moved
