"""What do two systems really hold, yesterday and today, and where do they really disagree?

The truth that every answer is held against. Written in plain Python over raw records; it shares no code with the
package.
"""

import random
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

Record = dict[str, Any]

NOW: Final = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""When the pulls of today's morning begin."""
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
SETTLING: Final = HOUR

CRM: Final = "crm"
BILLING: Final = "billing"
ENDED: Final = {CRM: "churned", BILLING: "canceled"}
"""How each system spells a customer that left."""
PLANS: Final = ("basic", "pro", "team")


class Found(NamedTuple):
    """One difference, as the truth or as an answer has it."""

    kind: str
    key: str
    cause: str | None
    fields: tuple[tuple[str, str | None, str | None], ...]
    settling: bool


@dataclass
class World:
    """Two systems: what each held yesterday, and what it holds today, in the order of creation."""

    yesterday: dict[str, list[Record]]
    today: dict[str, list[Record]]

    def truth(self) -> frozenset[Found]:
        """Say where the two really disagree today."""
        return truth(self.today[CRM], self.today[BILLING], NOW)


def stamp(moment: datetime) -> str:
    """Write a moment as both systems do."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(text: str) -> datetime:
    """Read a moment as it was written by `stamp`."""
    return datetime.fromisoformat(text)


def changed(record: Mapping[str, Any]) -> datetime:
    """Say when a record was last touched."""
    return max(moment_of(record["created"]), moment_of(record["updated"]))


def truth(crm: Iterable[Record], billing: Iterable[Record], now: datetime) -> frozenset[Found]:
    """Compare what two systems hold, one customer number after the other."""
    held: dict[str, dict[str, list[Record]]] = defaultdict(lambda: {CRM: [], BILLING: []})
    for side, records in ((CRM, crm), (BILLING, billing)):
        for record in records:
            if key := (str(record["number"]).strip() if record["number"] is not None else ""):
                held[key][side].append(record)
    found = (
        _difference(key, sides, now)
        for key, sides in held.items()
        # A number that two records of one system share pairs nobody.
        if all(len(records) < 2 for records in sides.values())
    )
    return frozenset(one for one in found if one)


def _difference(key: str, sides: Mapping[str, Sequence[Record]], now: datetime) -> Found | None:
    running = [side for side in (CRM, BILLING) if any(one["status"] == "active" for one in sides[side])]
    present = [record for records in sides.values() for record in records]
    if not running:
        return None
    settling = now - max(map(changed, present)) < SETTLING
    if len(running) == 1:
        other = sides[BILLING if running == [CRM] else CRM]
        cause = "unknown" if not other else "archived" if other[0].get("archived") else "cancelled"
        return Found(f"{running[0]}_only", key, cause, (), settling)
    (one,), (two,) = sides[CRM], sides[BILLING]
    fields = tuple(
        (name, write(one[name]), write(two[name]))
        for name, write in (("mrr", _euros), ("plan", _plain))
        if one[name] != two[name]
    )
    return Found("value_conflict", key, None, fields, settling) if fields else None


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)


def _euros(cents: Any) -> str | None:
    return None if cents is None else f"{cents // 100}.{cents % 100:02d} EUR"


class _Building:
    """Two systems under construction: what happens to one customer, on both."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.before: dict[str, dict[int, Record]] = {CRM: {}, BILLING: {}}
        self.after: dict[str, dict[int, Record]] = {CRM: {}, BILLING: {}}

    def joins(self, number: int, *, created: datetime, sides: Sequence[str] = (CRM, BILLING)) -> None:
        """Let a customer begin; both systems know them from the same moment on."""
        plan = self.chance.randrange(len(PLANS))
        for side in sides:
            self.after[side][number] = {
                "id": f"{side[0]}{1000 + number}",
                "number": f"{number:07d}",
                "status": "active",
                "plan": PLANS[plan],
                "mrr": 1900 + 3000 * plan,
                "livemode": True,
                "created": stamp(created),
                "updated": stamp(created),
            }
            if created < NOW - DAY:
                self.before[side][number] = dict(self.after[side][number])

    def changes(self, number: int, side: str, ago: timedelta, **changes: Any) -> None:
        """Change a record, so long ago."""
        for held, until in ((self.before, NOW - DAY), (self.after, NOW)):
            if number in held[side] and NOW - ago < until:
                held[side][number] |= {**changes, "updated": stamp(NOW - ago)}

    def leaves(self, number: int, side: str) -> None:
        """Remove a record from a system between yesterday and today."""
        del self.after[side][number]

    def world(self) -> World:
        yesterday, today = (
            {side: [records[number] for number in sorted(records)] for side, records in held.items()}
            for held in (self.before, self.after)
        )
        return World(yesterday, today)


def a_world(size: int = 240, *, seed: int = 7, drift: int = 1) -> World:
    """Make two systems of about so many customers that agree but for planted differences of every kind.

    Args:
        size: Customers.
        seed: For whatever is left to chance.
        drift: How many differences of each kind; 0 makes two systems that agree.
    """
    building = _Building(random.Random(seed))
    fresh = max(1, size // 60)
    for number in range(size):
        ago = 2 * DAY + (size - number) * HOUR if number < size - fresh else (3 + size - number) * HOUR
        building.joins(number, created=NOW - ago)
    known = list(range(size - fresh))
    building.chance.shuffle(known)
    take = known.pop
    for _ in range(size // 10):
        number = take()
        for side in (CRM, BILLING):
            building.changes(number, side, 3 * DAY / 2, status=ENDED[side])
    for _ in range(min(3, size // 40)):
        number = take()
        for side in (CRM, BILLING):
            building.changes(number, side, 5 * HOUR, plan="team", mrr=9900)
    if size >= 40:
        number = take()
        for side in (CRM, BILLING):
            building.leaves(number, side)
    for place in range(drift):
        _plant(building, take, size + 10 * place)
    return building.world()


def _plant(building: _Building, take: Any, free: int) -> None:
    """Plant one difference of each kind, old and young, on customers of yesterday and on new ones."""
    for side, other in ((CRM, BILLING), (BILLING, CRM)):
        shift = 5 * (side == BILLING)
        building.changes(take(), side, 30 * HOUR, status=ENDED[side])
        building.changes(take(), side, 9 * HOUR, status=ENDED[side])
        lost = take()
        del building.before[other][lost], building.after[other][lost]
        building.joins(free + shift, created=NOW - 7 * HOUR, sides=[side])
        building.joins(free + shift + 1, created=NOW - 20 * MINUTE, sides=[side])
    building.changes(take(), CRM, 40 * HOUR, plan="legacy")
    building.changes(take(), BILLING, 8 * HOUR, mrr=77)
    building.changes(take(), BILLING, 31 * HOUR, plan="legacy", mrr=12345)
    building.changes(take(), CRM, 10 * MINUTE, plan="trial")
