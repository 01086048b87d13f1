"""What else was seen beside the walk, and what came of each proof?

A walk cannot say what it left out. Two questions can: where are the records of the last morning, and where are those
that the other side knows? Whoever is missing is asked for by name, before anyone is accused. What the answers mean
is decided in `doubts_absence.py`, how proofs are worded in `proofs.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Unlisted:
    """A record that the system has in a status which its list shows for nobody, as it was when asked for by name.

    Attributes:
        source_id: The system's own id.
        state: What its status means here.
        status: The status as the system spells it.
        changed_at: When it last changed or began (UTC); None when it does not say.
    """

    source_id: str
    state: str
    status: str | None
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Absence:
    """Records that ought to be in a pull and are not, and what the system said when it was asked for them.

    Attributes:
        suspects: How many they are.
        asked: How many of them were asked for, one by one; 0 where the system cannot be asked.
        there: Source ids of those the system has all the same, and had before the walk began: the walk lost them.
        hidden: How many the system has and does not show to these credentials.
        late: Keys of those that came, or changed, after the walk began. That is lag, nobody's fault.
        unlisted: Those that the list leaves out with all of their status, by key. That is no fault of the walk, and
            not lag either: it is known now what became of them.
        blind: The question proved nothing: a record of this very pull was not found either.
        limit: Most suspects that are believed without a person's word; None when any number is.
    """

    suspects: int
    asked: int = 0
    there: tuple[str, ...] = ()
    hidden: int = 0
    late: tuple[str, ...] = ()
    blind: bool = False
    limit: int | None = None
    unlisted: Mapping[str, Unlisted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecondLook:
    """What a second walk over the same list showed, made because the totals left room for doubt.

    Attributes:
        pulled: Records of the second walk.
        lost: Source ids in it that the first walk lacks, and that were there before the first walk began.
        off: Records by which it, too, fell short of what the source claimed meanwhile; below 0 where it brought more.
        came: How many records of it the first walk lacks.
        gone: How many records of the first walk it lacks.
        still: Whether the source claimed the same at its start and at its end, apart from records that it brought.
    """

    pulled: int
    lost: tuple[str, ...] = ()
    off: int = 0
    came: int = 0
    gone: int = 0
    still: bool = True


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was found out about one side besides walking it.

    Attributes:
        vanished: Records of the last morning that this pull lacks; None without such a morning.
        counterparts: Active keys of the other side that this pull lacks; None when that was not looked at.
        missing_sentinels: Records and statuses that every pull must contain and this one lacks, in words.
        sentinels: How many sentinels there are.
        days: Days since that last morning, at least one.
        second_look: What a second walk showed; None when there was no need for one.
    """

    vanished: Absence | None = None
    counterparts: Absence | None = None
    missing_sentinels: tuple[str, ...] = ()
    sentinels: int = 0
    days: int = 1
    second_look: SecondLook | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """How well the keys of the two sides fit together.

    Attributes:
        known: Active keys of the smaller side that the other side knows at all.
        of: Active keys of the smaller side.
    """

    known: int
    of: int


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing a pull had to show.

    Attributes:
        name: What was looked at, in a word or two.
        text: What was seen, in plain words.
        held: Whether it speaks for the pull; None when this source cannot show it.
    """

    name: str
    text: str
    held: bool | None
