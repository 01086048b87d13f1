"""Who works on a morning? One run at a time, on every machine that shares the database.

A lease ends by itself unless its holder renews it, so that a holder that died keeps nobody waiting for long. What a run
leaves that only seemed dead is kept apart by attempts, see `attempts.py`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa

from reconciliation_pipeline.storage.database import add_unless_there, reading, writing
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.process import here, is_gone
from reconciliation_pipeline.storage.tables import leases

TERM = timedelta(minutes=2)
"""How long a lease lasts after its holder was last heard of; clocks of machines must agree more closely than that."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Somebody's right to work on a morning.

    Attributes:
        reconciliation: Id of the reconciliation.
        morning: The local date.
        run_id: The run that holds it.
        place: Its process, see `process.py`.
        taken_at: When it was taken (UTC).
        ends_at: When it ends unless it is renewed (UTC).
    """

    reconciliation: str
    morning: date
    run_id: str
    place: str
    taken_at: datetime
    ends_at: datetime

    def is_over(self, at: datetime) -> bool:
        """Say whether its holder is not at work any more: not heard of for a whole term, or certainly gone."""
        return at >= self.ends_at or is_gone(self.place)


class AlreadyRunning(StorageError):
    """Another run of the same morning has not ended."""

    def __init__(self, holder: Lease) -> None:
        super().__init__(
            f"A run of {holder.reconciliation} for {holder.morning} is under way already: {holder.run_id}, since "
            f"{holder.taken_at:%H:%M} UTC. So this one did not begin.",
            remedy=f"Wait until it has ended; `recon list {holder.reconciliation}` shows its result. If its machine is "
            f"gone, its turn ends by itself at {holder.ends_at:%H:%M:%S} UTC.",
        )
        self.holder = holder


def _nobody_knows(run_id: str) -> bool:  # noqa: ARG001 - where nobody can say whether a run has ended
    return False


class Leases:
    """A row for each morning that somebody works on."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def take(
        self,
        reconciliation: str,
        morning: date,
        *,
        run_id: str,
        at: datetime,
        has_ended: Callable[[str], bool] = _nobody_knows,
    ) -> Lease | None:
        """Take a morning, or renew what this run holds already.

        Args:
            reconciliation: Id of the reconciliation.
            morning: The local date.
            run_id: The run that asks.
            at: Now (UTC).
            has_ended: Says of a run whether it is known to have ended.

        Returns:
            The lease of a run that did not let go of the morning and is at work no more; None when there was none.

        Raises:
            AlreadyRunning: Another run is at work on it; nothing was waited for.
        """
        of_it, own = _of(reconciliation, morning), _values(reconciliation, morning, run_id, at)
        with writing(self._engine) as connection:
            while add_unless_there(connection, leases, own) is None:
                # Postgres holds the row until this transaction ends, so that two that follow a dead run meet.
                row = connection.execute(sa.select(leases).where(of_it).with_for_update()).one_or_none()
                if row is None:
                    # Let go of between the two statements.
                    continue
                holder = _lease(row)
                if holder.run_id == run_id:
                    own = {**own, "taken_at": holder.taken_at}
                elif not holder.is_over(at) and not has_ended(holder.run_id):
                    raise AlreadyRunning(holder)
                connection.execute(sa.update(leases).where(of_it).values(own))
                return holder if holder.run_id != run_id else None
        return None

    def renew(self, reconciliation: str, morning: date, *, run_id: str, at: datetime) -> bool:
        """Say that a run is still at work; tells whether it still holds the morning."""
        own = sa.and_(_of(reconciliation, morning), leases.c.run_id == run_id)
        with writing(self._engine) as connection:
            return connection.execute(sa.update(leases).where(own).values(ends_at=at + TERM)).rowcount == 1

    def release(self, reconciliation: str, morning: date, *, run_id: str) -> None:
        """Let go of a morning; nothing happens when another run holds it."""
        own = sa.and_(_of(reconciliation, morning), leases.c.run_id == run_id)
        with writing(self._engine) as connection:
            connection.execute(sa.delete(leases).where(own))

    def of(self, reconciliation: str, morning: date) -> Lease | None:
        """Say who holds a morning, dead or alive; None when nobody does."""
        with reading(self._engine) as connection:
            row = connection.execute(sa.select(leases).where(_of(reconciliation, morning))).one_or_none()
        return None if row is None else _lease(row)


def _of(reconciliation: str, morning: date) -> sa.ColumnElement[bool]:
    return sa.and_(leases.c.reconciliation == reconciliation, leases.c.morning == morning)


def _values(reconciliation: str, morning: date, run_id: str, at: datetime) -> dict[str, object]:
    return {
        "reconciliation": reconciliation,
        "morning": morning,
        "run_id": run_id,
        "place": here(),
        "taken_at": at,
        "ends_at": at + TERM,
    }


def _lease(row: sa.Row[tuple[object, ...]]) -> Lease:
    return Lease(row.reconciliation, row.morning, row.run_id, row.place, row.taken_at, row.ends_at)
