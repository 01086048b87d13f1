"""What do people hear of a morning with something to act on?

One message for whoever answers by default, with everything; one for each owner who has a channel of their own, with
what is theirs; and one where everything was resolved, because whoever repaired it wants to know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.judgement import MoneyLine, money_lines
from reconciliation_pipeline.domain.ledger import Movement, Observation
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.messages import Link, Message, Topic
from reconciliation_pipeline.domain.records import MoneyClass, Outcome
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.domain.wording import (
    Words,
    aside_words,
    first_words,
    format_words,
    keys_words,
    money_words,
    phrase,
    reason_words,
    settling_words,
    sides_line,
    unknown_words,
)

LARGEST = 5
"""Differences that a message names one by one."""

_LOUDEST = (Severity.LOW, Severity.NORMAL, Severity.HIGH)


def drift_message(  # noqa: PLR0913 - what a morning left
    result: MorningResult,
    moved: Movement,
    words: Words,
    *,
    lives: Sequence[Life] = (),
    gap: str = "",
    owner: str = "",
    links: Sequence[Link] = (),
) -> Message | None:
    """Build the message of a morning with something to act on; None when nothing is open.

    Args:
        result: What the morning came to.
        moved: What changed since the previous trusted morning.
        words: How people talk about it.
        lives: Everything that is open.
        gap: Which planned mornings have no trusted result, in words.
        owner: Who it is for.
        links: Where to look.
    """
    counts = result.differences
    if result.outcome is not Outcome.DRIFT or counts is None:
        return None
    is_first, name = result.first, result.reconciliation
    news = "first morning" if is_first else f"{counts.new:,} new" if counts.new else "none new"
    apart = (aside_words(counts), format_words(counts), keys_words(counts), unknown_words(counts))
    standing = (
        f"{_capital(first_words(rekeyed=result.rekeyed))}." if is_first else _standing(result, moved, lives, words)
    )
    lines = (
        sides_line(result, words),
        *(reason_words(reason) for reason in result.reasons),
        *_group_lines(result, words),
        *([f"{settling_words(counts, words)}."] if counts.settling else []),
        *(f"{each}." for each in apart if each),
        *new_lines(moved.new, words, heading="Found" if is_first else "New"),
        *([] if is_first else resolved_lines(moved.resolved, words)),
        *([standing] if standing else []),
        *([gap] if gap else []),
        f"See them: `recon list {name}` or `recon report {name}`.",
    )
    doubt = "UNPROVEN, " if result.is_unproven else ""
    title = f"{name}: {doubt}{counted(counts.open, 'difference')} to act on ({news})"
    return Message(name, result.morning, Topic.DRIFT, title, lines, owner, loudest(lives), tuple(links))


def owner_message(
    result: MorningResult, moved: Movement, words: Words, *, lives: Sequence[Life], owner: str
) -> Message:
    """Build the message of one owner: what is theirs of a morning, and nothing else.

    Args:
        result: What the morning came to.
        moved: What changed for this owner since the previous trusted morning.
        words: How people talk about it.
        lives: What is open for them.
        owner: Who they are.
    """
    name, news = result.reconciliation, f"{len(moved.new):,} new" if moved.new else "none new"
    standing = _standing(result, moved, lives, words)
    lines = (
        *new_lines(moved.new, words, heading="New"),
        *resolved_lines(moved.resolved, words),
        *([standing] if standing else []),
        f"See them: `recon list {name} --owner {owner}`.",
    )
    what = f"{counted(len(lives), 'difference')} to act on ({news})" if lives else "nothing left to act on"
    title = f"{name}, {owner}: {what}"
    return Message(name, result.morning, Topic.DRIFT, title, lines, owner, loudest(lives), about=owner)


def resolved_message(
    result: MorningResult, moved: Movement, words: Words, *, owner: str = "", links: Sequence[Link] = ()
) -> Message | None:
    """Build the message of a morning on which the last open differences were gone; None on every other one."""
    if result.outcome is not Outcome.CLEAN or not moved.resolved:
        return None
    name, many = result.reconciliation, counted(len(moved.resolved), "difference")
    lines = (sides_line(result, words), *resolved_lines(moved.resolved, words), "Nothing is left to act on.")
    title = f"{name}: {many} resolved, nothing left to act on"
    return Message(name, result.morning, Topic.RESOLVED, title, lines, owner, Severity.LOW, tuple(links))


def largest(found: Iterable[Observation]) -> list[Observation]:
    """Order differences by what they cost, the largest first; what has no amount comes last."""
    return sorted(found, key=lambda one: (-(one.amount.value if one.amount else Decimal(0)), one.item))


def loudest(lives: Iterable[Life]) -> Severity:
    """Say how much the worst of some differences matters."""
    return max((life.severity for life in lives), key=_LOUDEST.index, default=Severity.NORMAL)


def new_lines(new: Sequence[Observation], words: Words, *, heading: str) -> list[str]:
    """Name the largest of some differences, a line each, and count the others."""
    if not new:
        return []
    # Amounts of different currencies have no order.
    currencies = {one.amount.currency for one in new if one.amount}
    return [f"{heading}, largest first:" if len(currencies) == 1 else f"{heading}:", *_named(new, words)]


def resolved_lines(resolved: Sequence[Observation], words: Words) -> list[str]:
    """Name what is gone since the previous trusted morning."""
    if not resolved:
        return []
    return [f"{len(resolved):,} resolved since the last trusted morning:", *_named(resolved, words)]


def _named(found: Sequence[Observation], words: Words) -> list[str]:
    lines = []
    for one in largest(found)[:LARGEST]:
        cost = money_words(money_lines([one]), words)
        lines.append(f"• {one.item}  {phrase(one.kind, one.cause, words)}" + (f", {cost}" if cost else ""))
    rest = len(found) - LARGEST
    return [*lines, f"and {rest:,} more"] if rest > 0 else lines


def _standing(result: MorningResult, moved: Movement, lives: Iterable[Life], words: Words) -> str:
    """Say in one line what was open before and still is; empty where nothing was."""
    new = {one.item for one in moved.new}
    old = [life for life in lives if life.latest.item not in new]
    if not old:
        return ""
    days = max((result.morning - life.began_by).days for life in old)
    cost = money_words(_together(money_lines(life.latest for life in old)), words)
    return ", ".join([f"unchanged: {len(old):,}", f"oldest {counted(days, 'day')}", *([cost] if cost else [])]) + "."


def _together(lines: Iterable[MoneyLine]) -> list[MoneyLine]:
    """Add up what has the same currency, whatever it means; amounts that are merely apart stay apart."""
    sums: dict[tuple[str | None, bool], MoneyLine] = {}
    for line in lines:
        slot = (line.currency, line.money_class is MoneyClass.AMOUNT_DIFFERS)
        before = sums.get(slot)
        amount = line.amount if before is None or before.amount is None else before.amount + (line.amount or 0)
        sums[slot] = replace(line, amount=amount, count=line.count + (before.count if before else 0))
    return list(sums.values())


def _group_lines(result: MorningResult, words: Words) -> list[str]:
    lines = []
    for group in result.groups:
        cost = money_words(group.money, words, of=group.count)
        lines.append(f"{group.count:,} {phrase(group.kind, group.cause, words)}" + (f": {cost}" if cost else ""))
    return lines


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"
