"""What does an export say of one difference, a cell each?

The same cells stand in every table: as text in CSV, typed in a workbook.
"""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import FieldDifference, Kind, Side
from reconciliation_pipeline.reporting.items import shown_fields
from reconciliation_pipeline.reporting.values import IN_FORMAT, NEVER_BEFORE, is_lost

Cell = str | date | Decimal | None

COLUMNS = (
    "id",
    "kind",
    "key",
    "reason",
    "state",
    "first_seen",
    "last_seen",
    "resolved_on",
    "since_after",
    "since_before",
    "owner",
    "due",
    "money_class",
    "currency",
    "amount",
    "fields",
    "crm",
    "billing",
    "crm_id",
    "billing_id",
    "notes",
)
"""Columns of a CSV export; new ones are added at the end."""

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_FORMULA = re.compile(r"\s*[=+\-@\t\r\x00\uFF1D\uFF0B\uFF0D\uFF20]")
_BETWEEN = " | "


def harmless(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula; numbers, negative ones too, stay numbers."""
    is_formula = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def as_it_is(text: str) -> str:
    """Leave text alone, where its cell says that it is text."""
    return text


def cells(life: Life, guarded: Callable[[str], str]) -> list[Cell]:
    """Say all of one difference, in the order of `COLUMNS`.

    Args:
        life: The difference.
        guarded: What is done to every piece of text that others wrote: `harmless` or `as_it_is`.
    """
    seen = life.latest
    fields = shown_fields(seen)
    differing = fields if seen.kind is Kind.VALUE_CONFLICT else ()
    made: dict[str, Cell] = {
        "id": seen.item,
        "kind": seen.kind.value,
        "key": seen.key,
        "reason": seen.cause.value if seen.cause else None,
        "state": life.state.value,
        "first_seen": life.first_seen,
        "last_seen": life.last_seen,
        "resolved_on": life.resolved_on,
        "since_after": life.agreed_on,
        "since_before": life.began_by,
        "owner": life.owner,
        "due": life.due,
        "money_class": seen.money_class.value if seen.money_class else None,
        "currency": seen.amount.currency if seen.amount else None,
        "amount": seen.amount.value if seen.amount else None,
        "fields": _BETWEEN.join(one.name for one in fields),
        # Guarded one by one as well: a spreadsheet may be told to split cells.
        "crm": _BETWEEN.join(guarded(one.crm or "") for one in fields),
        "billing": _BETWEEN.join(guarded(one.billing or "") for one in fields),
        "crm_id": seen.source_ids.get(Side.CRM),
        "billing_id": seen.source_ids.get(Side.BILLING),
        "notes": _BETWEEN.join(guarded(f"{one.name}: {_note(one)}") for one in differing if _note(one)),
    }
    found = [made[name] for name in COLUMNS]
    return [guarded(one) if isinstance(one, str) else one for one in found]


def _note(one: FieldDifference) -> str:
    """Say what two cells do not show by themselves."""
    if is_lost(one):
        return NEVER_BEFORE
    return IN_FORMAT if one.format_only else ""
