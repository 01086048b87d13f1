"""Who are the customers, how does each system hold them, and which differences must be found?

How they get into localstripe stands in `billing.py`, how the CRM shows them in `crm.py`.
"""

from dataclasses import dataclass
from enum import StrEnum
from random import Random

from reconciliation_pipeline.demo.plans import Deal

STARTER, TEAM, BUSINESS = Deal("starter"), Deal("team"), Deal("business", yearly=True)
PLANS = (STARTER, TEAM, BUSINESS)
"""What billing sells: 19.00 and 49.00 EUR a month, and 1,176.00 EUR a year, which is 98.00 a month."""

TEAM_AT_A_DISCOUNT = Deal("team", yearly=True)
"""48.00 EUR a month: what the CRM believes about a plan that billing sells for 49.00."""


class Is(StrEnum):
    """What one system says about a customer."""

    ACTIVE = "active"
    CANCELLED = "cancelled"
    ARCHIVED = "archived"
    UNPAID = "unpaid"
    """The first payment was declined, so the subscription never ran."""


@dataclass(frozen=True, slots=True)
class Held:
    """How one system holds a customer."""

    deal: Deal
    status: Is = Is.ACTIVE


@dataclass(frozen=True, slots=True)
class Case:
    """Some customers in the same situation.

    Attributes:
        count: How many.
        crm: How the CRM holds them; None when it never heard of them.
        billing: The same for billing.
        kind: The kind of difference that must be found; None when the systems agree.
        reason: Why they are missing on the other side, for a one-sided kind.
        fields: For a conflict, each field with what the CRM and what billing says.
    """

    count: int
    crm: Held | None
    billing: Held | None
    kind: str | None = None
    reason: str | None = None
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer: the number both systems know, the name, and the situation."""

    number: str
    name: str
    case: Case


CASES = (
    Case(100, Held(STARTER), Held(STARTER)),
    Case(90, Held(TEAM), Held(TEAM)),
    Case(70, Held(BUSINESS), Held(BUSINESS)),
    Case(12, Held(STARTER, Is.CANCELLED), Held(STARTER, Is.CANCELLED)),
    Case(7, None, Held(TEAM), "billing_only", "unknown"),
    Case(5, Held(BUSINESS, Is.CANCELLED), Held(BUSINESS), "billing_only", "cancelled"),
    Case(2, Held(STARTER, Is.ARCHIVED), Held(STARTER), "billing_only", "archived"),
    Case(4, Held(STARTER), None, "crm_only", "unknown"),
    Case(3, Held(TEAM), Held(TEAM, Is.CANCELLED), "crm_only", "cancelled"),
    Case(2, Held(STARTER), Held(STARTER, Is.UNPAID), "crm_only", "out_of_scope"),
    Case(
        3,
        Held(TEAM),
        Held(STARTER),
        "value_conflict",
        fields=(("plan", "team", "starter"), ("mrr", "49.00 EUR", "19.00 EUR")),
    ),
    Case(3, Held(TEAM_AT_A_DISCOUNT), Held(TEAM), "value_conflict", fields=(("mrr", "48.00 EUR", "49.00 EUR"),)),
)


def customers() -> tuple[Customer, ...]:
    """List everybody, the differences spread over all pages; the same list every time."""
    chance = Random(4)
    cases = [case for case in CASES for _ in range(case.count)]
    numbers = sorted(chance.sample(range(1, 100_000), len(cases)))
    chance.shuffle(cases)
    # Leading zeros: a customer number is text, whatever it looks like.
    return tuple(
        Customer(f"{number:06d}", f"Bäckerei {number}, Söhne", case)
        for number, case in zip(numbers, cases, strict=True)
    )
