"""Since when does each field of a difference differ?

A difference is one record in one kind, and its counts are counts of records. Its fields may have begun to differ on
different mornings; this is read from what each morning saw of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Life


@dataclass(frozen=True, slots=True)
class Since:
    """When something began, as narrowly as our mornings know.

    Attributes:
        after: The last trusted morning without it; None when it was there on the first one we have.
        before: The first trusted morning with it.
    """

    after: date | None
    before: date


def fields_since(life: Life, seen: Mapping[date, Observation]) -> dict[str, Since]:
    """Say since when each field that differs has differed without a break.

    Args:
        life: The difference.
        seen: What each trusted morning saw of it.

    Returns:
        By name of the field, as of the last morning that saw the difference; empty for records that run on one side
        only.
    """
    # On every morning of a stretch it was seen, so that the one before in here is the one before in the calendar.
    mornings = sorted(day for day in seen if life.began_by <= day <= life.last_seen)
    return {one.name: _since(one.name, life, mornings, seen) for one in life.latest.fields}


def _since(name: str, life: Life, mornings: list[date], seen: Mapping[date, Observation]) -> Since:
    before = life.last_seen
    for morning in reversed(mornings):
        if all(one.name != name for one in seen[morning].fields):
            return Since(morning, before)
        before = morning
    return Since(life.agreed_on, life.began_by)
