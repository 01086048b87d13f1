"""What do the differences look like in a terminal: as a list, and one by one?

Foreign text goes in as text, never as markup.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble
from reconciliation_pipeline.domain.judgement import money_lines
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import counted, number, plain
from reconciliation_pipeline.domain.wording import LEFT_ASIDE, Words, money_words, phrase
from reconciliation_pipeline.reporting.values import (
    NOTHING,
    differing,
    values_of,
    visible,
)

STATE_STYLES = {
    ItemState.OPEN: "yellow",
    ItemState.SETTLING: "dim",
    ItemState.RESOLVED: "green",
    ItemState.ACCEPTED: "cyan",
    ItemState.QUARANTINED: "magenta",
}
"""One colour for each state."""


_ID = 12
"""Letters of the id of a difference."""


def difference_table(lives: Iterable[Life], words: Words, on: date | None = None) -> Group:
    """List differences, one a row, under a heading for each way of disagreeing.

    Args:
        lives: What to list, in this order within a heading.
        words: How people talk about the reconciliation.
        on: The morning asked about; None where nobody wants to know what is overdue.
    """
    groups: dict[str, list[Life]] = {}
    for life in lives:
        groups.setdefault(phrase(life.latest.kind, life.latest.cause, words), []).append(life)
    largest_first = sorted(groups.items(), key=lambda group: -len(group[1]))
    return Group(
        *(
            part
            for what, found in largest_first
            for part in (Text(f"{len(found):,} {what}", style="bold"), _rows(found, words, on), Text())
        )
    )


def _rows(lives: Iterable[Life], words: Words, on: date | None) -> Table:
    lives = tuple(lives)
    # Of a one-sided record the heading tells everything; a conflict shows both values.
    shows_values = any(life.latest.kind is Kind.VALUE_CONFLICT for life in lives)
    both = f"{words.labels[Side.CRM]} / {words.labels[Side.BILLING]}"
    table = _headed("id", "customer", *([both] if shows_values else []))
    # What is not wrapped is cut where there is no room, unless it is said how much it needs.
    table.add_column("state", no_wrap=True, min_width=_widest(life.state.value for life in lives))
    table.add_column("first seen", no_wrap=True, min_width=len("first seen"))
    shows_due = any(life.due for life in lives)
    if shows_due:
        table.add_column("due", min_width=10)
    table.add_column("owner", no_wrap=True, min_width=_widest(plain(life.owner) for life in lives))
    amounts = [_amount(life.latest) for life in lives]
    table.add_column("amount", justify="right", no_wrap=True, min_width=_widest(amounts))
    for life, amount in zip(lives, amounts, strict=True):
        seen = life.latest
        table.add_row(
            _text(seen.item),
            _text(seen.key),
            *([_text(differing_words(seen, words))] if shows_values else []),
            Text(life.state.value, style=STATE_STYLES[life.state]),
            _text(life.first_seen.isoformat()),
            *([_due(life, on)] if shows_due else []),
            _text(life.owner),
            _text(amount),
        )
    return table


def _widest(texts: Iterable[str]) -> int:
    return max(map(cell_len, texts), default=0)


def _amount(seen: Observation) -> str:
    return f"{number(seen.amount.value, seen.amount.currency)} {seen.amount.currency}" if seen.amount else NOTHING


def _due(life: Life, on: date | None) -> Text:
    if life.due is None:
        return Text(NOTHING, style="dim")
    is_late = on is not None and life.is_overdue(on)
    return Text(life.due.isoformat() + (" late" if is_late else ""), style="bold red" if is_late else "")


def unpaired_table(troubles: Iterable[KeyTrouble], words: Words) -> Group:
    """List records that were compared with nothing: no key, a shared one, or a word that nobody explained."""
    found = tuple(troubles)
    return Group(
        *_unkeyed([one for one in found if one.field is None], words),
        *_unexplained([one for one in found if one.field is not None], words),
    )


def _unkeyed(troubles: Sequence[KeyTrouble], words: Words) -> Sequence[RenderableType]:
    table = _headed("system", "record", "key")
    for one in troubles:
        table.add_row(_text(words.labels[one.side]), _text(one.source_id), _text(one.key or "none"))
    title = f"{counted(len(troubles), 'record')} that cannot be paired: without a key, or sharing one"
    return (Text(title, style="bold"), table, Text()) if troubles else ()


def _unexplained(troubles: Sequence[KeyTrouble], words: Words) -> Sequence[RenderableType]:
    table = _headed("system", "record", "key", "field", "word")
    for one in troubles:
        cells = (words.labels[one.side], one.source_id, one.key or "none", one.field or NOTHING, visible(one.word))
        table.add_row(*map(_text, cells))
    # A pair whose words are unknown on both sides, or in two fields, stands in several rows.
    title = f"{counted(len({one.key for one in troubles}), 'record')} set apart for a word that nobody explained"
    return (Text(title, style="bold"), table, Text()) if troubles else ()


def format_table(found: Sequence[FormatDifference], total: int, words: Words) -> Group:
    """List records that differ in format only, with both values.

    Args:
        found: What to list.
        total: How many there are; only the first of many are kept.
        words: How people talk about the reconciliation.
    """
    table = _headed("customer", f"{words.labels[Side.CRM]} / {words.labels[Side.BILLING]}")
    for one in found:
        # The heading says of all of them what would be said of each.
        pairs = (differing(replace(each, format_only=False), words) for each in one.fields)
        table.add_row(_text(one.key), _text(", ".join(f"{each.name}: {each.together}" for each in pairs)))
    differ = "differs" if total == 1 else "differ"
    title = f"{counted(total, 'record')} {differ} in format only ({LEFT_ASIDE})"
    shown = f"; the first {len(found):,}" if len(found) < total else ""
    return Group(Text(f"{title}{shown}", style="bold"), table, Text())


def _headed(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        # On a narrow terminal a column is folded, and never so far that nobody can read it.
        is_id = name == "id"
        table.add_column(name, overflow="fold", no_wrap=is_id, min_width=_ID if is_id else min(len(name), 8))
    return table


def differing_words(seen: Observation, words: Words) -> str:
    """Say in one cell what differs: values for a conflict, statuses for a one-sided record."""
    name_it = seen.kind is Kind.VALUE_CONFLICT
    return ", ".join(f"{one.name}: {one.together}" if name_it else one.together for one in values_of(seen, words))


def cost(seen: Observation, words: Words) -> str:
    """Say what one difference costs; empty when no money moves."""
    return money_words(money_lines([seen]), words)


def _text(value: str) -> Text:
    return Text(plain(value))
