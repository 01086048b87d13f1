"""With which header does a request say who asks? Secrets come from named environment variables alone.

A token that has to be asked for first is `oauth.py`.
"""

import base64
from collections.abc import Mapping
from typing import Protocol

from reconciliation_pipeline.connectors.errors import SecretMissing, SourceError
from reconciliation_pipeline.connectors.oauth import ClientCredentials, Fetch
from reconciliation_pipeline.settings.calls import Auth


class Credentials(Protocol):
    """Who asks, for as long as a pull takes; several connections may share them."""

    def headers(self, fetch: Fetch, now: float) -> Mapping[str, str]:
        """Make the headers of the next request.

        Args:
            fetch: How to ask for a token.
            now: The monotonic clock, in seconds.

        Raises:
            PullFailed: A token is needed, and there is none to be had.
        """
        ...

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Say whether asking again with other headers may help, after these were refused."""
        ...


class FixedCredentials:
    """Credentials that stay what they are."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def headers(self, fetch: Fetch, now: float) -> Mapping[str, str]:  # noqa: ARG002 - nothing to ask for, nothing expires
        """Make the headers of the next request."""
        return self._headers

    def renew(self, refused: Mapping[str, str]) -> bool:  # noqa: ARG002 - the same
        """Say that the same headers would be refused again."""
        return False


def credentials_for(auth: Auth, environ: Mapping[str, str], *, local: bool) -> Credentials:
    """Make the credentials of one side; nothing is asked yet.

    Args:
        auth: Its settings.
        environ: Where the named secrets stand.
        local: Whether tokens may come over plain http.

    Raises:
        SecretMissing: A named variable is not set, is empty, or holds what no header can carry.
        SourceError: Tokens would come over plain http.
    """
    if auth.type != "oauth2" or auth.client_env is None or auth.token_env is None or auth.token_url is None:
        return FixedCredentials(auth_headers(auth, environ))
    return ClientCredentials(
        client=secret(auth.client_env, environ),
        secret=secret(auth.token_env, environ),
        token_url=auth.token_url,
        scope=auth.scope,
        variables=f"{auth.client_env} and {auth.token_env}",
        local=local,
    )


def auth_headers(auth: Auth, environ: Mapping[str, str]) -> dict[str, str]:
    """Make the header that authorises requests; empty when none is needed, or a token has to be asked for first.

    Raises:
        SecretMissing: A named variable is not set, is empty, or holds what no header can carry.
    """
    if auth.type == "none" or auth.token_env is None:
        return {}
    token = secret(auth.token_env, environ)
    if auth.type == "oauth2":
        # The client's secret is for whoever hands out tokens, not for the system.
        return {}
    if auth.type == "header":
        return {auth.header: token}
    if auth.type == "basic":
        user = secret(auth.user_env, environ) if auth.user_env else ""
        return {"Authorization": f"Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"}
    return {"Authorization": f"Bearer {token}"}


def secret(name: str, environ: Mapping[str, str]) -> str:
    """Read one secret; the space around it, such as the line end of a file, does not belong to it.

    Raises:
        SecretMissing: The variable is not set, is empty, or holds what no header can carry.
    """
    value = variable(name, environ)
    if not (value.isascii() and value.isprintable()):
        message = f"The environment variable {name} holds characters that no header can carry."
        raise SecretMissing(message, remedy=f"Set {name} to the bare secret, without line breaks or accents.")
    return value


def variable(name: str, environ: Mapping[str, str]) -> str:
    """Read a named variable, without the space around it.

    Raises:
        SecretMissing: The variable is not set or empty.
    """
    value = environ.get(name, "").strip()
    if not value:
        message = f"The environment variable {name} is not set or empty."
        raise SecretMissing(message, remedy=f"Set it before the run, for instance: export {name}=...")
    return value


def plain_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Pass on the headers of the settings.

    Raises:
        SourceError: One of them holds characters that no header can carry.
    """
    for name, value in headers.items():
        if not (name and value.isascii() and value.isprintable() and name.isascii() and name.isprintable()):
            message = f"The header {name!r} of list.headers holds characters that no header can carry."
            raise SourceError(message, remedy="Write it without line breaks and accents.")
    return dict(headers)
