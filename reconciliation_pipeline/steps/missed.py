"""Did this morning's tick get lost, so that the morning has to be filled now?

Whoever was switched off at four knows nothing of it at nine. Our store does: it knows which mornings have a result.
Only today is ever filled; a day that is gone stays a gap, so one that is due in the last half hour before midnight is
never filled. `silence.py` tells it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from reconciliation_pipeline.domain.gaps import is_planned
from reconciliation_pipeline.steps.work import Work

GRACE = timedelta(minutes=30)
"""How long after its time a morning that has not begun is taken for missed."""


@dataclass(frozen=True, slots=True)
class Look:
    """What came of looking for this morning.

    Attributes:
        missed: The morning that has to be run now, if there is one.
        words: What was seen, in a sentence.
    """

    missed: date | None
    words: str


def look_for_today(work: Work) -> Look:
    """Say whether today's morning should have begun by now and has not."""
    today, now = work.today(), work.now()
    cron, due = work.reconciliation.schedule.cron, work.scheduled(today)
    if not is_planned(today, cron) or today < work.reconciliation.start:
        return Look(None, f"No morning is planned for {today}.")
    if now < due + GRACE:
        return Look(None, f"{today} is due at {due:%H:%M} UTC, and is not late.")
    if work.store.attempts.latest(work.id, today) is not None:
        return Look(None, f"{today} has a result.")
    if (holder := work.store.leases.of(work.id, today)) is not None and not holder.is_over(work.clock()):
        return Look(None, f"{today} is under way, run {holder.run_id}.")
    if work.store.attempts.last_morning(work.id) is None:
        return Look(None, "No morning has been run yet: the first one waits for its time, or for a person.")
    return Look(today, f"{today} was due at {due:%H:%M} UTC and has no result: it is run now, once.")
