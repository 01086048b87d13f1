"""A pair of systems for a doctor: they list, show single records, find them by number, and say whose they are."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import yaml

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.doctor.finding import Finding
from reconciliation_pipeline.steps.doctor.look import look
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import NOW
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import Query, Record, Reply, System, served
from reconciliation_pipeline_tests.other_data.test_other_data import customer

HERE: Final = ZoneInfo("UTC")
OLD: Final = NOW - timedelta(days=30)
NO: Final = {"message": "no"}


def a_customer(index: int, **changes: Any) -> Record:
    return customer(index, **{"created_at": OLD.isoformat(), "updated_at": OLD.isoformat(), **changes})


def held(count: int = 5) -> list[Record]:
    return [a_customer(index) for index in range(count)]


@dataclass
class Patient(System):
    """One system.

    Attributes:
        account: Who it says it is.
        instead: What it answers below a path, in place of the truth.
        ahead: How far its clock is ahead of ours.
    """

    account: str = "acct_1"
    instead: dict[str, Reply] = field(default_factory=dict)
    ahead: timedelta = timedelta(0)

    def reply(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply:
        for below, reply in sorted(self.instead.items(), reverse=True):
            if path.startswith(below):
                return reply
        answer = super().reply(path, query, headers)
        answer.headers["Date"] = format_datetime(NOW + self.ahead, usegmt=True)
        return answer

    def _cursor(self, path: str, query: Query, headers: Mapping[str, str]) -> Reply:
        if path == "/account":
            return Reply({"id": self.account})
        if path == "/customers":
            return super()._cursor(path, query, headers)
        _, _, by, asked = path.split("/", 3)
        found = [one for one in self.records if str(one["id" if by == "by-id" else "number"]) == unquote(asked)]
        return Reply(found[0]) if found else Reply({"message": "no such customer"}, status=404)


LOOKUP: Final = {"path": "/customers/by-id/{source_id}", "by_key": {"path": "/customers/by-key/{key}"}}
TIMES: Final = {name: {"field": name} for name in ("created_at", "updated_at")}


@dataclass
class Clinic:
    """Both systems, the settings of both, and the store of a reconciliation.

    Attributes:
        crm: One system.
        billing: The other.
        settings: Changes to the settings of the CRM.
        pair: Changes to those of the pair.
    """

    store: Store
    crm: Patient = field(default_factory=lambda: Patient(held()))
    billing: Patient = field(default_factory=lambda: Patient(held()))
    settings: dict[str, Any] = field(default_factory=dict)
    pair: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=lambda: {"A_TOKEN": "let-me-in"})
    now: datetime = NOW

    def work(self) -> Work:
        sides = {"crm": self.side(self.crm, label="CRM", **self.settings), "billing": self.side(self.billing)}
        whole = {"id": "crm_billing", "timezone": "UTC", "sides": sides, **self.pair}
        return Work(
            check(yaml.safe_dump(whole).encode(), Path("pair.yaml"), {}),
            self.store,
            self.environ,
            clock=lambda: self.now,
        )

    @staticmethod
    def side(system: Patient, **changes: Any) -> dict[str, Any]:
        more = {"lookup": LOOKUP, "account": {"path": "/account"}, "scopes": ["customers.read"], **TIMES}
        return rest(system, **{**more, **changes})

    def look(self, *, remembers: bool = True) -> list[Finding]:
        """Serve both systems and look at everything."""
        with ExitStack() as stack:
            for system in (self.crm, self.billing):
                stack.enter_context(served(system))
            return list(look(self.work(), remembers=remembers, here=HERE))

    def troubles(self) -> list[tuple[str, str, str, str]]:
        """Look at everything and give what is not as it should be, without what every such pair lacks."""
        return [
            (one.health.value, one.what, one.text, one.remedy)
            for one in self.look()
            if one.health != "ok" and one.what not in {"channels", "last trusted morning"}
        ]
