"""How an access token is had and kept fresh."""

import base64
from collections.abc import Mapping
from decimal import Decimal

import httpx
import pytest

from reconciliation_pipeline.connectors.credentials import auth_headers, credentials_for
from reconciliation_pipeline.connectors.errors import BadShape, SecretMissing, SourceError, Unauthorised
from reconciliation_pipeline.connectors.oauth import ClientCredentials
from reconciliation_pipeline.settings.calls import Auth
from reconciliation_pipeline_tests.connectors.token_servers import A_TOKEN, ENVIRON, an_auth


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
