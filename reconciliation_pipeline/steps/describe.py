"""Say what a morning came to, from what is stored; asks no system and changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.ledger import Life, Observation, lives, matured, movement
from reconciliation_pipeline.domain.result import MorningResult, conclude
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.diffs import NotCompared


def describe(work: Work, attempt: Attempt) -> MorningResult:
    """Derive the result of one attempt."""
    morning, own = attempt.morning, work.store.ledger.of_attempt(attempt)
    seen: dict[date, Sequence[Observation]] = {**work.store.ledger.observations(work.id, until=morning)}
    grown = matured({**seen, morning: own or ()}, work.reconciliation.settling)
    earlier = [day for day in grown if day < morning]
    stored = work.store.outbox.all(work.id, morning=morning)
    return conclude(
        attempt,
        observations=None if own is None else grown[morning],
        moved=movement(grown[earlier[-1]] if earlier else (), grown[morning]),
        first=not earlier,
        messages=tuple(one.message.key for one in stored),
        compared=work.store.diffs.tally(attempt),
    )


def history(work: Work, until: date | None) -> dict[date, tuple[Observation, ...]]:
    """Read what every trusted and compared morning observed, oldest first; None means all of them.

    As long as nothing was ever trusted, the latest unproven morning is all there is to show.
    """
    ledger = work.store.ledger
    seen = ledger.observations(work.id, until=until) or _latest(ledger.unproven(work.id, until=until))
    return matured(seen, work.reconciliation.settling)


def _latest(seen: dict[date, list[Observation]]) -> dict[date, list[Observation]]:
    return {max(seen): seen[max(seen)]} if seen else {}


def compared(work: Work, attempt: Attempt) -> Comparison | None:
    """Give the comparison of an attempt; None when it is not kept any more."""
    try:
        return work.store.diffs.load(attempt)
    except NotCompared:
        # Diffs are not part of what must be backed up: they can be made again from the archive.
        return None


def compared_on(work: Work, morning: date | None) -> Comparison | None:
    """Give the comparison behind what is known of a morning; None for the morning means the latest."""
    mornings = list(history(work, morning))
    attempt = work.store.attempts.latest_recorded(work.id, mornings[-1]) if mornings else None
    return compared(work, attempt) if attempt else None


def lives_until(work: Work, morning: date | None) -> tuple[Life, ...]:
    """Derive the life of every difference up to a morning; None means the latest."""
    seen = history(work, morning)
    return lives(seen, seen)


def opened(seen: Mapping[date, Iterable[Observation]]) -> dict[date, frozenset[str]]:
    """Name what was open on each morning, lag left out."""
    return {day: frozenset(one.item for one in observed if not one.settling) for day, observed in seen.items()}
