"""Which unusual counts did a person vouch for? Appended to, never changed.

What such a word is worth is decided in `domain/completeness.py`.
"""

from datetime import date

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.database import reading, writing
from reconciliation_pipeline.storage.tables import accepted_counts


class AcceptedCounts:
    """Every count a person ever accepted."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def accept(self, accepted: AcceptedCount) -> None:
        """Keep a person's word; an earlier word about the same side and morning stays on record."""
        statement = sa.insert(accepted_counts).values(
            reconciliation=accepted.reconciliation,
            side=accepted.side.value,
            morning=accepted.morning,
            count=accepted.count,
            by=accepted.by,
            reason=accepted.reason,
            at=accepted.at,
        )
        with writing(self._engine) as connection:
            connection.execute(statement)

    def of(self, reconciliation: str, morning: date) -> dict[Side, AcceptedCount]:
        """Give the last word about each side of one morning; a side nobody spoke about is absent."""
        table = accepted_counts.c
        query = (
            sa.select(table.side, table.count, table.by, table.reason, table.at)
            .where(table.reconciliation == reconciliation, table.morning == morning)
            .order_by(table.id)
        )
        with reading(self._engine) as connection:
            found = connection.execute(query).all()
        return {
            Side(side): AcceptedCount(reconciliation, Side(side), morning, count, by, reason, at)
            for side, count, by, reason, at in found
        }
