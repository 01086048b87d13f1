"""Is there a morning to measure the next one against, and how old is it?"""

from collections.abc import Iterator

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.records import Grade, Side
from reconciliation_pipeline.domain.remedies import confirm_command, filled
from reconciliation_pipeline.steps.doctor.finding import Finding, ok, warn
from reconciliation_pipeline.steps.work import Work


def mornings(work: Work) -> Iterator[Finding]:
    """Look for the last trusted morning, for mornings that wait for a person's word, and for the last refusal."""
    trusted = work.store.ledger.mornings(work.id)
    what = "last trusted morning"
    if trusted:
        days = (work.today() - trusted[-1]).days
        if days <= _apart(work):
            yield ok(what, f"{trusted[-1]}.")
        else:
            remedy = "Does anything run the mornings? `make dev` shows the scheduler's ticks."
            yield warn(what, f"{trusted[-1]}, {days:,} days ago.", remedy)
    elif not (unproven := work.store.attempts.unproven(work.id)):
        yield warn(what, "there is none yet.", f"Run one: `recon run {work.id}`.")
    else:
        yield _unproven(work, unproven[-1], what)
    yield from _refused(work)


def _apart(work: Work) -> int:
    """Days between two mornings, by the schedule."""
    return 1 if work.reconciliation.schedule.cron.endswith("*") else 7


def _unproven(work: Work, attempt: Attempt, what: str) -> Finding:
    waiting = [side for side in Side if attempt.snapshots[side].certificate.grade is Grade.UNPROVEN]
    labels = " and ".join(work.reconciliation.label(side) for side in waiting)
    text = f"there is none yet: {attempt.morning} is unproven, because nobody has confirmed the counts of {labels}."
    command = confirm_command(work.id, waiting[0], attempt.morning)
    other = "".join(f", and the same with `--side {side}`" for side in waiting[1:])
    remedy = f"Read them off the systems' own screens, then: `{command}`{other}."
    return warn(what, text, remedy)


def _refused(work: Work) -> Iterator[Finding]:
    last = work.store.attempts.last_morning(work.id)
    attempt = work.store.attempts.latest(work.id, last) if last else None
    if attempt is None or attempt.standing is not Standing.REFUSED:
        return
    when = "this morning" if last == work.today() else str(last)
    reason = next(iter(filled(attempt.reasons, work.id, attempt.morning)), None)
    text = f"{when}, attempt {attempt.number}, was refused" + (f": {reason.text}" if reason else ".")
    yield warn("last attempt", text, (reason and reason.remedy) or f"Run it again: `recon run {work.id}`.")
