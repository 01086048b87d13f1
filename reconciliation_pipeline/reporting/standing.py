"""What does a morning come to for whoever has one minute: the key figures, the money, and whose it is?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconciliation_pipeline.domain.judgement import MoneyLine, money_lines
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.records import MoneyClass, Side
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spelling import counted, number
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.reporting.values import NOTHING


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that is read first, and what it counts."""

    value: str
    what: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What one class of differences comes to in one currency."""

    what: str
    amount: str
    currency: str
    records: int


@dataclass(frozen=True, slots=True)
class Desk:
    """What waits for one owner."""

    owner: str
    open: int
    overdue: int
    oldest: str
    cost: str


def at_stake(lines: Iterable[MoneyLine]) -> dict[str, Decimal]:
    """Sum what is charged or lost, by currency; how far amounts differ is no cost and is left out."""
    sums: dict[str, Decimal] = {}
    for line in lines:
        if line.money_class is not MoneyClass.AMOUNT_DIFFERS and line.currency and line.amount is not None:
            sums[line.currency] = sums.get(line.currency, Decimal(0)) + line.amount
    return dict(sorted(sums.items()))


def figures(result: MorningResult, lives: Iterable[Life], words: Words) -> list[Figure]:
    """Pick the numbers that are read first; none where nothing was compared."""
    counts = result.differences
    if counts is None:
        return []
    oldest = max((_days(life, result.morning) for life in lives if life.state is ItemState.OPEN), default=0)
    told: list[Figure] = []
    if not result.first:
        told += [Figure(f"{counts.new:,}", "new"), Figure(f"{counts.resolved:,}", "resolved")]
    if oldest:
        told.append(Figure(counted(oldest, "day"), "the oldest, at least"))
    money = at_stake(result.money)
    return [*told, *(Figure(number(sum_, code), f"{code} a {words.per} at stake") for code, sum_ in money.items())]


def costs(result: MorningResult, words: Words) -> list[Cost]:
    """List what open differences cost, by class; currencies are never added up."""
    return [
        Cost(
            _class(line.money_class, words),
            number(line.amount, line.currency) if line.amount is not None and line.currency else "unknown",
            line.currency or "",
            line.count,
        )
        for line in result.money
    ]


def desks(lives: Iterable[Life], morning: date, words: Words) -> list[Desk]:
    """Say what waits for whom, those with most to do first."""
    of: dict[str, list[Life]] = {}
    for life in lives:
        if life.state is ItemState.OPEN:
            of.setdefault(life.owner, []).append(life)
    return [
        _desk(owner, own, morning, words) for owner, own in sorted(of.items(), key=lambda one: (-len(one[1]), one[0]))
    ]


def _desk(owner: str, lives: Sequence[Life], morning: date, words: Words) -> Desk:
    return Desk(
        owner=owner,
        open=len(lives),
        overdue=sum(life.is_overdue(morning) for life in lives),
        oldest=counted(max(_days(life, morning) for life in lives), "day"),
        cost=_stake(money_lines([life.latest for life in lives]), words),
    )


def _stake(lines: Sequence[MoneyLine], words: Words) -> str:
    told = [f"{number(value, code)} {code} a {words.per}" for code, value in at_stake(lines).items()]
    unknown = sum(line.count for line in lines if line.currency is None)
    return " + ".join([*told, *([f"unknown for {unknown:,}"] if unknown else [])]) or NOTHING


def _days(life: Life, morning: date) -> int:
    return (morning - life.began_by).days


def _class(one: MoneyClass, words: Words) -> str:
    active, known = words.active, words.name
    crm, billing = Side.CRM, Side.BILLING
    return {
        MoneyClass.CHARGED_AFTER_CANCELLATION: "Charged after it ended: refunds, and a legal risk",
        MoneyClass.BILLED_UNKNOWN_TO_CRM: f"Billed, and unknown to {known(crm)}",
        MoneyClass.USED_UNBILLED: f"{active[crm].capitalize()} in {known(crm)}, never billed: lost revenue",
        MoneyClass.AMOUNT_DIFFERS: f"Amounts that differ between {known(crm)} and {known(billing)}",
    }[one]
