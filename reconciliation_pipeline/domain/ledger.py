"""What did a trusted morning observe, and when is what two of them observed the same?

Observations are facts of one morning. What becomes of a difference from morning to morning is derived from them in
`lives.py`.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, MoneyClass, Side

SLACK: Final = timedelta(hours=1)
"""How much longer than its window a difference has to have been seen, when its timestamps say that it is young."""


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
        cleared_after: Seconds from its last change to the moment at which both systems were asked once more, and it was
            gone; None for everything else. What had cleared is lag.
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
    cleared_after: int | None = None

    @property
    def had_cleared(self) -> bool:
        """Whether it was gone when both systems were asked once more."""
        return self.cleared_after is not None


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def identity(reconciliation: str, kind: Kind, key: str) -> str:
    """Name a difference, the same on every morning: 12 hexadecimal digits."""
    return _digest(reconciliation, kind, key)[:12]


def signature(found: Discrepancy) -> str:
    """Fingerprint the values of a difference, in whatever order they are compared: 12 hexadecimal digits.

    Of a record that runs on one side only, what it costs is all that can change.
    """
    values = [(one.name, one.crm, one.billing) for one in sorted(found.fields, key=lambda one: one.name)]
    costs = [] if found.kind is Kind.VALUE_CONFLICT else [_cost(found.amounts.get(side)) for side in Side]
    return _digest(found.kind, found.cause, values, *costs)[:12]


def _cost(amount: Amount | None) -> str:
    return f"{amount.value.normalize():f} {amount.currency}" if amount else ""


class Sighting(NamedTuple):
    """What counting needs to know of an observation."""

    item: str
    signature: str
    settling: bool
    had_cleared: bool = False
    key: str = ""


def is_long_ago(first: date, morning: date, window: timedelta, began: Mapping[date, datetime]) -> bool:
    """Say whether what one morning saw had been there for a whole window when another one looked.

    Mornings are run again at other hours, a day may have 23, and what a pull sees may begin while it is under way. So
    where the instants are known there has to be more than the window between them; otherwise days are counted.

    Args:
        first: The earlier morning.
        morning: The later one.
        window: How young a difference may be and still be normal lag.
        began: When each was pulled (UTC), where known.
    """
    one, two = began.get(first), began.get(morning)
    if one is None or two is None:
        return morning > first and morning - first >= window
    return two - one >= window + SLACK


def ripe(
    seen: Mapping[date, Iterable[Sighting | Observation]],
    window: timedelta,
    began: Mapping[date, datetime] | None = None,
) -> dict[date, frozenset[str]]:
    """Name what looks young and is not: an earlier trusted morning, at least one window ago, saw it unchanged.

    A record that something touches every night would look young for ever by its timestamps alone. What was seen to be
    gone was not there unchanged: it begins anew. What still stands because nobody could look (`apart.py`) grows old.

    Args:
        seen: What each trusted morning observed, also those that observed nothing.
        window: How young a difference may be and still be normal lag.
        began: When each morning was pulled (UTC), where known.
    """
    found: dict[date, frozenset[str]] = {}
    since: dict[tuple[str, str], date] = {}
    for morning in sorted(seen):
        observed = tuple(one for one in seen[morning] if not one.had_cleared)
        since = {(one.item, one.signature): since.get((one.item, one.signature), morning) for one in observed}
        found[morning] = frozenset(
            one.item
            for one in observed
            if one.settling and is_long_ago(since[one.item, one.signature], morning, window, began or {})
        )
    return found


def matured(
    seen: Mapping[date, Iterable[Observation]], window: timedelta, began: Mapping[date, datetime] | None = None
) -> dict[date, tuple[Observation, ...]]:
    """Call real what only looks young (`ripe`), on every morning."""
    kept = {morning: tuple(seen[morning]) for morning in sorted(seen)}
    old = ripe(kept, window, began)
    return {
        morning: tuple(replace(one, settling=False) if one.item in old[morning] else one for one in observed)
        for morning, observed in kept.items()
    }


def opened(
    seen: Mapping[date, Iterable[Sighting]], window: timedelta, began: Mapping[date, datetime] | None = None
) -> dict[date, frozenset[str]]:
    """Name what was there on each morning, lag left out."""
    old = ripe(seen, window, began)
    return {
        morning: frozenset(one.item for one in seen[morning] if not one.settling or one.item in old[morning])
        for morning in sorted(seen)
    }


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
