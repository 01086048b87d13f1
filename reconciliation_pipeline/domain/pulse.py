"""What does the Monday message tell, so that everybody sees that the job is alive, and what it sees?

Whoever reads it knows when one is missing: it has a number that goes up by one a week, sent or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from reconciliation_pipeline.domain.comparison import Planted
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Link, Message, Topic
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.domain.wording import Words, active_words

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known on a Monday.

    Attributes:
        reconciliation: Id of the reconciliation.
        morning: The morning of the message.
        active: Active records of each side on the last trusted morning; a side may be missing.
        open: Differences to act on.
        opened: Differences that opened within the last seven days.
        resolved: Differences that were resolved within them.
        days_since_trusted: Days since the last trusted morning; None when there never was one.
        days_apart: Days from one morning to the next: 1, or 7 for a weekly reconciliation.
        active_before: Active records of each side a week earlier, where a trusted morning was then.
        open_before: Differences to act on then.
        planted: What the last comparison found of what was planted into it.
        first: The first trusted morning of all.
        gap: Which planned mornings have no trusted result, in words.
    """

    reconciliation: str
    morning: date
    active: Mapping[Side, int]
    open: int
    opened: int
    resolved: int
    days_since_trusted: int | None
    days_apart: int = 1
    active_before: Mapping[Side, int] | None = None
    open_before: int | None = None
    planted: Planted | None = None
    first: date | None = None
    gap: str = ""

    @property
    def number(self) -> int:
        """The running number: weeks since the first trusted morning."""
        return 1 if self.first is None else (self.morning - self.first).days // WEEK + 1


def heartbeat_message(pulse: Pulse, words: Words, *, owner: str = "", links: tuple[Link, ...] = ()) -> Message:
    """Build the weekly proof of life; it says so when no morning could be trusted lately."""
    state, last = _state(pulse)
    counts = ", ".join(active_words(side, count, words) for side, count in pulse.active.items())
    lines = (
        *([f"{_trend(pulse, words)}."] if counts else []),
        _open(pulse),
        f"In the last seven days: {pulse.opened:,} opened, {pulse.resolved:,} resolved.",
        *_planted(pulse.planted),
        *([pulse.gap] if pulse.gap else []),
        last,
        f"This is no. {pulse.number:,}, next Monday's is no. {pulse.number + 1:,}: a number that is missing was lost.",
    )
    title = f"{pulse.reconciliation}: {state}" + (f" · {counts}" if counts else "")
    is_well = state == "alive"
    severity = Severity.LOW if is_well else Severity.HIGH
    return Message(pulse.reconciliation, pulse.morning, Topic.HEARTBEAT, title, lines, owner, severity, links)


def _state(pulse: Pulse) -> tuple[str, str]:
    days = pulse.days_since_trusted
    if days is None:
        return "no trusted morning yet", "There has been no trusted morning yet: see `recon doctor`."
    if days > pulse.days_apart:
        return f"no trusted morning for {days} days", f"Last trusted morning: {days} days ago."
    when = "today" if days == 0 else "yesterday" if days == 1 else f"{days} days ago"
    return "alive", f"Last trusted morning: {when}."


def _trend(pulse: Pulse, words: Words) -> str:
    told = []
    for side, count in pulse.active.items():
        before = (pulse.active_before or {}).get(side)
        same = " (as a week ago)" if count == before else ""
        changed = f" ({count - before:+,} in a week)" if before is not None and not same else ""
        told.append(f"{active_words(side, count, words)}{same}{changed}")
    return ", ".join(told)


def _open(pulse: Pulse) -> str:
    now = f"{counted(pulse.open, 'difference')} to act on" if pulse.open else "Nothing to act on"
    return f"{now}." if pulse.open_before is None else f"{now}; a week ago {pulse.open_before:,}."


def _planted(planted: Planted | None) -> list[str]:
    if planted is None:
        return []
    return [f"The comparison found {planted.found:,} of the {planted.of:,} differences that were planted into it."]
