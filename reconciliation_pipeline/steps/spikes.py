"""How unusual was a morning, and what do its new differences share?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.common import Trait, common
from reconciliation_pipeline.domain.decisions import by_item, in_force
from reconciliation_pipeline.domain.ledger import Observation, is_long_ago
from reconciliation_pipeline.domain.lives import Calendar
from reconciliation_pipeline.domain.messages import Topic, key_of
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.spelling import plain
from reconciliation_pipeline.domain.spike_message import Gathered
from reconciliation_pipeline.domain.spikes import FARTHEST, WEEK, Judgement, Series, judge
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.settings.terms import windows
from reconciliation_pipeline.steps.describe import decisions_until
from reconciliation_pipeline.steps.told import untold
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.arrivals import Arrived, Looked
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.traits import Held, held_in_common

_LONGEST = 40
"""Letters of a value that are told."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement, and what it speaks of.

    Attributes:
        judgement: The judgement.
        attempt: The attempt it was made of.
        latest: By series, the differences that are new on the morning.
    """

    judgement: Judgement
    attempt: Attempt
    latest: dict[Series, frozenset[str]]


def judge_morning(work: Work, morning: date) -> Judged | None:
    """Judge a morning by the trusted mornings up to it; None when it has no result, or nobody vouched for it yet.

    A first morning is inventory, vouched for or not. What was told before is asked of the outbox: only what was told is
    not told again.
    """
    attempt = work.store.attempts.latest_recorded(work.id, morning)
    calendar = work.store.ledger.calendar(work.id, until=morning)
    if attempt is None:
        return None
    if not calendar.mornings:
        calendar = Calendar.of([morning])
    if calendar.mornings[-1] != morning:
        return None
    # What came with a morning that told nobody counts as come with this one; else nobody would ever be alarmed.
    skipped = untold(work, calendar, morning)
    every = [day for day in calendar.mornings if day not in skipped]
    # Where keys are read in another way since, everything is inventory again.
    mornings = [day for day in every if day >= calendar.begins[-1]]
    looked = _looked(work, every, mornings, calendar.began)
    found = work.store.ledger.arrived(work.id, looked) if len(mornings) > 1 else Arrived({}, {})
    found = _without_aside(work, found, morning)
    customers = min(attempt.snapshots[side].receipt.active for side in Side)
    lately = [day for day in mornings[:-1] if day > morning - WEEK]
    told = [day for day in lately if work.store.outbox.exists(key_of(work.id, day, Topic.SPIKE))]
    judged = judge(mornings, found.counts, customers=customers, told=told)
    return Judged(judged, attempt, dict(found.latest)) if judged else None


def _without_aside(work: Work, found: Arrived, morning: date) -> Arrived:
    """Leave out what came back on the morning, and had been accepted or quarantined: it waits for nobody."""
    new = frozenset[str]().union(*found.latest.values())
    decided = by_item(decisions_until(work, morning)) if new else {}
    if not new & decided.keys():
        return found
    observed = [one for one in work.store.ledger.on(work.id, morning) or [] if one.item in new]
    holding = {
        one.item: in_force(decided.get(one.item, ()), signature=one.signature, morning=morning) for one in observed
    }
    aside = {item for item, holds in holding.items() if holds.quarantined is not None or holds.accepted is not None}
    latest = {series: left for series, items in found.latest.items() if (left := items - aside)}
    counts = {
        series: {day: len(latest.get(series, ())) if day == morning else many for day, many in days.items()}
        for series, days in found.counts.items()
    }
    return Arrived(counts, latest)


def _looked(
    work: Work, every: Sequence[date], mornings: Sequence[date], began: Mapping[date, datetime]
) -> list[Looked]:
    """Name the mornings that play a part, and for each how long ago is long ago."""
    window, place = windows(work.reconciliation)[1], {morning: number for number, morning in enumerate(every)}

    def ripe(morning: date) -> date | None:
        earlier = (every[at] for at in range(place[morning] - 1, -1, -1))
        return next((day for day in earlier if is_long_ago(day, morning, window, began)), None)

    first = mornings[-FARTHEST - 1 :][0]
    first = ripe(first) or every[0]
    return [Looked(day, ripe(day)) for day in every if day >= first]


def gather(work: Work, judged: Judged) -> Gathered:
    """Find out what the differences share that ring: their owner, since when, and what else they have in common."""
    items = frozenset[str]().union(*(judged.latest.get(one.series, frozenset()) for one in judged.judgement.ringing))
    observed = work.store.ledger.on(work.id, judged.judgement.morning) or []
    new = [one for one in observed if one.item in items]
    owners = Counter(one.owner for one in new)
    changed = [max(known) for one in new if (known := [each for each in one.changed_at.values() if each])]
    words = words_of(work.reconciliation)
    return Gathered(
        owner=min(owners, key=lambda one: (-owners[one], one)) if owners else work.reconciliation.owners.default,
        common=common([*_of_fields(work, new), *_of_records(work, judged.attempt, new, words)]),
        changed=(min(changed), max(changed)) if new and len(changed) == len(new) else None,
    )


def _of_fields(work: Work, new: Sequence[Observation]) -> Iterator[Trait]:
    """Which field differs; among records that agree no field does, so each is as likely as any other."""
    conflicts = [one for one in new if one.kind is Kind.VALUE_CONFLICT]
    compared = len(work.reconciliation.compare)
    differing = Counter(each.name for one in conflicts for each in one.fields if not each.format_only)
    if differing and compared > 1:
        name, many = min(differing.items(), key=lambda one: (-one[1], one[0]))
        yield Trait(f"differ in {name}", many, len(conflicts), 1, compared, tells_base=False)


def _of_records(work: Work, attempt: Attempt, new: Sequence[Observation], words: Words) -> Iterator[Trait]:
    for side in Side:
        ids = {one.source_ids[side] for one in new if side in one.source_ids}
        if not ids:
            continue
        try:
            path = work.store.archive.resolve(attempt.snapshots[side])
        except StorageError:
            continue  # given up, or damaged: the alarm does not wait for it
        found = {held.name: held for held in held_in_common(path, ids)}
        if (day := found.get("created")) and day.meant == found["created_hour"].meant:
            del found["created_hour"]  # the hour of one day says more than that of every day
        for held in found.values():
            yield Trait(_in_words(held, words.name(side)), held.meant, len(ids), held.everywhere, held.total)


def _in_words(held: Held, side: str) -> str:
    match held.value:
        case datetime() as hour:
            end = hour + timedelta(hours=1)
            return f"were created in {side} on {hour:%Y-%m-%d} between {hour:%H:%M} and {end:%H:%M} UTC"
        case int() as hour:
            return f"were created in {side} between {hour:02}:00 and {(hour + 1) % 24:02}:00 UTC"
        case str() as text:
            return f"have {held.name} {plain(text)[:_LONGEST]} in {side}"
