"""What does an asset or a check say about itself in the Dagster UI?

The verdict first, then numbers, which plot from morning to morning, then Markdown.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import dagster as dg

from reconciliation_pipeline.defs import markdown
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.domain.records import Baseline, Kind, MoneyClass, Reason, Side, Snapshot
from reconciliation_pipeline.domain.result import MorningResult, symbol
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.steps.tell import Told

Metadata = dict[str, Any]


def snapshot_metadata(attempt: Attempt, side: Side, *, from_archive: bool) -> Metadata:
    """Describe one snapshot: may it be believed, how much is it, how was it pulled."""
    snapshot = attempt.snapshots[side]
    receipt = snapshot.receipt
    return {
        "certificate": dg.MetadataValue.md(markdown.certificate(snapshot)),
        "dagster/row_count": receipt.pulled,
        "active": receipt.active,
        **_baseline_metadata(snapshot.certificate.baseline, receipt.active),
        "pages": receipt.pages,
        "requests": receipt.requests,
        "seconds": round((receipt.finished_at - receipt.started_at).total_seconds(), 3),
        "without key": receipt.no_key,
        "sharing a key": receipt.duplicate_key,
        "attempt": attempt.number,
        "read from the archive": from_archive,
        "file": dg.MetadataValue.path(snapshot.path),
        "sha256": snapshot.sha256 or "",
    }


def claim_metadata(snapshot: Snapshot, doubts: Sequence[Reason]) -> Metadata:
    """Describe what a check of a snapshot looked at: the counts it judged, and what they were measured against."""
    return {
        **({"what to do": dg.MetadataValue.md(markdown.reasons(doubts))} if doubts else {}),
        "pulled": snapshot.receipt.pulled,
        "active": snapshot.receipt.active,
        **_baseline_metadata(snapshot.certificate.baseline, snapshot.receipt.active),
        "certificate": dg.MetadataValue.md(markdown.certificate(snapshot)),
    }


def diff_metadata(attempt: Attempt, comparison: Comparison, words: Words) -> Metadata:
    """Describe a comparison: how many of each kind, and where every row of each side went."""
    pairs = comparison.balances[Side.CRM]
    return {
        "dagster/row_count": len(comparison.discrepancies),
        **{kind.value: sum(one.kind is kind for one in comparison.discrepancies) for kind in Kind},
        "records that cannot be paired": sum(one.field is None for one in comparison.key_troubles),
        "records that differ in format only": pairs.format_only,
        "records with a word nobody explained": pairs.unknown_value,
        **planted_metadata(comparison),
        "where every row went": dg.MetadataValue.md(markdown.balance(comparison, words)),
        "attempt": attempt.number,
    }


def adds_up_metadata(comparison: Comparison, words: Words) -> Metadata:
    """Describe what the check of a comparison looked at: the rows it accounted for."""
    counted = {f"{words.labels[side]} rows": balance.accounted for side, balance in comparison.balances.items()}
    return {**counted, "where every row went": dg.MetadataValue.md(markdown.balance(comparison, words))}


def planted_metadata(comparison: Comparison) -> Metadata:
    """Describe what became of planted differences; the share found plots from morning to morning."""
    planted = comparison.planted
    if planted is None:
        return {}
    missed = {"missed": dg.MetadataValue.md("\n".join(f"- {one}" for one in planted.missed))} if planted.missed else {}
    return {"planted": planted.words, "planted found": planted.found, "planted of": planted.of, **missed}


def ledger_metadata(result: MorningResult, lives: Sequence[Life], words: Words, links: markdown.Links) -> Metadata:
    """Describe a recorded morning: what is open, since when, and what it costs; numbers plot from day to day."""
    counts = result.differences
    if counts is None:
        return {"outcome": symbol(result.outcome)}
    is_open = [life for life in lives if life.state is ItemState.OPEN]
    return {
        "outcome": symbol(result.outcome),
        "dagster/row_count": counts.total,
        "open": counts.open,
        **{f"open {kind.value}": sum(life.latest.kind is kind for life in is_open) for kind in Kind},
        "new": counts.new,
        "resolved": counts.resolved,
        "still settling": counts.settling,
        **_recheck_metadata(result.recheck),
        "overdue": sum(life.is_overdue(result.morning) for life in is_open),
        "oldest, in days": max(((result.morning - life.first_seen).days for life in is_open), default=0),
        **_money_metadata(result.money, words),
        "what it costs": dg.MetadataValue.md(markdown.costs(result, words)),
        "those that cost most": dg.MetadataValue.md(markdown.top(is_open, words, links)),
    }


def _recheck_metadata(found: Recheck | None) -> Metadata:
    """Describe what came of asking once more; where nobody was asked there is nothing to plot."""
    if found is None:
        return {}
    remarks = {"asking once more": dg.MetadataValue.text(" ".join(found.remarks))} if found.remarks else {}
    return {
        "asked once more": found.asked,
        "gone when asked again": len(found.cleared),
        "requests for it": sum(found.requests.values()),
        **remarks,
    }


def notifications_metadata(told: Told) -> Metadata:
    """Describe what was stored, sent, and could not be sent."""
    return {
        "in words": dg.MetadataValue.text(told.words),
        "messages stored": len(told.stored),
        "sent": told.sent,
        "failed": told.failed,
    }


def _baseline_metadata(baseline: Baseline | None, active: int) -> Metadata:
    """A first morning has no baseline; a placeholder would spoil the plot."""
    if baseline is None:
        return {}
    share = {"share of baseline": round(active / baseline.active, 4)} if baseline.active else {}
    return {"baseline active": baseline.active, "baseline pulled": baseline.pulled, **share}


def _money_metadata(lines: Sequence[MoneyLine], words: Words) -> Metadata:
    """Sum what is charged or lost, by currency; how far amounts differ is no cost and is left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.money_class is not MoneyClass.AMOUNT_DIFFERS and line.currency and line.amount is not None:
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return {f"{currency} a {words.per}": float(amount) for currency, amount in sorted(sums.items())}
