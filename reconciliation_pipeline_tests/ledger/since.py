"""Is what the ledger says about since when true? 120 mornings upon two systems whose every change is known.

Mornings are missed, refused, run twice, run at another hour, taken back; keys are read in another way now and then. A
story is made from its number alone.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from reconciliation_pipeline.domain.lives import Life, Terms, lives
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.ledger.looking import BERLIN, DAY, HOUR, MINUTE, Pull, Record, four, look
from reconciliation_pipeline_tests.ledger.systems import ACTIVE, CANCELLED, GONE, Systems

MORNINGS: Final = 120
CUSTOMERS: Final = 30
_MICROSECOND: Final = timedelta(microseconds=1)
_EDGES: Final = (-HOUR, _MICROSECOND - HOUR, -MINUTE, -_MICROSECOND, timedelta(0), _MICROSECOND, 2 * MINUTE, HOUR)
"""How far from four in the morning changes like to happen."""


@dataclass(frozen=True)
class Story:
    """One made-up history.

    Attributes:
        systems: What happened.
        days: Every day, oldest first.
        pulls: Of each day, the looks that were trusted, in their order.
        kept: The days on which the last of them counts in the end.
        turn: The day from which on keys were read in another way; None when that never happened.
    """

    systems: Systems
    days: tuple[date, ...]
    pulls: dict[date, list[Pull]]
    kept: frozenset[date]
    turn: date | None


def story(number: int) -> Story:
    """Make a history from its number."""
    chance = Random(number)
    first = date(2027, 1, 1) + chance.randrange(540) * DAY
    days = tuple(first + day * DAY for day in range(MORNINGS))
    systems = Systems()
    for customer in range(CUSTOMERS):
        _lead_a_life(chance, systems, f"C-{customer:03d}", days)
    pulls = {day: found for day in days if (found := list(_pulls(chance, day)))}
    kept = frozenset(day for day in pulls if chance.random() > 0.05)
    turn = chance.choice(days) if number % 5 == 0 else None
    return Story(systems, days, pulls, kept, turn)


def _pulls(chance: Random, day: date) -> Iterator[Pull]:
    drawn = chance.random()
    if drawn < 0.1:
        return  # missed, or refused
    hours = [4]
    if drawn < 0.2:
        hours = [4, chance.randrange(5, 24)]
    elif drawn < 0.25:
        hours = [chance.randrange(24)]
    for hour in hours:
        began = datetime.combine(day, time(hour), BERLIN).astimezone(UTC) + chance.randrange(90) * timedelta(seconds=1)
        yield Pull(began, {side: chance.randrange(1, 600) * timedelta(seconds=1) for side in Side})


def _lead_a_life(chance: Random, systems: Systems, key: str, days: tuple[date, ...]) -> None:
    """Let one customer begin, change, leave and come back, on two systems that hear of it now, late or never."""
    todo: list[tuple[datetime, int, Side, dict[str, object]]] = []
    born = four(days[0]) - 100 * DAY if chance.random() < 0.8 else _moment(chance, days)
    source, other = chance.sample(list(Side), 2)
    systems.begins(born, source, key, "basic", 1900)
    todo += [(at, 0, other, {"new": True}) for at in _heard(chance, born, is_old=born < four(days[0]))]
    for _ in range(chance.randrange(7)):
        at, (source, other) = _moment(chance, days), chance.sample(list(Side), 2)
        change = _change(chance)
        todo.append((at, 1, source, change))
        todo += [(heard, 1, other, change) for heard in _heard(chance, at)]
    if chance.random() < 0.15:
        side = chance.choice(list(Side))
        todo += [(four(day) - 30 * MINUTE, 2, side, {}) for day in days]
    for at, _, side, change in sorted(todo, key=lambda one: (one[0], one[1])):
        if change.get("new"):
            if systems.at(side, key, at) is None:
                systems.begins(at, side, key, "basic", 1900)
        else:
            systems.changes(at, side, key, **change)  # type: ignore[arg-type]


def _moment(chance: Random, days: tuple[date, ...]) -> datetime:
    around = four(chance.choice(days))
    return around + (chance.choice(_EDGES) if chance.random() < 0.4 else chance.random() * DAY)


def _heard(chance: Random, at: datetime, *, is_old: bool = False) -> list[datetime]:
    """Say when the other side learns of it: soon, late, when somebody repairs it, or never."""
    drawn = chance.random()
    if is_old or drawn < 0.35:
        return [at + chance.random() * HOUR]
    if drawn < 0.6:
        return [at + 2 * HOUR + chance.random() * 5 * DAY]
    return [at + DAY + chance.random() * 30 * DAY] if drawn < 0.85 else []


def _change(chance: Random) -> dict[str, object]:
    drawn = chance.random()
    if drawn < 0.4:
        return {"plan": chance.choice(["basic", "pro", "team"])}
    if drawn < 0.7:
        return {"cents": chance.choice([1900, 4900, 9900])}
    return {"state": chance.choice([CANCELLED, ACTIVE]) if drawn < 0.95 else GONE}


def play(work: Work, told: Story) -> Record:
    """Let every morning look, and keep what counts in the end."""
    record = Record()
    keys = {key for side in Side for key in told.systems.held[side]}
    for day in told.days:
        for pull in told.pulls.get(day, []) if day in told.kept else []:
            seen = look(work, told.systems, day, pull, keys, known=record.known(day))
            assert seen is not None
            record.looks[day] = seen
        record.epochs[day] = "q" if told.turn is not None and day >= told.turn else "p"
    return record


def verdicts(told: Story, record: Record, every: int = 10) -> Iterator[tuple[str, Life]]:
    """Hold each life against the truth, as of each so many mornings; `wrong: ...` is what must never be said."""
    days = sorted(record.looks)
    for end in {*days[::every], days[-1]}:
        calendar = record.calendar(end)
        shown = {day: record.looks[day].observed for day in calendar.mornings}
        for life in lives(calendar, shown, Terms(timed=True)):
            for word in said(told.systems, record, [day for day in days if day <= end], life):
                yield word, life


def said(
    systems: Systems, record: Record, days: list[date], life: Life, tolerance: timedelta = timedelta(0)
) -> list[str]:
    """Say what one life's since-when is worth, in the words that are counted.

    Args:
        systems: What happened.
        record: What was observed.
        days: The trusted mornings up to the one asked about.
        life: The life.
        tolerance: How far clocks may be apart.
    """
    place = days.index(life.began_by)
    before = days[place - 1] if place else None
    if before is not None and record.epochs.get(before) != record.epochs.get(life.began_by):
        before = None
    words = ["lives"]
    if life.agreed_on != before:
        words.append("wrong: wider than the gap between the trusted mornings around it")
    seen = record.looks[life.began_by].pull
    begun = _onset(systems, life, seen)
    if begun is None:
        # Two walks that read one record at two instants: nothing that ever was, and always young.
        return [*words, "between two reads" if life.latest.settling else "wrong: never was, and called real"]
    agreed = record.looks[before].pull.began if before is not None else None
    is_within = (agreed is None or begun >= agreed) and begun <= seen.ended
    words.append("contains the onset" if is_within else "wrong: does not contain the onset")
    words.append("bounded" if agreed is not None else "there on the first morning")
    present = _onset(systems, life, record.looks[life.last_seen].pull)
    if present is not None and present > seen.ended:
        words.append("went and came back between two mornings")
    if life.at_latest is not None:
        words.append("narrowed")
        if present is None or life.at_latest < present - tolerance:
            words.append("wrong: at_latest before the onset")
    return words


def _onset(systems: Systems, life: Life, pull: Pull) -> datetime | None:
    """Say since when the difference was there that a pull saw; None when it never was, at one and the same instant."""
    key, kind = life.latest.key, life.latest.kind
    reads = [pull.reads(side, key) for side in Side]
    inside = [one for one in systems.instants(key) if pull.began <= one <= pull.ended]
    for at in sorted({*reads, *inside}):
        now = systems.disagree(key, at)
        if now is not None and now.kind is kind:
            return systems.onset(key, at, lambda one: one.kind)
    return None


def count(work: Work, numbers: range) -> Counter[str]:
    """Play so many stories and count what their lives are worth."""
    found: Counter[str] = Counter()
    for number in numbers:
        told = story(number)
        found.update(word for word, _ in verdicts(told, play(work, told)))
    return found
