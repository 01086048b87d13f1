"""Which differences does the page list, in which order, and by what can they be narrowed down?

One line a difference, the open ones first and those that cost most before the others. The first of them stand in the
page as they are read and printed; all of them travel beside them, packed, for whoever searches and sorts.
"""

import base64
import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from markupsafe import escape

from reconciliation_pipeline.domain.lives import Closing, ItemState, Life
from reconciliation_pipeline.domain.picking import Pick
from reconciliation_pipeline.domain.records import Cause, Kind
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spelling import counted, plain
from reconciliation_pipeline.domain.wording import Words, phrase, since_when
from reconciliation_pipeline.reporting.case import record_links
from reconciliation_pipeline.reporting.tables import cost
from reconciliation_pipeline.reporting.values import NOTHING, Values, values_of
from reconciliation_pipeline.settings.model import Reconciliation

FIRST = 200
"""Lines that stand in the page itself; without scripts there are no more."""

SUPERSEDED = "superseded"

STATES: Mapping[str, str] = {
    ItemState.OPEN: "to act on",
    ItemState.SETTLING: "still settling",
    ItemState.ACCEPTED: "accepted",
    ItemState.QUARANTINED: "quarantined",
    ItemState.RESOLVED: "resolved this morning",
    SUPERSEDED: "closed: keys are read in another way",
}
"""Where a difference may stand, in the order of the list, as the page says it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One difference, as the page shows it.

    Attributes:
        id: By which `recon show` finds it.
        key: The customer number.
        state: One of `STATES`.
        what: How the two sides disagree.
        fields: What differs, both values side by side.
        links: The record in each system, where the settings say how.
        age: For how long it has been there, as far as our mornings know.
        since: The same as an interval.
        began: The morning from which on it was seen.
        first_seen: The first morning that ever saw it.
        owner: Who answers for it.
        due: Until when, with "overdue" where that is over; empty where nothing says so.
        is_late: Whether that is over.
        cost: What it costs, in words.
        amount: The number in it; None where there is none.
        currency: Its currency; empty where there is none.
    """

    id: str
    key: str
    state: str
    what: str
    fields: Sequence[Values]
    links: Sequence[tuple[str, str]]
    age: str
    since: str
    began: date
    first_seen: date
    owner: str
    due: str
    is_late: bool
    cost: str
    amount: Decimal | None
    currency: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One way of narrowing the list down.

    Attributes:
        name: What it goes by in the page's script.
        label: What it is called.
        options: Value, words and how many lines have it.
        chosen: The value that is chosen at first; empty for all.
    """

    name: str
    label: str
    options: Sequence[tuple[str, str, int]]
    chosen: str = ""


def lines_of(result: MorningResult, reconciliation: Reconciliation, lives: Iterable[Life], words: Words) -> list[Line]:
    """List what is there on a morning, and what it saw for the last time."""
    morning = result.morning
    shown = [one for one in lives if one.state is not ItemState.RESOLVED or one.resolved_on == morning]
    order = list(STATES)
    dearest_first = Pick(every=True).of(shown, morning)
    told = _phrases(words)
    lines = (_line(one, reconciliation, words, morning, told) for one in dearest_first)
    return sorted(lines, key=lambda line: order.index(line.state))


def choices(lines: Sequence[Line]) -> list[Choice]:
    """Say by what a list can be narrowed down; where all lines are alike there is nothing to choose."""
    states = Counter(line.state for line in lines)
    starts_open = ItemState.OPEN.value if states[ItemState.OPEN] and len(states) > 1 else ""
    found = [
        Choice(
            "state",
            "State",
            [(one, _upper(text), states[one]) for one, text in STATES.items() if states[one]],
            starts_open,
        ),
        _choice("what", "How they differ", (line.what for line in lines)),
        _choice("field", "Field", (name for line in lines for name in {one.name for one in line.fields})),
        _choice("owner", "Owner", (line.owner for line in lines)),
        _choice("currency", "Currency", (line.currency for line in lines if line.currency)),
    ]
    return [one for one in found if len(one.options) > 1]


def packed(lines: Sequence[Line], cells: Callable[[Line], Sequence[str]]) -> str:
    """Pack all lines for the page's script: JSON, gzip, base64.

    Args:
        lines: What to pack.
        cells: Renders a line, a cell each, as safe HTML: the very cells that stand in the page.
    """
    rows = [
        {
            "cells": cells(line),
            "sort": [line.key, line.what, _text(line.fields), line.began.isoformat(), line.owner, _number(line)],
            "find": str(escape(plain(_words(line)))),
            "state": line.state,
            "what": plain(line.what),
            "field": [plain(one.name) for one in line.fields],
            "owner": plain(line.owner),
            "currency": line.currency,
        }
        for line in lines
    ]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    # Without a time of day, the same morning makes the same page.
    return base64.b64encode(gzip.compress(text.encode(), compresslevel=6, mtime=0)).decode()


def _line(
    life: Life,
    reconciliation: Reconciliation,
    words: Words,
    morning: date,
    told: Callable[[Kind, Cause | None], str],
) -> Line:
    seen = life.latest
    is_late = life.is_overdue(morning)
    days = (morning - life.began_by).days
    return Line(
        id=seen.item,
        key=seen.key,
        state=SUPERSEDED if life.closing is Closing.SUPERSEDED else life.state.value,
        what=told(seen.kind, seen.cause),
        fields=values_of(seen, words),
        links=record_links(life, reconciliation, words),
        age=_age(life, days),
        since=since_when(life),
        began=life.began_by,
        first_seen=life.first_seen,
        owner=life.owner,
        due=f"{'overdue since' if is_late else 'due'} {life.due}" if life.due else "",
        is_late=is_late,
        cost=cost(seen, words) or NOTHING,
        amount=seen.amount.value if seen.amount else None,
        currency=seen.amount.currency if seen.amount else "",
    )


def _age(life: Life, days: int) -> str:
    """Say for how long it has been there; what was there on our very first morning may be much older."""
    if life.agreed_on is None:
        return f"at least {counted(days, 'day')}" if days else "unknown"
    return counted(days, "day") if days else "new"


def _phrases(words: Words) -> Callable[[Kind, Cause | None], str]:
    """Make each phrase once, and not for every line."""
    made: dict[tuple[Kind, Cause | None], str] = {}

    def of(kind: Kind, cause: Cause | None) -> str:
        if (kind, cause) not in made:
            made[kind, cause] = phrase(kind, cause, words)
        return made[kind, cause]

    return of


def _choice(name: str, label: str, values: Iterable[str]) -> Choice:
    counts = Counter(map(plain, values))
    return Choice(
        name, label, [(value, _upper(value) if name == "what" else value, counts[value]) for value in sorted(counts)]
    )


def _words(line: Line) -> str:
    records = [address for _, address in line.links]
    return " ".join([line.key, line.id, line.what, _text(line.fields), line.owner, line.cost, line.due, *records])


def _text(fields: Sequence[Values]) -> str:
    return " ".join(f"{one.name} {one.crm} {one.billing} {one.said}" for one in fields)


def _number(line: Line) -> float | None:
    return None if line.amount is None else float(line.amount)


def _upper(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
