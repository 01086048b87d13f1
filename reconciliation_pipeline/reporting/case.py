"""What is the case file of one difference: everything that is known about it, in plain words?

Foreign text goes in as text, never as markup.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from rich.table import Table
from rich.text import Text

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.decisions import Decision
from reconciliation_pipeline.domain.fields_since import fields_since
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Closing, ItemState, Life
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import counted, plain, span
from reconciliation_pipeline.domain.wording import Words, phrase, since_when
from reconciliation_pipeline.reporting.apart import address_of
from reconciliation_pipeline.reporting.tables import cost, differing_words
from reconciliation_pipeline.reporting.values import NEVER_BEFORE, Values, values_of
from reconciliation_pipeline.settings.model import Reconciliation

Line = tuple[str, str]
"""What it is called, and what is known of it."""


def case_file(
    life: Life,
    words: Words,
    *,
    on: date | None = None,
    seen: Mapping[date, Observation] | None = None,
    links: Sequence[Line] = (),
) -> Table:
    """Tell everything that is known about one difference.

    Args:
        life: The difference.
        words: How people talk about the reconciliation.
        on: Today; None where ages do not matter.
        seen: What each trusted morning saw of it.
        links: Where both records are.
    """
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in [
        *case_lines(life, words, on),
        *_later(life, seen or {}),
        *_history(life, words, seen or {}),
        *links,
    ]:
        table.add_row(_text(name), _text(value))
    return table


def case_lines(life: Life, words: Words, on: date | None = None) -> list[Line]:
    """Pair the name of everything known about a difference with its words."""
    seen = life.latest
    lines = [
        ("id", seen.item),
        ("customer", seen.key),
        ("what", phrase(seen.kind, seen.cause, words)),
        *((one.name, _both(one, words)) for one in values_of(seen, words)),
        ("state", _state(life)),
        ("since when", since_when(life)),
        ("first seen", f"{life.first_seen}{_age(life, on)}"),
        ("last seen", f"{life.last_seen}, on {counted(life.times_seen, 'morning')} in all"),
        *([("comes and goes", _returns(life))] if life.returned else []),
        ("owner", life.owner),
        *([("due", f"{life.due}{', overdue' if on and life.is_overdue(on) else ''}")] if life.due else []),
        ("amount", cost(seen, words) or "none"),
        ("severity", life.severity.value),
    ]
    lines += [(f"in {words.name(side)}", _record(seen, side)) for side in Side]
    return lines + [("decided", _decided(one)) for one in life.decisions]


def record_links(life: Life, reconciliation: Reconciliation, words: Words) -> list[Line]:
    """Point to the record in each system, where the settings say how."""
    found = ((side, address_of(reconciliation, side, one)) for side, one in life.latest.source_ids.items())
    return [(words.labels[side], address) for side, address in found if address]


def run_link(attempt: Attempt | None, ui_url: str | None) -> list[Line]:
    """Point to the run that saw a difference last, in the Dagster UI where somebody said where that is."""
    if attempt is None:
        return []
    return [("last run", f"{ui_url}/runs/{attempt.run_id}" if ui_url else attempt.run_id)]


def _later(life: Life, seen: Mapping[date, Observation]) -> list[Line]:
    """Say since when a field differs that began to do so after the difference itself."""
    return [
        (f"{name} since", f"between {one.after} and {one.before}")
        for name, one in fields_since(life, seen).items()
        if one.before > life.began_by
    ]


def _history(life: Life, words: Words, seen: Mapping[date, Observation]) -> list[Line]:
    """Tell its stretches, and within them every change of what was seen."""
    lines: list[Line] = []
    for one in life.stretches:
        span = f"{one.first}" if one.first == one.last else f"{one.first} to {one.last}"
        lines.append(("was there", f"{span}, {counted(one.mornings, 'morning')}"))
        before = ""
        for morning in sorted(day for day in seen if one.first <= day <= one.last):
            said = differing_words(seen[morning], words)
            if said != before and seen[morning].kind is Kind.VALUE_CONFLICT:
                lines.append(("", f"{morning}  {said}"))
            before = said
    return lines


def _both(one: Values, words: Words) -> str:
    if one.is_lost:
        return NEVER_BEFORE
    both = f"{words.labels[Side.CRM]}: {one.crm}   {words.labels[Side.BILLING]}: {one.billing}"
    return f"{both}   ({one.said})" if one.notes else both


def _state(life: Life) -> str:
    if life.resolved_on and life.closing is Closing.SUPERSEDED:
        return f"closed on {life.resolved_on}: keys are read in another way since"
    if life.resolved_on:
        return f"resolved on {life.resolved_on}"
    if life.state is ItemState.ACCEPTED and life.in_force.accepted:
        return f"accepted until {life.in_force.accepted.until} by {life.in_force.accepted.by}"
    if life.state is ItemState.QUARANTINED and life.in_force.quarantined:
        return f"quarantined by {life.in_force.quarantined.by}"
    if life.state is ItemState.SETTLING and (after := life.latest.cleared_after) is not None:
        return f"settling: gone when both were asked again, at most {span(timedelta(seconds=after))} after it began"
    return life.state.value


def _age(life: Life, on: date | None) -> str:
    if on is None or not life.is_there:
        return ""
    days = (on - life.began_by).days
    told = f", {counted(days, 'day')} ago" if days else ", today"
    # What the records themselves say may be much older than our first look.
    if life.changed is not None and life.changed.date() < life.began_by:
        told += f"; its data is unchanged since {life.changed:%Y-%m-%d}"
    return told


def _returns(life: Life) -> str:
    back = f"came back {counted(life.returned, 'time')}"
    return f"{back}: settle it at its source, it will not stay away by itself" if life.is_flapping else back


def _record(seen: Observation, side: Side) -> str:
    if side not in seen.source_ids:
        return "no record of this number"
    changed = seen.changed_at.get(side)
    when = f", last changed {changed:%Y-%m-%d %H:%M} UTC" if changed else ", time of last change unknown"
    return f"record {seen.source_ids[side]}, status {seen.statuses.get(side) or 'unknown'}{when}"


def _decided(one: Decision) -> str:
    what = " ".join(
        filter(None, [one.action.value, f"to {one.to}" if one.to else "", f"until {one.until}" if one.until else ""])
    )
    return f"{one.at:%Y-%m-%d %H:%M} UTC  {what}, by {one.by}: {one.reason}"


def _text(value: str) -> Text:
    return Text(plain(value))
