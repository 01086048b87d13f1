"""`recon list`: what differs, what was set apart, and what the list must not be taken for."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

import typer
from rich.console import Console, RenderableType
from rich.measure import Measurement

from reconciliation_pipeline.cli.desk import a_date, at_work
from reconciliation_pipeline.cli.output import Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble
from reconciliation_pipeline.domain.gaps import gap_words
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.picking import Pick
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import plain
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.reporting.items import format_items, items, unpaired_items
from reconciliation_pipeline.reporting.tables import difference_table, format_table, unpaired_table
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.rules import rules
from reconciliation_pipeline.steps.describe import compared_on, gaps_before, lives_until
from reconciliation_pipeline.steps.work import Work

_WIDEST: Final = 120
"""Letters to which a list grows on a narrower terminal."""


class Listed(StrEnum):
    """What can be listed: the kinds of difference, and the records that are counted apart."""

    CRM_ONLY = Kind.CRM_ONLY
    BILLING_ONLY = Kind.BILLING_ONLY
    VALUE_CONFLICT = Kind.VALUE_CONFLICT
    NO_KEY = "no_key"
    DUPLICATE_KEY = "duplicate_key"
    UNKNOWN_VALUE = "unknown_value"
    FORMAT_ONLY = "format_only"


@dataclass(frozen=True, slots=True)
class Listing:
    """What was asked for, and what there is.

    Attributes:
        name: The reconciliation.
        mornings: The trusted ones, oldest first; the last of them is listed.
        on: The day on which ages are told.
        found: The differences that were asked for.
        aside: How many differences of the morning are in each state.
        is_narrowed: Whether less than the daily list was asked for.
        asks_apart: Whether what is counted apart was asked for as well; it has neither a state nor an owner.
        apart: Records that are compared with nothing.
        formats: Records that differ in format only, the first of them.
        total: How many of those there are; None where the comparison of the morning is not kept any more.
        missing: Mornings without a result.
        words: What people call the two sides and their fields.
    """

    name: str
    mornings: Sequence[date]
    on: date
    found: Sequence[Life]
    aside: Counter[ItemState]
    is_narrowed: bool
    asks_apart: bool
    apart: Sequence[KeyTrouble]
    formats: Sequence[FormatDifference]
    total: int | None
    missing: tuple[date, ...]
    words: Words

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to list, and that is known."""
        return self.total is not None and not (self.found or self.apart or self.formats)


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
        pick = Pick(state, Kind(kind.value) if kind and _is_ours(kind) else None, owner, field, overdue, new)
        listing = _looked_up(work, a_date(day), kind, pick)
    if as_json:
        emit(_as_json(listing))
    else:
        _show(listing, kind)


def _is_ours(kind: Listed) -> bool:
    return kind.value in set(Kind)


def _looked_up(work: Work, day: date | None, kind: Listed | None, pick: Pick) -> Listing:
    mornings = work.store.ledger.mornings(work.id, until=day)
    lives = lives_until(work, day)
    if pick.field is not None:
        _refuse_unknown(pick.field, work.reconciliation, lives)
    on = mornings[-1] if mornings else day or work.today()
    asks_apart = pick == Pick(kind=pick.kind)
    compared = compared_on(work, day) if asks_apart else None
    formats = compared.format_only if compared and kind in {None, Listed.FORMAT_ONLY} else ()
    is_lost = asks_apart and bool(mornings) and compared is None
    total = compared.balances[Side.CRM].format_only if compared and formats else 0
    return Listing(
        name=work.id,
        mornings=mornings,
        on=on,
        found=pick.of(lives, on) if kind is None or _is_ours(kind) else [],
        aside=Counter(life.state for life in lives),
        is_narrowed=kind is not None or pick != Pick(),
        asks_apart=asks_apart,
        apart=[one for one in compared.key_troubles if kind in {None, one.kind}] if compared else [],
        formats=formats,
        total=None if is_lost else total,
        missing=gaps_before(work, day or work.today()),
        words=words_of(work.reconciliation),
    )


def _refuse_unknown(field: str, reconciliation: Reconciliation, lives: Iterable[Life]) -> None:
    """Refuse to look for a field that is not compared and never was: an empty answer would look like agreement."""
    compared = [rule.name for rule in rules(reconciliation)]
    # What was compared once and is not any more can still be looked for.
    if field in compared or any(one.name == field for life in lives for one in life.latest.fields):
        return
    text = f"{plain(field)!r} is no field that {reconciliation.id} compares."
    raise Problem("usage", text, place="--field", remedy=f"It compares {', '.join(compared) or 'no field'}.")


def _as_json(listing: Listing) -> dict[str, Any]:
    return {
        "reconciliation": listing.name,
        "date": listing.mornings[-1].isoformat() if listing.mornings else None,
        "items": items(listing.found),
        "unpaired": unpaired_items(listing.apart),
        "format_only": format_items(listing.formats),
        "format_only_total": listing.total,
        "gaps": [one.isoformat() for one in listing.missing],
    }


def _show(listing: Listing, kind: Listed | None) -> None:
    console, name = Console(), listing.name
    if listing.found:
        print_whole(difference_table(listing.found, listing.words, listing.on), console)
    if listing.asks_apart and (left := set_aside_words(listing.aside, name)):
        say(left)
    if listing.apart:
        console.print(unpaired_table(listing.apart, listing.words))
    if listing.formats and kind is Listed.FORMAT_ONLY:
        console.print(format_table(listing.formats, listing.total or 0, listing.words))
    elif listing.formats:
        say(f"In format only: {listing.total:,}. `recon list {name} --kind format_only` shows them.")
    if listing.total is None:
        say("The comparison of that morning is not kept any more: what it set apart cannot be listed.")
    if listing.missing:
        say(gap_words(listing.missing))
    _say_what_it_is_worth(listing)


def print_whole(table: RenderableType, console: Console) -> None:
    """Print a table wider than a terminal that has no room for its columns: the terminal wraps, and nothing is lost."""
    least = Measurement.get(console, console.options.update(max_width=_WIDEST), table).minimum
    if least > console.width:
        console = Console(file=console.file, width=least)
    console.print(table, crop=False)


def set_aside_words(states: Mapping[ItemState, int], name: str) -> str:
    """Say what is not in the daily list because somebody decided so; empty where there is nothing."""
    parts = [
        f"{states[state]:,} {state} (`recon list {name} --state {state}`)"
        for state in (ItemState.ACCEPTED, ItemState.QUARANTINED)
        if states.get(state)
    ]
    return f"Not listed: {', '.join(parts)}." if parts else ""


def doubt_words(name: str, mornings: Sequence[date], *, is_empty: bool) -> str:
    """Say what differences must not be taken for as long as no morning is trusted; empty where one is.

    Args:
        name: The reconciliation.
        mornings: Its trusted mornings.
        is_empty: Whether nothing was seen on an unproven one either.
    """
    if mornings:
        return ""
    if is_empty:
        return "No morning was trusted and compared so far: this says nothing about the two systems."
    return f"Unproven: nobody has confirmed the counts yet. `recon report {name}` says how."


def _say_what_it_is_worth(listing: Listing) -> None:
    """Say what a list must not be taken for."""
    doubt = doubt_words(listing.name, listing.mornings, is_empty=listing.is_empty and not listing.aside)
    daily = [
        f"{listing.aside[state]:,} {state}" for state in (ItemState.OPEN, ItemState.SETTLING) if listing.aside[state]
    ]
    if listing.is_empty and listing.is_narrowed and daily:
        say(f"Nothing fits; {' and '.join(daily)} without these options.")
    elif listing.is_empty and listing.mornings:
        say(f"Nothing to list. The last trusted morning is {listing.mornings[-1]}.")
    if doubt:
        say(doubt)
