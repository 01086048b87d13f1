"""What do people know already? What they were told last, which need not be the trusted morning before this one.

A morning that got its result only when it was past (by a backfill, or by a run that made up for one that died) told
nobody. Measured against it, this morning would bring nothing new, and nobody would ever hear of what it found.
"""

from datetime import date

from reconciliation_pipeline.domain.ledger import Movement, matured, movement
from reconciliation_pipeline.domain.lives import Calendar
from reconciliation_pipeline.domain.messages import Topic, key_of
from reconciliation_pipeline.steps.describe import far_enough, longest, open_counts
from reconciliation_pipeline.steps.work import Work

_SAYS_WHAT_IS_OPEN = (Topic.DRIFT, Topic.RESOLVED)


def untold(work: Work, calendar: Calendar, morning: date) -> frozenset[date]:
    """Name the trusted mornings right before one of which people should have heard and have not.

    Empty where nobody was ever told anything under these keys: then there is nothing to go back to.

    Args:
        work: The reconciliation at hand.
        calendar: The trusted mornings up to it.
        morning: One of them.
    """
    found: set[date] = set()
    before = calendar.before(morning) if morning in calendar.place else None
    while before is not None and not _is_told(work, before):
        found.add(before)
        before = calendar.before(before)
    return frozenset(found) if before is not None else frozenset()


def told_before(calendar: Calendar, morning: date, skipped: frozenset[date]) -> date | None:
    """Name the last trusted morning before one that is not among the skipped, under the same keys."""
    before = calendar.before(morning) if morning in calendar.place else None
    while before in skipped:
        before = calendar.before(before)
    return before


def moved_since(work: Work, calendar: Calendar, before: date, morning: date) -> Movement:
    """Say what is new on a morning and what is gone, measured against an earlier one."""
    earlier = [day for day in calendar.mornings if day < before]
    since = far_enough(work, earlier, before, calendar.began) or calendar.mornings[0]
    seen = work.store.ledger.observations(work.id, until=morning, since=since)
    grown = matured(seen, longest(work), calendar.began)
    return movement(grown[before], grown[morning])


def _is_told(work: Work, morning: date) -> bool:
    """Whether a morning was told on its day, or left nothing to tell."""
    if any(work.store.outbox.exists(key_of(work.id, morning, topic)) for topic in _SAYS_WHAT_IS_OPEN):
        return True
    return not any(open_counts(work, morning, most=2).values())
