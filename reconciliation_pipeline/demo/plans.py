"""What do the customers of the demo world pay for?

Plans, prices and mixes of them. Who holds which plan is decided in `past.py` and `future.py`.
"""

from dataclasses import dataclass
from decimal import Decimal

PRICES = {"starter": Decimal("19.00"), "team": Decimal("49.00"), "business": Decimal("99.00")}
"""EUR a month when paid monthly."""

YEARLY_DISCOUNT = Decimal("1.00")
"""EUR a month off when a year is paid at once."""


@dataclass(frozen=True, slots=True)
class Deal:
    """What one customer pays for.

    Attributes:
        plan: A name from `PRICES`.
        yearly: Charged once a year instead of once a month.
    """

    plan: str
    yearly: bool = False

    @property
    def monthly(self) -> Decimal:
        """EUR a month, whatever the billing period."""
        return PRICES[self.plan] - YEARLY_DISCOUNT if self.yearly else PRICES[self.plan]

    @property
    def charged(self) -> Decimal:
        """EUR on one invoice: twelve months of a yearly deal, one of a monthly deal."""
        return self.monthly * 12 if self.yearly else self.monthly


DEALS = tuple(Deal(plan, yearly) for plan in PRICES for yearly in (False, True))
WEIGHTS = (30, 10, 28, 12, 14, 6)
"""How common each of `DEALS` is among ordinary customers."""


@dataclass(frozen=True, slots=True)
class Mix:
    """How many customers of a group hold which deal."""

    starter: int = 0
    starter_yearly: int = 0
    team: int = 0
    team_yearly: int = 0
    business: int = 0
    business_yearly: int = 0

    @property
    def deals(self) -> list[Deal]:
        """One deal per customer of the group."""
        counts = (
            self.starter,
            self.starter_yearly,
            self.team,
            self.team_yearly,
            self.business,
            self.business_yearly,
        )
        return [deal for deal, count in zip(DEALS, counts, strict=True) for _ in range(count)]

    @property
    def count(self) -> int:
        """Customers in the group."""
        return len(self.deals)

    @property
    def monthly(self) -> Decimal:
        """EUR a month of the whole group."""
        return sum((deal.monthly for deal in self.deals), Decimal(0))
