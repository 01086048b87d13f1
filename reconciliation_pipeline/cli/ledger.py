"""`recon list`, `recon show`, `recon export`, `recon report`: what the ledger and the archive know."""

import os
import webbrowser
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import a_date, at_work, environment, open_store, settings
from reconciliation_pipeline.cli.output import Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.domain.ledger import ItemState, Life
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.reporting.export import ExportFailed, export
from reconciliation_pipeline.reporting.items import format_items, items, unpaired_items
from reconciliation_pipeline.reporting.tables import case_file, difference_table, format_table, unpaired_table
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.describe import compared_on, lives_until
from reconciliation_pipeline.steps.report import write_report
from reconciliation_pipeline.steps.work import Work


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
        ItemState | None, typer.Option("--state", help="Only this state; by default all but resolved.")
    ] = None,
    kind: Annotated[Listed | None, typer.Option("--kind", help="Only this kind.")] = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Only this owner's.")] = None,
    as_json: Json = False,
) -> None:
    """List the differences of the latest trusted morning, or of another one.

    Records without a key, sharing one, or with a word that nobody explained are compared with nothing; they are
    listed apart. Those that differ in format only are counted, and listed with `--kind format_only`.
    """
    with at_work(name) as work:
        mornings = work.store.ledger.mornings(work.id, until=a_date(day))
        found = [
            life
            for life in lives_until(work, a_date(day))
            if (life.state is state if state else life.state is not ItemState.RESOLVED)
            and (kind is None or kind.value == life.latest.kind.value)
            and owner in {None, life.latest.owner}
        ]
        # What is counted apart has neither a state nor an owner.
        asks_apart = state is None and owner is None
        compared = compared_on(work, a_date(day)) if asks_apart else None
        words = words_of(work.reconciliation)
    apart = [one for one in compared.key_troubles if kind in {None, one.kind}] if compared else []
    formats = compared.format_only if compared and kind in {None, Listed.FORMAT_ONLY} else ()
    total = compared.balances[Side.CRM].format_only if compared and formats else 0
    is_lost = asks_apart and bool(mornings) and compared is None
    if as_json:
        latest = mornings[-1].isoformat() if mornings else None
        told = {"items": items(found), "unpaired": unpaired_items(apart), "format_only": format_items(formats)}
        emit({"reconciliation": name, "date": latest, **told, "format_only_total": None if is_lost else total})
        return
    console = Console()
    if found:
        console.print(difference_table(found, words))
    if apart:
        console.print(unpaired_table(apart, words))
    if formats and kind is Listed.FORMAT_ONLY:
        console.print(format_table(formats, total, words))
    elif formats:
        say(f"In format only: {total:,}. `recon list {name} --kind format_only` shows them.")
    if is_lost:
        say("The comparison of that morning is not kept any more: what it set apart cannot be listed.")
    _say_what_it_is_worth(name, mornings, is_empty=not (found or apart or formats or is_lost))


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
    """Show the case file of one difference."""
    name, life = _find(item)
    if as_json:
        emit({"reconciliation": name, "item": items([life])[0]})
    else:
        reconciliation, _ = settings(name)
        Console().print(case_file(life, words_of(reconciliation)))


def _find(item: str) -> tuple[str, Life]:
    """Find a difference by its id, in whichever reconciliation it belongs to."""
    with open_store() as store:
        name = store.ledger.reconciliation_of(item)
        if name is None:
            raise Problem("unknown_id", f"No difference has the id {item!r}.", remedy="`recon list NAME` shows them.")
        for one in load_all(environment().config, os.environ).reconciliations:
            if one.reconciliation.id == name:
                work = Work(one.reconciliation, store, {})
                return name, next(life for life in lives_until(work, None) if life.latest.item == item)
    text, where = f"The settings of {name} are gone or broken.", str(environment().config)
    raise Problem("unknown_reconciliation", text, place=where, remedy="Bring them back, or let RECON_CONFIG name them.")


def export_items(
    name: Name,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Where to write it.")],
    form: Annotated[str, typer.Option("--format", help="csv or jsonl")] = "csv",
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Write the differences to a file, resolved ones included."""
    with at_work(name) as work:
        found = lives_until(work, a_date(day))
    try:
        export(found, out, form)
    except ExportFailed as failed:
        raise Problem("export", failed.text, place=str(out), remedy=failed.remedy) from None
    if as_json:
        emit({"reconciliation": name, "file": str(out), "format": form, "items": len(found)})
    else:
        say(f"{len(found):,} differences written to {out}.")


def report(
    name: Name,
    day: Day = None,
    open_it: Annotated[bool, typer.Option("--open", help="Open it in a browser.")] = False,
    as_json: Json = False,
) -> None:
    """Write the morning's report: one HTML file that needs nothing else."""
    with at_work(name) as work:
        path = write_report(work, a_date(day), environment().home / "reports")
    if path is None:
        text = f"{name} has no morning to report on" + (f" on {day}." if day else " yet.")
        raise Problem("no_morning", text, remedy=f"Run one: `recon run {name}`.", exit=Exit.USAGE)
    if as_json:
        emit({"reconciliation": name, "file": str(path)})
    else:
        typer.echo(path)
    if open_it:
        webbrowser.open(path.as_uri())
