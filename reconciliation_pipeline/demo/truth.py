"""What must a reconciliation of the demo world find?

The answer key, for tests alone: no server and no command reads this file.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from reconciliation_pipeline.demo.lives import Customer, Version, Why, version_at
from reconciliation_pipeline.demo.world import World

KindName = Literal["crm_only", "billing_only", "value_conflict"]


@dataclass(frozen=True, slots=True)
class Expected:
    """One difference that is really there.

    Attributes:
        key: The customer number.
        kind: How the sides disagree.
        reason: For one-sided kinds, what the other side knows: `unknown`, `cancelled` or `archived`.
        settling: Whether it is younger than the settling window.
        changed_at: The newest change on either side (UTC).
        monthly: EUR a month on the side where it runs; billing's on a conflict.
        why: How the automation lost the event; None while it is only late.
    """

    key: str
    kind: KindName
    reason: str | None
    settling: bool
    changed_at: datetime
    monthly: Decimal
    why: Why | None


def truth(world: World, instant: datetime, settling: timedelta = timedelta(hours=1)) -> tuple[Expected, ...]:
    """List every difference at an instant, by kind and key.

    Args:
        world: The demo world.
        instant: When, with a time zone.
        settling: How young a difference may be and still be normal lag.
    """
    found = [_judged(customer, instant, settling) for customer in world.customers]
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.kind, one.key)))


def _judged(customer: Customer, instant: datetime, settling: timedelta) -> Expected | None:
    crm, billing = version_at(customer.crm, instant), version_at(customer.billing, instant)
    in_crm, in_billing = crm is not None and crm.running, billing is not None and billing.running
    if not (in_crm or in_billing) or (in_crm and in_billing and _equal(crm, billing)):
        return None
    kind: KindName = "value_conflict" if in_crm and in_billing else "crm_only" if in_crm else "billing_only"
    runs = billing if in_billing else crm
    assert runs is not None
    changed_at = max(version.at for version in (crm, billing) if version is not None)
    late = customer.loss is None or customer.loss.at > instant
    return Expected(
        key=customer.number,
        kind=kind,
        reason=None if kind == "value_conflict" else _standing(crm if kind == "billing_only" else billing),
        settling=instant - changed_at < settling,
        changed_at=changed_at,
        monthly=runs.deal.monthly,
        why=None if late or customer.loss is None else customer.loss.why,
    )


def _equal(crm: Version | None, billing: Version | None) -> bool:
    """Whether the fields both sides share are equal; the billing period is not one of them."""
    if crm is None or billing is None:
        return False
    return (crm.deal.plan, crm.deal.monthly) == (billing.deal.plan, billing.deal.monthly)


def _standing(version: Version | None) -> str:
    """What the side without a running record knows."""
    if version is None:
        return "unknown"
    return "archived" if version.archived else "cancelled"
