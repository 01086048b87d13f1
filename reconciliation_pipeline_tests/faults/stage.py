"""What is a fault, and where can it be placed? One side of the world, one page of its list, one kind of past."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final

from reconciliation_pipeline_tests.faults.system import STYLES, Asked, Reply, System
from reconciliation_pipeline_tests.faults.world import BILLING, CRM, Record, World

POSITIONS: Final = ("first", "middle", "last")
OTHER: Final = {CRM: BILLING, BILLING: CRM}
TRUSTED: Final = "trusted"
CONFIRMED: Final = "confirmed"
UNPROVEN: Final = "unproven"
PASTS: Final = (TRUSTED, CONFIRMED, UNPROVEN)
"""A trusted morning yesterday; a first morning whose counts a person read off the two screens; a first morning."""
KEYED: Final[dict[str, Any]] = {
    "lookup": {"path": "/customers/{source_id}", "by_key": {"path": "/customers/number/{key}"}}
}
"""Settings of a system that gives one record by its key, as by its id."""


class NotHere(Exception):
    """A fault finds no place on this stage: too few records, or none of the kind it needs."""


class Must(StrEnum):
    """How a morning has to end that meets a fault."""

    REFUSE = "refuse"
    """Refused, for one of the right reasons."""
    RECOVER = "recover"
    """Exactly the truth, after asking again."""
    PASS = "pass"
    """Exactly the truth: nothing was lost."""
    EITHER = "either"
    """Exactly the truth, or refused for one of the right reasons."""


@dataclass
class Stage:
    """Where a fault is put on.

    Attributes:
        world: What both systems hold; a fault may change it, and the truth with it.
        side: The side that misbehaves.
        system: Its system.
        other: The system of the other side.
        page: The page at which it happens, from 0.
        past: What is known of earlier mornings.
        fired: How often it has happened; a fault that never does proves nothing.
    """

    world: World
    side: str
    system: System
    other: System
    page: int
    past: str
    fired: int = 0

    @property
    def held(self) -> list[Record]:
        """What the side holds today."""
        return self.system.held

    @property
    def inner(self) -> int:
        """The page, or the one before it where it is the last: a page that has another one behind it."""
        return max(0, min(self.page, self.system.pages - 2))

    def rows(self, page: int | None = None) -> list[Record]:
        """Give the records of a page, as an honest walk would meet them."""
        start = (self.page if page is None else page) * self.system.size
        return self.system.shown("list")[start : start + self.system.size]

    def known(self, records: Iterable[Record], *, least: int = 1) -> list[Record]:
        """Keep the active ones that were there yesterday and run on the other side, too.

        Raises:
            NotHere: There are fewer than are needed.
        """
        yesterday = {one["id"] for one in self.world.yesterday[self.side]}
        there = {one["number"] for one in self.other.held if one["status"] == "active"}
        found = [
            one for one in records if one["id"] in yesterday and one["number"] in there and one["status"] == "active"
        ]
        if len(found) < least:
            raise NotHere
        return found

    def on_page(self, change: Callable[[Reply], Reply], *, times: int = 1_000_000, page: int | None = None) -> None:
        """Change what is answered for the page, so many times."""
        wanted = self.page if page is None else page

        def spoil(asked: Asked, reply: Reply) -> Reply:
            if asked.what != "list" or asked.page != wanted or self.fired >= times:
                return reply
            self.fired += 1
            return change(reply)

        self.system.spoils.append(spoil)

    def on(self, what: Iterable[str], change: Callable[[Asked, Reply], Reply]) -> None:
        """Change every answer to these kinds of questions."""
        wanted = frozenset(what)

        def spoil(asked: Asked, reply: Reply) -> Reply:
            if asked.what not in wanted:
                return reply
            self.fired += 1
            return change(asked, reply)

        self.system.spoils.append(spoil)

    def before_page(self, move: Callable[[], None], page: int | None = None) -> None:
        """Let something happen once, between the page and the one before it."""
        wanted = self.page if page is None else page

        def once(asked: Asked) -> None:
            if asked.what == "list" and asked.page == wanted and asked.walk == 0 and not self.fired:
                self.fired += 1
                move()

        self.system.moves.append(once)

    def hide(self, records: Iterable[Record], *, by_id: int = 200, by_key: bool = True, counted: bool = False) -> None:
        """Leave records out of the list.

        Args:
            records: Which.
            by_id: The status they answer with when they are asked for by id.
            by_key: Whether a search by key finds them.
            counted: Whether the total still counts them.
        """
        gone = {one["id"] for one in records} - self.system.unlisted
        self.fired += len(gone)
        self.system.unlisted |= gone
        if by_id != 200:
            self.system.closed |= dict.fromkeys(gone, by_id)
        if not by_key:
            self.system.unsearched |= gone
        if counted:
            self.system.counted += len(gone)


@dataclass(frozen=True)
class Fault:
    """One way in which a server lies, breaks or confuses.

    Attributes:
        id: Its name, in words.
        corpus: The failures of the corpus that it stands for.
        text: What the server does.
        install: Puts it on a stage.
        codes: Every reason that is right for it.
        must: How the morning has to end.
        styles: Paging styles it applies to.
        positions: Pages it applies to.
        pasts: What may be known of earlier mornings.
        system: What the system that misbehaves is like.
        other: What the other system is like.
        more: Settings of its side.
        beyond: What still notices it where nothing can prove it; empty where it can always be proven.
        is_variant: Whether it only varies another one; such are left to the long suite.
    """

    id: str
    corpus: str
    text: str
    install: Callable[[Stage], None]
    codes: frozenset[str] = frozenset()
    must: Must = Must.REFUSE
    styles: tuple[str, ...] = STYLES
    positions: tuple[str, ...] = POSITIONS
    pasts: tuple[str, ...] = PASTS
    system: Mapping[str, Any] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    beyond: str = ""
    is_variant: bool = False

    def but(self, **changes: Any) -> "Fault":
        """Give a variant of it."""
        return replace(self, **changes)


def kin(faults: Iterable[Fault]) -> Iterator[Fault]:
    """Mark all but the first of some faults as variants of it."""
    for place, fault in enumerate(faults):
        yield fault.but(is_variant=place > 0)


@dataclass(frozen=True)
class Placement:
    """One fault, in one place."""

    fault: Fault
    position: str
    side: str
    past: str
    turn: int
    """Which of the fault's styles, and what else is left to rotation."""

    @property
    def name(self) -> str:
        return f"{self.fault.id} / {self.position} page / {self.side} / {self.past}"


def placements(faults: Iterable[Fault]) -> list[Placement]:
    """Place every fault on every page it applies to, on either side, with every past; its styles take turns."""
    return [
        Placement(fault, position, side, past, number + page + 3 * other + 2 * known)
        for number, fault in enumerate(faults)
        for known, past in enumerate(fault.pasts)
        for other, side in enumerate((CRM, BILLING))
        for page, position in enumerate(fault.positions)
    ]
