"""What did each trusted morning observe?

Facts only, replaced as a whole; first seen, resolved and since when are derived from them in
`domain/ledger.py`. A morning's observations are those of its latest trusted attempt that has
been recorded: a retry that was pulled and never compared hides nothing and resolves nothing.
"""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.storage.attempts import RECORDED, UNPROVEN_RECORDED, same_attempt
from reconciliation_pipeline.storage.codec import Json, decode, encode
from reconciliation_pipeline.storage.database import reading, writing
from reconciliation_pipeline.storage.errors import AttemptNotTrusted
from reconciliation_pipeline.storage.tables import attempts, observations

_COMPARABLE = frozenset({Standing.TRUSTED.value, Standing.UNPROVEN.value})


class Ledger:
    """The observations of every trusted morning, on either database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(self, attempt: Attempt, observed: Sequence[Observation]) -> None:
        """Replace what an attempt observed; doing it twice changes nothing.

        Args:
            attempt: A trusted or unproven attempt; what an unproven one saw waits for a person's word.
            observed: Everything it saw; empty says that it looked and found nothing.

        Raises:
            AttemptNotTrusted: The attempt is not, or no longer, trusted.
        """
        mine = sa.select(attempts.c.id, attempts.c.standing).where(same_attempt(attempt)).with_for_update()
        with writing(self._engine) as connection:
            row = connection.execute(mine).one_or_none()
            if row is None or row.standing not in _COMPARABLE:
                text = (
                    f"The morning {attempt.morning} of {attempt.reconciliation} is not trusted, so nothing is recorded."
                )
                raise AttemptNotTrusted(text, remedy="Run the whole morning again.")
            connection.execute(sa.delete(observations).where(observations.c.attempt_id == row.id))
            if observed:
                connection.execute(sa.insert(observations), [_to_row(row.id, one) for one in observed])
            connection.execute(sa.update(attempts).where(attempts.c.id == row.id).values(recorded=True))

    def mornings(self, reconciliation: str, until: date | None = None) -> list[date]:
        """List the mornings that were trusted and recorded, oldest first, up to and including `until`."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until)
        with reading(self._engine) as connection:
            return list(connection.scalars(sa.select(chosen.c.morning).order_by(chosen.c.morning)))

    def observations(self, reconciliation: str, until: date | None = None) -> dict[date, list[Observation]]:
        """Give what each morning observed.

        Args:
            reconciliation: Id of the reconciliation.
            until: The last morning that counts; None for all.

        Returns:
            Every morning that was trusted and recorded, oldest first, also those that observed
            nothing; observations ordered by kind and key.
        """
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until)
        return self._read(_observed(chosen))

    def on(self, reconciliation: str, morning: date) -> list[Observation] | None:
        """Give what one morning observed; None when it was not trusted or never recorded."""
        chosen = _chosen(sa.and_(attempts.c.reconciliation == reconciliation, attempts.c.morning == morning))
        return self._read(_observed(chosen)).get(morning)

    def of_attempt(self, attempt: Attempt) -> list[Observation] | None:
        """Give what one attempt observed, the morning's or not; None when it was refused or never recorded."""
        chosen = _chosen(same_attempt(attempt), counted=sa.or_(RECORDED, UNPROVEN_RECORDED))
        return self._read(_observed(chosen)).get(attempt.morning)

    def unproven(self, reconciliation: str, until: date | None = None) -> dict[date, list[Observation]]:
        """Give what the mornings observed that nobody has vouched for yet, as `observations` does for the others."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until, counted=UNPROVEN_RECORDED)
        return self._read(_observed(chosen))

    def reconciliation_of(self, item: str) -> str | None:
        """Say which reconciliation a difference belongs to; None when it was never seen."""
        query = sa.select(attempts.c.reconciliation).join(observations).where(observations.c.item == item).limit(1)
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def _read(self, query: sa.Select[tuple[object, ...]]) -> dict[date, list[Observation]]:
        found: dict[date, list[Observation]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by("morning")):
                seen = found.setdefault(row.morning, [])
                if row.item is not None:
                    seen.append(_from_row(row))
        for seen in found.values():
            seen.sort(key=lambda one: (one.kind, one.key))
        return found


def _chosen(
    where: sa.ColumnElement[bool], until: date | None = None, *, counted: sa.ColumnElement[bool] = RECORDED
) -> sa.Subquery:
    """Select each morning's attempt: id and morning of the latest one that counts."""
    place = sa.func.row_number().over(
        partition_by=(attempts.c.reconciliation, attempts.c.morning), order_by=attempts.c.number.desc()
    )
    query = sa.select(attempts.c.id, attempts.c.morning, place.label("place")).where(where, counted)
    if until is not None:
        query = query.where(attempts.c.morning <= until)
    ranked = query.subquery()
    return sa.select(ranked.c.id, ranked.c.morning).where(ranked.c.place == 1).subquery()


def _observed(chosen: sa.Subquery) -> sa.Select[tuple[object, ...]]:
    return sa.select(chosen.c.morning, observations).select_from(_with_observations(chosen))


def _with_observations(chosen: sa.Subquery) -> sa.Join:
    """Keep mornings without observations: they were looked at, and nothing was there."""
    return chosen.outerjoin(observations, observations.c.attempt_id == chosen.c.id)


def _to_row(attempt_id: int, observation: Observation) -> dict[str, object]:
    row: dict[str, object] = {name: encode(getattr(observation, name)) for name in _COLUMNS}
    amount = observation.amount
    row["amount"], row["currency"] = (str(amount.value), amount.currency) if amount else (None, None)
    return {"attempt_id": attempt_id, **row}


def _from_row(row: sa.Row[tuple[object, ...]]) -> Observation:
    record: dict[str, Json] = {name: getattr(row, name) for name in _COLUMNS}
    if row.amount is not None:
        record["amount"] = {"value": row.amount, "currency": row.currency}
    return decode(Observation, record)


_COLUMNS = tuple(name for name in observations.c.keys() if name not in {"attempt_id", "currency"})  # noqa: SIM118 - a collection of columns iterates over columns
