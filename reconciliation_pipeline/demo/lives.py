"""What has happened to one customer, on either side?

A life is two lists of versions, one a side. An event adds a version where it happens and,
unless the automation loses it, the same version on the other side a little later.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Literal

from reconciliation_pipeline.demo.calendar import Moment
from reconciliation_pipeline.demo.plans import Deal

SideName = Literal["crm", "billing"]

ARCHIVED_AFTER = timedelta(days=60)
"""The CRM's own clean-up puts a cancelled company into its archive."""

PURGED_AFTER = timedelta(days=90)
"""HubSpot forgets archived records for good after 90 days."""


class Why(StrEnum):
    """How the automation loses an event while every run stays green."""

    LOST_WEBHOOK = "lost_webhook"
    CHANGED_BY_HAND = "changed_by_hand"
    HALF_FINISHED_RUN = "half_finished_run"
    WRONG_ORDER = "wrong_order"
    REQUIRED_FIELD = "required_field"


@dataclass(frozen=True, slots=True)
class Version:
    """One side's record from an instant on.

    Attributes:
        at: Since when it looks like this (UTC, whole seconds).
        deal: Plan and billing period.
        active: What its status says.
        archived: In the CRM's archive; the status may still say active.
        gone: No longer there at all.
    """

    at: datetime
    deal: Deal
    active: bool = True
    archived: bool = False
    gone: bool = False

    @property
    def running(self) -> bool:
        """Whether it counts as an active customer."""
        return self.active and not self.archived and not self.gone


def version_at(versions: Sequence[Version], instant: datetime) -> Version | None:
    """Find how a record looks at an instant; None before it began and after it is gone."""
    index = bisect_right(versions, instant, key=attrgetter("at"))
    found = versions[index - 1] if index else None
    return None if found is None or found.gone else found


@dataclass(frozen=True, slots=True)
class Loss:
    """The event that the automation lost, for the tests' eyes only."""

    at: datetime
    why: Why


@dataclass(slots=True)
class Life:
    """One customer's versions on both sides, oldest first, while the world is being made.

    In every method a `lag` of None means that the other side never hears of the event.
    """

    crm: list[Version] = field(default_factory=list)
    billing: list[Version] = field(default_factory=list)
    loss: Loss | None = None

    def versions(self, side: SideName) -> list[Version]:
        """The versions of one side."""
        return self.crm if side == "crm" else self.billing

    @property
    def latest(self) -> Version:
        """The newest version on any side."""
        return max((*self.crm, *self.billing), key=attrgetter("at"))

    @property
    def born(self) -> datetime:
        """When the customer first appeared anywhere."""
        return min(side[0].at for side in (self.crm, self.billing) if side)

    def happen(self, origin: SideName, version: Version, lag: timedelta | None) -> None:
        """Add a version on one side and, a lag later, on the other."""
        self.versions(origin).append(version)
        if lag is not None:
            other = self.billing if origin == "crm" else self.crm
            other.append(replace(version, at=version.at + lag))

    def begin(self, origin: SideName, moment: Moment, deal: Deal) -> None:
        """Sign up on one side; the other side hears of it."""
        self.happen(origin, Version(moment.at, deal), moment.lag)

    def switch(self, origin: SideName, moment: Moment, deal: Deal) -> None:
        """Change the plan on one side; the other side hears of it."""
        self.happen(origin, Version(moment.at, deal), moment.lag)

    def cancel(self, origin: SideName, moment: Moment) -> None:
        """Cancel on one side; the other hears of it, and the CRM tidies up later on."""
        self.happen(origin, replace(self.latest, at=moment.at, active=False), moment.lag)
        tidied = moment.at + ARCHIVED_AFTER
        self.crm.append(replace(self.crm[-1], at=tidied, archived=True))
        self._purge(tidied)

    def archive(self, moment: Moment) -> None:
        """Throw the company out of the CRM, its status untouched; billing hears and cancels."""
        self.crm.append(replace(self.latest, at=moment.at, archived=True))
        self.billing.append(replace(self.billing[-1], at=moment.at + moment.lag, active=False))
        self._purge(moment.at)

    def _purge(self, archived_at: datetime) -> None:
        self.crm.append(replace(self.crm[-1], at=archived_at + PURGED_AFTER, gone=True))


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer of the finished world.

    Attributes:
        number: The customer number both sides know, as text; it may have leading zeros.
        name: The company's name.
        domain: Its website.
        email: Where its invoices go.
        company_id: The CRM's id; None for a company that never reaches the CRM.
        customer_id: Billing's id of the customer.
        subscription_id: Billing's id of its one subscription.
        crm: The CRM's versions, oldest first.
        billing: Billing's versions, oldest first.
        loss: The event that the automation lost, if it lost one.
    """

    number: str
    name: str
    domain: str
    email: str
    company_id: int | None
    customer_id: str
    subscription_id: str
    crm: tuple[Version, ...]
    billing: tuple[Version, ...]
    loss: Loss | None
