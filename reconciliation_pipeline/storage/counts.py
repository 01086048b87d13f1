"""Which counts did a person vouch for: unusual ones, and what a system's own screen says? Appended to, never changed.

What such a word is worth is decided in `domain/completeness.py`.
"""

from datetime import date

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.storage.database import reading, writing


class SaidCounts:
    """Every count a person ever accepted, or every one they confirmed: the two are kept apart."""

    def __init__(self, engine: sa.Engine, table: sa.Table) -> None:
        self._engine = engine
        self._table = table

    def keep(self, accepted: AcceptedCount) -> None:
        """Keep a person's word; an earlier word about the same side and morning stays on record."""
        statement = sa.insert(self._table).values(
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
        table = self._table.c
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
