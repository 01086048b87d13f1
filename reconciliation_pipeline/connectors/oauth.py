"""How is an access token had and kept fresh? OAuth 2.0 client credentials: https://www.rfc-editor.org/rfc/rfc6749#section-4.4.

The client's id and secret go to the token address alone, the token to the system alone. How a request survives the
network is `transport.py`.
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from typing import TypeGuard
from urllib.parse import quote_plus

import httpx

from reconciliation_pipeline.connectors.addresses import readable
from reconciliation_pipeline.connectors.errors import BadShape, SourceError, Unauthorised

Fetch = Callable[[httpx.URL, Mapping[str, str], Mapping[str, str]], tuple[int, object]]
"""Posts a form with these headers; gives the status and the parsed JSON. The statuses of `ANSWERS` come back."""

ANSWERS = frozenset({HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})

LONGEST_MARGIN = 60.0
"""Seconds before its end at which a token is renewed; at most a tenth of its life."""

# https://www.rfc-editor.org/rfc/rfc6749#section-5.2; whatever else an answer says is not repeated.
_KNOWN_ERRORS = frozenset(
    {
        *("invalid_request", "invalid_client", "invalid_grant"),
        *("unauthorized_client", "unsupported_grant_type", "invalid_scope"),
    }
)


@dataclass(frozen=True, slots=True)
class _Token:
    """An access token and the moment from which on another is asked for."""

    value: str = field(repr=False)
    renew_at: float


class ClientCredentials:
    """Asks for a token when the first request needs it, again before it ends, and again when it is refused."""

    def __init__(  # noqa: PLR0913 - all that the settings say about it, once
        self, *, client: str, secret: str, token_url: str, scope: str | None, variables: str, local: bool
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            client: The client's id.
            secret: Its secret.
            token_url: Address that hands out tokens.
            scope: Scopes to ask for, separated by spaces.
            variables: Names of the variables that hold id and secret, for messages.
            local: Whether tokens may come over plain http.

        Raises:
            SourceError: The address is none, or plain http.
        """
        self._url = _checked(token_url, local=local)
        self._where = f"{self._url.netloc.decode('ascii')}{self._url.path}"
        # Both are form-encoded before they are joined: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
        joined = f"{quote_plus(client)}:{quote_plus(secret)}"
        self._basic = {"Authorization": f"Basic {base64.b64encode(joined.encode()).decode()}"}
        self._form = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
        self._variables = variables
        self._token: _Token | None = None

    def headers(self, fetch: Fetch, now: float) -> Mapping[str, str]:
        """Make the headers of the next request.

        Args:
            fetch: How to ask for a token.
            now: The monotonic clock, in seconds.

        Raises:
            PullFailed: A token is needed, and there is none to be had.
        """
        token = self._token
        if token is None or now >= token.renew_at:
            # Its life is counted from before it was asked for, so it never looks longer than it is.
            token = self._token = self._read(*fetch(self._url, self._form, self._basic), now)
        return _bearer(token)

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Forget a token that was refused, unless there is another already; a new one may be accepted."""
        token = self._token
        if token is not None and _bearer(token)["Authorization"] == refused.get("authorization"):
            self._token = None
        return True

    def _read(self, status: int, body: object, now: float) -> _Token:
        told = body if isinstance(body, dict) else {}
        if status != HTTPStatus.OK:
            error = told.get("error")
            why = f" ({error})" if isinstance(error, str) and error in _KNOWN_ERRORS else ""
            message = f"{self._where} gave no access token: it answered {status}{why}."
            remedy = f"Check {self._variables} and auth.scope: may this client have a token?"
            raise Unauthorised(message, remedy=remedy)
        value, life = told.get("access_token"), _life(told.get("expires_in"))
        if not _can_travel(value) or str(told.get("token_type")).lower() != "bearer" or life is None:
            message = f"{self._where} answered without an access token of type bearer."
            raise BadShape(message, remedy="Check auth.token_url: it must hand out tokens as RFC 6749 says.")
        return _Token(value, now + life - min(LONGEST_MARGIN, life / 10))


def _bearer(token: _Token) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.value}"}


def _can_travel(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value.isascii() and value.isprintable() and bool(value) and " " not in value


def _life(value: object) -> float | None:
    """Read `expires_in` in seconds: without it a token is used until it is refused; None when it is senseless."""
    if value is None:
        return float("inf")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or value < 0:
        return None
    return float(min(value, 10**9))


def _checked(token_url: str, *, local: bool) -> httpx.URL:
    url = readable(token_url)
    if url is None:
        message = f"auth.token_url {token_url} is not an address."
        raise SourceError(message, remedy="Write it like https://accounts.example.com/oauth/token.")
    if url.scheme != "https" and not local:
        message = f"auth.token_url {token_url} is plain http, which anyone on the way can read."
        raise SourceError(message, remedy="Use https, or write `local: true` for a system on your own machine.")
    return url
