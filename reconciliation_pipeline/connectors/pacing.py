"""How fast may one connection ask? Clocks, sleeping and chance are arguments, never globals.

How often a failed request is tried again belongs in `transport.py`.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Clock:
    """Time and chance, replaceable as one.

    Attributes:
        monotonic: Seconds that only ever grow.
        sleep: Waits so many seconds.
        now: The wall clock (UTC), to read a `Retry-After` that is a date.
        chance: A number from 0 to 1 that spreads retries.
    """

    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], datetime] = _now
    chance: Callable[[], float] = random.random


class Pacer:
    """Spaces the requests of one connection evenly, without a burst at the start.

    Even spacing keeps below a vendor's limit from the first second on and costs nothing over a whole walk.
    """

    def __init__(self, requests_per_second: float, clock: Clock) -> None:
        self._gap = 1 / requests_per_second
        self._clock = clock
        self._next = float("-inf")

    def wait(self) -> None:
        """Wait until the next request is due."""
        now = self._clock.monotonic()
        if now < self._next:
            self._clock.sleep(self._next - now)
        self._next = max(now, self._next) + self._gap
