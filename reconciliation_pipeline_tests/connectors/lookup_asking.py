"""One record, asked for by id or by key."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline_tests.connectors.builders import (
    a_record,
    a_source,
    records,
)
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, Request, reply

BY_ID: Mapping[str, Any] = {"lookup": {"path": "/customers/{source_id}"}}


ARCHIVE: Mapping[str, Any] = {
    "list": {
        "path": "/customers",
        "records": "data",
        "also": [{"params": {"archived": "true"}, "state": "archived"}],
    }
}


NOTHING = Reply(b"<html>nothing here", 404, {"Content-Type": "text/html"})


def by_key(**rule: Any) -> dict[str, Any]:
    return {"lookup": {"path": "/customers/{source_id}", "by_key": rule}}


SEARCH = by_key(path="/customers/search", param="number")


def read(server: FaultServer, answer: Answer, *asked: str, by: By = By.ID, **changes: Any) -> list[PointRead]:
    server.says(answer)
    return list(a_source(server.url, **changes).lookup(asked, by=by))


def one(server: FaultServer, answer: Answer, asked: str, by: By = By.ID, **changes: Any) -> PointRead:
    (found,) = read(server, answer, asked, by=by, **changes)
    return found


def ids(found: PointRead) -> list[str]:
    return [row.source_id for row in found.rows]


def code_of(server: FaultServer, answer: Answer, by: By = By.ID, **changes: Any) -> str:
    with pytest.raises(PullFailed) as failed:
        one(server, answer, "a", by, **changes)
    return failed.value.code


def listed(*found: object, **more: object) -> Reply:
    return reply({"data": list(found), **more})


def listing(_request: Request) -> Reply:
    return listed(*records("a", "b"))


def archived_only(request: Request) -> Reply:
    return reply(a_record("a")) if request.params.get("archived") == "true" else NOTHING
