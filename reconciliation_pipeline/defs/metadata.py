"""What an asset says about itself in the Dagster UI: numbers that plot, Markdown that reads.

No row values and nothing a customer typed: counts, reasons, money, references.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.ledger import Life
from reconciliation_pipeline.domain.records import Certificate, Comparison, Kind, Reason, Side, Snapshot
from reconciliation_pipeline.domain.result import MorningResult, symbol
from reconciliation_pipeline.steps.tell import Told

Metadata = dict[str, Any]


def reasons_markdown(reasons: Sequence[Reason]) -> str:
    """List reasons with their remedies."""
    return "\n".join(f"- `{reason.code}` {reason.text} *{reason.remedy}*" for reason in reasons) or "no doubt"


def snapshot_metadata(attempt: Attempt, side: Side, *, from_archive: bool) -> Metadata:
    """Describe one snapshot: counts, receipt, certificate."""
    snapshot = attempt.snapshots[side]
    receipt, certificate = snapshot.receipt, snapshot.certificate
    metadata: Metadata = {
        "dagster/row_count": receipt.pulled,
        "active": receipt.active,
        "pages": receipt.pages,
        "requests": receipt.requests,
        "seconds": round((receipt.finished_at - receipt.started_at).total_seconds(), 3),
        "without key": receipt.no_key,
        "sharing a key": receipt.duplicate_key,
        "attempt": attempt.number,
        "read from the archive": from_archive,
        "certificate": dg.MetadataValue.md(certificate_markdown(certificate)),
        "walk ended by": receipt.ended_by or "nothing",
        "file": dg.MetadataValue.path(snapshot.path),
        "sha256": snapshot.sha256 or "",
    }
    return metadata | _baseline_metadata(certificate)


def certificate_markdown(certificate: Certificate) -> str:
    """Say a certificate in plain words."""
    lines = [f"**{certificate.grade}**", ""]
    if certificate.reasons:
        lines.append(reasons_markdown(certificate.reasons))
    lines += [f"- {remark}" for remark in certificate.remarks]
    return "\n".join(lines)


def claim_metadata(snapshot: Snapshot, doubts: Sequence[Reason]) -> Metadata:
    """Describe what a check of a snapshot looked at: the counts it judged, and what they were measured against."""
    receipt, certificate = snapshot.receipt, snapshot.certificate
    metadata: Metadata = {"what to do": dg.MetadataValue.md(reasons_markdown(doubts))} if doubts else {}
    metadata |= {"pulled": receipt.pulled, "active": receipt.active, **_baseline_metadata(certificate)}
    return {**metadata, "certificate": dg.MetadataValue.md(certificate_markdown(certificate))}


def adds_up_metadata(comparison: Comparison) -> Metadata:
    """Describe what the check of a comparison looked at: the rows it accounted for."""
    counted = {f"{side} rows accounted for": balance.accounted for side, balance in comparison.balances.items()}
    return {**counted, "where every row went": dg.MetadataValue.md(balance_markdown(comparison))}


def _baseline_metadata(certificate: Certificate) -> Metadata:
    baseline = certificate.baseline
    return {} if baseline is None else {"baseline active": baseline.active, "baseline pulled": baseline.pulled}


def diff_metadata(attempt: Attempt, comparison: Comparison) -> Metadata:
    """Describe a comparison: how many of each kind, and where every row of each side went."""
    kinds = {kind.value: sum(one.kind is kind for one in comparison.discrepancies) for kind in Kind}
    return {
        "dagster/row_count": len(comparison.discrepancies),
        **kinds,
        "records that cannot be paired": len(comparison.key_troubles),
        "attempt": attempt.number,
        "where every row went": dg.MetadataValue.md(balance_markdown(comparison)),
    }


def balance_markdown(comparison: Comparison) -> str:
    """Show the buckets of both sides in a table; each column adds up to what was pulled."""
    names = ("equal", "conflict", "one_sided", "counterpart", "out_of_scope", "no_key", "duplicate_key", "folded")
    crm, billing = comparison.balances[Side.CRM], comparison.balances[Side.BILLING]
    rows = [f"| {name.replace('_', ' ')} | {getattr(crm, name):,} | {getattr(billing, name):,} |" for name in names]
    total = f"| **pulled** | **{crm.pulled:,}** | **{billing.pulled:,}** |"
    return "\n".join(["| rows | CRM | Billing |", "|---|---:|---:|", *rows, total])


def ledger_metadata(result: MorningResult, lives: Sequence[Life]) -> Metadata:
    """Describe a recorded morning: what is open, since when, and what it costs."""
    counts = result.differences
    if counts is None:
        return {"outcome": symbol(result.outcome)}
    oldest = min((life.first_seen for life in lives if life.resolved_on is None), default=None)
    metadata: Metadata = {
        "dagster/row_count": counts.total,
        "open": counts.open,
        "still settling": counts.settling,
        "new": counts.new,
        "resolved": counts.resolved,
        "outcome": symbol(result.outcome),
        "money": dg.MetadataValue.md(money_markdown(result.money)),
        "to act on": dg.MetadataValue.md(lives_markdown(lives)),
    }
    if oldest is not None:
        metadata["oldest, in days"] = _days(oldest, result.morning)
    return metadata


def _days(since: date, until: date) -> int:
    return (until - since).days


def money_markdown(lines: Sequence[MoneyLine]) -> str:
    """Show what open differences cost, by class and currency."""
    rows = [
        f"| {line.money_class.replace('_', ' ')} | {line.count:,} | "
        + (f"{line.amount:,.2f} {line.currency} |" if line.amount is not None else "amount unknown |")
        for line in lines
    ]
    return "\n".join(["| what | records | amount |", "|---|---:|---:|", *rows]) if rows else "nothing"


def lives_markdown(lives: Sequence[Life], most: int = 20) -> str:
    """List the oldest open differences by ledger id; keys and names stay in the ledger."""
    there = sorted((life for life in lives if life.resolved_on is None), key=lambda life: life.first_seen)
    rows = [
        f"| `{life.latest.item}` | {life.latest.kind.replace('_', ' ')} | {life.latest.cause or ''} | "
        f"{life.state} | {life.first_seen} | {life.latest.owner} |"
        for life in there[:most]
    ]
    rest = f"\n\n… and {len(there) - most:,} more: `recon list`" if len(there) > most else ""
    head = ["| id | kind | there | state | first seen | owner |", "|---|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + rest if rows else "nothing"


def notifications_metadata(told: Told) -> Metadata:
    """Describe what was stored, sent, and could not be sent."""
    return {
        "messages stored": len(told.stored),
        "sent": told.sent,
        "failed": told.failed,
        "in words": dg.MetadataValue.text(told.words),
    }
