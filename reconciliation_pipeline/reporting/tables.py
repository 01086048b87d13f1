"""What do the differences look like in a terminal: as a list, and one by one?

Foreign text goes in as text, never as markup.
"""

from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from reconciliation_pipeline.domain.judgement import money_lines
from reconciliation_pipeline.domain.ledger import ItemState, Life, Observation
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import counted, plain
from reconciliation_pipeline.domain.wording import Words, money_words, phrase, since_when
from reconciliation_pipeline.reporting.items import shown_fields

NOTHING = "-"
"""What stands where a system has no value."""

STATE_STYLES = {
    ItemState.OPEN: "yellow",
    ItemState.SETTLING: "dim",
    ItemState.RESOLVED: "green",
    ItemState.ACCEPTED: "cyan",
    ItemState.QUARANTINED: "magenta",
}
"""One colour for each state."""


def difference_table(lives: Iterable[Life], words: Words) -> Table:
    """List differences, one a row.

    Args:
        lives: What to list, in this order.
        words: How people talk about the reconciliation.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True)
    table.add_column("what")
    table.add_column("customer", overflow="fold")
    table.add_column(f"{words.labels[Side.CRM]} / {words.labels[Side.BILLING]}", overflow="fold")
    table.add_column("state", no_wrap=True)
    table.add_column("first seen", no_wrap=True)
    table.add_column("owner", overflow="fold")
    table.add_column("amount", justify="right", no_wrap=True)
    for life in lives:
        seen = life.latest
        table.add_row(
            _text(seen.item),
            _text(phrase(seen.kind, seen.cause, words)),
            _text(seen.key),
            _text(differing(seen)),
            Text(life.state.value, style=STATE_STYLES[life.state]),
            _text(life.first_seen.isoformat()),
            _text(seen.owner),
            _text(cost(seen, words) or NOTHING),
        )
    return table


def case_file(life: Life, words: Words) -> Table:
    """Tell everything that is known about one difference, in plain words."""
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in case_lines(life, words):
        table.add_row(_text(name), _text(value))
    return table


def case_lines(life: Life, words: Words) -> list[tuple[str, str]]:
    """Pair the name of everything known about a difference with its words."""
    seen = life.latest
    lines = [
        ("id", seen.item),
        ("customer", seen.key),
        ("what", phrase(seen.kind, seen.cause, words)),
        *((one.name, _both(one.crm, one.billing, words)) for one in shown_fields(seen)),
        ("state", _state(life)),
        ("since when", since_when(life)),
        ("first seen", f"{life.first_seen}"),
        ("last seen", f"{life.last_seen}, on {counted(life.times_seen, 'morning')} in all"),
        ("owner", seen.owner),
        ("amount", cost(seen, words) or "none"),
    ]
    return lines + [(f"in {words.name(side)}", _record(seen, side)) for side in Side]


def differing(seen: Observation) -> str:
    """Say in one cell what differs: values for a conflict, statuses for a one-sided record."""
    pairs = ((one.name, one.crm or NOTHING, one.billing or NOTHING) for one in shown_fields(seen))
    if seen.kind is Kind.VALUE_CONFLICT:
        return ", ".join(f"{name}: {crm} / {billing}" for name, crm, billing in pairs)
    return ", ".join(f"{crm} / {billing}" for _, crm, billing in pairs)


def cost(seen: Observation, words: Words) -> str:
    """Say what one difference costs; empty when no money moves."""
    return money_words(money_lines([seen]), words)


def _both(crm: str | None, billing: str | None, words: Words) -> str:
    return f"{words.labels[Side.CRM]}: {crm or NOTHING}   {words.labels[Side.BILLING]}: {billing or NOTHING}"


def _state(life: Life) -> str:
    return f"resolved on {life.resolved_on}" if life.resolved_on else life.state.value


def _record(seen: Observation, side: Side) -> str:
    if side not in seen.source_ids:
        return "no record of this number"
    changed = seen.changed_at.get(side)
    when = f", last changed {changed:%Y-%m-%d %H:%M} UTC" if changed else ", time of last change unknown"
    return f"record {seen.source_ids[side]}, status {seen.statuses.get(side) or 'unknown'}{when}"


def _text(value: str) -> Text:
    return Text(plain(value))
