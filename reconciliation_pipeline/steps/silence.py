"""Is today's morning silent? Asked of our own store: a backfill of an old day must not be taken for today's morning.

The sensor `<id>_morning_missed` runs a morning that was lost; this one tells people when there is no trusted result all
the same, some hours after its time.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.gaps import is_planned
from reconciliation_pipeline.domain.messages import Message, Topic, key_of
from reconciliation_pipeline.domain.quiet import silence_message
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.work import Work

PATIENCE: Final = timedelta(hours=3)
"""How long after its time a morning may have no trusted result before anybody is told."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening for this morning.

    Attributes:
        message: What has to be said; None where nothing has.
        words: What was seen, in a sentence.
    """

    message: Message | None
    words: str


def listen(work: Work, *, because: str = "") -> Heard:
    """Say whether today's morning should have a trusted result by now and has none.

    Args:
        work: The reconciliation at hand.
        because: What the caller knows of why there is none, a sentence.
    """
    today, due = work.today(), work.scheduled(work.today())
    if quiet := _why_quiet(work):
        return Heard(None, quiet)
    mornings = work.store.ledger.mornings(work.id)
    message = silence_message(
        work.id,
        today,
        due=due,
        last=mornings[-1] if mornings else None,
        because=_under_way(work) or because,
        owner=work.reconciliation.owners.default,
    )
    return Heard(message, f"{today} was due at {due:%H:%M} UTC and has no trusted result.")


def tell_silence(work: Work, *, because: str = "") -> str:
    """Tell once when today's morning is silent; gives back what was seen and done, in words."""
    heard = listen(work, because=because)
    if heard.message is None:
        return heard.words
    if not work.store.outbox.put(heard.message, work.channels(heard.message), at=work.clock()):
        return f"{heard.words} It was told before."
    sent = deliver_due(work)
    return f"{heard.words} It is told now: {sent.sent} sent, {sent.failed} could not be sent yet."


def _why_quiet(work: Work) -> str:
    """Say why nothing has to be said; empty where something has."""
    today, deadline = work.today(), work.scheduled(work.today()) + PATIENCE
    if not is_planned(today, work.reconciliation.schedule.cron) or today < work.reconciliation.start:
        return f"No morning is planned for {today}."
    if work.now() < deadline:
        return f"{today} has until {deadline:%H:%M} UTC for a trusted result."
    if (found := work.store.attempts.latest_recorded(work.id, today)) is not None:
        trusted = found.standing is Standing.TRUSTED
        waits = f"{today} has a result, and waits for a person to confirm its counts."
        return f"{today} has a trusted result." if trusted else waits
    if work.store.outbox.exists(key_of(work.id, today, Topic.NOT_TRUSTWORTHY)):
        return f"{today} has no trusted result, and that was told: it is not trustworthy."
    never = work.store.attempts.last_morning(work.id) is None
    return "No morning has been run yet: there is nothing to miss." if never else ""


def _under_way(work: Work) -> str:
    holder = work.store.leases.of(work.id, work.today())
    if holder is None or holder.is_over(work.clock()):
        return ""
    return f"Run {holder.run_id} is still at work on it."
