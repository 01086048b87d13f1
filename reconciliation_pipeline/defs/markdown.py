"""What reads as text in the Dagster UI? Markdown only: it flattens HTML and does not wrap it.

The phrases are those of messages and terminal (`domain/wording.py`). No row values and nothing a
customer typed: counts, reasons, money, ledger ids.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.drift_message import largest
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import Reason, Side, Snapshot
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spelling import number, plain
from reconciliation_pipeline.domain.wording import Words, money_words, phrase
from reconciliation_pipeline.reporting.certificates import HEADLINES, certificate_lines

Links = Callable[[Life], Sequence[tuple[str, str]]]
"""Where the records of a difference can be seen: a name and an address each."""

MOST = 20
"""Differences listed one by one; the terminal lists all."""

BUCKETS = {
    "equal": "active on both sides, equal",
    "conflict": "active on both sides, values differ",
    "format_only": "active on both sides, in format only",
    "unknown_value": "active on both sides, a word nobody explained",
    "one_sided": "active here only",
    "counterpart": "stopped here, active there",
    "out_of_scope": "active on neither side",
    "no_key": "without a key, set apart",
    "duplicate_key": "sharing a key, set apart",
    "folded": "merged with others of the same key",
}
"""Where a pulled row ends, in the words of the table."""


def table(head: Sequence[str], aligned: str, rows: Iterable[Sequence[str]]) -> str:
    """Write a table; `aligned` has one of < and > for each column, and what is aligned right is never broken."""
    rule = ["---:" if side == ">" else "---" for side in aligned]
    whole = (
        [_unbroken(cell) if side == ">" else cell for cell, side in zip(row, aligned, strict=True)] for row in rows
    )
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *whole))


def _unbroken(text: str) -> str:
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def reasons(doubts: Sequence[Reason]) -> str:
    """List doubts with their remedies."""
    return "\n".join(
        f"- `{doubt.code}` {doubt.text}" + (f" *{doubt.remedy}*" if doubt.remedy else "") for doubt in doubts
    )


def certificate(snapshot: Snapshot) -> str:
    """Say whether a pull may be believed, why, and how it came about."""
    lines = [f"- {line}" for line in certificate_lines(snapshot)]
    doubts = [reasons(snapshot.certificate.reasons)] if snapshot.certificate.reasons else []
    return "\n".join([f"**{HEADLINES[snapshot.certificate.grade]}**", "", *doubts, *lines])


def balance(comparison: Comparison, words: Words) -> str:
    """Show where every row of both sides went; each column adds up to what was pulled."""
    crm, billing = comparison.balances[Side.CRM], comparison.balances[Side.BILLING]
    rows = [(text, f"{getattr(crm, name):,}", f"{getattr(billing, name):,}") for name, text in BUCKETS.items()]
    total = ("**pulled**", f"**{crm.pulled:,}**", f"**{billing.pulled:,}**")
    return table(["rows", words.labels[Side.CRM], words.labels[Side.BILLING]], "<>>", [*rows, total])


def costs(result: MorningResult, words: Words) -> str:
    """Show what the open differences cost, by how the two sides disagree."""
    rows = [
        (f"{group.count:,}", phrase(group.kind, group.cause, words), money_words(group.money, words, of=group.count))
        for group in result.groups
    ]
    return table(["records", "how they disagree", "amount"], "><>", rows) if rows else "Nothing is open."


def top(lives: Iterable[Life], words: Words, links: Links) -> str:
    """List differences by ledger id, those that cost most first, with links; keys and names stay in the ledger.

    Args:
        lives: What is open.
        words: How people talk about it.
        links: Gives the name and the address of each record of a difference.
    """
    there = {life.latest.item: life for life in lives}
    if not there:
        return "Nothing is open."
    shown = [there[one.item] for one in largest(life.latest for life in there.values())[:MOST]]
    heads = ["id", "how they disagree", "first seen", "amount", "owner", "due", "look"]
    rows = [(*_row(life, words), _links(links(life))) for life in shown]
    more = f"\n\nand {len(there) - MOST:,} more: `recon list`" if len(there) > MOST else ""
    return table(heads, "<<<><<<", rows) + more


def _row(life: Life, words: Words) -> tuple[str, ...]:
    latest, amount = life.latest, life.latest.amount
    spelt = f"{number(amount.value, amount.currency)} {amount.currency}" if amount else ""
    what, due = phrase(latest.kind, latest.cause, words), str(life.due) if life.due else ""
    return f"`{latest.item}`", what, str(life.first_seen), spelt, _cell(life.owner), due


def _links(found: Sequence[tuple[str, str]]) -> str:
    # Ids in an address are quoted by whoever made it; what Markdown would end a link with is quoted here.
    return " · ".join(
        f"[{_cell(name)}]({address.replace('(', '%28').replace(')', '%29').replace('|', '%7C').replace(' ', '%20')})"
        for name, address in found
    )


def _cell(text: str) -> str:
    """Keep a person's words within their cell, and words."""
    return re.sub(r"([\\`*_\[\]()<>|~!])", r"\\\1", plain(text))
