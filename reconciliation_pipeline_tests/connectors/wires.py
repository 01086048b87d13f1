"""One page, asked for over a wire with a clock of its own."""

import json
from datetime import timedelta

import httpx

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.transport import Answer, Transport
from reconciliation_pipeline_tests.connectors.builders import TOKEN, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import (
    FaultServer,
    Reply,
    reply,
)

GOOD = reply({"data": [{"id": "a"}], "next": None})


BODY = json.dumps({"data": [{"id": str(number)} for number in range(200)]}).encode()


def ask(url: str, time: FakeTime | None = None, *, budget: int = 1800, local: bool = True, **more: object) -> Answer:
    wire = Transport(
        headers={"Authorization": f"Bearer {TOKEN}"},
        local=local,
        requests_per_second=1000,
        budget=timedelta(seconds=budget),
        credential="CRM_TOKEN",
        clock=(time or FakeTime()).clock,
        **more,  # type: ignore[arg-type]
    )
    try:
        return wire.get(httpx.URL(f"{url}/customers"), {"secret": "query-canary"})
    finally:
        wire.close()


def code_of(server: FaultServer, *answers: Reply, time: FakeTime | None = None) -> str:
    """Let the server give these answers in turn, the last one for ever, and say how the pull ends."""
    server.says(lambda request: answers[min(request.number, len(answers) - 1)])
    try:
        ask(server.url, time)
    except PullFailed as failure:
        failed = failure
    else:
        return "ok"
    assert TOKEN not in f"{failed.text} {failed.remedy}"
    assert "canary" not in f"{failed.text} {failed.remedy}"
    assert failed.__context__ is None
    return failed.code
