"""Tell the right people, once.

Every message is stored under its idempotency key before it is sent; whoever notices first stores
it, everyone may send it. Past mornings are never announced; which one is past stands in `told_today.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reconciliation_pipeline.channels.deliver import deliver
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.pulse import heartbeat_message
from reconciliation_pipeline.domain.spike_message import spike_message, verdict
from reconciliation_pipeline.domain.wording import run_failed_message, settings_broken_message
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.compose import ledger_link, morning_messages, pulse_of
from reconciliation_pipeline.steps.senders import senders
from reconciliation_pipeline.steps.spikes import Judged, gather, judge_morning
from reconciliation_pipeline.steps.told_today import is_todays
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store


@dataclass(frozen=True, slots=True)
class Told:
    """What was stored, sent and could not be sent, and all of it in words."""

    stored: tuple[str, ...]
    sent: int
    failed: int
    words: str


def tell_morning(work: Work, morning: date, *, run_id: str = "") -> Told:
    """Tell what this morning left to act on, and whether it was a spike; nothing when nothing is.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        run_id: The run that tells it; one that went past midnight still does.
    """
    if not is_todays(work, morning, run_id=run_id):
        return Told((), 0, 0, f"{morning} is past: it is recorded, and nobody is told.")
    attempt = work.store.attempts.latest_recorded(work.id, morning)
    if attempt is None:
        return Told((), 0, 0, f"{morning} has no result to tell.")
    judged = judge_morning(work, morning)
    found = morning_messages(work, attempt, judged)
    quiet = "" if found else "Nothing is open, so nobody is told. "
    return _told(work, [*found, *_alarm(work, judged)], prefix=quiet)


def tell_spike(work: Work, morning: date) -> Told:
    """Raise the alarm of today's morning, if its own run did not; a past morning raises none."""
    if morning != work.today():
        return Told((), 0, 0, f"{morning} is past: nobody is told.")
    judged = judge_morning(work, morning)
    if judged is None:
        return _told(work, [], prefix="No trusted result yet this morning. ")
    return _told(work, _alarm(work, judged), prefix=f"{verdict(judged.judgement, words_of(work.reconciliation))} ")


def tell_failure(work: Work, morning: date, sentence: str, *, run_id: str = "") -> Told:
    """Make sure that a failure of today's morning is told; a refusal was told with its verdict.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        sentence: What broke.
        run_id: The run that broke; one that went past midnight is told all the same.
    """
    if not is_todays(work, morning, run_id=run_id):
        return Told((), 0, 0, f"{morning} is past: nobody is told.")
    has_result = work.store.attempts.latest_recorded(work.id, morning) is not None
    owner = work.reconciliation.owners.default
    message = run_failed_message(work.id, morning, sentence, has_result=has_result, owner=owner)
    return _told(work, [message], prefix="It was told before. " if work.store.outbox.exists(message.key) else "")


def tell_heartbeat(work: Work, morning: date | None = None) -> Told:
    """Send the Monday message with both counts, which proves that the job is alive."""
    today = morning or work.today()
    message = heartbeat_message(
        pulse_of(work, today),
        words_of(work.reconciliation),
        owner=work.reconciliation.owners.default,
        links=ledger_link(work, today),
    )
    return _told(work, [message])


def tell_broken_settings(store: Store, name: str, mistakes: Sequence[str], *, at: datetime) -> str:
    """Store that a reconciliation is switched off by its settings; returns the message's key.

    Its channels stand in the very file that cannot be read, so the message waits in the outbox.
    """
    message = settings_broken_message(name, at.date(), mistakes)
    store.outbox.put(message, [], at=at)
    return message.key


def deliver_due(work: Work, *, ping_of: date | None = None) -> Told:
    """Send what is waiting in the outbox.

    Args:
        work: The reconciliation at hand.
        ping_of: The morning that a monitor outside is told of; by default today's.
    """
    return _told(work, [], ping_of=ping_of)


def _alarm(work: Work, judged: Judged | None) -> list[Message]:
    """Write the alarm, one an episode; what a morning said already stays as it was said."""
    if judged is None or not judged.judgement.ringing:
        return []
    found = spike_message(judged.judgement, work.id, words_of(work.reconciliation), gather(work, judged))
    return [found] if found else []


def _told(work: Work, messages: Iterable[Message], *, prefix: str = "", ping_of: date | None = None) -> Told:
    now = work.clock()
    stored = tuple(one.key for one in messages if work.store.outbox.put(one, work.channels(one), at=now))
    sent = deliver(work.store.outbox, senders(work, ping_of=ping_of).ready, now, only=work.id)
    words = f"{prefix}{len(stored)} stored, {sent.sent} sent, {sent.failed} could not be sent yet."
    return Told(stored, sent.sent, sent.failed, words)
