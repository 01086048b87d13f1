"""Which messages are there, and which of them still have to reach whom?

A message is kept once, together with one delivery a channel. Sending belongs in `channels/`; when
to give up is the sender's decision.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Link, Message, Topic
from reconciliation_pipeline.storage.database import add_unless_there, reading, writing
from reconciliation_pipeline.storage.tables import deliveries, messages

LONGEST_ERROR = 300
"""Characters kept of what went wrong with a delivery."""


class DeliveryState(StrEnum):
    """Where one delivery stands."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message on its way to one channel.

    Attributes:
        message_id: The stored message.
        message: What is to be said.
        channel: The channel's name.
        tries: How often it was tried so far.
    """

    message_id: int
    message: Message
    channel: str
    tries: int


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What became of one delivery.

    Attributes:
        channel: The channel's name.
        state: Pending, sent or given up.
        tries: How often it was tried.
        next_try_at: Not before this moment again (UTC); while someone is sending, when their lease ends.
        last_error: What went wrong last, or with a part of it; None when nothing did.
        sent_at: When it arrived (UTC); None when it did not.
    """

    channel: str
    state: DeliveryState
    tries: int
    next_try_at: datetime
    last_error: str | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message and what became of it.

    Attributes:
        id: Number in the outbox.
        message: What it says.
        created_at: When it was stored (UTC).
        deliveries: One a channel, ordered by name; empty when no channel was configured.
    """

    id: int
    message: Message
    created_at: datetime
    deliveries: tuple[DeliveryRecord, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A channel that did not accept what it was given.

    Attributes:
        channel: The channel's name.
        since: When the message that has waited longest was stored (UTC).
        text: What went wrong with it last.
        is_waiting: Whether it did not arrive at all; otherwise it arrived, but not everywhere.
    """

    channel: str
    since: datetime
    text: str
    is_waiting: bool


def put_within(connection: sa.Connection, message: Message, channels: Sequence[str], *, at: datetime) -> bool:
    """Store a message and its deliveries in a transaction that is already open.

    Args:
        connection: The one that is writing.
        message: What is to be said.
        channels: Names of the channels it goes to.
        at: Now (UTC); the deliveries are due at once.

    Returns:
        False when a message of that key exists already; then nothing is stored.
    """
    values = {
        "key": message.key,
        "reconciliation": message.reconciliation,
        "morning": message.morning,
        "topic": message.topic.value,
        "title": message.title,
        "lines": list(message.lines),
        "owner": message.owner,
        "severity": message.severity.value,
        "links": [list(link) for link in message.links],
        "about": message.about,
        "created_at": at,
    }
    found = add_unless_there(connection, messages, values)
    if found is None:
        return False
    due = [
        {"message_id": found, "channel": name, "state": DeliveryState.PENDING.value, "tries": 0, "next_try_at": at}
        for name in dict.fromkeys(channels)
    ]
    if due:
        connection.execute(sa.insert(deliveries), due)
    return True


class Outbox:
    """Messages, stored before anyone tries to send them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def put(self, message: Message, channels: Sequence[str], *, at: datetime) -> bool:
        """Store a message and one delivery a channel; False when its key exists already."""
        with writing(self._engine) as connection:
            return put_within(connection, message, channels, at=at)

    def exists(self, key: str) -> bool:
        """Say whether a message of that key was ever stored, sent or not."""
        with reading(self._engine) as connection:
            return connection.scalar(sa.select(messages.c.id).where(messages.c.key == key)) is not None

    def due(self, now: datetime, limit: int) -> list[Delivery]:
        """List deliveries that may be tried now, the longest waiting first."""
        query = (
            sa.select(messages, deliveries.c.channel, deliveries.c.tries)
            .join(deliveries)
            .where(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.next_try_at <= now)
            .order_by(deliveries.c.next_try_at, messages.c.id, deliveries.c.channel)
            .limit(limit)
        )
        with reading(self._engine) as connection:
            return [Delivery(row.id, _message(row), row.channel, row.tries) for row in connection.execute(query)]

    def claim(self, delivery: Delivery, *, now: datetime, until: datetime) -> bool:
        """Take a delivery for oneself before sending it.

        Args:
            delivery: As `due` gave it.
            now: The moment it is taken (UTC).
            until: When others may try it, should nothing be heard of this attempt.

        Returns:
            False when someone else has it, or it was sent or tried meanwhile.
        """
        taken = (deliveries.c.next_try_at <= now, deliveries.c.tries == delivery.tries)
        return self._change(delivery, *taken, next_try_at=until)

    def mark_sent(self, delivery: Delivery, *, at: datetime, remark: str | None = None) -> None:
        """Note that it arrived.

        Args:
            delivery: As `due` gave it.
            at: When (UTC).
            remark: What people should know all the same, such as one recipient of several that was refused.
        """
        words = None if remark is None else _without_addresses(remark)
        self._change(delivery, state=DeliveryState.SENT.value, tries=delivery.tries + 1, sent_at=at, last_error=words)

    def mark_failed(self, delivery: Delivery, error: str, next_try_at: datetime | None) -> None:
        """Note that it did not arrive.

        Args:
            delivery: As `due` gave it.
            error: Why, in words; cut when long, and without the addresses in it.
            next_try_at: When to try again (UTC); None gives up.
        """
        words = _without_addresses(error)
        again = {} if next_try_at is None else {"next_try_at": next_try_at}
        state = DeliveryState.FAILED if next_try_at is None else DeliveryState.PENDING
        self._change(delivery, state=state.value, tries=delivery.tries + 1, last_error=words, **again)

    def all(self, reconciliation: str | None = None, *, morning: date | None = None) -> list[StoredMessage]:
        """List messages with their deliveries, the newest first: every one, or of one reconciliation or morning."""
        query = sa.select(messages).order_by(messages.c.id.desc())
        parts = sa.select(deliveries).order_by(deliveries.c.channel)
        if reconciliation is not None:
            query = query.where(messages.c.reconciliation == reconciliation)
        if morning is not None:
            query = query.where(messages.c.morning == morning)
        with reading(self._engine) as connection:
            stored = connection.execute(query).all()
            sent: dict[int, list[DeliveryRecord]] = {}
            for row in connection.execute(parts.where(deliveries.c.message_id.in_([row.id for row in stored]))):
                sent.setdefault(row.message_id, []).append(_delivery_record(row))
        return [StoredMessage(row.id, _message(row), row.created_at, tuple(sent.get(row.id, ()))) for row in stored]

    def troubled(self, reconciliation: str, *, since: date) -> list[Trouble]:
        """List the channels that have not accepted what they were given.

        Args:
            reconciliation: Whose messages.
            since: The first morning looked at, for what arrived in part only; what still waits is always looked at.

        Returns:
            One a channel, by name: of what waits, the message that has waited longest; otherwise the newest remark.
        """
        waits = sa.and_(deliveries.c.state == DeliveryState.PENDING.value, deliveries.c.tries > 0)
        lost = sa.and_(deliveries.c.state == DeliveryState.FAILED.value, messages.c.morning >= since)
        partly = sa.and_(deliveries.c.state == DeliveryState.SENT.value, messages.c.morning >= since)
        query = (
            sa.select(deliveries, messages.c.created_at)
            .join(messages)
            .where(
                messages.c.reconciliation == reconciliation,
                deliveries.c.last_error.is_not(None),
                sa.or_(waits, lost, partly),
            )
            .order_by(messages.c.created_at, messages.c.id)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        found: dict[str, Trouble] = {}
        for row in rows:
            one = Trouble(row.channel, row.created_at, row.last_error, is_waiting=row.state != DeliveryState.SENT.value)
            # What did not arrive comes before what arrived in part, whichever is older.
            if row.channel not in found or (one.is_waiting and not found[row.channel].is_waiting):
                found[row.channel] = one
        return sorted(found.values(), key=lambda one: one.channel)

    def _change(self, delivery: Delivery, *conditions: sa.ColumnElement[bool], **values: object) -> bool:
        """Change a delivery that is still pending; say whether it was."""
        statement = (
            sa.update(deliveries)
            .where(
                deliveries.c.message_id == delivery.message_id,
                deliveries.c.channel == delivery.channel,
                deliveries.c.state == DeliveryState.PENDING.value,
                *conditions,
            )
            .values(**values)
        )
        with writing(self._engine) as connection:
            return connection.execute(statement).rowcount == 1


def _without_addresses(words: str) -> str:
    """Cut words to what is kept; the address of an incoming webhook is a credential."""
    return re.sub(r"\w+://\S+", "(address)", words)[:LONGEST_ERROR]


def _message(row: sa.Row[tuple[object, ...]]) -> Message:
    return Message(
        row.reconciliation,
        row.morning,
        Topic(row.topic),
        row.title,
        tuple(row.lines),
        row.owner,
        Severity(row.severity),
        tuple(Link(*link) for link in row.links),
        row.about,
    )


def _delivery_record(row: sa.Row[tuple[object, ...]]) -> DeliveryRecord:
    return DeliveryRecord(
        row.channel, DeliveryState(row.state), row.tries, row.next_try_at, row.last_error, row.sent_at
    )
