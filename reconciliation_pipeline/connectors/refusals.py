"""What does it mean that there was no believable answer? Statuses, types and network failures as errors in words.

Whether to ask again is decided here, how often and when in `transport.py`.
"""

from dataclasses import dataclass
from http import HTTPStatus

import httpx

from reconciliation_pipeline.connectors.errors import (
    BadShape,
    PullFailed,
    RateLimited,
    Refused,
    Truncated,
    Unauthorised,
    Unreachable,
)
from reconciliation_pipeline.connectors.line import UnknownHost

_KNOWN_KINDS = frozenset(
    {
        *("text/html", "text/plain", "text/xml", "text/csv", "text/javascript"),
        *("application/xml", "application/xhtml+xml", "application/pdf", "application/octet-stream"),
    }
)


@dataclass(frozen=True, slots=True)
class Again:
    """An attempt worth repeating, what to raise once it is not, and how long the system asks to wait."""

    error: PullFailed
    after: float | None = None


def is_json(response: httpx.Response) -> bool:
    """Whether an answer says that it is JSON."""
    kind = _kind(response)
    return kind == "application/json" or kind.endswith("+json")


def refuse_unreadable(response: httpx.Response, where: str, keys: str) -> None:
    """Refuse an answer that is not JSON, or whose end could not be told from a cut.

    Raises:
        BadShape: It is of another type.
        Truncated: It has no length.
    """
    if not is_json(response):
        # Its own word is repeated only where it is a known one: a system may say back what it was sent.
        found = _kind(response) if _kind(response) in _KNOWN_KINDS else "something else"
        message = f"{where} answered with {found} instead of JSON: usually a login or maintenance page."
        raise BadShape(message, remedy=f"Open the address in a browser and look; check {keys}.")
    if not {"content-length", "transfer-encoding"} & response.headers.keys():
        message = f"{where} answered without a length, so an answer cut short would look whole."
        raise Truncated(message, remedy="Have the server send Content-Length or chunks.")


def _kind(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).split(";", maxsplit=1)[0].strip().lower()


def _meaning(status: int) -> str:
    """Spell a status in the standard's words: the system's own may hold what it was sent."""
    return f" {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else ""


def network_failure(error: httpx.TransportError, where: str, *, answering: bool) -> Again | PullFailed:
    """Put a failure of the network into words, without its own, which may hold headers.

    Args:
        error: What the client raised.
        where: Who was asked.
        answering: Whether an answer had begun.
    """
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return Refused(f"A request to {where} cannot be sent as configured.", remedy="Check base_url and list.headers.")
    if answering and not isinstance(error, httpx.TimeoutException):
        cut = f"{where} broke off in the middle of an answer."
        return Again(Truncated(cut, remedy="Run again; if it stays, have a proxy in between checked."))
    remedy = "Look whether the system is up and base_url is right."
    return Again(Unreachable(f"{where} cannot be reached: {_detail(error)}, also when asked again.", remedy=remedy))


def _detail(error: httpx.TransportError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    if isinstance(error, UnknownHost):
        return "nobody knows its name"
    if isinstance(error, httpx.ProxyError):
        return "the proxy that the environment names refused"
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error):
        return "its certificate is not accepted"
    if isinstance(error, httpx.RemoteProtocolError):
        return "it hung up without an answer, or does not speak HTTP"
    return "no connection"


def refusal(
    response: httpx.Response, where: str, credential: str, after: float | None, keys: str
) -> Again | PullFailed:
    """Put a status that answers nothing into words.

    Args:
        response: The answer.
        where: Who gave it.
        credential: Name of the variable that holds the token, for messages.
        after: Seconds the system asks to wait.
        keys: Which settings lead there.
    """
    status = response.status_code
    said = f"{where} answered {status}{_meaning(status)}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        message = f"{said}: still too many requests when the time was used up."
        return Again(RateLimited(message, remedy="Lower requests_per_second, or run when others do not ask."), after)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = f"{said}, also when asked again."
        return Again(Unreachable(message, remedy="Look whether the system is up."), after)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        holder = f"the token in {credential}" if credential else "the credentials"
        return Unauthorised(f"{said}.", remedy=f"Check {holder}: is it valid, and may it read these records?")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        message = f"{said}, a redirect; it was not followed, because the token would travel along."
        return Refused(message, remedy=f"Write the final address into the settings, at {keys}.")
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return BadShape(f"{said} instead of records.", remedy=f"Check {keys}; no answer is not an empty list.")
    return Refused(f"{said}.", remedy=f"Check {keys} and what is asked for there.")
