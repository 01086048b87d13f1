"""How do differences leave for a spreadsheet or another program?

A file is there whole or not at all, and no cell of it is a formula.
"""

import csv
import io
import json
import os
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import FieldDifference, Kind, Side
from reconciliation_pipeline.domain.spelling import plain
from reconciliation_pipeline.reporting.items import items, shown_fields
from reconciliation_pipeline.reporting.values import IN_FORMAT, NEVER_BEFORE, is_lost

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


class ExportFailed(Exception):
    """An export that was not written; nothing that was there before has changed.

    Attributes:
        text: What happened, a sentence for people.
        remedy: What to do about it.
    """

    def __init__(self, text: str, *, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


def export(lives: Iterable[Life], path: Path, format: str, *, bom: bool = False) -> int:  # noqa: A002 - the flag's name
    """Write differences to a file; an older file of that name is replaced in one step.

    Args:
        lives: What to write, in this order.
        path: The file.
        format: csv or jsonl.
        bom: Begin a CSV file with a byte order mark, which Excel needs to read UTF-8.

    Returns:
        How many differences were written.

    Raises:
        ExportFailed: The format is unknown or the file cannot be written.
    """
    lives = tuple(lives)
    if format == "csv":
        content = _csv(lives).encode("utf-8-sig" if bom else "utf-8")
    elif format == "jsonl":
        content = "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items(lives)).encode()
    else:
        text = f"{plain(format)!r} is not a format that can be written."
        raise ExportFailed(text, remedy="Ask for csv or jsonl.")
    _replace(path, content)
    return len(lives)


def harmless(text: str) -> str:
    """Keep a spreadsheet from reading text as a formula; numbers, negative ones too, stay numbers."""
    is_formula = _FORMULA.match(text) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def _csv(lives: Sequence[Life]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows([harmless(row[name]) for name in COLUMNS] for row in map(_row, lives))
    return text.getvalue()


def _row(life: Life) -> dict[str, str]:
    seen = life.latest
    fields = shown_fields(seen)
    differing = fields if seen.kind is Kind.VALUE_CONFLICT else ()
    cells = {
        "id": seen.item,
        "kind": seen.kind.value,
        "key": seen.key,
        "reason": seen.cause,
        "state": life.state.value,
        "first_seen": life.first_seen,
        "last_seen": life.last_seen,
        "resolved_on": life.resolved_on,
        "since_after": life.agreed_on,
        "since_before": life.began_by,
        "owner": life.owner,
        "due": life.due,
        "money_class": seen.money_class,
        "currency": seen.amount and seen.amount.currency,
        "amount": seen.amount and seen.amount.value,
        "fields": _BETWEEN.join(one.name for one in fields),
        # Guarded one by one as well: a spreadsheet may be told to split cells.
        "crm": _BETWEEN.join(harmless(one.crm or "") for one in fields),
        "billing": _BETWEEN.join(harmless(one.billing or "") for one in fields),
        "crm_id": seen.source_ids.get(Side.CRM),
        "billing_id": seen.source_ids.get(Side.BILLING),
        "notes": _BETWEEN.join(harmless(f"{one.name}: {_note(one)}") for one in differing if _note(one)),
    }
    return {name: "" if cell is None else str(cell) for name, cell in cells.items()}


def _note(one: FieldDifference) -> str:
    """Say what two cells do not show by themselves."""
    if is_lost(one):
        return NEVER_BEFORE
    return IN_FORMAT if one.format_only else ""


def _replace(path: Path, content: bytes) -> None:
    part = path.parent / f".{uuid4().hex}.part"
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _settle(path.parent)
    except (OSError, ValueError) as error:
        with suppress(OSError):
            part.unlink()
        why = (error.strerror if isinstance(error, OSError) else None) or "this is no name of a file"
        text = f"The export could not be written to {plain(str(path))}: {why}."
        raise ExportFailed(text, remedy="Name a file in a folder that exists and that you may write to.") from None


def _settle(folder: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
