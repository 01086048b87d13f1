"""Which differences are looked at once more before anyone is accused, and which of them have cleared?

A pull takes a while, and a sync may end right behind it. How suspects are read again is `steps/recheck.py`, and whether
two records agree is said by the comparison alone: only that excuses.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Row, Side

ASKED_AT_MOST: Final = 50
"""Records of one side that are read again on one morning, besides those that show whether the question works."""

AGREED: Final = frozenset({"equal", "format_only", "out_of_scope", "folded"})
"""Where the rows of a pair end that is no difference; a folded row is part of another one."""

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cleared:
    """A difference that was gone when both systems were asked once more.

    Attributes:
        item: Which difference.
        signature: The values it was found with; with others it is another one, about which nobody was asked.
        after: Seconds from the last change of the record to the moment at which it was seen to be gone.
    """

    item: str
    signature: str
    after: int


@dataclass(frozen=True, slots=True)
class Recheck:
    """What came of asking once more; kept with the attempt, because nobody can be asked twice about one moment.

    Attributes:
        at: When the answers were in, by the sources' clock (UTC).
        rules: Fingerprint of the rules by which pairs were compared; under other rules it says nothing.
        asked: Differences about which both sides were asked.
        left: Suspects about which nobody was asked, because they were too many or a side cannot be asked.
        cleared: Those that were gone.
        requests: Requests it took, by side, retries included.
        remarks: What got no answer, in plain words.
    """

    at: datetime
    rules: str
    asked: int
    left: int = 0
    cleared: tuple[Cleared, ...] = ()
    requests: Mapping[Side, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What one side says of one suspect now.

    Attributes:
        rows: What it shows.
        lacks: Source ids that the pull had, or that were found before, and that are not shown any more.
        sees_all: Whether the question is known to find what is there, so that what it does not find is gone.
        is_odd: It hid something, or showed something else than was asked for: nothing follows from it.
    """

    rows: tuple[Row, ...] = ()
    lacks: frozenset[str] = frozenset()
    sees_all: bool = False
    is_odd: bool = False


def suspects(observed: Iterable[Observation], known: Collection[str]) -> tuple[Observation, ...]:
    """Choose what nobody has been accused of yet: neither lag, nor there on the last trusted morning already.

    Args:
        observed: What this morning observed.
        known: Items that the last trusted morning had, lag left aside.

    Returns:
        Those that cost most first, and of the same cost those that changed last.
    """
    found = [one for one in observed if not one.settling and one.item not in known]
    return tuple(sorted(found, key=_urgency))


def _urgency(one: Observation) -> tuple[Decimal, float, str]:
    cost = one.amount.value if one.amount else Decimal(0)
    changed = max((moment for moment in one.changed_at.values() if moment is not None), default=_LONG_AGO)
    return -cost, -changed.timestamp(), one.item


def is_comparable(answers: Mapping[Side, Answer]) -> bool:
    """Say whether what both sides show now can be compared: nothing odd, and nothing that was there is missing."""
    return _both_answered(answers) and not any(one.is_odd or one.lacks for one in answers.values())


def is_gone(answers: Mapping[Side, Answer]) -> bool:
    """Say whether a record is in neither system any more, on the word of those that had it.

    One that only one side has lost may be lost by the question: that excuses nothing.
    """
    return (
        _both_answered(answers)
        and any(one.lacks for one in answers.values())
        and not any(one.is_odd or one.rows for one in answers.values())
        and all(one.sees_all for one in answers.values() if one.lacks)
    )


def _both_answered(answers: Mapping[Side, Answer]) -> bool:
    return len(answers) == len(Side)


def is_agreed(buckets: Iterable[str | None]) -> bool:
    """Say whether the comparison put every row of a pair where there is no difference; no row proves nothing."""
    ended = list(buckets)
    return bool(ended) and AGREED.issuperset(ended)


def length(suspect: Observation, *, at: datetime, pulled: datetime, agreed: datetime | None) -> int:
    """Measure how long a difference that has cleared was there at most, in seconds.

    Args:
        suspect: The difference, as it was found.
        at: When it was seen to be gone (UTC).
        pulled: When the pulls began (UTC); counts where the record does not say when it changed.
        agreed: The last trusted morning that did not have it (UTC); it cannot be older than that.
    """
    changed = (moment for moment in suspect.changed_at.values() if moment is not None and moment <= at)
    since = max(max(changed, default=pulled), agreed or _LONG_AGO)
    return max(0, int((at - since).total_seconds()))


def excused(observed: Iterable[Observation], found: Recheck | None, *, rules: str) -> tuple[Observation, ...]:
    """Call lag what had cleared, with its length; under other rules than it was asked under, nothing has.

    Args:
        observed: What this morning observed.
        found: What came of asking once more; None when nobody was asked.
        rules: Fingerprint of the rules by which this morning was compared.
    """
    cleared = {(one.item, one.signature): one.after for one in found.cleared} if found and found.rules == rules else {}
    return tuple(
        one
        if one.settling or (after := cleared.get((one.item, one.signature))) is None
        else replace(one, settling=True, cleared_after=after)
        for one in observed
    )
