"""On which planned mornings did nobody look?

A gap is a planned morning without a trusted result. It closes nothing, and it has to be seen: whoever reads "since
yesterday" would otherwise take two days for one.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from reconciliation_pipeline.domain.spelling import counted

LOOK_BACK: Final = timedelta(days=14)
"""Gaps that are older than this are history; `recon history` shows them all."""

_DAY: Final = timedelta(days=1)
_MOST_NAMED: Final = 3
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def is_planned(morning: date, cron: str) -> bool:
    """Say whether a morning is planned by a daily or weekly cron line: its last field is `*`, 0 to 7, or `mon`."""
    day = cron.rsplit(maxsplit=1)[-1].lower()
    if day == "*":
        return True
    number = int(day) if day.isdecimal() else _DAYS.index(day)
    return morning.isoweekday() % 7 == number % 7


def gaps(trusted: Iterable[date], today: date, cron: str) -> tuple[date, ...]:
    """List the planned mornings of late on which nobody looked, or could not be believed.

    Args:
        trusted: Every morning with a trusted result.
        today: The local date; it may still be run, and is no gap.
        cron: When mornings are run.

    Returns:
        Oldest first, between the first trusted morning and today, `LOOK_BACK` at most.
    """
    known = frozenset(trusted)
    if not known:
        return ()
    start = max(min(known), today - LOOK_BACK)
    days = ((start + number * _DAY) for number in range((today - start).days))
    return tuple(day for day in days if day not in known and is_planned(day, cron))


def gap_words(found: tuple[date, ...]) -> str:
    """Say which mornings are missing, and what that means; empty where none is."""
    if not found:
        return ""
    named = ", ".join(str(day) for day in found[-_MOST_NAMED:])
    many = f"{counted(len(found), 'morning')} of the last {LOOK_BACK.days} days" if len(found) > _MOST_NAMED else ""
    which = f"{many}, the last ones {named}," if many else f"{named}"
    verb = "has" if len(found) == 1 else "have"
    return f"{which} {verb} no trusted result: nobody knows what was there, and nothing was closed by it."
