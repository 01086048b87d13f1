"""Which attempts at a morning were made, and which one is the morning's?

Standing, reasons and message of an attempt change in one transaction. What a trusted attempt
found belongs in `ledger.py`; whether it may be trusted is decided in `domain/completeness.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Reason, Side, Snapshot
from reconciliation_pipeline.storage.codec import decode, encode
from reconciliation_pipeline.storage.database import add_unless_there, reading, writing
from reconciliation_pipeline.storage.errors import AttemptNotBegun, AttemptNotTrusted
from reconciliation_pipeline.storage.outbox import put_within
from reconciliation_pipeline.storage.tables import attempts, observations, set_apart

_Where = sa.ColumnElement[bool]


def same_attempt(attempt: Attempt) -> _Where:
    """Select the row of an attempt."""
    return sa.and_(
        attempts.c.reconciliation == attempt.reconciliation,
        attempts.c.morning == attempt.morning,
        attempts.c.number == attempt.number,
    )


def _in_words(attempt: Attempt) -> str:
    return f"Attempt {attempt.number} of {attempt.reconciliation} at {attempt.morning}"


class Attempts:
    """Every attempt ever made; one that was killed under way counts for nothing."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(  # noqa: PLR0913 - what an attempt is made of
        self, reconciliation: str, morning: date, *, run_id: str, started_at: datetime, live: bool, after: int = 0
    ) -> Attempt:
        """Open the next attempt at a morning; two runs at once get two numbers.

        Args:
            reconciliation: Id of the reconciliation.
            morning: The local date it is for.
            run_id: The run that makes it.
            started_at: Now (UTC).
            live: Whether the systems are asked for now.
            after: The last number that the archive holds; a database that began anew goes on behind it.
        """
        attempt = Attempt(reconciliation, morning, after, run_id, live, started_at)
        with writing(self._engine) as connection:
            # Of two runs that count at the same moment one finds its number taken, and counts again.
            while not _add(connection, attempt := replace(attempt, number=_next_number(connection, attempt))):
                pass
        return attempt

    def conclude(
        self, attempt: Attempt, *, at: datetime, messages: Sequence[Message] = (), channels: Sequence[str] = ()
    ) -> None:
        """Write the verdict over an attempt and its messages, both or neither.

        Args:
            attempt: With its standing, reasons, snapshots and `as_of`.
            at: Now (UTC).
            messages: What people are told about it; one whose key exists already is left out.
            channels: Names of the channels they go to.

        Raises:
            AttemptNotBegun: It was concluded before, or never begun.
            ValueError: It carries no verdict, or one to compare without both snapshots.
        """
        if attempt.standing is Standing.BEGUN:
            text = f"{_in_words(attempt)} has no verdict to conclude with."
            raise ValueError(text)
        if attempt.standing is not Standing.REFUSED and not _is_whole(attempt):
            text = f"{_in_words(attempt)} cannot be trusted without the snapshots of both sides."
            raise ValueError(text)
        verdict = {
            "standing": attempt.standing.value,
            "reasons": encode(attempt.reasons),
            "snapshots": encode(attempt.snapshots),
            "as_of": attempt.as_of,
            "concluded_at": at,
        }
        with writing(self._engine) as connection:
            if not _changed(connection, attempt, [Standing.BEGUN], verdict):
                text = f"{_in_words(attempt)} is not under way, so its verdict stays what it is."
                raise AttemptNotBegun(text, remedy="Run the morning again; that is a new attempt.")
            for message in messages:
                put_within(connection, message, channels, at=at)

    def withdraw(
        self,
        attempt: Attempt,
        reasons: Sequence[Reason],
        *,
        at: datetime,
        messages: Sequence[Message] = (),
        channels: Sequence[str] = (),
    ) -> None:
        """Take trust back: the attempt is refused and its observations are gone.

        Args:
            attempt: A trusted or unproven attempt.
            reasons: Every reason against it.
            at: Now (UTC).
            messages: What people are told about it; one whose key exists already is left out.
            channels: Names of the channels they go to.

        Raises:
            AttemptNotTrusted: There is no trust to take back.
        """
        verdict = {
            "standing": Standing.REFUSED.value,
            "reasons": encode(tuple(reasons)),
            "recorded": False,
            "concluded_at": at,
        }
        with writing(self._engine) as connection:
            if not _changed(connection, attempt, [Standing.TRUSTED, Standing.UNPROVEN], verdict):
                text = f"{_in_words(attempt)} is not trusted, so there is nothing to withdraw."
                raise AttemptNotTrusted(text)
            its_id = sa.select(attempts.c.id).where(same_attempt(attempt)).scalar_subquery()
            for table in (observations, set_apart):
                connection.execute(sa.delete(table).where(table.c.attempt_id == its_id))
            for message in messages:
                put_within(connection, message, channels, at=at)

    def promote(self, attempt: Attempt, *, at: datetime) -> None:
        """Trust an attempt that only lacked a person's word; what it observed enters the ledger with it.

        Args:
            attempt: An unproven attempt, with its new reasons (none) and certificates.
            at: Now (UTC).

        Raises:
            AttemptNotTrusted: It is not unproven, or not any more.
        """
        verdict = {
            "standing": Standing.TRUSTED.value,
            "reasons": encode(attempt.reasons),
            "snapshots": encode(attempt.snapshots),
            "concluded_at": at,
        }
        with writing(self._engine) as connection:
            if not _changed(connection, attempt, [Standing.UNPROVEN], verdict):
                text = f"{_in_words(attempt)} is not unproven, so there is nothing to vouch for."
                raise AttemptNotTrusted(text)

    def latest(self, reconciliation: str, morning: date) -> Attempt | None:
        """Find the last concluded attempt at a morning, trusted or refused."""
        concluded = attempts.c.standing != Standing.BEGUN.value
        return self._newest(_of(reconciliation), attempts.c.morning == morning, concluded)

    def latest_trusted(self, reconciliation: str, morning: date) -> Attempt | None:
        """Find the morning's attempt: the last trusted one, whatever was tried after it."""
        return self._newest(_of(reconciliation), attempts.c.morning == morning, _TRUSTED)

    def latest_comparable(self, reconciliation: str, morning: date) -> Attempt | None:
        """Find the attempt that may be compared: the last trusted one, otherwise the last unproven one."""
        its_own = (_of(reconciliation), attempts.c.morning == morning)
        return self._newest(*its_own, _TRUSTED) or self._newest(*its_own, _UNPROVEN)

    def latest_recorded(self, reconciliation: str, morning: date) -> Attempt | None:
        """Find the attempt whose observations are the morning's: the last recorded one, a trusted one first."""
        its_own = (_of(reconciliation), attempts.c.morning == morning, attempts.c.recorded)
        return self._newest(*its_own, _TRUSTED) or self._newest(*its_own, _UNPROVEN)

    def baseline(self, reconciliation: str, before: date) -> Attempt | None:
        """Find what counts are measured against: the attempt of the last earlier morning that has a trusted one."""
        return self._newest(_of(reconciliation), attempts.c.morning < before, _TRUSTED)

    def unproven_before(self, reconciliation: str, before: date) -> Attempt | None:
        """Find the attempt of the last earlier morning that nobody has vouched for yet."""
        return self._newest(_of(reconciliation), attempts.c.morning < before, _UNPROVEN)

    def trusted_before(self, reconciliation: str, before: date, *, most: int) -> list[Attempt]:
        """List the last trusted attempts of earlier mornings, newest first, repeated mornings among them."""
        newest = [attempts.c.morning.desc(), attempts.c.number.desc()]
        return self._select(_of(reconciliation), attempts.c.morning < before, _TRUSTED, order=newest, limit=most)

    def unproven(self, reconciliation: str) -> list[Attempt]:
        """List the attempts that nobody has vouched for yet, oldest morning first."""
        oldest = [attempts.c.morning.asc(), attempts.c.number.asc()]
        return self._select(_of(reconciliation), _UNPROVEN, order=oldest, limit=None)

    def under_way(self, reconciliation: str, morning: date) -> list[Attempt]:
        """List the attempts at a morning that have no verdict, oldest first: at work, or killed at it."""
        oldest = [attempts.c.number.asc()]
        its_own = (_of(reconciliation), attempts.c.morning == morning, attempts.c.standing == Standing.BEGUN.value)
        return self._select(*its_own, order=oldest, limit=None)

    def of_run(self, run_id: str) -> Attempt | None:
        """Find the last attempt a run made, in whatever standing."""
        found = self._select(attempts.c.run_id == run_id, order=[attempts.c.id.desc()], limit=1)
        return found[0] if found else None

    def first(self, reconciliation: str) -> Attempt | None:
        """Find the attempt that was made before all others, whatever its morning and its standing."""
        found = self._select(_of(reconciliation), order=[attempts.c.started_at.asc(), attempts.c.id.asc()], limit=1)
        return found[0] if found else None

    def last_morning(self, reconciliation: str) -> date | None:
        """Find the latest morning that has a concluded attempt, trusted or refused."""
        found = self._newest(_of(reconciliation), attempts.c.standing != Standing.BEGUN.value)
        return found.morning if found else None

    def _newest(self, *where: _Where) -> Attempt | None:
        found = self._select(*where, order=[attempts.c.morning.desc(), attempts.c.number.desc()], limit=1)
        return found[0] if found else None

    def _select(self, *where: _Where, order: Sequence[sa.ColumnElement[object]], limit: int | None) -> list[Attempt]:
        query = sa.select(attempts).where(*where).order_by(*order).limit(limit)
        with reading(self._engine) as connection:
            return [_attempt(row) for row in connection.execute(query)]


_COUNTS = attempts.c.retracted.is_(None)

_TRUSTED = sa.and_(attempts.c.standing == Standing.TRUSTED.value, _COUNTS)

_UNPROVEN = sa.and_(attempts.c.standing == Standing.UNPROVEN.value, _COUNTS)

RECORDED = sa.and_(_TRUSTED, attempts.c.recorded)
"""Selects attempts whose observations count."""

UNPROVEN_RECORDED = sa.and_(_UNPROVEN, attempts.c.recorded)
"""Selects attempts whose observations wait for a person's word."""


def _of(reconciliation: str) -> _Where:
    return attempts.c.reconciliation == reconciliation


def _is_whole(attempt: Attempt) -> bool:
    return all(side in attempt.snapshots and attempt.snapshots[side].sha256 is not None for side in Side)


def _next_number(connection: sa.Connection, attempt: Attempt) -> int:
    mornings = (_of(attempt.reconciliation), attempts.c.morning == attempt.morning)
    taken = connection.scalar(sa.select(sa.func.max(attempts.c.number)).where(*mornings)) or 0
    return max(taken, attempt.number) + 1


def _add(connection: sa.Connection, attempt: Attempt) -> bool:
    """Store a new attempt; say whether its number was free."""
    values = {
        "reconciliation": attempt.reconciliation,
        "morning": attempt.morning,
        "number": attempt.number,
        "run_id": attempt.run_id,
        "live": attempt.live,
        "started_at": attempt.started_at,
        "standing": attempt.standing.value,
        "reasons": [],
        "snapshots": {},
        "recorded": False,
    }
    return add_unless_there(connection, attempts, values) is not None


def _changed(
    connection: sa.Connection, attempt: Attempt, standings: Sequence[Standing], values: Mapping[str, object]
) -> bool:
    """Change an attempt that is still in one of these standings; say whether it was."""
    unmoved = sa.and_(_COUNTS, attempts.c.standing.in_([standing.value for standing in standings]))
    return connection.execute(sa.update(attempts).where(same_attempt(attempt), unmoved).values(**values)).rowcount == 1


def _undo(row: sa.Row[tuple[object, ...]]) -> str:
    return f"recon retract {row.reconciliation} --date {row.morning} --undo --by YOU --reason WHY"


def _attempt(row: sa.Row[tuple[object, ...]]) -> Attempt:
    reasons = decode(tuple[Reason, ...], row.reasons)
    taken_back = (
        ()
        if row.retracted is None
        else (Reason("retracted", row.retracted, remedy=f"If it was right: `{_undo(row)}`."),)
    )
    return Attempt(
        reconciliation=row.reconciliation,
        morning=row.morning,
        number=row.number,
        run_id=row.run_id,
        live=row.live,
        started_at=row.started_at,
        as_of=row.as_of,
        standing=Standing(row.standing) if row.retracted is None else Standing.REFUSED,
        reasons=(*taken_back, *reasons),
        snapshots=decode(dict[Side, Snapshot], row.snapshots),
    )
