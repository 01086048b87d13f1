"""Is a difference lag or real, what does it cost, and whose is it?

The clock is an argument: ages are measured against the instant the morning was pulled, so last
year's morning judges today as it did then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from reconciliation_pipeline.domain.ledger import Observation, identity, signature
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, Kind, MoneyClass, Side
from reconciliation_pipeline.domain.routing import Route, owner_of

AHEAD = timedelta(minutes=10)
"""A timestamp further ahead of the pull than this is a wrong clock or zone, and excuses nothing."""

CLOSED = frozenset({Cause.CANCELLED, Cause.ARCHIVED, Cause.DELETED})
"""Causes that mean: the customer ended it."""


@dataclass(frozen=True, slots=True)
class JudgementPolicy:
    """How differences of one reconciliation are judged.

    Attributes:
        settling: How young a difference may be and still be normal lag.
        default_owner: Who answers for what nobody else answers for; never empty.
        amount_field: Which field says what a record costs; None when none does.
        owners: Owners by kind.
        routes: Owners by more than that, asked first.
        by_kind: How young differences of a kind may be, where that is something else.
        by_field: How young records that differ in a field may be.
    """

    settling: timedelta
    default_owner: str
    amount_field: str | None = None
    owners: Mapping[Kind, str] = field(default_factory=dict)
    routes: Sequence[Route] = ()
    by_kind: Mapping[Kind, timedelta] = field(default_factory=dict)
    by_field: Mapping[str, timedelta] = field(default_factory=dict)

    def window(self, found: Discrepancy) -> timedelta:
        """Say how young a difference may be; where several fields differ, none may be older than its own time."""
        usual = self.by_kind.get(found.kind, self.settling)
        return min((self.by_field.get(one.name, usual) for one in found.fields), default=usual)


def judge(
    reconciliation: str,
    discrepancies: Iterable[Discrepancy],
    *,
    as_of: datetime,
    until: datetime,
    policy: JudgementPolicy,
) -> tuple[Observation, ...]:
    """Turn what the comparison found into what this morning observed.

    Args:
        reconciliation: Id of the reconciliation.
        discrepancies: What the comparison found.
        as_of: When the earlier of the two pulls began, by the sources' clock (UTC).
        until: When the later of the two ended, by the same clock (UTC).
        policy: How to judge.
    """
    return tuple(
        Observation(
            item=identity(reconciliation, found.kind, found.key),
            kind=found.kind,
            key=found.key,
            cause=found.cause,
            fields=found.fields,
            settling=is_settling(found, as_of=as_of, until=until, window=policy.window(found)),
            money_class=money_class(found, policy.amount_field),
            amount=amount_at_stake(found, policy.amount_field),
            owner=owner_of(found, policy.routes, policy.owners, policy.default_owner),
            signature=signature(found),
            source_ids=found.source_ids,
            statuses=found.statuses,
            changed_at=found.changed_at,
        )
        for found in discrepancies
    )


def is_settling(found: Discrepancy, *, as_of: datetime, until: datetime, window: timedelta) -> bool:
    """Say whether a difference is young enough to be a sync that has not finished.

    The latest change on either side counts. Exactly `window` old is real, and a record without a
    usable timestamp is never excused.
    """
    usable = [moment for moment in found.changed_at.values() if moment is not None and moment <= until + AHEAD]
    return bool(usable) and as_of - max(usable) < window


def money_class(found: Discrepancy, amount_field: str | None) -> MoneyClass | None:
    """Say what a difference means in money, from side and status; a conflict only if the amount is in it."""
    if found.kind is Kind.CRM_ONLY:
        return MoneyClass.USED_UNBILLED
    if found.kind is Kind.BILLING_ONLY:
        ended = found.cause in CLOSED
        return MoneyClass.CHARGED_AFTER_CANCELLATION if ended else MoneyClass.BILLED_UNKNOWN_TO_CRM
    is_about_money = any(one.name == amount_field for one in found.fields)
    return MoneyClass.AMOUNT_DIFFERS if is_about_money else None


def amount_at_stake(found: Discrepancy, amount_field: str | None) -> Amount | None:
    """Say how much money a difference moves; None when it moves none or nobody knows."""
    crm, billing = found.amounts.get(Side.CRM), found.amounts.get(Side.BILLING)
    if found.kind is Kind.CRM_ONLY:
        return crm
    if found.kind is Kind.BILLING_ONLY:
        return billing
    if money_class(found, amount_field) is None or crm is None or billing is None or crm.currency != billing.currency:
        return None
    return Amount(abs(crm.value - billing.value), crm.currency)


@dataclass(frozen=True, slots=True)
class MoneyLine:
    """What the differences of one class cost, in one currency; currencies are never added up.

    Attributes:
        money_class: The class.
        currency: ISO code; None for differences whose amount nobody knows.
        amount: The sum; None where unknown.
        count: How many differences it covers.
    """

    money_class: MoneyClass
    currency: str | None
    amount: Decimal | None
    count: int


def money_lines(observations: Iterable[Observation]) -> tuple[MoneyLine, ...]:
    """Add up what observations cost, by class and currency; unknown amounts are counted apart."""
    sums: dict[tuple[MoneyClass, str | None], tuple[Decimal, int]] = {}
    for seen in observations:
        if seen.money_class is None:
            continue
        slot = (seen.money_class, seen.amount.currency if seen.amount else None)
        value, count = sums.get(slot, (Decimal(0), 0))
        sums[slot] = (value + (seen.amount.value if seen.amount else 0), count + 1)
    return tuple(
        MoneyLine(name, currency, value if currency else None, count)
        for (name, currency), (value, count) in sorted(sums.items(), key=lambda item: (item[0][0], item[0][1] or "~"))
    )
