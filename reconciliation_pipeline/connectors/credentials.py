"""With which header does a request say who asks? Secrets come from named environment variables alone."""

import base64
from collections.abc import Mapping

from reconciliation_pipeline.connectors.errors import SecretMissing, SourceError
from reconciliation_pipeline.settings.calls import Auth


def auth_headers(auth: Auth, environ: Mapping[str, str]) -> dict[str, str]:
    """Make the header that authorises requests; empty when none is needed.

    Raises:
        SecretMissing: A named variable is not set, is empty, or holds what no header can carry.
    """
    if auth.type == "none" or auth.token_env is None:
        return {}
    token = secret(auth.token_env, environ)
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
