"""Which records does the page show beside the differences: in format only, and compared with nothing?

Both are counted apart and never open. Of very many only the first are shown, under the number of all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.wording import LEFT_ASIDE, Words
from reconciliation_pipeline.reporting.values import NOTHING, differing, visible
from reconciliation_pipeline.settings.model import Reconciliation

MOST = 300
"""Records shown of each kind."""

REMARKS = {
    "format_only": (
        f"The two sides mean the same and write it differently ({LEFT_ASIDE}). Never open; no message is sent for them."
    ),
    "no_key": "Nothing says who they are on the other side, so they were compared with nothing.",
    "duplicate_key": (
        "Several records of one side have the same key, as `keys` in the settings reads it, so nobody knows which "
        "of them is meant."
    ),
    "unknown_value": (
        "Until somebody explains the word under `words` in the settings, nobody can say whether these records differ."
    ),
}
"""What each kind means, in a sentence or two."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: its text, what there is to know about it, and where it leads."""

    text: str
    notes: Sequence[str] = ()
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Apart:
    """Records of one kind, under one heading."""

    anchor: str
    title: str
    count: str
    remark: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def apart(found: Comparison, format_only: int, reconciliation: Reconciliation, words: Words) -> list[Apart]:
    """Show what a comparison counted apart, a section a kind; kinds that are not there are left out.

    Args:
        found: What the comparison found.
        format_only: How many records differ in format only; the comparison keeps the first of many.
        reconciliation: Its settings, for links to the records.
        words: How people talk about it.
    """
    kinds: Mapping[str, list[KeyTrouble]] = {"no_key": [], "duplicate_key": [], "unknown_value": []}
    # Those that share a key stand together, and so do both sides of a pair.
    for one in sorted(found.key_troubles, key=lambda each: (each.key or "", each.side is Side.BILLING)):
        kinds[one.kind].append(one)
    sections = [
        _formats(found.format_only, format_only, words),
        _records("no_key", "Without a key", kinds["no_key"], reconciliation, words),
        _records("duplicate_key", "Sharing a key", kinds["duplicate_key"], reconciliation, words),
        _unexplained(kinds["unknown_value"], reconciliation, words),
    ]
    return [section for section in sections if section.rows]


def address_of(reconciliation: Reconciliation, side: Side, source_id: str) -> str | None:
    """Say where people see a record, if the settings know; ids are foreign and quoted."""
    pattern = reconciliation.sides[side].link
    if pattern and pattern.startswith(("https://", "http://")):
        return pattern.replace("{source_id}", quote(source_id, safe=""))
    return None


def _formats(found: Sequence[FormatDifference], total: int, words: Words) -> Apart:
    rows = []
    for one in found[:MOST]:
        for each in one.fields:
            # The heading says of all of them what would be said of each.
            values = differing(replace(each, format_only=False), words)
            rows.append((Cell(one.key), Cell(each.name, values.notes), Cell(values.crm), Cell(values.billing)))
    heads = ("Customer", "Field", words.labels[Side.CRM], words.labels[Side.BILLING])
    count = _count(min(len(found), MOST), max(total, len(found)))
    return Apart("format-only", "Differ in format only", count, REMARKS["format_only"], heads, rows)


def _records(
    kind: str, title: str, troubles: Sequence[KeyTrouble], reconciliation: Reconciliation, words: Words
) -> Apart:
    rows = [_record(one, reconciliation, words) for one in troubles[:MOST]]
    count = _count(len(rows), len(troubles))
    return Apart(kind.replace("_", "-"), title, count, REMARKS[kind], ("Key", "System", "Record"), rows)


def _unexplained(troubles: Sequence[KeyTrouble], reconciliation: Reconciliation, words: Words) -> Apart:
    keys = list(dict.fromkeys(one.key for one in troubles))
    shown: Collection[str | None] = set(keys[:MOST])
    rows = [
        (*_record(one, reconciliation, words), Cell(one.field or NOTHING), Cell(visible(one.word)))
        for one in troubles
        if one.key in shown
    ]
    heads = ("Key", "System", "Record", "Field", "Word")
    count = _count(len(shown), len(keys))
    return Apart("unknown-value", "With a word nobody explained", count, REMARKS["unknown_value"], heads, rows)


def _record(one: KeyTrouble, reconciliation: Reconciliation, words: Words) -> tuple[Cell, Cell, Cell]:
    record = Cell(one.source_id, address=address_of(reconciliation, one.side, one.source_id))
    return Cell(visible(one.key)), Cell(words.labels[one.side]), record


def _count(shown: int, total: int) -> str:
    return f"{total:,}" if shown == total else f"the first {shown:,} of {total:,}"
