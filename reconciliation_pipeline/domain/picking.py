"""Which differences does somebody want to see, or to decide about?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.records import Kind

DAILY = frozenset({ItemState.OPEN, ItemState.SETTLING})
"""States of the daily list; what is accepted or quarantined is counted there, and listed when asked for."""


@dataclass(frozen=True, slots=True)
class Pick:
    """What has to be true of a difference; what is None or False does not matter.

    Attributes:
        state: Where it stands; None for the daily list.
        kind: How the sides disagree.
        owner: Who answers for it.
        field: A field that differs.
        overdue: It should be gone by now.
        new: The morning asked about was the first of its present stretch.
        every: Whatever its state, resolved ones included.
    """

    state: ItemState | None = None
    kind: Kind | None = None
    owner: str | None = None
    field: str | None = None
    overdue: bool = False
    new: bool = False
    every: bool = False

    def fits(self, life: Life, on: date) -> bool:
        """Whether a difference is meant.

        Args:
            life: The difference.
            on: The morning asked about.
        """
        return (
            (self.every or (life.state in DAILY if self.state is None else life.state is self.state))
            and self.kind in {None, life.latest.kind}
            and self.owner in {None, life.owner}
            and (self.field is None or any(one.name == self.field for one in life.latest.fields))
            and (not self.overdue or life.is_overdue(on))
            and (not self.new or (life.began_by == on and life.is_there))
        )

    def of(self, lives: Iterable[Life], on: date) -> list[Life]:
        """Pick differences, those that cost most first."""
        return sorted((life for life in lives if self.fits(life, on)), key=_dearest_first)


def _dearest_first(life: Life) -> tuple[Decimal, str, str]:
    amount = life.latest.amount
    return (-amount.value if amount else Decimal(1), life.latest.kind, life.latest.key)
