"""What did people decide about differences? Appended to, never changed.

What all of it comes to is decided in `domain/decisions.py`.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from reconciliation_pipeline.domain.decisions import Action, Decision
from reconciliation_pipeline.storage.database import reading, writing
from reconciliation_pipeline.storage.tables import decisions


class Decisions:
    """Every decision ever made, on either database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, made: Sequence[Decision]) -> None:
        """Keep decisions, all of them or none."""
        rows = [
            {
                "reconciliation": one.reconciliation,
                "item": one.item,
                "signature": one.signature,
                "action": one.action.value,
                "by": one.by,
                "reason": one.reason,
                "at": one.at,
                "to": one.to,
                "until": one.until,
            }
            for one in made
        ]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(sa.insert(decisions), rows)

    def of(self, reconciliation: str, until: datetime | None = None) -> list[Decision]:
        """List the decisions about a reconciliation's differences, in the order in which they were made.

        Args:
            reconciliation: Its id.
            until: Leave out what was decided after this moment; None for all.
        """
        query = sa.select(decisions).where(decisions.c.reconciliation == reconciliation)
        if until is not None:
            query = query.where(decisions.c.at <= until)
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(decisions.c.id)).all()
        return [
            Decision(
                reconciliation=row.reconciliation,
                item=row.item,
                signature=row.signature,
                action=Action(row.action),
                by=row.by,
                reason=row.reason,
                at=row.at,
                to=row.to,
                until=row.until,
            )
            for row in found
        ]
