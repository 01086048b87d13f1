"""Send what is waiting, and note what became of it; a dead channel never stops a morning."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

from reconciliation_pipeline.channels.channel import Channel, ChannelFailed
from reconciliation_pipeline.domain.messages import Message

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

LEASE = timedelta(minutes=5)
"""How long a delivery belongs to whoever claimed it; longer than all tries of one message take."""

MOST = 10_000
"""Deliveries looked at in one go; those of channels we do not know are left where they are."""


class Waiting(Protocol):
    """One message on its way to one channel."""

    @property
    def message(self) -> Message:
        """What is to be said."""
        ...

    @property
    def channel(self) -> str:
        """The channel's name."""
        ...

    @property
    def tries(self) -> int:
        """How often it was tried so far."""
        ...


D = TypeVar("D", bound=Waiting)


class Outbox(Protocol[D]):
    """Where messages wait."""

    def due(self, now: datetime, limit: int) -> Sequence[D]:
        """List deliveries that may be tried now."""
        ...

    def claim(self, delivery: D, *, now: datetime, until: datetime) -> bool:
        """Take one for oneself; False when someone else has it."""
        ...

    def mark_sent(self, delivery: D, *, at: datetime, remark: str | None = None) -> None:
        """Note that it arrived, and what people should know all the same."""
        ...

    def mark_failed(self, delivery: D, error: str, next_try_at: datetime | None) -> None:
        """Note that it did not, and when to try again."""
        ...


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round of sending came to."""

    sent: int
    failed: int


def deliver(
    outbox: Outbox[D],
    channels: Mapping[str, Channel],
    now: datetime,
    *,
    only: str | None = None,
    stopwatch: Callable[[], float] = time.monotonic,
) -> Delivered:
    """Try every due delivery of the given channels once.

    Args:
        outbox: Where they wait.
        channels: Channels by name; deliveries of others stay where they are.
        now: The moment the round begins (UTC).
        only: The reconciliation whose messages are meant; channels of another may have the same names.
        stopwatch: Seconds that pass, so that a long round does not claim with an old clock.
    """
    began = stopwatch()
    sent = failed = 0
    down: set[str] = set()
    for delivery in outbox.due(now, MOST):
        moment = now + timedelta(seconds=stopwatch() - began)
        if delivery.channel not in channels or delivery.channel in down:
            continue
        if only is not None and delivery.message.reconciliation != only:
            continue
        if not outbox.claim(delivery, now=moment, until=moment + LEASE):
            continue
        came = _sent(channels[delivery.channel], delivery.message)
        moment = now + timedelta(seconds=stopwatch() - began)
        if not isinstance(came, ChannelFailed):
            outbox.mark_sent(delivery, at=moment, remark=came)
            sent += 1
            continue
        outbox.mark_failed(delivery, came.text, None if came.is_final else moment + backoff(delivery.tries))
        failed += 1
        if came.is_down:
            down.add(delivery.channel)
    return Delivered(sent, failed)


def backoff(tries: int) -> timedelta:
    """Say how long to wait after so many earlier tries: a minute, doubling to an hour."""
    return min(FIRST_WAIT * (1 << min(tries, 10)), LONGEST_WAIT)


def _sent(channel: Channel, message: Message) -> ChannelFailed | str | None:
    """Send one message; give back why it did not arrive, or what people should know although it did."""
    try:
        return channel.send(message, idempotency_key=message.key)
    except ChannelFailed as failure:
        return failure
    except Exception as error:  # noqa: BLE001 - whatever breaks in a channel, the morning goes on
        # Only its type: its text may hold the address.
        return ChannelFailed(f"{channel.name} broke with {type(error).__name__}; the message waits.")
