"""Which channels take nothing, since when, and who is told of it? The others are, once a day.

A channel that is dead never fails a morning. It shows as a failed check, in `recon doctor`, and on every other channel.
"""

from dataclasses import dataclass
from datetime import date, datetime

from reconciliation_pipeline.channels.build import ping_name
from reconciliation_pipeline.domain.quiet import channel_down_message, quiet_since
from reconciliation_pipeline.steps.senders import senders
from reconciliation_pipeline.steps.tell import deliver_due
from reconciliation_pipeline.steps.told_today import is_todays
from reconciliation_pipeline.steps.work import Work


@dataclass(frozen=True, slots=True)
class Dead:
    """A channel that did not take what it was given, all of it or for some.

    Attributes:
        channel: The channel's name.
        since: When the message was stored that has waited longest (UTC); None where nothing waits.
        why: What is wrong, a sentence.
        remedy: What to do about it.
        is_dead: Whether it takes nothing; otherwise messages arrive, but not everywhere.
    """

    channel: str
    since: datetime | None
    why: str
    remedy: str
    is_dead: bool = True

    @property
    def words(self) -> str:
        """Everything about it in a line."""
        head = f"{quiet_since(self.channel, self.since)}: " if self.is_dead else ""
        return f"{head}{self.why} {self.remedy}".strip()


def dead_channels(work: Work) -> tuple[Dead, ...]:
    """List the channels of the settings, and the ping, that have trouble now, by name."""
    known = senders(work)
    troubled = {one.channel: one for one in work.store.outbox.troubled(work.id, since=work.today())}
    found = []
    for name in sorted({*known.ready, *known.unavailable}):
        trouble = troubled.get(name)
        if (gone := known.unavailable.get(name)) is not None:
            found.append(Dead(name, trouble.since if trouble else None, gone.text, gone.remedy))
        elif trouble is not None:
            found.append(Dead(name, trouble.since, trouble.text, _remedy(work, name), is_dead=trouble.is_waiting))
    return tuple(found)


def tell_dead(work: Work, morning: date | None = None, *, run_id: str = "") -> str:
    """Tell every other channel, once a day, which channels take nothing; gives back what was seen, in words.

    Args:
        work: The reconciliation at hand.
        morning: The morning that is being run, if one is; a past one tells nobody anything.
        run_id: The run that is at it; one that went past midnight still tells.
    """
    if morning is not None and not is_todays(work, morning, run_id=run_id):
        return ""
    dead = [one for one in dead_channels(work) if one.is_dead]
    if not dead:
        return "Every channel takes messages."
    silent = {one.channel for one in dead}
    others = [name for name in work.channels() if name not in silent]
    seen = " ".join(one.words for one in dead)
    if not others:
        return seen
    owner, at = work.reconciliation.owners.default, work.clock()
    stored = [
        work.store.outbox.put(
            channel_down_message(
                work.id, work.today(), one.channel, since=one.since, why=one.why, remedy=one.remedy, owner=owner
            ),
            others,
            at=at,
        )
        for one in dead
    ]
    if any(stored):
        deliver_due(work)
    return seen


def _remedy(work: Work, channel: str) -> str:
    if work.reconciliation.ping is not None and channel == ping_name(work.reconciliation.ping):
        return "Look at the address; it is tried again today, by the sensor or by `recon outbox --deliver`."
    return f"`recon notify {work.id} --test` tries it now; what waits is tried again by itself."
