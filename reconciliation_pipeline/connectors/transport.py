"""How is one page asked for, whatever the network does? The only place that touches the HTTP client.

Hardened: no redirects, strict framing and types, retries under one budget, and no message that holds
a query string, a header or a body.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from reconciliation_pipeline.connectors.addresses import Resolve, look_up, refuse_internal
from reconciliation_pipeline.connectors.body import parse_json, read_body
from reconciliation_pipeline.connectors.errors import (
    BadShape,
    PullFailed,
    RateLimited,
    Refused,
    Truncated,
    Unauthorised,
    Unreachable,
)
from reconciliation_pipeline.connectors.pacing import Clock, Pacer

Params = Mapping[str, str | int | bool | Sequence[str]]

LONGEST_WAIT = 60.0
"""Seconds one wait may take, whatever `Retry-After` says."""
PATIENCE = 180.0
"""Seconds one page may be put off with 429: longer is a limit of the day, not a pace that can be kept."""
TRIES = 7
"""Requests spent on one page when the system does not answer, about half a minute of waits."""

_TIMEOUT = httpx.Timeout(connect=10, read=60, write=30, pool=10)
_OK = frozenset({HTTPStatus.OK})
_BODILESS = frozenset({HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})


@dataclass(frozen=True, slots=True)
class Answer:
    """One believable answer.

    Attributes:
        url: Where it came from.
        status: Its HTTP status, one of the accepted ones.
        headers: Its headers.
        body: The parsed JSON; None for a status without records.
    """

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: object

    @property
    def source_clock(self) -> datetime | None:
        """The system's own clock (UTC), as its `Date` header says."""
        return http_date(self.headers.get("date", ""))


@dataclass(frozen=True, slots=True)
class _Again:
    """An attempt worth repeating, what to raise once it is not, and how long the system asks to wait."""

    error: PullFailed
    after: float | None = None


def http_date(text: str) -> datetime | None:
    """Read an HTTP date as aware UTC; None when it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read `Retry-After`, seconds or a date, as seconds; None when it is missing or senseless."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header.strip()[:9]), LONGEST_WAIT)
    moment = http_date(header)
    return None if moment is None or moment < now else min((moment - now).total_seconds(), LONGEST_WAIT)


class Transport:
    """One connection to one system, for the length of one pull."""

    def __init__(  # noqa: PLR0913 - all that a connection is made of, once
        self,
        *,
        headers: Mapping[str, str],
        local: bool,
        requests_per_second: float,
        budget: timedelta,
        credential: str = "",
        clock: Clock | None = None,
        resolve: Resolve = look_up,
        tries: int = TRIES,
    ) -> None:
        """Open a connection lazily.

        Args:
            headers: Sent with every request, the credentials among them.
            local: Whether private addresses are allowed.
            requests_per_second: Its pace.
            budget: Longest time from now on, waits and retries included.
            credential: Name of the variable that holds the token, for messages.
            clock: Time and chance.
            resolve: Host names to addresses.
            tries: Requests spent on one page when the system does not answer.
        """
        _quieten()
        self.requests = 0
        self._credential = credential
        self._clock = clock or Clock()
        self._pacer = Pacer(requests_per_second, self._clock)
        self._budget = budget
        self._deadline = self._clock.monotonic() + budget.total_seconds()
        self._resolve = None if local else resolve
        self._tries = tries
        own = {"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "reconciliation_pipeline"}
        self._client = httpx.Client(
            headers={**own, **headers, "Accept-Encoding": "gzip"},
            timeout=_TIMEOUT,
            follow_redirects=False,
            trust_env=not local,  # no proxy between us and our own machine
        )

    def get(
        self,
        url: httpx.URL,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = _OK,
        bodiless: frozenset[int] = _BODILESS,
    ) -> Answer:
        """Ask for one page, as often as it takes.

        Args:
            url: The whole address.
            params: Query parameters; None when the address already has them.
            headers: Headers of this request alone.
            accept: Statuses that answer the question.
            bodiless: Those of them that say all by themselves; their body is not read.

        Raises:
            PullFailed: No believable answer within the tries and the budget.
        """
        if self._resolve is not None:
            refuse_internal(url, self._resolve)
        request = self._client.build_request("GET", url, params=_plain(params), headers=headers)
        attempt, begun = 1, self._clock.monotonic()
        while not isinstance(outcome := self._attempt(request, accept, bodiless), Answer):
            self._wait(outcome, attempt, begun)
            attempt += 1
        return outcome

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def _attempt(self, request: httpx.Request, accept: frozenset[int], bodiless: frozenset[int]) -> Answer | _Again:
        self._pacer.wait()
        self._refuse_overtime()
        self.requests += 1
        where = f"{request.url.netloc.decode('ascii')}{request.url.path}"
        answering = False
        try:
            response = self._client.send(request, stream=True)
            answering = True
            try:
                return self._read(response, accept, bodiless, where)
            finally:
                response.close()
        except httpx.TransportError as error:
            failure = _network_failure(error, where, answering=answering)
        # Raised outside the handler: the original exception may hold headers.
        if isinstance(failure, PullFailed):
            raise failure
        return failure

    def _read(
        self, response: httpx.Response, accept: frozenset[int], bodiless: frozenset[int], where: str
    ) -> Answer | _Again:
        status = response.status_code
        if status not in accept:
            return self._refusal(response, where)
        body: object = None
        if status not in bodiless:
            _refuse_other_types(response, where)
            if not {"content-length", "transfer-encoding"} & response.headers.keys():
                message = f"{where} answered without a length, so an answer cut short would look whole."
                raise Truncated(message, remedy="Have the server send Content-Length or chunks.")
            try:
                raw = read_body(self._chunks(response), response.headers.get("content-encoding", "").lower(), where)
            except Truncated as error:
                return _Again(error)
            body = parse_json(raw, where)
        return Answer(response.request.url, status, response.headers, body)

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        for chunk in response.iter_raw():
            self._refuse_overtime()
            yield chunk

    def _refusal(self, response: httpx.Response, where: str) -> _Again:
        status = response.status_code
        said = f"{where} answered {status} {response.reason_phrase[:40]}".rstrip()
        wait = retry_after(response.headers.get("retry-after"), self._clock.now())
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            error = RateLimited(
                f"{said}: still too many requests when the time was used up.",
                remedy="Lower requests_per_second, or run when others do not ask.",
            )
            return _Again(error, wait)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            error_after = Unreachable(f"{said}, also when asked again.", remedy="Look whether the system is up.")
            return _Again(error_after, wait)
        raise _final_refusal(status, said, self._credential)

    def _wait(self, again: _Again, attempt: int, begun: float) -> None:
        backoff = min(2.0 ** min(attempt, 10) / 4, LONGEST_WAIT) * (0.5 + self._clock.chance() / 2)
        wait = backoff if again.after is None else again.after
        over = self._clock.monotonic() + wait
        used_up = over > begun + PATIENCE if isinstance(again.error, RateLimited) else attempt >= self._tries
        if used_up or over > self._deadline:
            raise again.error
        self._clock.sleep(wait)

    def _refuse_overtime(self) -> None:
        if self._clock.monotonic() > self._deadline:
            message = f"The system was still answering when the budget of {self._budget} was used up."
            raise Unreachable(message, remedy="Raise budget, or ask for more records a page.")


def _quieten() -> None:
    # Their INFO lines carry whole addresses, query strings included.
    for chatty in ("httpx", "httpcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _plain(params: Params | None) -> dict[str, str | list[str]] | None:
    if params is None:
        return None
    words = {True: "true", False: "false"}
    return {
        name: words[value]
        if isinstance(value, bool)
        else list(value)
        if isinstance(value, list | tuple)
        else str(value)
        for name, value in params.items()
    }


def _network_failure(error: httpx.TransportError, where: str, *, answering: bool) -> _Again | PullFailed:
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol):
        return Refused(f"A request to {where} cannot be sent as configured.", remedy="Check base_url and list.headers.")
    if answering and not isinstance(error, httpx.TimeoutException):
        cut = f"{where} broke off in the middle of an answer."
        return _Again(Truncated(cut, remedy="Run again; if it stays, have a proxy in between checked."))
    detail = "no answer in time" if isinstance(error, httpx.TimeoutException) else "no connection"
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error):
        detail = "its certificate is not accepted"
    remedy = "Look whether the system is up and base_url is right."
    return _Again(Unreachable(f"{where} cannot be reached: {detail}, also when asked again.", remedy=remedy))


def _refuse_other_types(response: httpx.Response, where: str) -> None:
    kind = response.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        message = (
            f"{where} answered with {kind[:60] or 'no type'} instead of JSON: usually a login or maintenance page."
        )
        raise BadShape(message, remedy="Open the address in a browser and look; check base_url and list.path.")


def _final_refusal(status: int, said: str, credential: str) -> PullFailed:
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        holder = f"the token in {credential}" if credential else "the credentials"
        return Unauthorised(f"{said}.", remedy=f"Check {holder}: is it valid, and may it read these records?")
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        message = f"{said}, a redirect; it was not followed, because the token would travel along."
        return Refused(message, remedy="Write the final address into base_url.")
    if status < HTTPStatus.MULTIPLE_CHOICES:
        return BadShape(f"{said} instead of records.", remedy="Check list.path; no answer is not an empty list.")
    return Refused(f"{said}.", remedy="Check base_url, list.path and list.params.")
