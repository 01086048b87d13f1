"""What does a morning look like in a terminal?

Plain text, the source of every other rendering of the summary; colours belong in `styled.py`.
"""

from collections.abc import Sequence

from reconciliation_pipeline.domain.records import Grade, Outcome, Side, Snapshot
from reconciliation_pipeline.domain.remedies import confirm_command
from reconciliation_pipeline.domain.result import DifferenceCounts, Group, MorningResult, symbol
from reconciliation_pipeline.domain.spelling import counted, money_parts, plain
from reconciliation_pipeline.domain.wording import (
    Words,
    broken_off,
    first_words,
    format_words,
    keys_words,
    moved_words,
    no_difference_words,
    nothing_happened,
    phrase,
    settling_words,
    unknown_words,
)
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.model import Reconciliation

DEMO = "crm_billing"
"""Id of the pair that `make dev` serves."""


def summary(result: MorningResult, reconciliation: Reconciliation) -> str:
    """Render what one morning came to, as lines of plain text without a final newline."""
    words = words_of(reconciliation)
    body = _untrusted(result) if result.differences is None else _compared(result, result.differences, words)
    lines = [*_side_lines(result, words), *body, *_next_lines(result)]
    return "\n".join([_head(result, reconciliation), *(f"  {plain(line)}".rstrip() for line in lines)])


def _head(result: MorningResult, reconciliation: Reconciliation) -> str:
    instant = result.as_of.astimezone(reconciliation.zone)
    # A past morning that was asked for later must not look as if it had been pulled on its day.
    asked = "" if instant.date() == result.morning else f"{result.morning}, pulled "
    moment = f"{asked}{instant:%Y-%m-%d %H:%M} {reconciliation.timezone}"
    doubt = " · UNPROVEN" if result.is_unproven else ""
    return f"{result.reconciliation} · {moment} · {symbol(result.outcome)}{doubt}"


def _side_lines(result: MorningResult, words: Words) -> list[str]:
    snapshots = result.attempt.snapshots
    width = max(len(label) for label in words.labels.values())
    label = {side: f"{words.labels[side]:<{width}}" for side in Side}
    whole = [side for side in Side if side in snapshots and snapshots[side].receipt.failure is None]
    rows = _aligned([_side_cells(side, snapshots[side], words) for side in whole], "><>><<")
    cells = dict(zip(whole, rows, strict=True))
    return [
        "{}   {} {}   of {} pulled   {} {}   {}".format(label[side], *cells[side])
        if side in cells
        else f"{label[side]}   {broken_off(snapshots[side].receipt) if side in snapshots else 'not pulled'}"
        for side in Side
    ]


def _side_cells(side: Side, snapshot: Snapshot, words: Words) -> tuple[str, ...]:
    receipt = snapshot.receipt
    pages, noun = counted(receipt.pages, "page").split(" ")
    grade = snapshot.certificate.grade.value
    return (f"{receipt.active:,}", words.active[side], f"{receipt.pulled:,}", pages, noun, grade)


def _compared(result: MorningResult, counts: DifferenceCounts, words: Words) -> list[str]:
    return [
        *(_reason_lines(result) if result.is_unproven else []),
        _difference_line(counts, words),
        *_group_lines(result, words),
        *_movement_lines(result, counts),
        *filter(None, [format_words(counts)]),
        *_apart_lines(counts, result.reconciliation),
        *([result.planted.words] if result.planted else []),
        *(result.recheck.remarks if result.recheck else ()),
    ]


def _difference_line(counts: DifferenceCounts, words: Words) -> str:
    if not counts.total:
        return no_difference_words(counts)
    settling = [settling_words(counts, words)] if counts.settling else []
    others = [f"{n:,} {what}" for n, what in ((counts.accepted, "accepted"), (counts.quarantined, "quarantined")) if n]
    to_act = f"{counts.open:,} to act on" if counts.open else "nothing to act on"
    if not counts.open:
        return ", ".join([*settling, *others, to_act])
    parts = [*settling, *others]
    whole = counted(counts.total, "difference")
    return f"{whole}: {', '.join([*parts, to_act])}" if parts else f"{whole} to act on"


def _group_lines(result: MorningResult, words: Words) -> list[str]:
    """Lay counts, phrases and money out in columns; a group has a line for each currency."""
    rows = [row for group in result.groups for row in _group_rows(group, words)]
    return [f"  {count}  {what}     {amount} {unit}".rstrip() for count, what, amount, unit in _aligned(rows, "><><")]


def _group_rows(group: Group, words: Words) -> list[tuple[str, str, str, str]]:
    costs = [money_parts(line, per=words.per, of=group.count) for line in group.money] or [("", "")]
    head = (f"{group.count:,}", phrase(group.kind, group.cause, words))
    return [(*(("", "") if position else head), *cost) for position, cost in enumerate(costs)]


def _movement_lines(result: MorningResult, counts: DifferenceCounts) -> list[str]:
    return [first_words(rekeyed=result.rekeyed) if result.first else moved_words(counts)]


def _apart_lines(counts: DifferenceCounts, name: str) -> list[str]:
    return [f"{told}: see recon list {name}" for told in (keys_words(counts), unknown_words(counts)) if told]


def _untrusted(result: MorningResult) -> list[str]:
    nothing = nothing_happened(result)
    return [*_reason_lines(result), f"{nothing[0].lower()}{nothing[1:-1]}"]


def _reason_lines(result: MorningResult) -> list[str]:
    return [line for reason in result.reasons for line in (reason.text, f"  {reason.remedy}") if line.strip()]


def _next_lines(result: MorningResult) -> list[str]:
    name = result.reconciliation
    looks = [*(["make dev"] if name == DEMO else []), f"recon report {name}"]
    steps = {
        Outcome.CLEAN: looks,
        Outcome.DRIFT: [*looks, f"recon list {name}"],
        Outcome.NOT_TRUSTWORTHY: [f"recon doctor {name}"],
    }
    # Commands that say something of their own are copied whole, so each has a line.
    told = [*_confirmations(result), "   ·   ".join(steps[result.outcome])]
    return [f"{'      ' if number else 'next: '}{line}" for number, line in enumerate(told)]


def _confirmations(result: MorningResult) -> list[str]:
    """Spell the commands without which a first morning is no baseline."""
    if not result.is_unproven or result.differences is None:
        return []
    snapshots = result.attempt.snapshots
    waiting = [side for side in Side if snapshots[side].certificate.grade is Grade.UNPROVEN]
    return [confirm_command(result.reconciliation, side, result.morning) for side in waiting]


def _aligned(rows: Sequence[Sequence[str]], sides: str) -> list[tuple[str, ...]]:
    """Pad every column to its widest cell; `sides` has one of < and > for each."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        tuple(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)) for row in rows
    ]
