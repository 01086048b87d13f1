"""What did two systems hold at any instant, and since when did they disagree?

The truth that the ledger is held against: plain histories of records, with every change at a known instant. It shares
no comparison with the package.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Side

ACTIVE: Final = "active"
CANCELLED: Final = "cancelled"
GONE: Final = "gone"
"""Deleted: the system shows nothing of it any more."""

_KIND: Final = {Side.CRM: Kind.CRM_ONLY, Side.BILLING: Kind.BILLING_ONLY}


class Version(NamedTuple):
    """A record from one change to the next.

    `at` is when it changed, `stamp` what the system wrote down for that, by its own clock.
    """

    at: datetime
    stamp: datetime
    state: str
    plan: str
    cents: int


class Disagreement(NamedTuple):
    """How the two sides differ on one record at one instant."""

    kind: Kind
    cause: Cause | None
    fields: tuple[FieldDifference, ...]


Clock = Callable[[datetime], timedelta]
"""How far a system's clock is ahead at an instant."""
Reads = Callable[[Side, str], datetime]
"""At which instant a walk over one side reads a record."""


def right(_at: datetime) -> timedelta:
    """A clock that is right."""
    return timedelta(0)


@dataclass
class Systems:
    """Two systems, and what happened to their records; changes of one record arrive in the order of time.

    Attributes:
        clocks: The clock of each side.
        held: By side and key, every version of a record.
        changed: Every change in the order in which it was applied.
        unequal: Keys that the sides disagree on, as of the last change.
    """

    clocks: Mapping[Side, Clock] = field(default_factory=lambda: dict.fromkeys(Side, right))
    held: dict[Side, dict[str, list[Version]]] = field(default_factory=lambda: {side: {} for side in Side})
    changed: list[tuple[datetime, str]] = field(default_factory=list)
    unequal: set[str] = field(default_factory=set)

    def begins(self, at: datetime, side: Side, key: str, plan: str, cents: int) -> None:
        """Create a record, also one that was there before and is gone."""
        self._add(side, key, Version(at, at + self.clocks[side](at), ACTIVE, plan, cents))

    def changes(  # noqa: PLR0913 - what can change
        self, at: datetime, side: Side, key: str, *, state: str | None = None, plan: str = "", cents: int = 0
    ) -> None:
        """Change a record; one that is not there stays away. Without anything to change, it is merely touched."""
        last = self.at(side, key, at)
        if last is not None:
            stamp = at + self.clocks[side](at)
            self._add(side, key, Version(at, stamp, state or last.state, plan or last.plan, cents or last.cents))

    def _add(self, side: Side, key: str, version: Version) -> None:
        self.held[side].setdefault(key, []).append(version)
        self.changed.append((version.at, key))
        if self.disagree(key, version.at):
            self.unequal.add(key)
        else:
            self.unequal.discard(key)

    def at(self, side: Side, key: str, at: datetime) -> Version | None:
        """Give a record as it was at an instant; None where there was none."""
        versions = self.held[side].get(key, [])
        place = bisect_right(versions, at, key=lambda one: one.at)
        return versions[place - 1] if place and versions[place - 1].state != GONE else None

    def disagree(self, key: str, at: datetime) -> Disagreement | None:
        """Say how the sides differ on a record at an instant."""
        return _between(self.at(Side.CRM, key, at), self.at(Side.BILLING, key, at))

    def instants(self, key: str) -> list[datetime]:
        """List every instant at which something happened to a record, on either side, oldest first."""
        return sorted({version.at for side in Side for version in self.held[side].get(key, [])})

    def onset(self, key: str, at: datetime, same: Callable[[Disagreement], object]) -> datetime | None:
        """Say since when the sides have been disagreeing like this, without a break; None where they agree.

        Args:
            key: The record.
            at: An instant.
            same: What has to stay as it is at that instant.
        """
        now = self.disagree(key, at)
        if now is None:
            return None
        begun = at
        for instant in reversed([one for one in self.instants(key) if one <= at]):
            then = self.disagree(key, instant)
            if then is None or same(then) != same(now):
                return begun
            begun = instant
        return begun

    def touched(self, key: str, at: datetime) -> datetime:
        """Say when a record was last changed before an instant, on either side."""
        return max(one for one in self.instants(key) if one <= at)

    def since(self, at: datetime) -> set[str]:
        """Name the records that were changed at an instant or later."""
        found = set()
        for changed, key in reversed(self.changed):
            if changed < at:
                break
            found.add(key)
        return found

    def found(self, keys: Iterable[str], reads: Reads) -> list[Discrepancy]:
        """Compare what two walks read, each record at its instant."""
        found = []
        for key in sorted(keys):
            shown = {side: self.at(side, key, reads(side, key)) for side in Side}
            differing = _between(shown[Side.CRM], shown[Side.BILLING])
            if differing is not None:
                there = {side: one for side, one in shown.items() if one is not None}
                found.append(_as_found(key, differing, there))
        return found


def _between(crm: Version | None, billing: Version | None) -> Disagreement | None:
    running = [side for side, one in ((Side.CRM, crm), (Side.BILLING, billing)) if one and one.state == ACTIVE]
    if not running:
        return None
    if len(running) == 1:
        other = billing if running == [Side.CRM] else crm
        return Disagreement(_KIND[running[0]], Cause.UNKNOWN if other is None else Cause.CANCELLED, ())
    assert crm
    assert billing
    pairs = (("plan", crm.plan, billing.plan), ("mrr", _euros(crm.cents), _euros(billing.cents)))
    fields = tuple(FieldDifference(name, one, two) for name, one, two in pairs if one != two)
    return Disagreement(Kind.VALUE_CONFLICT, None, fields) if fields else None


def _as_found(key: str, differing: Disagreement, there: Mapping[Side, Version]) -> Discrepancy:
    return Discrepancy(
        differing.kind,
        key,
        differing.cause,
        differing.fields,
        source_ids={side: f"{side}-{key}" for side in there},
        statuses={side: one.state for side, one in there.items()},
        changed_at={side: one.stamp for side, one in there.items()},
        amounts={side: Amount(Decimal(one.cents) / 100, "EUR") for side, one in there.items()},
    )


def _euros(cents: int) -> str:
    return f"{Decimal(cents) / 100:.2f} EUR"
