"""What do both sides hold at an instant?

A world is a pure function of seed, story and the story's instant, with everything that ever
happens in it; a view is what it looks like at one moment. Serving it belongs in `crm.py` and
`billing.py`.
"""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from reconciliation_pipeline.demo.calendar import Calendar
from reconciliation_pipeline.demo.future import future
from reconciliation_pipeline.demo.lives import Customer, SideName, Version, version_at
from reconciliation_pipeline.demo.names import christen
from reconciliation_pipeline.demo.past import past
from reconciliation_pipeline.demo.story import STORY, Story


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of one side at an instant.

    Attributes:
        customer: Whose.
        version: How it looks.
        created_at: When the side got it (UTC).
    """

    customer: Customer
    version: Version
    created_at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """Both sides at one instant.

    Attributes:
        instant: When (UTC).
        crm: The CRM's records by ascending id, archived ones included.
        billing: Billing's records, newest first, cancelled ones included.
    """

    instant: datetime
    crm: tuple[Entry, ...]
    billing: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class World:
    """Everybody and everything that ever happens to them."""

    seed: int
    story: Story
    start: datetime
    customers: tuple[Customer, ...]

    def view(self, instant: datetime) -> View:
        """Look at both sides at an instant."""
        crm = sorted(self._entries("crm", instant), key=lambda entry: entry.customer.company_id or 0)
        billing = self._entries("billing", instant)
        billing.sort(key=lambda entry: (entry.created_at, entry.customer.subscription_id), reverse=True)
        return View(instant, tuple(crm), tuple(billing))

    def _entries(self, side: SideName, instant: datetime) -> list[Entry]:
        found = []
        for customer in self.customers:
            versions = customer.crm if side == "crm" else customer.billing
            if (version := version_at(versions, instant)) is not None:
                found.append(Entry(customer, version, versions[0].at))
        return found


def build(seed: int, start: datetime, story: Story = STORY) -> World:
    """Make the world.

    Args:
        seed: Other seeds give other keys, names, ids and moments, and the same counts.
        start: The story's instant, with a time zone.
        story: The counts at that instant.

    Returns:
        The same world for the same arguments, on every machine.
    """
    calendar = Calendar(start)
    lives = past(_chance(seed, "past"), story, calendar)
    # What follows has its own generator, so that a longer future leaves the past as it was.
    everybody = [*lives, *future(_chance(seed, "future"), story, calendar, lives)]
    named = christen(_chance(seed, "names"), _chance(seed, "ids"), everybody, min(len(everybody), 2 + len(lives) // 50))
    return World(seed, story, start, named)


def _chance(seed: int, purpose: str) -> Random:
    return Random(f"{seed}/{purpose}")  # noqa: S311 - a demo that must repeat itself, not a secret
