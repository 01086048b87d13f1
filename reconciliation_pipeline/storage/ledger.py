"""What did each trusted morning observe?

Facts only, replaced as a whole; first seen, resolved and since when are derived from them in
`domain/ledger.py`. A morning's observations are those of its latest trusted attempt that has
been recorded: a retry that was pulled and never compared hides nothing and resolves nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from reconciliation_pipeline.domain.apart import NONE, by_key, carry, last_looks
from reconciliation_pipeline.domain.attempts import Attempt, Standing, began_at, instant_of
from reconciliation_pipeline.domain.ledger import Observation, Sighting
from reconciliation_pipeline.domain.lives import Calendar, Course, Stretch, course
from reconciliation_pipeline.storage.arrivals import Arrived, Looked, arrived
from reconciliation_pipeline.storage.attempts import RECORDED, UNPROVEN_RECORDED, same_attempt
from reconciliation_pipeline.storage.codec import Json, decode, encode
from reconciliation_pipeline.storage.database import reading, writing
from reconciliation_pipeline.storage.errors import AttemptNotTrusted
from reconciliation_pipeline.storage.tables import attempts, observations, set_apart

_MANY = 500
"""Names that one question holds."""

_COMPARABLE = frozenset({Standing.TRUSTED.value, Standing.UNPROVEN.value})


class Ledger:
    """The observations of every trusted morning, on either database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def record(
        self,
        attempt: Attempt,
        observed: Sequence[Observation],
        *,
        epoch: str | None = None,
        apart: Collection[str] = (),
    ) -> None:
        """Replace what an attempt observed; doing it twice changes nothing.

        Args:
            attempt: A trusted or unproven attempt; what an unproven one saw waits for a person's word.
            observed: Everything it saw; empty says that it looked and found nothing.
            epoch: How keys were read; None when nobody asked.
            apart: Customer numbers that it did not compare.

        Raises:
            AttemptNotTrusted: The attempt is not, or no longer, trusted.
        """
        mine = sa.select(attempts.c.id, attempts.c.standing, attempts.c.retracted).where(same_attempt(attempt))
        with writing(self._engine) as connection:
            row = connection.execute(mine.with_for_update()).one_or_none()
            if row is None or row.standing not in _COMPARABLE or row.retracted is not None:
                text = (
                    f"The morning {attempt.morning} of {attempt.reconciliation} is not trusted, so nothing is recorded."
                )
                raise AttemptNotTrusted(text, remedy="Run the whole morning again.")
            for table in (observations, set_apart):
                connection.execute(sa.delete(table).where(table.c.attempt_id == row.id))
            # What was seen was looked at, whatever else is said of its key.
            if keys := set(apart).difference(one.key for one in observed):
                rows = [{"attempt_id": row.id, "key": key} for key in sorted(keys)]
                connection.execute(sa.insert(set_apart), rows)
            if observed:
                connection.execute(sa.insert(observations), [_to_row(row.id, one) for one in observed])
            connection.execute(sa.update(attempts).where(attempts.c.id == row.id).values(recorded=True, epoch=epoch))

    def mornings(self, reconciliation: str, until: date | None = None) -> list[date]:
        """List the mornings that were trusted and recorded, oldest first, up to and including `until`."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until)
        with reading(self._engine) as connection:
            return list(connection.scalars(sa.select(chosen.c.morning).order_by(chosen.c.morning)))

    def calendar(self, reconciliation: str, until: date | None = None) -> Calendar:
        """Give the mornings that were trusted and recorded, up to and including `until`, and how keys were read."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until)
        columns = (attempts.c.morning, attempts.c.epoch, attempts.c.started_at, attempts.c.as_of, attempts.c.live)
        query = sa.select(*columns).join(chosen, chosen.c.id == attempts.c.id).order_by(attempts.c.morning)
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        spoken = {row.morning: instant_of(row.started_at, row.as_of, live=row.live) for row in rows}
        return Calendar(
            mornings=tuple(row.morning for row in rows),
            epochs={row.morning: row.epoch for row in rows},
            as_of={morning: instant for morning, instant in spoken.items() if instant is not None},
            began={row.morning: began_at(row.started_at, row.as_of, live=row.live) for row in rows},
        )

    def apart(
        self, reconciliation: str, until: date | None = None, *, since: date | None = None
    ) -> dict[date, frozenset[str]]:
        """Give the customer numbers that each trusted morning did not compare; mornings without any are left out."""
        with reading(self._engine) as connection:
            return _apart(connection, _chosen(attempts.c.reconciliation == reconciliation, until, since=since))

    def courses(self, reconciliation: str, calendar: Calendar, items: Collection[str] | None = None) -> list[Course]:
        """Give where each difference was seen, and its latest observation, without reading all there ever was.

        Args:
            reconciliation: Id of the reconciliation.
            calendar: What `calendar` gave.
            items: Only these differences; None for all.
        """
        until = calendar.mornings[-1] if calendar.mornings else None
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until)
        # A question holds only so many names; whoever asks for more is given all, and chooses here.
        asked = items if items is None or len(items) <= _MANY else None
        spans = _spans(chosen, asked).subquery()
        columns = (spans.c.first, spans.c.last, spans.c.times)
        there = sa.and_(chosen.c.morning == spans.c.last, chosen.c.id == observations.c.attempt_id)
        query = sa.select(observations, *columns).join(spans, observations.c.item == spans.c.item).join(chosen, there)
        with reading(self._engine) as connection:
            wanted = None if items is None else frozenset(items)
            rows = [row for row in connection.execute(query) if wanted is None or row.item in wanted]
            place = calendar.place
            blind = by_key(_apart(connection, chosen))
            gaps = [row.item for row in rows if row.key in blind or place[row.last] - place[row.first] + 1 > row.times]
            seen = _mornings_of(connection, chosen, gaps)
        return [
            course(calendar, _from_row(row), seen[row.item], blind.get(row.key, ()))
            if row.item in seen
            else Course(_from_row(row), (Stretch(row.first, row.last, int(row.times)),))
            for row in rows
        ]

    def sightings(
        self, reconciliation: str, until: date | None = None, *, since: date | None = None
    ) -> dict[date, list[Sighting]]:
        """Give what each morning saw, and no more of it than counting takes; mornings as `observations` gives them."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until, since=since)
        cleared = observations.c.cleared_after.is_not(None)
        names = (observations.c.item, observations.c.signature, observations.c.settling, cleared, observations.c.key)
        query = sa.select(chosen.c.morning, *names).select_from(_with_observations(chosen)).order_by(chosen.c.morning)
        found: dict[date, list[Sighting]] = {}
        with reading(self._engine) as connection:
            for morning, *sighted in connection.execute(query):
                seen = found.setdefault(morning, [])
                if sighted[0] is not None:
                    seen.append(Sighting(*sighted))
        if not (apart := self.apart(reconciliation, until, since=since)):
            return found
        calendar, first = self.calendar(reconciliation, until), min(found)
        before = self._standing(reconciliation, calendar, first, apart.get(first, NONE))
        sights = [Sighting(one.item, one.signature, one.settling, one.had_cleared, one.key) for one in before]
        return carry(found, apart, calendar.begins, sights)

    def arrived(self, reconciliation: str, looked: Sequence[Looked]) -> Arrived:
        """Count what was new on each of these trusted mornings but the first, and name what was on the last.

        Args:
            reconciliation: Id of the reconciliation.
            looked: Trusted mornings in a row, oldest first.
        """
        if not looked:
            return Arrived({}, {})
        is_ours = attempts.c.reconciliation == reconciliation
        chosen = _chosen(is_ours, looked[-1].morning, since=looked[0].morning)
        with reading(self._engine) as connection:
            return arrived(connection, chosen, looked)

    def observations(
        self, reconciliation: str, until: date | None = None, *, since: date | None = None
    ) -> dict[date, list[Observation]]:
        """Give what each morning observed.

        Args:
            reconciliation: Id of the reconciliation.
            until: The last morning that counts; None for all.
            since: The first morning that counts; None for all.

        Returns:
            Every morning that was trusted and recorded, oldest first, also those that observed
            nothing; observations ordered by kind and key. What a morning could not look at is
            among them, as it was when one last did (`domain/apart.py`).
        """
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until, since=since)
        found = self._read(_observed(chosen))
        if not (apart := self.apart(reconciliation, until, since=since)):
            return found
        calendar, first = self.calendar(reconciliation, until), min(found)
        before = self._standing(reconciliation, calendar, first, apart.get(first, NONE))
        return {day: _in_order(seen) for day, seen in carry(found, apart, calendar.begins, before).items()}

    def on(self, reconciliation: str, morning: date) -> list[Observation] | None:
        """Give what one morning itself observed; None when it was not trusted or never recorded."""
        chosen = _chosen(sa.and_(attempts.c.reconciliation == reconciliation, attempts.c.morning == morning))
        return self._read(_observed(chosen)).get(morning)

    def of_attempt(self, attempt: Attempt) -> list[Observation] | None:
        """Give what one attempt observed, the morning's or not; None when it was refused or never recorded.

        What it could not look at is among it, as `observations` has it.
        """
        chosen = _chosen(same_attempt(attempt), counted=sa.or_(RECORDED, UNPROVEN_RECORDED))
        own = self._read(_observed(chosen)).get(attempt.morning)
        with reading(self._engine) as connection:
            apart = _apart(connection, chosen)
        if own is None or not apart:
            return own
        calendar = self.calendar(attempt.reconciliation, attempt.morning)
        before = self._standing(attempt.reconciliation, calendar, attempt.morning, apart[attempt.morning])
        return _in_order(carry({attempt.morning: own}, apart, calendar.begins, before)[attempt.morning])

    def unproven(self, reconciliation: str, until: date | None = None) -> dict[date, list[Observation]]:
        """Give what the mornings observed that nobody has vouched for yet, as `observations` does for the others."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation, until, counted=UNPROVEN_RECORDED)
        return self._read(_observed(chosen))

    def observed(self, reconciliation: str, item: str) -> dict[date, Observation]:
        """Give what the trusted mornings saw of one difference, oldest first; those that saw nothing are left out."""
        chosen = _chosen(attempts.c.reconciliation == reconciliation)
        seen = self._read(_observed(chosen).where(observations.c.item == item))
        return {morning: one for morning, (one,) in seen.items()}

    def reconciliation_of(self, item: str) -> str | None:
        """Say which reconciliation a difference belongs to; None when it was never seen."""
        query = sa.select(attempts.c.reconciliation).join(observations).where(observations.c.item == item).limit(1)
        with reading(self._engine) as connection:
            return connection.scalar(query)

    def _standing(
        self, reconciliation: str, calendar: Calendar, morning: date, keys: Collection[str]
    ) -> list[Observation]:
        """Give what stood of some keys before a morning: what the last one saw that looked at them."""
        earlier = [day for day in calendar.mornings if day < morning]
        if not keys or not earlier or morning in calendar.begins:
            return []
        every = _chosen(attempts.c.reconciliation == reconciliation, earlier[-1])
        with reading(self._engine) as connection:
            looks = last_looks(earlier, _apart(connection, every), calendar.begins, frozenset(keys))
            query = _observed(every).where(every.c.morning.in_(looks), observations.c.item.is_not(None))
            rows = connection.execute(query) if looks else ()
            return [_from_row(row) for row in rows if row.key in looks[row.morning]]

    def _read(self, query: sa.Select[tuple[object, ...]]) -> dict[date, list[Observation]]:
        found: dict[date, list[Observation]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by("morning")):
                seen = found.setdefault(row.morning, [])
                if row.item is not None:
                    seen.append(_from_row(row))
        return {morning: _in_order(seen) for morning, seen in found.items()}


def _in_order(seen: Iterable[Observation]) -> list[Observation]:
    return sorted(seen, key=lambda one: (one.kind, one.key))


def _apart(connection: sa.Connection, chosen: sa.Subquery) -> dict[date, frozenset[str]]:
    """Name the keys that each of these attempts did not compare."""
    query = sa.select(chosen.c.morning, set_apart.c.key).join(set_apart, set_apart.c.attempt_id == chosen.c.id)
    found: dict[date, set[str]] = {}
    for morning, key in connection.execute(query):
        found.setdefault(morning, set()).add(key)
    return {morning: frozenset(keys) for morning, keys in found.items()}


def _chosen(
    where: sa.ColumnElement[bool],
    until: date | None = None,
    *,
    since: date | None = None,
    counted: sa.ColumnElement[bool] = RECORDED,
) -> sa.Subquery:
    """Select each morning's attempt: id and morning of the latest one that counts."""
    place = sa.func.row_number().over(
        partition_by=(attempts.c.reconciliation, attempts.c.morning), order_by=attempts.c.number.desc()
    )
    query = sa.select(attempts.c.id, attempts.c.morning, place.label("place")).where(where, counted)
    if until is not None:
        query = query.where(attempts.c.morning <= until)
    if since is not None:
        query = query.where(attempts.c.morning >= since)
    ranked = query.subquery()
    return sa.select(ranked.c.id, ranked.c.morning).where(ranked.c.place == 1).subquery()


def _spans(chosen: sa.Subquery, items: Collection[str] | None) -> sa.Select[tuple[str, date, date, int]]:
    """Select when each difference was first and last seen, and how often."""
    query = (
        sa.select(
            observations.c.item,
            sa.func.min(chosen.c.morning).label("first"),
            sa.func.max(chosen.c.morning).label("last"),
            sa.func.count().label("times"),
        )
        .join(chosen, chosen.c.id == observations.c.attempt_id)
        .group_by(observations.c.item)
    )
    return query if items is None else query.where(observations.c.item.in_(items))


def _mornings_of(connection: sa.Connection, chosen: sa.Subquery, items: Sequence[str]) -> dict[str, list[date]]:
    """List, in their order, the mornings that saw each of these."""
    found: dict[str, list[date]] = {}
    for at in range(0, len(items), _MANY):
        query = (
            sa.select(observations.c.item, chosen.c.morning)
            .join(chosen, chosen.c.id == observations.c.attempt_id)
            .where(observations.c.item.in_(items[at : at + _MANY]))
            .order_by(chosen.c.morning)
        )
        for item, morning in connection.execute(query):
            found.setdefault(item, []).append(morning)
    return found


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
