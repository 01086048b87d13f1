"""Get the two snapshots of one morning: pulled now, pulled as of then, or read from the archive.

The rule that keeps history honest: today's data never enters a past morning.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date

from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.records import Reason, Side
from reconciliation_pipeline.steps.examine import examine
from reconciliation_pipeline.steps.prove import give_up, prove, refuse
from reconciliation_pipeline.steps.pull import open_sources, pull_both
from reconciliation_pipeline.steps.watch import Watch
from reconciliation_pipeline.steps.work import Work

Connect = Callable[[Work, date], AbstractContextManager[dict[Side, Source]]]
"""Connects both sides of a morning for as long as a block lasts."""


class FutureMorning(Exception):
    """A morning that has not come yet was asked for."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The attempt a morning stands on, and whether it was read from the archive untouched."""

    attempt: Attempt
    from_archive: bool = False


def gather(work: Work, morning: date, *, run_id: str, watch: Watch, connect: Connect = open_sources) -> Gathered:
    """Bring both snapshots of a morning together, proven.

    A live pull is made only for today's local date. A past morning comes from the archive, or from
    systems that can answer as of that day, or ends as `past_not_pullable`.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        run_id: The run that asks for it.
        watch: Who is told how far it has come.
        connect: Connects both sides.

    Raises:
        FutureMorning: The morning has not come yet.
        SecretMissing: A named environment variable is not set.
    """
    today = work.today()
    if morning > today:
        text = f"{morning} has not come yet; today is {today} in {work.reconciliation.timezone}."
        raise FutureMorning(text)
    is_live = morning == today
    if not is_live and (kept := work.store.attempts.latest_comparable(work.id, morning)) is not None:
        return Gathered(kept, from_archive=True)
    with connect(work, morning) as sources:
        attempt = work.store.attempts.begin(
            work.id,
            morning,
            run_id=run_id,
            started_at=work.now(),
            live=is_live,
            after=work.store.archive.last_attempt(work.id, morning),
        )
        if not is_live and not all(source.declares().answers_for_the_past for source in sources.values()):
            return Gathered(refuse(work, attempt, past_not_pullable(work, morning)))
        with _given_up_when_stopped(work, attempt):
            pulled = pull_both(work, sources, attempt, as_of=None if is_live else morning, watch=watch)
            return Gathered(prove(work, attempt, pulled, examine(work, sources, attempt, pulled)))


@contextmanager
def _given_up_when_stopped(work: Work, attempt: Attempt) -> Iterator[None]:
    try:
        yield
    except BaseException as stop:
        # Ctrl-C and its like are no exceptions of the ordinary kind; Dagster has one of its own for them.
        if not isinstance(stop, Exception):
            give_up(work, attempt)
        raise


def past_not_pullable(work: Work, morning: date) -> Reason:
    """Say why a past morning without an archived snapshot stays empty."""
    text = (
        f"No trusted snapshot of {morning} was kept, and {work.reconciliation.label(Side.CRM)} and "
        f"{work.reconciliation.label(Side.BILLING)} cannot both say what they held that day; "
        "today's data never goes into a past morning."
    )
    remedy = "Leave the gap as it is, or give both sides `as_of` (or dated files) and run the backfill again."
    return Reason("past_not_pullable", text, remedy=remedy)
