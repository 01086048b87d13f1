"""`recon show`, `recon export`, `recon report`: what the ledger and the archive know."""

import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reconciliation_pipeline.cli.decide import reconciliation_of
from reconciliation_pipeline.cli.desk import a_date, at_work, environment, run_it
from reconciliation_pipeline.cli.listing import doubt_words
from reconciliation_pipeline.cli.output import Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.reporting.case import case_file, record_links, run_link
from reconciliation_pipeline.reporting.export import ExportFailed, Tell, export, format_of
from reconciliation_pipeline.reporting.items import case_item, history_items
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.describe import lives_until
from reconciliation_pipeline.steps.report import write_report


def show(
    item: Annotated[str, typer.Argument(metavar="ID", help="The id that `recon list` shows.")], as_json: Json = False
) -> None:
    """Show the case file of one difference: both sides, since when, what was decided."""
    with at_work(reconciliation_of(item)) as work:
        (life,) = lives_until(work, None, [item])
        seen = work.store.ledger.observed(work.id, item)
        words = words_of(work.reconciliation)
        on = work.today()
        attempt = work.store.attempts.latest_recorded(work.id, life.last_seen)
        links = [*record_links(life, work.reconciliation, words), *run_link(attempt, environment().ui_url)]
    if as_json:
        emit({"reconciliation": work.id, "item": case_item(life, seen), "history": history_items(seen)})
    else:
        Console().print(case_file(life, words, on=on, seen=seen, links=links))


def export_items(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")],
    form: Annotated[
        str | None,
        typer.Option("--format", help="csv, jsonl, parquet or xlsx; by default what FILE ends in, else csv."),
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help="Begin a CSV file with a byte order mark, for Excel.")] = False,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Write the differences to a file, resolved ones included."""
    written = format_of(out) if form is None else form
    with at_work(name) as work:
        found = lives_until(work, a_date(day))
        mornings = work.store.ledger.mornings(work.id, until=a_date(day))
    try:
        with _progress(len(found)) as tell:
            export(found, out, written, bom=bom, tell=tell)
    except ExportFailed as failed:
        raise Problem("export", failed.text, place=str(out), remedy=failed.remedy) from None
    if as_json:
        on = mornings[-1].isoformat() if mornings else None
        emit({"reconciliation": name, "date": on, "file": str(out), "format": written, "items": len(found)})
        return
    say(f"{counted(len(found), 'difference')} written to {out}.")
    if doubt := doubt_words(name, mornings, is_empty=not found):
        say(doubt)


@contextmanager
def _progress(total: int) -> Iterator[Tell]:
    """Draw a bar on a terminal for as long as a file is written."""
    console = Console(stderr=True)
    columns = (TextColumn("  {task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        task = bars.add_task("writing", total=total)
        yield lambda done: bars.update(task, completed=done)


def report(
    name: Name,
    day: Day = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write the morning's report: one HTML file that needs nothing else."""
    with at_work(name) as work:
        path = write_report(work, a_date(day), work.store.reports_folder, environment().ui_url)
        remedy = run_it(name, a_date(day) or work.today(), work.today())
    if path is None:
        text = f"{name} has no morning to report on" + (f" on {day}." if day else " yet.")
        raise Problem("no_morning", text, remedy=remedy, exit=Exit.USAGE)
    if as_json:
        emit({"reconciliation": name, "file": str(path)})
    else:
        typer.echo(path)
    if open_it:
        webbrowser.open(path.as_uri())
