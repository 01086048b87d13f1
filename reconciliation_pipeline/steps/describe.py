"""Say what a morning came to, from what is stored; asks no system and changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from reconciliation_pipeline.domain.attempts import Attempt, began_at
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.decisions import Decision, by_item, in_force
from reconciliation_pipeline.domain.gaps import gaps
from reconciliation_pipeline.domain.ledger import Movement, Observation, is_long_ago, matured, movement, opened
from reconciliation_pipeline.domain.lives import Calendar, Course, ItemState, Life, Terms, lives, lives_of
from reconciliation_pipeline.domain.result import MorningResult, conclude
from reconciliation_pipeline.settings.terms import due_policy, is_timed, windows
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.diffs import NotCompared


def describe(work: Work, attempt: Attempt) -> MorningResult:
    """Derive the result of one attempt; what it costs depends on this morning and the last one, not on the history."""
    morning, own = attempt.morning, work.store.ledger.of_attempt(attempt)
    calendar = work.store.ledger.calendar(work.id, until=morning)
    began = {**calendar.began, morning: began_at(attempt.started_at, attempt.as_of, live=attempt.live)}
    earlier = [day for day in calendar.mornings if day < morning]
    seen: dict[date, Sequence[Observation]] = {
        **work.store.ledger.observations(work.id, until=morning, since=far_enough(work, earlier, morning, began)),
        morning: own or (),
    }
    grown = matured(seen, longest(work), began)
    # Where keys are read in another way since, nothing is new and nothing resolved: everything is inventory.
    last = None if morning in calendar.begins or not earlier else earlier[-1]
    stored = work.store.outbox.all(work.id, morning=morning)
    return conclude(
        attempt,
        observations=None if own is None else grown[morning],
        moved=movement(grown[last], grown[morning]) if last else _all_new(grown[morning], earlier),
        first=last is None,
        rekeyed=last is None and bool(earlier),
        messages=tuple(one.message.key for one in stored),
        compared=work.store.diffs.tally(attempt),
        set_aside=_set_aside(work, grown[morning], morning),
        recheck=work.store.rechecks.of(attempt),
    )


def longest(work: Work) -> timedelta:
    """Give the longest time in which a difference may be lag: whoever was seen that long ago is real."""
    return windows(work.reconciliation)[1]


def _all_new(observed: Iterable[Observation], earlier: Sequence[date]) -> Movement:
    return Movement((), ()) if earlier else movement((), observed)


def far_enough(work: Work, earlier: Iterable[date], morning: date, began: Mapping[date, datetime]) -> date | None:
    """Name the trusted morning from which on all must be read to know what only looks young on this one."""
    old = [day for day in earlier if is_long_ago(day, morning, longest(work), began)]
    return old[-1] if old else None


def _set_aside(work: Work, observed: Iterable[Observation], morning: date) -> dict[str, ItemState]:
    """Say which of these people have accepted or quarantined."""
    decided = by_item(decisions_until(work, morning))
    found = {}
    for one in observed:
        holds = in_force(decided.get(one.item, ()), signature=one.signature, morning=morning)
        if holds.quarantined is not None:
            found[one.item] = ItemState.QUARANTINED
        elif holds.accepted is not None:
            found[one.item] = ItemState.ACCEPTED
    return found


def decisions_until(work: Work, morning: date | None) -> list[Decision]:
    """List what was decided up to the end of a morning's local day; None for everything."""
    if morning is None:
        return work.store.decisions.of(work.id)
    return work.store.decisions.of(work.id, until=_end_of(work, morning))


def _end_of(work: Work, morning: date) -> datetime:
    return datetime.combine(morning + timedelta(days=1), time(), work.reconciliation.zone)


def gaps_before(work: Work, day: date) -> tuple[date, ...]:
    """List the planned mornings shortly before a day that have no trusted result."""
    return gaps(work.store.ledger.mornings(work.id, until=day), day, work.reconciliation.schedule.cron)


def compared(work: Work, attempt: Attempt) -> Comparison | None:
    """Give the comparison of an attempt; None when it is not kept any more."""
    try:
        return work.store.diffs.load(attempt)
    except NotCompared:
        # Diffs are not part of what must be backed up: they can be made again from the archive.
        return None


def compared_on(work: Work, morning: date | None) -> Comparison | None:
    """Give the comparison behind what is known of a morning; None for the morning means the latest."""
    mornings = _mornings(work, morning)
    attempt = work.store.attempts.latest_recorded(work.id, mornings[-1]) if mornings else None
    return compared(work, attempt) if attempt else None


def _mornings(work: Work, until: date | None) -> Sequence[date]:
    """List the trusted and recorded mornings; as long as there is none, the latest unproven one."""
    trusted = work.store.ledger.mornings(work.id, until=until)
    return trusted or sorted(work.store.ledger.unproven(work.id, until=until))[-1:]


def lives_until(work: Work, morning: date | None, items: Sequence[str] | None = None) -> tuple[Life, ...]:
    """Derive the life of every difference up to a morning.

    Args:
        work: The reconciliation at hand.
        morning: The last morning that counts; None means the latest.
        items: Only these differences; None for all.
    """
    ledger, reconciliation = work.store.ledger, work.reconciliation
    terms = Terms(by_item(decisions_until(work, morning)), due_policy(reconciliation), is_timed(reconciliation))
    calendar = ledger.calendar(work.id, until=morning)
    if calendar.mornings:
        return lives_of(calendar, _grown(work, calendar, ledger.courses(work.id, calendar, items)), terms)
    unproven = ledger.unproven(work.id, until=morning)
    latest = {max(unproven): unproven[max(unproven)]} if unproven else {}
    return tuple(one for one in lives(latest, latest, terms) if items is None or one.latest.item in items)


def lives_around(work: Work, morning: date, since: date | None = None) -> tuple[Life, ...]:
    """Derive the lives that matter on a morning: what is there, and what went away lately; not all there ever was.

    Args:
        work: The reconciliation at hand.
        morning: The morning.
        since: The earliest morning of which it matters what was there; None for the trusted one before it.
    """
    mornings = work.store.ledger.mornings(work.id, until=morning)
    if morning not in mornings:
        return lives_until(work, morning)
    seen = work.store.ledger.sightings(work.id, until=morning, since=since or mornings[-2:][0])
    items = sorted({one.item for sighted in seen.values() for one in sighted})
    return lives_until(work, morning, items) if items else ()


def _grown(work: Work, calendar: Calendar, found: Sequence[Course]) -> list[Course]:
    """Call real, on the last morning, what only looks young."""
    today = calendar.mornings[-1]
    if not any(one.latest.settling for one in found):
        return list(found)
    since = far_enough(work, calendar.mornings[:-1], today, calendar.began)
    seen = work.store.ledger.sightings(work.id, until=today, since=since)
    open_now = opened(seen, longest(work), calendar.began)
    return [
        replace(one, latest=replace(one.latest, settling=False))
        if one.stretches[-1].last == today and one.latest.item in open_now[today]
        else one
        for one in found
    ]


def open_on(work: Work, until: date | None, *, most: int | None = None) -> dict[date, frozenset[str]]:
    """Name what was there on each of the last trusted mornings, lag left out; what people decided plays no part.

    As long as nothing was ever trusted, the latest unproven morning is all there is to show.

    Args:
        work: The reconciliation at hand.
        until: The last morning that counts; None for all.
        most: How many mornings; None for all.
    """
    calendar = work.store.ledger.calendar(work.id, until=until)
    mornings = calendar.mornings
    if not mornings:
        latest = work.store.ledger.unproven(work.id, until=until)
        return {max(latest): frozenset(one.item for one in latest[max(latest)] if not one.settling)} if latest else {}
    first = mornings[-most] if most is not None and most < len(mornings) else mornings[0]
    since = far_enough(work, [day for day in mornings if day < first], first, calendar.began) or mornings[0]
    seen = work.store.ledger.sightings(work.id, until=until, since=since)
    named = opened(seen, longest(work), calendar.began)
    return {day: items for day, items in named.items() if day >= first}


def open_counts(work: Work, until: date, *, most: int) -> dict[date, int]:
    """Count what was open on each of the last trusted mornings: without lag, and what was decided by then set aside.

    Args:
        work: The reconciliation at hand.
        until: The last morning that counts.
        most: How many mornings.
    """
    named = open_on(work, until, most=most)
    decided = by_item(work.store.decisions.of(work.id))
    if not decided or not named:
        return {day: len(items) for day, items in named.items()}
    seen = work.store.ledger.sightings(work.id, until=until, since=min(named))
    counts = {}
    for day, items in named.items():
        signatures = {one.item: one.signature for one in seen.get(day, ()) if one.item in decided}
        aside = [item for item in items if _is_aside(work, decided.get(item, ()), signatures.get(item, ""), day)]
        counts[day] = len(items) - len(aside)
    return counts


def _is_aside(work: Work, made: Sequence[Decision], signature: str, morning: date) -> bool:
    end = _end_of(work, morning)
    holds = in_force([one for one in made if one.at <= end], signature=signature, morning=morning)
    return holds.quarantined is not None or holds.accepted is not None
