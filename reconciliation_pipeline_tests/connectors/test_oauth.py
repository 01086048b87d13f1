"""How an access token is had and kept fresh."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from reconciliation_pipeline.connectors.credentials import auth_headers, credentials_for
from reconciliation_pipeline.connectors.errors import BadShape, PullFailed, SecretMissing, SourceError, Unauthorised
from reconciliation_pipeline.connectors.oauth import ClientCredentials
from reconciliation_pipeline.connectors.transport import Answer, Transport
from reconciliation_pipeline.settings.calls import Auth
from reconciliation_pipeline_tests.connectors.builders import FakeTime, a_source, ids_of, records
from reconciliation_pipeline_tests.connectors.fault_server import FaultServer, Reply, Request, reply

SECRET = "canary s:crét/+".replace("é", "e")
ENVIRON = {"CLIENT_ID": "client:7", "CLIENT_SECRET": SECRET, "TOKEN": "canary-token"}
A_TOKEN = {"access_token": "canary-token-1", "token_type": "Bearer", "expires_in": 1800}


def an_auth(token_url: str = "https://accounts.example/token", **changes: object) -> Auth:
    basics = {"type": "oauth2", "client_env": "CLIENT_ID", "token_env": "CLIENT_SECRET", "token_url": token_url}
    return Auth.model_validate({**basics, **changes})


class Accounts:
    """Hands out tokens, one after the other, and remembers what it was asked."""

    def __init__(self, *answers: Mapping[str, object], status: int = 200) -> None:
        self.answers = list(answers)
        self.status = status
        self.asked: list[tuple[httpx.URL, Mapping[str, str], Mapping[str, str]]] = []

    def fetch(self, url: httpx.URL, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, object]:
        self.asked.append((url, form, headers))
        return self.status, self.answers[min(len(self.asked), len(self.answers)) - 1]


def the_credentials(**changes: object) -> ClientCredentials:
    found = credentials_for(an_auth(**changes), ENVIRON, local=False)  # type: ignore[arg-type]
    assert isinstance(found, ClientCredentials)
    return found


def numbered(count: int, **changes: object) -> list[dict[str, object]]:
    return [{**A_TOKEN, "access_token": f"canary-token-{number}", **changes} for number in range(1, count + 1)]


def test_the_client_is_named_as_the_rfc_says():
    accounts = Accounts(A_TOKEN)
    headers = the_credentials(scope="read:customers read:plans").headers(accounts.fetch, 0)

    assert {"Authorization": "Bearer canary-token-1"} == headers
    url, form, sent = accounts.asked[0]
    assert "https://accounts.example/token" == str(url)
    assert {"grant_type": "client_credentials", "scope": "read:customers read:plans"} == form
    basic = base64.b64decode(sent["Authorization"].removeprefix("Basic ")).decode()
    assert "client%3A7:canary+s%3Acret%2F%2B" == basic


def test_no_scope_is_asked_for_where_none_is_set():
    accounts = Accounts(A_TOKEN)
    the_credentials().headers(accounts.fetch, 0)

    assert {"grant_type": "client_credentials"} == accounts.asked[0][1]


@pytest.mark.parametrize(
    ("renewed_at", "life"),
    [(1740, 1800), (270, 300), (1740, "1800"), (1740, Decimal("1800.0")), (0, 0), (10**9 - 60, 10**30)],
)
def test_a_token_is_renewed_ahead_of_its_end(renewed_at, life):
    accounts = Accounts(*numbered(3, expires_in=life))
    credentials = the_credentials()

    def token(now: float) -> str:
        return credentials.headers(accounts.fetch, now)["Authorization"].removeprefix("Bearer canary-token-")

    assert "1" == token(0)
    assert life == 0 or "1" == token(renewed_at - 0.001)
    assert "2" == token(renewed_at)


def test_a_life_nobody_states_lasts_until_the_token_is_refused():
    accounts = Accounts(*[{name: each[name] for name in ("access_token", "token_type")} for each in numbered(2)])
    credentials = the_credentials()
    first = credentials.headers(accounts.fetch, 0)

    assert first == credentials.headers(accounts.fetch, 10**9)
    assert credentials.renew(httpx.Headers(first))
    assert first != credentials.headers(accounts.fetch, 10**9)


def test_a_token_that_another_connection_renewed_meanwhile_is_kept():
    accounts = Accounts(*numbered(3))
    credentials = the_credentials()
    first = credentials.headers(accounts.fetch, 0)
    credentials.renew(httpx.Headers(first))
    second = credentials.headers(accounts.fetch, 0)

    assert credentials.renew(httpx.Headers(first))
    assert second == credentials.headers(accounts.fetch, 0)


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": None},
        {"access_token": ""},
        {"access_token": 7},
        {"access_token": "two words"},
        {"access_token": "line\nbreak"},
        {"access_token": "töken"},
        {"token_type": "mac"},
        {"token_type": None},
        {"expires_in": -1},
        {"expires_in": True},
        {"expires_in": "soon"},
        {"expires_in": [1800]},
    ],
)
def test_an_answer_that_is_no_bearer_token_is_refused(changes):
    with pytest.raises(BadShape, match="answered without an access token") as failed:
        the_credentials().headers(Accounts({**A_TOKEN, **changes}).fetch, 0)

    assert "canary" not in f"{failed.value.text} {failed.value.remedy}"


@pytest.mark.parametrize("body", [None, [], "canary", 7])
def test_an_answer_that_is_no_object_is_refused(body):
    with pytest.raises(BadShape):
        the_credentials().headers(Accounts(body).fetch, 0)


@pytest.mark.parametrize(
    ("expected", "status", "body"),
    [
        ("it answered 400 (invalid_scope).", 400, {"error": "invalid_scope", "error_description": "canary"}),
        ("it answered 401 (invalid_client).", 401, {"error": "invalid_client"}),
        ("it answered 400.", 400, {"error": "canary"}),
        ("it answered 400.", 400, {"error": ["invalid_scope"]}),
        ("it answered 403.", 403, None),
    ],
)
def test_a_refused_client_is_told_in_known_words_only(expected, status, body):
    with pytest.raises(Unauthorised) as failed:
        the_credentials().headers(Accounts(body, status=status).fetch, 0)

    assert f"accounts.example/token gave no access token: {expected}" == failed.value.text
    assert "Check CLIENT_ID and CLIENT_SECRET and auth.scope" in failed.value.remedy


@pytest.mark.parametrize("missing", ["CLIENT_ID", "CLIENT_SECRET"])
def test_a_missing_variable_is_noticed_before_anything_is_asked(missing):
    with pytest.raises(SecretMissing, match=missing):
        credentials_for(an_auth(), {**ENVIRON, missing: " "}, local=True)


def test_tokens_over_plain_http_are_for_local_systems_only():
    with pytest.raises(SourceError, match="is plain http"):
        credentials_for(an_auth("http://accounts.example/token"), ENVIRON, local=False)

    assert credentials_for(an_auth("http://127.0.0.1/token"), ENVIRON, local=True)


def test_an_address_that_is_none_is_noticed_before_anything_is_asked():
    with pytest.raises(SourceError, match="is not an address"):
        credentials_for(an_auth("https://a..b/token"), ENVIRON, local=False)


def test_the_clients_secret_is_never_sent_as_a_token():
    assert {} == auth_headers(an_auth(), ENVIRON)


def test_a_fixed_token_is_neither_asked_for_nor_renewed():
    accounts = Accounts(A_TOKEN)
    credentials = credentials_for(Auth(type="bearer", token_env="TOKEN"), ENVIRON, local=False)

    assert {"Authorization": "Bearer canary-token"} == credentials.headers(accounts.fetch, 0)
    assert not credentials.renew({})
    assert [] == accounts.asked


def test_a_secret_shows_in_no_repr():
    credentials = the_credentials()
    credentials.headers(Accounts(A_TOKEN).fetch, 0)

    assert "canary" not in f"{credentials!r} {credentials._token!r}"


# From here on over the network.


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
