"""What is a planted record, and what is known about it before anything is compared?

Nouns only. Which ones are planted is `planting.py`, how a system would write one `connectors/planting.py`, and
whether all of them came up as they must `harvest.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reconciliation_pipeline.domain.judgement import AHEAD
from reconciliation_pipeline.domain.records import Amount, Cause, Kind, MoneyClass, Row, Side, State

RESERVED: Final = "planted-"
"""What every planted key begins with, but for settings that read keys as numbers; 32 random digits follow."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)

Value = str | Decimal | None


class Age(StrEnum):
    """How old a planted record is when the morning judges it."""

    OLDER = "older"
    OLD = "old"
    YOUNG = "young"
    AHEAD = "ahead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Ground:
    """What the settings of one side let a record say.

    Attributes:
        fields: Names of the mapped fields.
        currencies: Amounts whose currency stands in the settings and not in the record, with that currency.
        stamps: Which of `created_at` and `updated_at` are mapped.
        stopped: The states in which a record of this side can be ended.
        words: The statuses that mean active.
        folds: Several rows of one key become one record.
        key_is_id: A record's key and its id stand at the same place, so none can lack only one of them.
        digits: A number is read from where the key or the id stands, so both must be digits.
        parts: In how many places of a record its key stands.
    """

    fields: frozenset[str]
    currencies: Mapping[str, str]
    stamps: tuple[str, ...]
    stopped: tuple[State, ...]
    words: tuple[str, ...]
    folds: bool
    key_is_id: bool = False
    digits: bool = False
    parts: int = 1


@dataclass(frozen=True, slots=True)
class Wish:
    """What one planted record shall mean once it is mapped; what is not wished for is left open.

    Attributes:
        source_id: The system's own id.
        key: The customer number as its side writes it; None for a record without one.
        means: The key under which the comparison knows it.
        state: What its status shall mean.
        word: The status of an active record.
        stamps: When it began and last changed (UTC), where mapped; None for a record that does not say.
        values: The fields that matter: text, or a number (amounts in the major unit); None for an empty one.
        currencies: The currency of each amount among them.
    """

    source_id: str
    key: str | None
    means: str | None
    state: State
    word: str = ""
    stamps: Mapping[str, datetime | None] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    currencies: Mapping[str, str] = field(default_factory=dict)

    @property
    def changed_at(self) -> datetime | None:
        """The latest of its stamps."""
        return max((moment for moment in self.stamps.values() if moment is not None), default=None)


@dataclass(frozen=True, slots=True)
class Finding:
    """What must be found and judged of a planted difference."""

    kind: Kind
    cause: Cause | None = None
    fields: tuple[str, ...] = ()
    settling: bool = False
    money_class: MoneyClass | None = None
    amount: Amount | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A planted word that nobody explained, and the field it stands in."""

    field: str
    word: str


@dataclass(frozen=True, slots=True)
class Form:
    """The records of one plant, and what they must come to.

    Attributes:
        wishes: Its records, by side; all of them have the same key, or none.
        buckets: In which bucket of its side's balance each of them must end, in any order.
        finding: The difference; None where there must not be one.
        troubled: The side whose records must be listed as impossible to compare; None when none may be.
        word: The word for which they are; None when it is their key.
    """

    wishes: Mapping[Side, tuple[Wish, ...]]
    buckets: Mapping[Side, tuple[str, ...]]
    finding: Finding | None = None
    troubled: Side | None = None
    word: Word | None = None

    @property
    def key(self) -> str | None:
        """The key that its records share, as the comparison knows it."""
        return next(wish.means for wishes in self.wishes.values() for wish in wishes)


def without_times(form: Form) -> Form:
    """Give the same form with records that do not say when they changed."""
    return replace(
        form,
        wishes={
            side: tuple(replace(wish, stamps=dict.fromkeys(wish.stamps)) for wish in wishes)
            for side, wishes in form.wishes.items()
        },
    )


@dataclass(frozen=True, slots=True)
class Plant:
    """One thing that is planted.

    Attributes:
        name: What it is, for people.
        forms: Ways to plant it, all of which prove the same; the first that the settings can express is taken.
    """

    name: str
    forms: tuple[Form, ...]

    @property
    def is_difference(self) -> bool:
        """Whether it must be found, or seen as a mere difference of format; all others are there to be left alone."""
        form = self.forms[0]
        is_format = any("format_only" in ends for ends in form.buckets.values())
        return form.finding is not None or form.troubled is not None or is_format


@dataclass(frozen=True, slots=True)
class Sown:
    """One plant in the ground of both sides.

    Attributes:
        plant: What was planted.
        form: How.
        rows: Its records as the mapping read them, in the order of the wishes.
        tied: Fields that say something nobody wished for, because they stand at the place of something else: of a
            pair only those that differ.
        fault: Why the mapping could not read them; None when it could.
    """

    plant: Plant
    form: Form
    rows: Mapping[Side, tuple[Row, ...]]
    tied: frozenset[str] = frozenset()
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """In which bucket of its side a planted row ended; None when it is in none."""

    side: Side
    source_id: str
    key: str | None
    bucket: str | None


@dataclass(frozen=True, slots=True)
class Moments:
    """The instants (UTC, whole seconds) that make a record old or young on one morning.

    They lie as close to the edge as a second allows: a window that is judged too short or too long by more than
    that is noticed. None where no instant that a system can name is that old, or that far ahead.
    """

    older: datetime | None
    old: datetime | None
    young: datetime
    ahead: datetime | None

    def __getitem__(self, age: Age) -> datetime | None:
        """Look the instant of an age up."""
        return None if age is Age.UNKNOWN else getattr(self, age.value)


def moments(*, as_of: datetime, until: datetime, window: timedelta, shortest: timedelta | None = None) -> Moments:
    """Find the instants for a morning.

    Args:
        as_of: When the earlier of the two pulls began (UTC).
        until: When the later of the two ended (UTC).
        window: How young any difference may be and still be normal lag.
        shortest: How young every one may be, where that differs by kind or field.
    """
    edge = _floor(as_of - window) if window <= as_of - _EPOCH else None
    young = _floor(as_of - shortest) if shortest is not None and shortest <= as_of - _EPOCH else edge
    older = None if edge is None or edge - _EPOCH < timedelta(days=1) else edge - timedelta(days=1)
    ahead = _floor(until + AHEAD) + _SECOND
    return Moments(older, edge, (young or _EPOCH) + _SECOND, ahead if ahead < _LATEST else None)


def _floor(moment: datetime) -> datetime:
    return moment.replace(microsecond=0)
