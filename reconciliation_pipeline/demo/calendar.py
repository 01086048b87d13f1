"""When do things happen in the demo world?

Moments and delays, drawn from a seeded generator. What happens then belongs elsewhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random

from reconciliation_pipeline.demo.story import ZONE

OPENS, CLOSES = 7 * 3600, 20 * 3600
"""Office hours, in seconds of the local day. Nothing but the night's lag happens outside them."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happens on one side, and how much later the other side hears of it."""

    at: datetime
    lag: timedelta


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days counted from the story's: 0 is its day, -1 the day before."""

    start: datetime

    def morning(self, day: int) -> datetime:
        """Give the hour of the story on another day, by the wall clock (UTC)."""
        return (self.start.astimezone(ZONE) + timedelta(days=day)).astimezone(UTC)

    def office(self, day: int, rng: Random) -> Moment:
        """Draw a moment in office hours; the other side hears within 45 minutes."""
        midnight = datetime.combine(self.start.astimezone(ZONE).date() + timedelta(days=day), time(0), ZONE)
        at = (midnight + timedelta(seconds=rng.randrange(OPENS, CLOSES))).astimezone(UTC)
        return Moment(at, timedelta(seconds=rng.randint(60, 45 * 60)))

    def across(self, day: int, rng: Random) -> Moment:
        """Draw a moment shortly before a morning of which the other side hears shortly after it.

        It lies 2 to 55 minutes before, and is heard of 5 to 90 minutes after.
        """
        before = timedelta(seconds=rng.randint(2 * 60, 55 * 60))
        after = timedelta(seconds=rng.randint(5 * 60, 90 * 60))
        return Moment(self.morning(day) - before, before + after)
