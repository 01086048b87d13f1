"""Builders and fakes for sources."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Event
from typing import Any

from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import FileSide, RestSide, SideBase, SqlSide

TOKEN = "canary-token-7f3a"
ENVIRON = {"TOKEN": TOKEN}
MORNING = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass
class FakeTime:
    """A clock that only moves when somebody sleeps."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float, _stop: Event) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self.seconds, sleep=self.sleep, now=lambda: NOON, chance=lambda: 1.0)


def a_side(**changes: Any) -> SideBase:
    basics = {"key": "number", "status": {"field": "status", "active": ["active"]}}
    return SideBase.model_validate({**basics, **changes})


def a_rest_side(base_url: str = "http://127.0.0.1:1", **changes: Any) -> RestSide:
    basics = {
        "connector": "rest",
        "base_url": base_url,
        "local": True,
        "auth": {"type": "bearer", "token_env": "TOKEN"},
        "list": {"path": "/customers", "params": {"limit": 2}, "records": "data"},
        "paging": {"type": "cursor", "next": "next", "param": "after"},
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
        "requests_per_second": 1000,
    }
    return RestSide.model_validate({**basics, **changes})


def a_source(base_url: str, time: FakeTime | None = None, **changes: Any) -> RestSource:
    clock = (time or FakeTime()).clock
    return RestSource(a_rest_side(base_url, **changes), side=Side.CRM, environ=ENVIRON, clock=clock)


def a_file_side(path: object, **changes: Any) -> FileSide:
    basics = {
        "connector": "file",
        "path": str(path),
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
    }
    return FileSide.model_validate({**basics, **changes})


def a_sql_side(**changes: Any) -> SqlSide:
    basics = {
        "connector": "sql",
        "url_env": "A_DATABASE_URL",
        "table": "customers",
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
    }
    return SqlSide.model_validate({**basics, **changes})


def a_record(source_id: object = "r1", **changes: object) -> dict[str, object]:
    return {"id": source_id, "number": f"C-{source_id}", "status": "active", **changes}


def records(*ids: object) -> list[dict[str, object]]:
    return [a_record(source_id) for source_id in ids]


def ids_of(pages: Sequence[Page]) -> list[str]:
    return [row.source_id for page in pages for row in page.rows]
