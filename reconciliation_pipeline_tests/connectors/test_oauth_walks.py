"""How does a walk go on when its access token ends or is refused? Over real HTTP."""

import json
from datetime import timedelta

import httpx
import pytest

from reconciliation_pipeline.connectors.credentials import credentials_for
from reconciliation_pipeline.connectors.errors import PullFailed, Unauthorised
from reconciliation_pipeline.connectors.transport import Answer, Transport
from reconciliation_pipeline_tests.connectors.builders import FakeTime, a_source, ids_of, records
from reconciliation_pipeline_tests.connectors.fault_server import FaultServer, Reply, Request, reply
from reconciliation_pipeline_tests.connectors.token_servers import A_TOKEN, ENVIRON, an_auth


class System:
    """A system and its accounts on one server; `knows` are the tokens it accepts."""

    def __init__(self, server: FaultServer, *knows: str, token: Reply | None = None) -> None:
        self.knows = set(knows)
        self.token = token
        self.tokens = 0
        self.server = server
        server.says(self._answer)

    def _answer(self, request: Request) -> Reply:
        if request.path != "/token":
            known = request.headers["authorization"].removeprefix("Bearer canary-token-") in self.knows
            return reply({"data": records(request.number), "next": None}) if known else reply({}, 401)
        self.tokens += 1
        return self.token or reply({**A_TOKEN, "access_token": f"canary-token-{self.tokens}"})

    @property
    def asked(self) -> list[str]:
        return [f"{request.method} {request.path}" for request in self.server.requests]


def a_wire(server: FaultServer, time: FakeTime | None = None, **more: object) -> Transport:
    return Transport(
        headers={"X-Version": "7"},
        local=True,
        requests_per_second=1000,
        budget=timedelta(minutes=30),
        credential="CLIENT_SECRET",
        credentials=credentials_for(an_auth(f"{server.url}/token"), ENVIRON, local=True),
        clock=(time or FakeTime()).clock,
        **more,  # type: ignore[arg-type]
    )


def ask(wire: Transport, server: FaultServer) -> Answer:
    return wire.get(httpx.URL(f"{server.url}/customers"), {"page": 1})


def failure(server: FaultServer, time: FakeTime | None = None) -> PullFailed:
    wire = a_wire(server, time)
    with pytest.raises(PullFailed) as failed:
        ask(wire, server)
    wire.close()
    assert "canary" not in f"{failed.value.text} {failed.value.remedy}"
    assert None is failed.value.__context__
    return failed.value


def test_a_token_is_asked_for_once_and_used_for_every_page(server):
    system = System(server, "1")
    wire = a_wire(server)
    ask(wire, server)
    ask(wire, server)
    wire.close()

    assert ["POST /token", "GET /customers", "GET /customers"] == system.asked
    assert 2 == wire.requests
    assert "x-version" not in server.requests[0].headers
    assert "application/x-www-form-urlencoded" == server.requests[0].headers["content-type"]
    assert {"grant_type": "client_credentials"} == server.requests[0].form


def test_a_token_that_ends_in_mid_walk_is_renewed_before_it_does(server):
    system, time = System(server, "1"), FakeTime()
    wire = a_wire(server, time)
    ask(wire, server)
    system.knows = {"2"}
    time.seconds += 1741
    ask(wire, server)
    wire.close()

    assert ["POST /token", "GET /customers", "POST /token", "GET /customers"] == system.asked


def test_a_token_that_is_refused_in_mid_walk_is_renewed_and_the_page_asked_for_again(server):
    system, time = System(server, "1"), FakeTime()
    wire = a_wire(server, time)
    ask(wire, server)
    system.knows = {"2"}

    assert 200 == ask(wire, server).status
    wire.close()
    assert ["POST /token", "GET /customers"] * 2 == [*system.asked[:2], *system.asked[3:]]
    assert [] == [wait for wait in time.slept if wait > 0.01]


def test_a_second_refusal_is_final(server):
    system = System(server)
    failed = failure(server)

    assert "unauthorised" == failed.code
    assert ["POST /token", "GET /customers"] * 2 == system.asked
    assert 2 == failed.requests


def test_a_fixed_token_that_is_refused_is_not_tried_again(server):
    server.says(lambda _request: reply({}, 401))
    with pytest.raises(Unauthorised):
        list(a_source(server.url).pull())

    assert 1 == len(server.requests)


@pytest.mark.parametrize(
    ("code", "asked", "token"),
    [
        ("unauthorised", 1, reply({"error": "invalid_client", "error_description": "canary"}, 401)),
        ("unauthorised", 1, reply({"error": "invalid_scope"}, 400)),
        ("unauthorised", 1, Reply(b"<html>canary", 403, {"Content-Type": "text/html"})),
        ("refused", 1, reply({}, 302, Location="https://elsewhere.example/token")),
        ("refused", 7, reply({}, 503)),
        ("rate_limited", 4, reply({}, 429, Retry_After="60")),
        ("bad_shape", 1, reply({"token": "canary"})),
        ("bad_shape", 1, Reply(b"<html>canary", 200, {"Content-Type": "text/html"})),
        ("bad_shape", 1, Reply(b'{"access_token": "canary", "access_token": "b", "token_type": "bearer"}')),
        ("truncated", 7, Reply(json.dumps(A_TOKEN).encode(), sent=20)),
        ("truncated", 1, Reply(json.dumps(A_TOKEN).encode(), says_length=False)),
    ],
)
def test_without_a_token_nothing_is_asked_of_the_system(server, code, asked, token):
    system = System(server, "1", token=token)

    failed = failure(server)

    assert (code, 0) == (failed.code, failed.requests)
    assert ["POST /token"] * asked == system.asked


def test_a_passing_fault_of_the_accounts_is_asked_again(server):
    system = System(server, "1")
    answers = iter([reply({}, 500), Reply(b"{}", sent=1)])
    server.says(lambda request: next(answers, None) or system._answer(request))
    wire = a_wire(server)
    ask(wire, server)
    wire.close()

    assert ["POST /token"] * 3 + ["GET /customers"] == system.asked


def test_accounts_in_a_private_network_are_not_asked(server):
    System(server, "1")
    credentials = credentials_for(an_auth(f"{server.url}/token"), ENVIRON, local=True)
    wire = Transport(
        headers={}, local=False, requests_per_second=1000, budget=timedelta(minutes=1), credentials=credentials
    )

    with pytest.raises(PullFailed, match="private network"):
        wire.get(httpx.URL("https://crm.example/customers"))

    wire.close()
    assert [] == server.requests


def test_a_source_walks_with_a_token_it_asked_for(server, monkeypatch):
    system = System(server, "1")
    auth = {"type": "oauth2", "client_env": "TOKEN", "token_env": "TOKEN", "token_url": f"{server.url}/token"}
    source = a_source(server.url, auth=auth)

    assert ["1"] == ids_of(list(source.pull()))
    assert ["2"] == ids_of([source.check()])
    assert ["POST /token", "GET /customers", "GET /customers"] == system.asked
