"""Which mornings did a person take back? Their attempts stay as they are and count for nothing.

Appended to, never changed; what is in force stands with the attempts themselves.
"""

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.decisions import Retraction
from reconciliation_pipeline.storage.database import writing
from reconciliation_pipeline.storage.tables import attempts, retractions

_STOOD = attempts.c.standing.in_([Standing.TRUSTED.value, Standing.UNPROVEN.value])


class Retractions:
    """Mornings taken back, and given back."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def keep(self, word: Retraction) -> int:
        """Keep a person's word, unless it concerns nothing, and follow it; say how many attempts it concerns."""
        stands = attempts.c.retracted.is_not(None) if word.restores else attempts.c.retracted.is_(None)
        its_own = (attempts.c.reconciliation == word.reconciliation, attempts.c.morning == word.morning)
        change = sa.update(attempts).where(*its_own, _STOOD, stands)
        with writing(self._engine) as connection:
            concerned = connection.execute(change.values(retracted=None if word.restores else word.words)).rowcount
            if concerned:
                values = {
                    "reconciliation": word.reconciliation,
                    "morning": word.morning,
                    "restored": word.restores,
                    "by": word.by,
                    "reason": word.reason,
                    "at": word.at,
                }
                connection.execute(sa.insert(retractions).values(**values))
        return concerned
