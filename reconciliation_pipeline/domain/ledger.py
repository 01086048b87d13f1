"""From what each trusted morning observed to the life of every difference.

Observations are facts of one morning. First seen, last seen, resolved and since when are derived
from them, never stored, so that mornings may arrive in any order, or twice.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, MoneyClass, Side


class ItemState(StrEnum):
    """Where a difference stands on a given morning."""

    SETTLING = "settling"
    OPEN = "open"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Observation:
    """On this morning this difference was there, with these values.

    Attributes:
        item: Identity of the difference across mornings.
        kind: How the sides disagree.
        key: The customer number.
        cause: For one-sided kinds, why there is no running counterpart.
        fields: For conflicts, every differing field.
        settling: Young enough to be normal lag.
        money_class: What it means in money; None when it means none.
        amount: How much; None when unknown or none.
        owner: Who answers for it.
        signature: Fingerprint of the differing values: the same problem, or a new one in its place.
        source_ids: The systems' own ids.
        statuses: The systems' own statuses.
        changed_at: When each side last changed it (UTC).
    """

    item: str
    kind: Kind
    key: str
    cause: Cause | None
    fields: tuple[FieldDifference, ...]
    settling: bool
    money_class: MoneyClass | None
    amount: Amount | None
    owner: str
    signature: str
    source_ids: Mapping[Side, str] = field(default_factory=dict)
    statuses: Mapping[Side, str | None] = field(default_factory=dict)
    changed_at: Mapping[Side, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Life:
    """One difference, from the first morning that saw it to the morning asked about.

    Attributes:
        latest: The latest observation of it.
        state: Where it stands on the morning asked about.
        first_seen: The first trusted morning that saw it.
        last_seen: The last one.
        resolved_on: The first trusted morning that no longer saw it; None while it is there.
        agreed_on: The last trusted morning before the present stretch on which the sides agreed
            about it; None when it was there on our very first morning.
        began_by: The first morning of the present (or last) stretch.
        times_seen: On how many trusted mornings it was seen.
    """

    latest: Observation
    state: ItemState
    first_seen: date
    last_seen: date
    resolved_on: date | None
    agreed_on: date | None
    began_by: date
    times_seen: int


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def identity(reconciliation: str, kind: Kind, key: str) -> str:
    """Name a difference, the same on every morning: 12 hexadecimal digits."""
    return _digest(reconciliation, kind, key)[:12]


def signature(found: Discrepancy) -> str:
    """Fingerprint the values of a difference, in whatever order they are compared: 12 hexadecimal digits."""
    values = [(one.name, one.crm, one.billing) for one in sorted(found.fields, key=lambda one: one.name)]
    return _digest(found.kind, found.cause, values)[:12]


def matured(seen: Mapping[date, Iterable[Observation]], window: timedelta) -> dict[date, tuple[Observation, ...]]:
    """Call real what an earlier trusted morning, at least one window ago, already saw unchanged.

    A record that something touches every night would look young for ever by its timestamps alone.

    Args:
        seen: What each trusted morning observed, also those that observed nothing.
        window: How young a difference may be and still be normal lag.
    """
    grown: dict[date, tuple[Observation, ...]] = {}
    since: dict[tuple[str, str], date] = {}
    for morning in sorted(seen):
        observed = tuple(seen[morning])
        since = {(one.item, one.signature): since.get((one.item, one.signature), morning) for one in observed}
        grown[morning] = tuple(
            replace(one, settling=False)
            if one.settling and morning > (first := since[one.item, one.signature]) and morning - first >= window
            else one
            for one in observed
        )
    return grown


def lives(mornings: Iterable[date], seen: Mapping[date, Iterable[Observation]]) -> tuple[Life, ...]:
    """Derive the life of every difference up to the last of the given mornings.

    Args:
        mornings: Every trusted morning, in any order, up to the one asked about.
        seen: What each of them observed; mornings that observed nothing may be left out.

    Returns:
        One life per difference, ordered by kind and key.
    """
    ordered = sorted(set(mornings))
    sightings: dict[str, dict[int, Observation]] = {}
    for position, morning in enumerate(ordered):
        for observation in seen.get(morning, ()):
            sightings.setdefault(observation.item, {})[position] = observation
    found = (_life(ordered, by_position) for by_position in sightings.values())
    return tuple(sorted(found, key=lambda life: (life.latest.kind, life.latest.key)))


def _life(mornings: Sequence[date], sightings: Mapping[int, Observation]) -> Life:
    first, last = min(sightings), max(sightings)
    began = last
    while began - 1 in sightings:
        began -= 1
    latest = sightings[last]
    is_there = last == len(mornings) - 1
    standing = ItemState.SETTLING if latest.settling else ItemState.OPEN
    return Life(
        latest=latest,
        state=standing if is_there else ItemState.RESOLVED,
        first_seen=mornings[first],
        last_seen=mornings[last],
        resolved_on=None if is_there else mornings[last + 1],
        agreed_on=mornings[began - 1] if began else None,
        began_by=mornings[began],
        times_seen=len(sightings),
    )


@dataclass(frozen=True, slots=True)
class Movement:
    """What changed since the previous trusted morning, among differences that are not lag.

    Attributes:
        new: Items open now and not open then.
        resolved: Items open then and not there at all now.
    """

    new: tuple[Observation, ...]
    resolved: tuple[Observation, ...]


def movement(before: Iterable[Observation], now: Iterable[Observation]) -> Movement:
    """Compare one trusted morning's observations with those of the trusted morning before it."""
    before, now = tuple(before), tuple(now)
    open_before = {one.item for one in before if not one.settling}
    there_now = {one.item for one in now}
    return Movement(
        new=tuple(one for one in now if not one.settling and one.item not in open_before),
        resolved=tuple(one for one in before if not one.settling and one.item not in there_now),
    )
