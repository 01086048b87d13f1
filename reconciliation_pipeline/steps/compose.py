"""Which messages does a trusted morning leave, and what does Monday's one tell? Composed from what is stored.

Sending them belongs in `tell.py`, their words in `domain/`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.drift_message import (
    LARGEST,
    drift_message,
    largest,
    owner_message,
    resolved_message,
)
from reconciliation_pipeline.domain.gaps import gap_words
from reconciliation_pipeline.domain.ledger import Movement, Observation
from reconciliation_pipeline.domain.lives import Closing, ItemState, Life
from reconciliation_pipeline.domain.messages import Link, Message
from reconciliation_pipeline.domain.pulse import Pulse
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.reminders import Stage, reminder_message, reminders, stage_of
from reconciliation_pipeline.domain.result import MorningResult
from reconciliation_pipeline.domain.spike_message import notice_lines
from reconciliation_pipeline.domain.unproven_message import unproven_message
from reconciliation_pipeline.reporting.apart import address_of
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.steps.describe import describe, gaps_before, lives_around, lives_until
from reconciliation_pipeline.steps.spikes import Judged
from reconciliation_pipeline.steps.told import moved_since, told_before, untold
from reconciliation_pipeline.steps.work import Work

WEEK: Final = timedelta(days=7)


def morning_messages(work: Work, attempt: Attempt, judged: Judged | None) -> list[Message]:
    """Compose what a recorded morning leaves to say, the spike alarm left out: nothing when nothing is open or gone.

    Args:
        work: The reconciliation at hand.
        attempt: The morning's attempt.
        judged: How unusual the morning was; a notice rides along.
    """
    words, owners = words_of(work.reconciliation), work.reconciliation.owners
    calendar = work.store.ledger.calendar(work.id, until=attempt.morning)
    skipped = untold(work, calendar, attempt.morning)
    before = told_before(calendar, attempt.morning, skipped)
    result, every = describe(work, attempt), lives_around(work, attempt.morning, before)
    if skipped and before is not None:
        result = _measured(result, moved_since(work, calendar, before, attempt.morning), every)
    lives = [life for life in every if life.state is ItemState.OPEN]
    links = (*record_links(work, result.moved.new), *ledger_link(work, attempt.morning))
    found = drift_message(
        result,
        result.moved,
        words,
        lives=lives,
        gap=gap_of(work, attempt.morning),
        owner=owners.default,
        links=links,
    ) or resolved_message(result, result.moved, words, owner=owners.default, links=ledger_link(work, attempt.morning))
    found = found or unproven_message(result, words, owner=owners.default)
    if found is not None and judged is not None:
        unusual = notice_lines(judged.judgement, words)
        found = replace(found, lines=(*found.lines[:1], *unusual, *found.lines[1:]))
    return [
        *([found] if found else []),
        *_to_owners(work, result, every),
        *_reminders(work, attempt.morning, before, lives),
    ]


def _measured(result: MorningResult, moved: Movement, lives: Sequence[Life]) -> MorningResult:
    """Tell a morning against another one than the trusted morning before it."""
    aside = {life.latest.item for life in lives if life.state in {ItemState.ACCEPTED, ItemState.QUARANTINED}}
    moved = replace(moved, new=tuple(one for one in moved.new if one.item not in aside))
    counts = result.differences
    return replace(result, moved=moved, differences=counts and replace(counts, new=len(moved.new)))


def _to_owners(work: Work, result: MorningResult, lives: Sequence[Life]) -> Iterable[Message]:
    """Compose a message for each owner with a channel of their own, about what is theirs."""
    own = {owner for channel in work.reconciliation.channels for owner in channel.owners}
    if result.first:
        return
    whose = {life.latest.item: life.owner for life in lives}
    for owner in sorted(own - {work.reconciliation.owners.default}):
        theirs = [life for life in lives if life.owner == owner and life.state is ItemState.OPEN]
        moved = Movement(
            tuple(one for one in result.moved.new if whose.get(one.item) == owner),
            tuple(one for one in result.moved.resolved if whose.get(one.item) == owner),
        )
        if theirs or moved.resolved:
            yield owner_message(result, moved, words_of(work.reconciliation), lives=theirs, owner=owner)


def _reminders(work: Work, morning: date, before: date | None, lives: Sequence[Life]) -> Iterable[Message]:
    due, default = work.reconciliation.due, work.reconciliation.owners.default
    is_late = any(stage_of(life, morning, escalate_after=due.escalate_after) for life in lives)
    earlier = lives_around(work, before) if is_late and before is not None else ()
    late = reminders(lives, morning, earlier, before, escalate_after=due.escalate_after)
    for stage, ones in late.items():
        owners = {life.owner for life in ones}
        theirs = next(iter(owners)) if len(owners) == 1 else default
        owner = (due.escalate_to or default) if stage is Stage.ESCALATED else theirs
        links = record_links(work, [life.latest for life in ones])
        yield reminder_message(work.id, morning, stage, ones, words_of(work.reconciliation), owner=owner, links=links)


def record_links(work: Work, found: Iterable[Observation]) -> tuple[Link, ...]:
    """Lead to the records of the largest differences, in each system where the settings say how."""
    labels = words_of(work.reconciliation).labels
    return tuple(
        Link(f"{one.item} in {labels[side]}", address)
        for one in largest(found)[:LARGEST]
        for side, source_id in one.source_ids.items()
        if (address := address_of(work.reconciliation, side, source_id))
    )


def ledger_link(work: Work, morning: date) -> tuple[Link, ...]:
    """Lead to a morning in the Dagster UI, where somebody said where that is."""
    ui = read_environment(work.environ).ui_url
    return (Link("In Dagster", f"{ui}/assets/{work.id}/ledger?view=partitions&partition={morning}"),) if ui else ()


def gap_of(work: Work, today: date) -> str:
    """Say which planned mornings of late have no trusted result; empty where none is missing."""
    return gap_words(gaps_before(work, today))


def pulse_of(work: Work, today: date) -> Pulse:
    """Gather what the Monday message tells."""
    mornings = work.store.ledger.mornings(work.id, until=today)
    latest = work.store.attempts.latest_recorded(work.id, mornings[-1]) if mornings else None
    lives = lives_until(work, today)
    earlier = [day for day in mornings if day <= today - WEEK]
    before = work.store.attempts.latest_recorded(work.id, earlier[-1]) if earlier else None
    tally = work.store.diffs.tally(latest) if latest else None
    return Pulse(
        reconciliation=work.id,
        morning=today,
        active=_active(latest),
        open=sum(life.state is ItemState.OPEN for life in lives),
        opened=sum(_is_opened_since(life, today - WEEK, mornings) for life in lives),
        resolved=sum(_is_resolved_since(life, today - WEEK) for life in lives),
        days_since_trusted=(today - mornings[-1]).days if mornings else None,
        days_apart=1 if work.reconciliation.schedule.cron.endswith("*") else WEEK.days,
        active_before=_active(before),
        open_before=sum(life.state is ItemState.OPEN for life in lives_until(work, earlier[-1])) if earlier else None,
        planted=tally.planted if tally else None,
        first=mornings[0] if mornings else None,
        gap=gap_of(work, today),
    )


def _is_opened_since(life: Life, day: date, mornings: Sequence[date]) -> bool:
    """Whether it opened since; what was only ever lag did not, nor did an inventory."""
    is_inventory = life.is_inherited or life.began_by in mornings[:1] or not mornings
    return life.began_by > day and not life.latest.settling and not is_inventory


def _is_resolved_since(life: Life, day: date) -> bool:
    if life.resolved_on is None or life.closing is Closing.SUPERSEDED or life.latest.settling:
        return False
    return life.resolved_on > day


def _active(attempt: Attempt | None) -> dict[Side, int]:
    return {side: attempt.snapshots[side].receipt.active for side in Side} if attempt else {}
