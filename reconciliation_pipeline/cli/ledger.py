"""`recon list`, `recon show`, `recon export`, `recon report`: what the ledger and the archive know."""

import webbrowser
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from reconciliation_pipeline.cli.decide import reconciliation_of
from reconciliation_pipeline.cli.desk import a_date, at_work, environment
from reconciliation_pipeline.cli.output import Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.domain.gaps import gap_words
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.picking import Pick
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.reporting.case import case_file, record_links, run_link
from reconciliation_pipeline.reporting.export import ExportFailed, Tell, export
from reconciliation_pipeline.reporting.items import case_item, format_items, history_items, items, unpaired_items
from reconciliation_pipeline.reporting.tables import difference_table, format_table, unpaired_table
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.describe import compared_on, gaps_before, lives_until
from reconciliation_pipeline.steps.report import write_report


class Listed(StrEnum):
    """What can be listed: the kinds of difference, and the records that are counted apart."""

    CRM_ONLY = Kind.CRM_ONLY
    BILLING_ONLY = Kind.BILLING_ONLY
    VALUE_CONFLICT = Kind.VALUE_CONFLICT
    NO_KEY = "no_key"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_VALUE = "unknown_value"
    FORMAT_ONLY = "format_only"


def list_items(
    name: Name,
    day: Day = None,
    state: Annotated[
        ItemState | None, typer.Option("--state", help="Only this state; by default what is open or settling.")
    ] = None,
    kind: Annotated[Listed | None, typer.Option("--kind", help="Only this kind.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only this owner's.")] = None,
    field: Annotated[str | None, typer.Option("--field", help="Only what differs in this field.")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should be gone by now.")] = False,
    new: Annotated[bool, typer.Option("--new", help="Only what this morning saw first.")] = False,
    as_json: Json = False,
) -> None:
    """List the differences of the latest trusted morning, or of another one, those that cost most first.

    What was accepted or quarantined is counted, and listed with `--state`. Records without a key, sharing one, or
    with a word that nobody explained are compared with nothing; they are listed apart. Those that differ in format
    only are counted, and listed with `--kind format_only`.
    """
    with at_work(name) as work:
        mornings = work.store.ledger.mornings(work.id, until=a_date(day))
        is_of_ours = kind is None or kind.value in set(Kind)
        pick = Pick(state, Kind(kind.value) if kind and is_of_ours else None, owner, field, overdue, new)
        lives = lives_until(work, a_date(day))
        on = mornings[-1] if mornings else a_date(day) or work.today()
        found = pick.of(lives, on) if is_of_ours else []
        aside = Counter(life.state for life in lives)
        # What is counted apart has neither a state nor an owner.
        asks_apart = pick == Pick(kind=pick.kind)
        compared = compared_on(work, a_date(day)) if asks_apart else None
        words = words_of(work.reconciliation)
        missing = gaps_before(work, a_date(day) or work.today())
    apart = [one for one in compared.key_troubles if kind in {None, one.kind}] if compared else []
    formats = compared.format_only if compared and kind in {None, Listed.FORMAT_ONLY} else ()
    total = compared.balances[Side.CRM].format_only if compared and formats else 0
    is_lost = asks_apart and bool(mornings) and compared is None
    if as_json:
        latest = mornings[-1].isoformat() if mornings else None
        told = {"items": items(found), "unpaired": unpaired_items(apart), "format_only": format_items(formats)}
        gaps = [one.isoformat() for one in missing]
        emit(
            {
                "reconciliation": name,
                "date": latest,
                **told,
                "format_only_total": None if is_lost else total,
                "gaps": gaps,
            }
        )
        return
    console = Console()
    if found:
        console.print(difference_table(found, words, on))
    if asks_apart and (left := set_aside_words(aside, name)):
        say(left)
    if apart:
        console.print(unpaired_table(apart, words))
    if formats and kind is Listed.FORMAT_ONLY:
        console.print(format_table(formats, total, words))
    elif formats:
        say(f"In format only: {total:,}. `recon list {name} --kind format_only` shows them.")
    if is_lost:
        say("The comparison of that morning is not kept any more: what it set apart cannot be listed.")
    if missing:
        say(gap_words(missing))
    _say_what_it_is_worth(name, mornings, is_empty=not (found or apart or formats or is_lost))


def set_aside_words(states: Mapping[ItemState, int], name: str) -> str:
    """Say what is not in the daily list because somebody decided so; empty where there is nothing."""
    parts = [
        f"{states[state]:,} {state} (`recon list {name} --state {state}`)"
        for state in (ItemState.ACCEPTED, ItemState.QUARANTINED)
        if states.get(state)
    ]
    return f"Not listed: {', '.join(parts)}." if parts else ""


def _say_what_it_is_worth(name: str, mornings: Sequence[date], *, is_empty: bool) -> None:
    """Say what a list must not be taken for."""
    if not mornings and not is_empty:
        say(f"Unproven: nobody has confirmed the counts yet. `recon report {name}` says how.")
    elif not mornings:
        say("No morning was trusted and compared so far: this says nothing about the two systems.")
    elif is_empty:
        say(f"Nothing to list. The last trusted morning is {mornings[-1]}.")


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
    form: Annotated[str, typer.Option("--format", help="csv, jsonl, parquet or xlsx")] = "csv",
    bom: Annotated[bool, typer.Option("--bom", help="Begin a CSV file with a byte order mark, for Excel.")] = False,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Write the differences to a file, resolved ones included."""
    with at_work(name) as work:
        found = lives_until(work, a_date(day))
    try:
        with _progress(len(found)) as tell:
            export(found, out, form, bom=bom, tell=tell)
    except ExportFailed as failed:
        raise Problem("export", failed.text, place=str(out), remedy=failed.remedy) from None
    if as_json:
        emit({"reconciliation": name, "file": str(out), "format": form, "items": len(found)})
    else:
        say(f"{len(found):,} differences written to {out}.")


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
    if path is None:
        text = f"{name} has no morning to report on" + (f" on {day}." if day else " yet.")
        raise Problem("no_morning", text, remedy=f"Run one: `recon run {name}`.", exit=Exit.USAGE)
    if as_json:
        emit({"reconciliation": name, "file": str(path)})
    else:
        typer.echo(path)
    if open_it:
        webbrowser.open(path.as_uri())
