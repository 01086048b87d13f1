"""What is known about one attempt at a morning, and what a person said about its counts.

An attempt is one pull of both sides. Several may exist for a morning; the latest trusted one is
the morning's. Whether one may be trusted is decided in `completeness.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from reconciliation_pipeline.domain.records import Reason, Side, Snapshot

CLOCKS_AGREE: Final = timedelta(minutes=10)
"""How far the systems' clock may be from ours, so that an instant it names can be set beside others."""


class Standing(StrEnum):
    """Where an attempt stands; only a trusted one is ever a baseline or part of the ledger.

    An unproven one has nothing against it but that nobody has vouched for its counts yet.
    """

    BEGUN = "begun"
    TRUSTED = "trusted"
    UNPROVEN = "unproven"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One pull of both sides for one morning.

    Attributes:
        reconciliation: Id of the reconciliation.
        morning: The local date it is for.
        number: 1 for the first attempt at that morning, then 2, ...
        run_id: The run that made it.
        live: Whether it asked the systems for now (a past morning is asked as of its day).
        started_at: When it began, by our clock (UTC).
        as_of: The instant against which ages are measured (UTC); None until both sides answered.
        standing: Begun, trusted or refused.
        reasons: Every reason of a refusal.
        snapshots: What was pulled, by side; a side whose pull broke off keeps its receipt.
    """

    reconciliation: str
    morning: date
    number: int
    run_id: str
    live: bool
    started_at: datetime
    as_of: datetime | None = None
    standing: Standing = Standing.BEGUN
    reasons: tuple[Reason, ...] = ()
    snapshots: Mapping[Side, Snapshot] = field(default_factory=dict)


def began_at(started_at: datetime, as_of: datetime | None, *, live: bool) -> datetime:
    """Say what moment an attempt speaks of, by our clock (UTC); a past morning is asked as of its day."""
    return started_at if live else as_of or started_at


def instant_of(started_at: datetime, as_of: datetime | None, *, live: bool) -> datetime | None:
    """Say the same by the systems' clock (UTC); None where that and ours are so far apart that it may be wrong."""
    if as_of is None or abs(as_of - began_at(started_at, as_of, live=live)) > CLOCKS_AGREE:
        return None
    return as_of


@dataclass(frozen=True, slots=True)
class AcceptedCount:
    """A person's word about the count of one morning: that an unusual one is right, or what a screen says.

    Attributes:
        reconciliation: Id of the reconciliation.
        side: The side whose count it is.
        morning: The only morning it speaks of.
        count: The number of pulled or of active records.
        by: Who said so, as claimed.
        reason: Why.
        at: When (UTC).
    """

    reconciliation: str
    side: Side
    morning: date
    count: int
    by: str
    reason: str
    at: datetime
