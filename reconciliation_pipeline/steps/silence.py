"""Is a morning silent that has had its time? Asked of our own store: a backfill of an old day must not be taken for it.

The sensor `<id>_morning_missed` runs a morning that was lost; this one tells people when there is no trusted result all
the same, some hours after its time. Where that is past midnight, the morning is yesterday's by then.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.gaps import is_planned
from reconciliation_pipeline.domain.messages import Message, Topic, key_of
from reconciliation_pipeline.domain.quiet import silence_message
from reconciliation_pipeline.domain.unproven_message import UNPROVEN
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.work import Work

PATIENCE: Final = timedelta(hours=3)
"""How long after its time a morning may have no trusted result before anybody is told."""

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of listening for the latest morning.

    Attributes:
        message: What has to be said; None where nothing has.
        words: What was seen, in a sentence.
    """

    message: Message | None
    words: str


def listen(work: Work, *, because: str = "") -> Heard:
    """Say whether the latest morning that has had its time should have a trusted result and has none.

    Args:
        work: The reconciliation at hand.
        because: What the caller knows of why there is none, a sentence.
    """
    today = work.today()
    morning, quiet = today, _why_quiet(work, today)
    # As long as today's may still come, yesterday's is the latest: one that is due late in the evening has its time
    # until after midnight.
    if quiet and not _is_over(work, today) and not _why_quiet(work, today - _DAY):
        morning, quiet = today - _DAY, ""
    if quiet:
        return Heard(None, quiet)
    due, mornings = work.scheduled(morning), work.store.ledger.mornings(work.id, until=morning)
    message = silence_message(
        work.id,
        morning,
        due=due,
        last=mornings[-1] if mornings else None,
        today=today,
        because=_under_way(work, morning) or _unconfirmed(work, morning) or because,
        owner=work.reconciliation.owners.default,
    )
    return Heard(message, f"{morning} was due at {due:%H:%M} UTC and has no trusted result.")


def tell_silence(work: Work, *, because: str = "") -> str:
    """Tell once when the latest morning is silent; gives back what was seen and done, in words."""
    heard = listen(work, because=because)
    if heard.message is None:
        return heard.words
    if not work.store.outbox.put(heard.message, work.channels(heard.message), at=work.clock()):
        return f"{heard.words} It was told before."
    sent = deliver_due(work)
    return f"{heard.words} It is told now: {sent.sent} sent, {sent.failed} could not be sent yet."


def _why_quiet(work: Work, morning: date) -> str:
    """Say why nothing has to be said of a morning; empty where something has."""
    if not _is_planned(work, morning):
        return f"No morning is planned for {morning}."
    if not _is_over(work, morning):
        return f"{morning} has until {_deadline(work, morning):%H:%M} UTC for a trusted result."
    if (found := work.store.attempts.latest_recorded(work.id, morning)) is not None:
        if found.standing is Standing.TRUSTED:
            return f"{morning} has a trusted result."
        waits = f"{morning} has a result, and waits for a person to confirm its counts."
        return waits if _was_told(work, morning) else ""
    if work.store.outbox.exists(key_of(work.id, morning, Topic.NOT_TRUSTWORTHY)):
        return f"{morning} has no trusted result, and that was told: it is not trustworthy."
    return "" if _has_lived(work, morning) else "No morning has been run yet: there is nothing to miss."


def _is_planned(work: Work, morning: date) -> bool:
    return is_planned(morning, work.reconciliation.schedule.cron) and morning >= work.reconciliation.start


def _deadline(work: Work, morning: date) -> datetime:
    return work.scheduled(morning) + PATIENCE


def _is_over(work: Work, morning: date) -> bool:
    """Say whether a planned morning has had its time."""
    return _is_planned(work, morning) and work.now() >= _deadline(work, morning)


def _was_told(work: Work, morning: date) -> bool:
    """Say whether people heard of an unproven morning."""
    told = (key_of(work.id, morning, Topic.DRIFT), key_of(work.id, morning, Topic.NOT_TRUSTWORTHY, UNPROVEN))
    return any(work.store.outbox.exists(key) for key in told)


def _has_lived(work: Work, morning: date) -> bool:
    """Say whether anything was ever run while a morning had its time; before that nobody missed it."""
    attempts = work.store.attempts
    if attempts.last_morning(work.id) is None or (first := attempts.first(work.id)) is None:
        return False
    return morning == work.today() or first.started_at < _deadline(work, morning)


def _unconfirmed(work: Work, morning: date) -> str:
    if work.store.attempts.latest_recorded(work.id, morning) is None:
        return ""
    return f"It was compared, and nobody has confirmed its counts: `recon doctor {work.id}` says how."


def _under_way(work: Work, morning: date) -> str:
    holder = work.store.leases.of(work.id, morning)
    if holder is None or holder.is_over(work.clock()):
        return ""
    return f"Run {holder.run_id} is still at work on it."
