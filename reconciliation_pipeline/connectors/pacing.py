"""How fast may one connection ask? Clocks, sleeping and chance are arguments, never globals.

How often a failed request is tried again belongs in `transport.py`, how runs share one pace in `pace.py`.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Protocol

SHARE = 0.96
"""Share of the allowed rate that is used. What is left over lets one request in every second arrive 40 ms later than
another without the server counting one too many."""
LATE = 0.015
"""Seconds by which a request may ask late for its moment, and by which it may leave late, because it needs a new
connection or the machine is busy: so much is caught up with. After more the pace starts anew."""


def _now() -> datetime:
    return datetime.now(UTC)


def _sleep(seconds: float, stop: Event) -> None:
    stop.wait(seconds)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, replaceable as one.

    Attributes:
        monotonic: Seconds that only ever grow; on Linux and macOS the same for every process since the last start.
        sleep: Waits so many seconds, or until the event is set.
        now: The wall clock (UTC), to read a `Retry-After` that is a date.
        chance: A number from 0 to 1 that spreads retries.
    """

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float, Event], None] = _sleep
    now: Callable[[], datetime] = _now
    chance: Callable[[], float] = random.random


class Slots(Protocol):
    """Moments at which requests may be sent, each handed out once."""

    def take(self, now: float, gap: float) -> float:
        """Reserve the next moment and keep so many seconds free behind it."""
        ...

    def hold(self, until: float) -> None:
        """Hand out nothing before that moment."""
        ...


class OwnSlots:
    """The moments of one connection that nobody shares."""

    def __init__(self) -> None:
        self.next = float("-inf")
        """The earliest moment that is not handed out yet."""

    def take(self, now: float, gap: float) -> float:
        """Reserve the next moment and keep so many seconds free behind it."""
        due = max(now, self.next)
        self.next = (self.next if now <= self.next + LATE else now) + gap
        return due

    def hold(self, until: float) -> None:
        """Hand out nothing before that moment."""
        self.next = max(self.next, until)


class Pacer:
    """Spaces the requests of one connection evenly, without a burst at the start.

    Even spacing keeps below a vendor's limit from the first second on and costs nothing over a whole walk.
    """

    def __init__(self, requests_per_second: float, clock: Clock, slots: Slots | None = None) -> None:
        """Start a pace.

        Args:
            requests_per_second: What the system allows; a little less is used.
            clock: Time.
            slots: The moments to send at; by default those of nobody else.
        """
        self._gap = 1 / (requests_per_second * SHARE)
        self._clock = clock
        self._slots = slots or OwnSlots()
        self._due = float("inf")

    def take(self) -> float:
        """Reserve the next moment (by the monotonic clock) at which a request may be sent."""
        self._due = self._slots.take(self._clock.monotonic(), self._gap)
        return self._due

    def sent(self) -> None:
        """Take note that the request of the last moment leaves now."""
        now = self._clock.monotonic()
        if now > self._due + LATE:
            self._slots.hold(now + self._gap)
        self._due = float("inf")

    def hold(self, seconds: float) -> float:
        """Send nothing for so many seconds, whoever shares the pace; the moment it ends."""
        until = self._clock.monotonic() + seconds
        self._slots.hold(until)
        return until
