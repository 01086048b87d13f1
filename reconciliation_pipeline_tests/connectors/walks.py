"""Whole walks, and the code in which one ended."""

from typing import Any

from reconciliation_pipeline.connectors.errors import (
    PullFailed,
)
from reconciliation_pipeline_tests.connectors.builders import (
    TOKEN,
    a_source,
    records,
)
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, reply


def in_turn(*answers: Reply) -> Answer:
    return lambda request: answers[min(request.number, len(answers) - 1)]


def page(*ids: object, next: object = None, **more: object) -> Reply:  # noqa: A002 - the name of the envelope
    return reply({"data": records(*ids), "next": next, **more})


def code_of(server: FaultServer, answer: Answer, **changes: Any) -> str:
    server.says(answer)
    try:
        pages = list(a_source(server.url, **changes).pull())
    except PullFailed as failed:
        return "leaked" if TOKEN in f"{failed.text} {failed.remedy}" else failed.code
    assert [None] * (len(pages) - 1) == [page.ended_by for page in pages[:-1]]
    assert pages[-1].ended_by
    return "ok"
