"""Say what a morning came to, from what is stored; asks no system and changes nothing."""

from collections.abc import Iterable
from datetime import date

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.ledger import Life, Movement, Observation, lives, movement
from reconciliation_pipeline.domain.records import KeyTrouble
from reconciliation_pipeline.domain.result import MorningResult, conclude
from reconciliation_pipeline.steps.work import Work


def describe(work: Work, attempt: Attempt) -> MorningResult:
    """Derive the result of one attempt."""
    stored = work.store.outbox.all(work.id)
    messages = tuple(one.message.key for one in stored if one.message.morning == attempt.morning)
    observations = work.store.ledger.of_attempt(attempt)
    moved = movement_of(work, attempt.morning, observations or ())
    first = not earlier_mornings(work, attempt.morning)
    return conclude(attempt, observations=observations, moved=moved, first=first, messages=messages)


def earlier_mornings(work: Work, morning: date) -> list[date]:
    """List the mornings before this one that were trusted and compared, oldest first."""
    return [one for one in work.store.ledger.mornings(work.id, until=morning) if one < morning]


def movement_of(work: Work, morning: date, now: Iterable[Observation]) -> Movement:
    """Compare a morning's observations with those of the trusted morning before it."""
    earlier = earlier_mornings(work, morning)
    before = work.store.ledger.on(work.id, earlier[-1]) if earlier else None
    return movement(before or (), now)


def unpaired(work: Work, morning: date | None) -> tuple[KeyTrouble, ...]:
    """List the records of a morning that no comparison could pair; None means the latest morning."""
    mornings = work.store.ledger.mornings(work.id, until=morning)
    day = morning or (mornings[-1] if mornings else None)
    attempt = work.store.attempts.latest_recorded(work.id, day) if day else None
    return work.store.diffs.load(attempt).key_troubles if attempt else ()


def lives_until(work: Work, morning: date | None) -> tuple[Life, ...]:
    """Derive the life of every difference up to a morning; None means the latest."""
    mornings = work.store.ledger.mornings(work.id, until=morning)
    return lives(mornings, work.store.ledger.observations(work.id, until=morning))
