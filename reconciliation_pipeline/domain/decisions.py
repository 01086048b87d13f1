"""What did people decide about a difference, and what is in force on a morning?

Decisions are only ever added. What they come to is derived from all of them, in the order in which they were made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Action(StrEnum):
    """What a person can decide about a difference."""

    ASSIGN = "assign"
    NOTE = "note"
    ACCEPT = "accept"
    QUARANTINE = "quarantine"
    RELEASE = "release"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about one difference.

    Attributes:
        reconciliation: Id of the reconciliation.
        item: The difference.
        signature: Fingerprint of the values it was decided about.
        action: What was decided.
        by: Who, as claimed.
        reason: Why.
        at: When (UTC).
        to: For an assignment, who answers for it now.
        until: For an acceptance, the last morning it holds.
    """

    reconciliation: str
    item: str
    signature: str
    action: Action
    by: str
    reason: str
    at: datetime
    to: str | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Retraction:
    """A person's word that a morning counts no more, or that it counts again.

    Attributes:
        reconciliation: Id of the reconciliation.
        morning: The local date.
        by: Who, as claimed.
        reason: Why.
        at: When (UTC).
        restores: Whether it counts again.
    """

    reconciliation: str
    morning: date
    by: str
    reason: str
    at: datetime
    restores: bool = False

    @property
    def words(self) -> str:
        """Say it in a sentence."""
        done = "gave back" if self.restores else "took back"
        return f"{self.by} {done} {self.morning} on {self.at:%Y-%m-%d}: {self.reason}"


@dataclass(frozen=True, slots=True)
class InForce:
    """What all decisions about one difference come to on one morning.

    Attributes:
        owner: Who it was assigned to; None when to nobody.
        accepted: The acceptance that holds; None when none does.
        quarantined: The quarantine that holds; None when none does.
    """

    owner: str | None = None
    accepted: Decision | None = None
    quarantined: Decision | None = None


NOTHING = InForce()


def in_force(decisions: Iterable[Decision], *, signature: str, morning: date) -> InForce:
    """Say what holds on a morning.

    Assignments and acceptances speak of the values they were made about: other values in the same place are another
    problem. A quarantine speaks of the record, whatever its values.

    Args:
        decisions: About this difference, in the order in which they were made.
        signature: Fingerprint of its values on that morning.
        morning: The morning.
    """
    owner: str | None = None
    accepted: Decision | None = None
    quarantined: Decision | None = None
    for one in decisions:
        is_same = one.signature == signature
        match one.action:
            case Action.ASSIGN if is_same:
                owner = one.to
            case Action.ACCEPT if is_same:
                accepted = one
            case Action.QUARANTINE:
                quarantined = one
            case Action.RELEASE:
                quarantined = None
            case Action.REOPEN:
                accepted = quarantined = None
            case _:
                pass
    if accepted is not None and accepted.until is not None and morning > accepted.until:
        accepted = None
    return InForce(owner, accepted, quarantined)


def by_item(decisions: Iterable[Decision]) -> Mapping[str, tuple[Decision, ...]]:
    """Sort decisions by the difference they are about; their order stays."""
    found: dict[str, list[Decision]] = {}
    for one in decisions:
        found.setdefault(one.item, []).append(one)
    return {item: tuple(made) for item, made in found.items()}
