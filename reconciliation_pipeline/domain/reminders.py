"""Who is reminded of what, and how rarely? Once when it is due, once when it is overdue, once when that lasts.

A reminder belongs to the first trusted morning on or after its day on which there is something to act on. A morning
that nobody could trust reminds nobody; the next one does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from reconciliation_pipeline.domain.drift_message import LARGEST, largest
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.judgement import money_lines
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.messages import Link, Message, Topic
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.domain.wording import Words, money_words, phrase

_DAY: Final = timedelta(days=1)


class Stage(StrEnum):
    """How late something is."""

    DUE = "due"
    OVERDUE = "overdue"
    ESCALATED = "escalated"


def stage_of(life: Life, morning: date, *, escalate_after: timedelta) -> Stage | None:
    """Say how late something to act on is on a morning; None where it is not, or is set aside, or never due."""
    if life.state is not ItemState.OPEN or life.due is None:
        return None
    days = {Stage.DUE: life.due, Stage.OVERDUE: life.due + _DAY, Stage.ESCALATED: life.due + escalate_after}
    reached = [stage for stage, day in days.items() if day <= morning]
    return reached[-1] if reached else None


def reminders(
    lives: Iterable[Life],
    morning: date,
    earlier: Iterable[Life],
    previous: date | None,
    *,
    escalate_after: timedelta,
) -> Mapping[Stage, Sequence[Life]]:
    """Find what has to be remembered on a morning.

    Args:
        lives: Everything that is there.
        morning: A trusted one.
        earlier: The same as it was known on the previous morning: what was set aside then, or cost too little to be
            ever due, was not remembered, however late it is by now.
        previous: The last morning that people were told of; None where there was none, and nothing is remembered.
        escalate_after: How long after its due day somebody else hears of it.

    Returns:
        Differences to act on by stage, each at the latest stage that it reached since the previous morning.
    """
    found: dict[Stage, list[Life]] = {}
    if previous is None:
        return found
    order = [None, *Stage]
    was = {life.latest.item: stage_of(life, previous, escalate_after=escalate_after) for life in earlier}
    for life in lives:
        stage = stage_of(life, morning, escalate_after=escalate_after)
        if stage is not None and order.index(stage) > order.index(was.get(life.latest.item)):
            found.setdefault(stage, []).append(life)
    return found


def reminder_message(  # noqa: PLR0913 - what is late, and for whom
    reconciliation: str,
    morning: date,
    stage: Stage,
    lives: Sequence[Life],
    words: Words,
    *,
    owner: str,
    links: Sequence[Link] = (),
) -> Message:
    """Build the reminder of one stage.

    Args:
        reconciliation: Id of the reconciliation.
        morning: The morning.
        stage: How late they are.
        lives: What is late, at least one.
        words: How people talk about it.
        owner: Who it is for.
        links: Where to look.
    """
    by_item = {life.latest.item: life for life in lives}
    lines = []
    for one in largest(life.latest for life in lives)[:LARGEST]:
        cost, life = money_words(money_lines([one]), words), by_item[one.item]
        said = [phrase(one.kind, one.cause, words), *([cost] if cost else []), f"due {life.due}", f"for {life.owner}"]
        lines.append(f"• {one.item}  {', '.join(said)}")
    rest = len(lives) - LARGEST
    tail = [f"and {rest:,} more"] if rest > 0 else []
    closing = _TODAY if stage is Stage.DUE else f"All of them: `recon list {reconciliation} --overdue`."
    severity = Severity.NORMAL if stage is Stage.DUE else Severity.HIGH
    return Message(
        reconciliation,
        morning,
        Topic.REMINDER,
        f"{reconciliation}: {_title(stage, len(lives))}",
        (*lines, *tail, closing, "Repair it, or decide: `recon accept`, `recon assign`, `recon quarantine`."),
        owner,
        severity,
        tuple(links),
        about=stage.value,
    )


_TODAY: Final = "This is said once; there is one more reminder when they are overdue."


def _title(stage: Stage, many: int) -> str:
    are = "is" if many == 1 else "are"
    if stage is Stage.DUE:
        return f"{counted(many, 'difference')} {are} due"
    if stage is Stage.OVERDUE:
        return f"{counted(many, 'difference')} {are} overdue"
    return f"ESCALATION, {counted(many, 'difference')} {are} overdue for long, and nobody has decided"
