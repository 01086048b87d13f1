"""When does a difference have to be gone, and how bad is it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import MoneyClass


class Severity(StrEnum):
    """How much a difference matters."""

    LOW = "low"
    """It moves no money that anybody knows of."""
    NORMAL = "normal"
    HIGH = "high"
    """It costs more than the settings bear, or a customer pays for what they ended."""


@dataclass(frozen=True, slots=True)
class DuePolicy:
    """When differences are due: some days after amount or age crosses a line; with neither line, never.

    Attributes:
        within: How long there is time from then on.
        amounts: By currency, the amount from which on a difference is due.
        age: The age from which on it is due, counted from the first morning that saw it.
    """

    within: timedelta = timedelta(days=3)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)
    age: timedelta | None = None

    def due(self, seen: Observation, *, began: date) -> date | None:
        """Say when a difference is due.

        Args:
            seen: Its latest observation.
            began: The first morning of its present stretch.
        """
        crossed = [began + self.age] if self.age is not None else []
        if self.is_large(seen):
            crossed.append(began)
        return min(crossed) + self.within if crossed else None

    def is_large(self, seen: Observation) -> bool:
        """Whether a difference reaches the amount of its currency."""
        line = self.amounts.get(seen.amount.currency) if seen.amount else None
        return line is not None and seen.amount is not None and seen.amount.value >= line

    def severity(self, seen: Observation) -> Severity:
        """Say how much a difference matters."""
        if self.is_large(seen) or seen.money_class is MoneyClass.CHARGED_AFTER_CANCELLATION:
            return Severity.HIGH
        return Severity.LOW if seen.money_class is None else Severity.NORMAL
