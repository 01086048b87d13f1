"""What is the life of every difference, given what was seen and what was decided?

Everything here is derived, never stored: first and last seen, since when, resolved, returned, who answers for it, when
it is due. So mornings may arrive in any order, twice, or be taken back.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final

from reconciliation_pipeline.domain.apart import by_key
from reconciliation_pipeline.domain.decisions import Decision, InForce, in_force
from reconciliation_pipeline.domain.due import DuePolicy, Severity
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.narrowed import at_latest, last_change

FLAPS: Final = 3
"""So many beginnings within `FLAP_SPAN` are no news any more: it comes and goes."""
FLAP_SPAN: Final = timedelta(days=30)


class ItemState(StrEnum):
    """Where a difference stands on a given morning."""

    SETTLING = "settling"
    OPEN = "open"
    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    RESOLVED = "resolved"


class Closing(StrEnum):
    """Why a difference is there no more."""

    AGREED = "agreed"
    """A trusted morning looked, and it was gone."""
    SUPERSEDED = "superseded"
    """Keys are read in another way since, so that nobody can say what became of it."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Trusted mornings in a row on which a difference was there, as far as they could look.

    Attributes:
        first: The first of them, which saw it.
        last: The last of them, which saw it or could not look.
        mornings: How many saw it.
    """

    first: date
    last: date
    mornings: int


@dataclass(frozen=True, slots=True)
class Course:
    """Where one difference was seen.

    Attributes:
        latest: The latest observation of it.
        stretches: Oldest first, at least one.
        apart: Trusted mornings that could not look at it (`apart.py`).
    """

    latest: Observation
    stretches: tuple[Stretch, ...]
    apart: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Calendar:
    """The trusted mornings up to the one asked about.

    Attributes:
        mornings: All of them, oldest first.
        epochs: How keys were read on each; a morning that is not named, or None, is like the next one.
        as_of: The instant each speaks of, by the systems' clock (UTC), where that is known and can be right.
        began: When each was pulled, by ours (UTC), where known.
    """

    mornings: Sequence[date]
    epochs: Mapping[date, str | None] = field(default_factory=dict)
    as_of: Mapping[date, datetime] = field(default_factory=dict)
    began: Mapping[date, datetime] = field(default_factory=dict)

    @classmethod
    def of(cls, mornings: Iterable[date], epochs: Mapping[date, str | None] | None = None) -> "Calendar":
        """Put mornings into their order."""
        return cls(tuple(sorted(set(mornings))), epochs or {})

    @cached_property
    def place(self) -> Mapping[date, int]:
        """Give each morning its place."""
        return {morning: number for number, morning in enumerate(self.mornings)}

    @cached_property
    def begins(self) -> Sequence[date]:
        """List the mornings with which an epoch begins, the first of all among them."""
        found: list[date] = []
        following: str | None = None
        for number in range(len(self.mornings) - 1, -1, -1):
            morning = self.mornings[number]
            own = self.epochs.get(morning) or following
            if following is not None and own != following:
                found.append(self.mornings[number + 1])
            following = own
        return [*self.mornings[:1], *reversed(found)]

    def before(self, morning: date, apart: Collection[date] = ()) -> date | None:
        """Give the trusted morning before one, in the same epoch; those that could not look are passed over."""
        while morning not in self.begins:
            morning = self.mornings[self.place[morning] - 1]
            if morning not in apart:
                return morning
        return None

    def last(self, morning: date, apart: Collection[date]) -> date:
        """Give the last morning up to one that could look, where one before it could."""
        return morning if morning not in apart else self.before(morning, apart) or morning

    def after(self, morning: date) -> date | None:
        """Give the trusted morning after one."""
        number = self.place[morning] + 1
        return self.mornings[number] if number < len(self.mornings) else None


@dataclass(frozen=True, slots=True)
class Life:
    """One difference, from the first morning that saw it to the morning asked about.

    Attributes:
        latest: The latest observation of it.
        state: Where it stands on the morning asked about.
        first_seen: The first trusted morning that saw it, as keys are read now.
        last_seen: The last one.
        resolved_on: The first trusted morning that no longer saw it; None while it is there.
        agreed_on: The last trusted morning before the present stretch on which the sides agreed
            about it; None when it was there on our very first morning.
        began_by: The first morning of the present (or last) stretch.
        times_seen: On how many trusted mornings it was seen.
        closing: Why it is there no more; None while it is there.
        stretches: All stretches, oldest first, also those of earlier readings of the keys.
        returned: How often it came back.
        is_flapping: Whether it comes and goes.
        at_latest: The instant at which it was there already, by the records' own timestamps, where these say more
            than the mornings (UTC).
        changed: When its data last changed, so that it cannot have begun to look like this before (UTC).
        in_force: What was decided and holds.
        decisions: Everything that was decided, oldest first.
        due: When it has to be gone; None when nothing says so.
        severity: How much it matters.
        is_inherited: Whether its present stretch begins where keys began to be read in another way, so that nobody
            knows since when it is there.
    """

    latest: Observation
    state: ItemState
    first_seen: date
    last_seen: date
    resolved_on: date | None
    agreed_on: date | None
    began_by: date
    times_seen: int
    closing: Closing | None = None
    stretches: tuple[Stretch, ...] = ()
    returned: int = 0
    is_flapping: bool = False
    at_latest: datetime | None = None
    changed: datetime | None = None
    in_force: InForce = field(default_factory=InForce)
    decisions: tuple[Decision, ...] = ()
    due: date | None = None
    severity: Severity = Severity.NORMAL
    is_inherited: bool = False

    @property
    def owner(self) -> str:
        """Who answers for it: whoever it was assigned to, or whoever such differences go to."""
        return self.in_force.owner or self.latest.owner

    @property
    def is_there(self) -> bool:
        """Whether the morning asked about saw it."""
        return self.state is not ItemState.RESOLVED

    def is_overdue(self, on: date) -> bool:
        """Whether somebody should have acted by now; what is accepted or set aside waits for nobody."""
        return self.state is ItemState.OPEN and self.due is not None and on > self.due


@dataclass(frozen=True, slots=True)
class Terms:
    """What lives depend on, besides what was seen.

    Attributes:
        decisions: By item, in the order in which they were made.
        due: When differences are due.
        timed: Whether every change of a record shows in its timestamps, on both sides.
    """

    decisions: Mapping[str, Sequence[Decision]] = field(default_factory=dict)
    due: DuePolicy = field(default_factory=DuePolicy)
    timed: bool = False


def courses(
    calendar: Calendar, seen: Mapping[date, Iterable[Observation]], apart: Mapping[date, AbstractSet[str]] | None = None
) -> tuple[Course, ...]:
    """Put what each morning observed together, by difference.

    Args:
        calendar: Every trusted morning.
        seen: What each of them observed; mornings that observed nothing may be left out.
        apart: The customer numbers that each did not compare.
    """
    sightings: dict[str, list[date]] = {}
    latest: dict[str, Observation] = {}
    for morning in calendar.mornings:
        for observation in seen.get(morning, ()):
            sightings.setdefault(observation.item, []).append(morning)
            latest[observation.item] = observation
    blind = by_key(apart or {})
    return tuple(
        course(calendar, latest[item], mornings, blind.get(latest[item].key, ()))
        for item, mornings in sightings.items()
    )


def course(calendar: Calendar, latest: Observation, mornings: Sequence[date], apart: Iterable[date]) -> Course:
    """Find the mornings in a row on which a difference was there.

    Args:
        calendar: Every trusted morning.
        latest: The latest observation of it.
        mornings: Those that saw it, oldest first.
        apart: Those that could not look at its key. They neither end a stretch nor count in it, but what was seen to be
            gone when it was asked for once more does not stand.
    """
    blind = frozenset(apart).difference(mornings)
    if latest.had_cleared:
        blind = frozenset(day for day in blind if day < mornings[-1])
    found: list[Stretch] = []
    for morning in mornings:
        last = morning
        while (following := calendar.after(last)) in blind:
            last = following
        if found and calendar.place[morning] == calendar.place[found[-1].last] + 1:
            found[-1] = Stretch(found[-1].first, last, found[-1].mornings + 1)
        else:
            found.append(Stretch(morning, last, 1))
    return Course(latest, tuple(found), blind)


def lives(
    mornings: Calendar | Iterable[date], seen: Mapping[date, Iterable[Observation]], terms: Terms | None = None
) -> tuple[Life, ...]:
    """Derive the life of every difference up to the last of the given mornings.

    Args:
        mornings: Every trusted morning, in any order, up to the one asked about.
        seen: What each of them observed; mornings that observed nothing may be left out.
        terms: What else they depend on.

    Returns:
        One life per difference, ordered by kind and key.
    """
    calendar = mornings if isinstance(mornings, Calendar) else Calendar.of(mornings)
    return lives_of(calendar, courses(calendar, seen), terms or Terms())


def lives_of(calendar: Calendar, found: Iterable[Course], terms: Terms) -> tuple[Life, ...]:
    """Derive lives from where each difference was seen, ordered by kind and key."""
    derived = (_life(calendar, course, terms) for course in found)
    return tuple(sorted(derived, key=lambda life: (life.latest.kind, life.latest.key)))


def _life(calendar: Calendar, course: Course, terms: Terms) -> Life:
    every = _split(calendar, course)
    start = max(begin for begin in calendar.begins if begin <= every[-1].last)
    own = [one for one in every if one.first >= start]
    last, today = own[-1], calendar.mornings[-1]
    is_there = last.last == today
    resolved_on = None if is_there else calendar.after(last.last)
    is_superseded = resolved_on is not None and resolved_on in calendar.begins
    decided = tuple(terms.decisions.get(course.latest.item, ()))
    holds = in_force(decided, signature=course.latest.signature, morning=today)
    agreed_on = calendar.before(last.first, course.apart)
    return Life(
        latest=course.latest,
        state=_state(course.latest, holds) if is_there else ItemState.RESOLVED,
        first_seen=own[0].first,
        last_seen=calendar.last(last.last, course.apart),
        resolved_on=resolved_on,
        agreed_on=agreed_on,
        began_by=last.first,
        times_seen=sum(one.mornings for one in own),
        closing=None if is_there else Closing.SUPERSEDED if is_superseded else Closing.AGREED,
        stretches=tuple(every),
        returned=len(own) - 1,
        is_flapping=len(own) >= FLAPS and own[-1].first - own[-FLAPS].first <= FLAP_SPAN,
        at_latest=at_latest(course.latest, calendar.as_of, agreed_on, last.first) if terms.timed else None,
        changed=last_change(course.latest),
        in_force=holds,
        decisions=decided,
        due=terms.due.due(course.latest, began=last.first) if is_there else None,
        severity=terms.due.severity(course.latest),
        is_inherited=agreed_on is None and start != calendar.begins[0],
    )


def _split(calendar: Calendar, course: Course) -> list[Stretch]:
    """End a stretch where keys are read in another way from then on; nothing stands across that."""
    parts: list[Stretch] = []
    for one in course.stretches:
        first = one.first
        for begin in calendar.begins:
            if first < begin <= one.last:
                parts += _part(calendar, course, first, calendar.mornings[calendar.place[begin] - 1])
                first = begin
        parts += [one] if first == one.first else _part(calendar, course, first, one.last)
    return parts


def _part(calendar: Calendar, course: Course, first: date, last: date) -> list[Stretch]:
    days = calendar.mornings[calendar.place[first] : calendar.place[last] + 1]
    saw = [day for day in days if day not in course.apart]
    return [Stretch(saw[0], last, len(saw))] if saw else []


def _state(latest: Observation, holds: InForce) -> ItemState:
    if latest.settling:
        return ItemState.SETTLING
    if holds.quarantined is not None:
        return ItemState.QUARANTINED
    return ItemState.ACCEPTED if holds.accepted is not None else ItemState.OPEN
