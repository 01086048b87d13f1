"""How does the CRM show the customers? Over HTTP as HubSpot does, and as a CSV export."""

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconciliation_pipeline.demo import crm
from reconciliation_pipeline.demo.lives import Customer as Company
from reconciliation_pipeline.demo.lives import Version
from reconciliation_pipeline.demo.scene import Scene
from reconciliation_pipeline.demo.state import State
from reconciliation_pipeline.demo.story import STORY
from reconciliation_pipeline.demo.world import Entry, View
from reconciliation_pipeline_tests.peers.population import Customer, Is
from reconciliation_pipeline_tests.peers.serving import HOST, listening

TOKEN = "peers-crm-token"
FIRST_ID = 40_000_000_000
OLD = timedelta(days=40)
"""How long ago everything in the CRM last changed."""


@contextmanager
def serving(customers: Iterable[Customer]) -> Iterator[str]:
    """Serve the customers with the demo's CRM while the block lasts; yields its address."""
    scene = _scene(customers)
    with listening(crm.app(lambda: scene)) as port:
        yield f"http://{HOST}:{port}"


def export(customers: Iterable[Customer], path: Path) -> None:
    """Write the customers the way a CRM exports them: a byte order mark, and commas inside quotes."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(["Record ID", "Company", "Customer number", "Status", "Plan", "MRR"])
        for number, one in enumerate(customers, FIRST_ID):
            if held := one.case.crm:
                status = held.status.value
                lines.writerow([number, one.name, one.number, status, held.deal.plan, held.deal.monthly])


def _scene(customers: Iterable[Customer]) -> Scene:
    now = datetime.now(UTC)
    entries = [_entry(number, one, now - OLD) for number, one in enumerate(customers, FIRST_ID) if one.case.crm]
    state = State(seed=0, story=STORY, start=now, clock=now, crm_port=0, billing_port=0, crm_token=TOKEN)
    return Scene(state, View(now, tuple(entries), ()))


def _entry(company_id: int, customer: Customer, at: datetime) -> Entry:
    held = customer.case.crm
    assert held is not None
    # An archived company keeps the status it had.
    archived = held.status is Is.ARCHIVED
    version = Version(at, held.deal, active=held.status is not Is.CANCELLED, archived=archived)
    company = Company(customer.number, customer.name, "", "", company_id, "", "", (version,), (), None)
    return Entry(company, version, at)
