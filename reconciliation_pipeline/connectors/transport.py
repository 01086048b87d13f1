"""How is one page asked for, whatever the network does? The only place that sends requests.

Hardened: no redirects, strict framing and types, retries under one budget, a pace below the allowed one, and no message
that holds a query string, a header or a body. Which machine is reached is `line.py`, what a refusal means is
`refusals.py`.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from threading import Event, Lock, Timer

import httpx

from reconciliation_pipeline.connectors.addresses import Resolve, look_up, origin
from reconciliation_pipeline.connectors.body import parse_json, read_body
from reconciliation_pipeline.connectors.credentials import Credentials, FixedCredentials
from reconciliation_pipeline.connectors.errors import (
    Interrupted,
    PullFailed,
    RateLimited,
    Truncated,
    Unauthorised,
    Unreachable,
)
from reconciliation_pipeline.connectors.limits import http_date, retry_after, used_up
from reconciliation_pipeline.connectors.line import Line
from reconciliation_pipeline.connectors.oauth import ANSWERS
from reconciliation_pipeline.connectors.pace import SharedSlots, pace_file
from reconciliation_pipeline.connectors.pacing import Clock, OwnSlots, Pacer
from reconciliation_pipeline.connectors.refusals import Again, is_json, network_failure, refusal, refuse_unreadable

Params = Mapping[str, str | int | bool | Sequence[str]]

PATIENCE = 180.0
"""Seconds one page may be put off with 429: longer is a limit of the day, not a pace that can be kept."""
TRIES = 7
"""Requests spent on one page when the system does not answer, about half a minute of waits."""
LONGEST_BACKOFF = 60.0
"""Seconds between two requests for the same page, where the system does not say how many."""

_TIMEOUT = httpx.Timeout(connect=10, read=60, write=30, pool=10)
_OK = frozenset({HTTPStatus.OK})
_BODILESS = frozenset({HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE})
_OWN = {"Accept": "application/json", "User-Agent": "reconciliation_pipeline"}
_ONLY_GZIP = {"Accept-Encoding": "gzip"}


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
class _Question:
    """A request and what answers it: accepted statuses, and those of them whose body is not read."""

    request: httpx.Request
    accept: frozenset[int]
    bodiless: frozenset[int] = frozenset()
    for_token: bool = False

    @property
    def where(self) -> str:
        return f"{self.request.url.netloc.decode('ascii')}{self.request.url.path}"

    @property
    def keys(self) -> str:
        """Which settings lead there."""
        return "auth.token_url" if self.for_token else "base_url and list.path"


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
        credentials: Credentials | None = None,
        clock: Clock | None = None,
        resolve: Resolve = look_up,
        tries: int = TRIES,
        pace_folder: Path | None = None,
    ) -> None:
        """Open a connection lazily.

        Args:
            headers: Sent with every request to the system.
            local: Whether private addresses are allowed.
            requests_per_second: What the system allows; a little less is used.
            budget: Longest time from now on, waits and retries included.
            credential: Name of the variable that holds the token, for messages and as the name of the account.
            credentials: Who asks; by default whoever `headers` say.
            clock: Time and chance.
            resolve: Host names to addresses.
            tries: Requests spent on one page when the system does not answer.
            pace_folder: Where processes that share a connection keep their common pace; None keeps one of its own.
        """
        _quieten()
        self.requests = 0
        self._headers = headers
        self._credential = credential
        self._credentials = credentials or FixedCredentials({})
        self._clock = clock or Clock()
        self._rate = requests_per_second
        self._pace_folder = pace_folder
        self._pacer: Pacer | None = None
        self._held_until = float("-inf")
        self._budget = budget
        self._deadline = self._clock.monotonic() + budget.total_seconds()
        self._tries = tries
        self._stop = Event()
        self._sending = Lock()
        self._line = Line(None if local else resolve, sent=self._sent)
        self._watchdog: Timer | None = None
        self._client = httpx.Client(
            headers={**_OWN, **_ONLY_GZIP},
            timeout=_TIMEOUT,
            follow_redirects=False,
            transport=self._line,
            trust_env=False,  # proxies are the line's concern
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
            Interrupted: The connection was closed, before or meanwhile.
        """
        sent = {**self._headers, **(headers or {}), **_ONLY_GZIP}
        request = self._client.build_request("GET", url, params=_plain(params), headers=sent)
        try:
            return self._settle(_Question(request, accept, bodiless))
        except PullFailed as failed:
            failed.requests = self.requests
            raise

    def close(self) -> None:
        """Let go of the connection, at once: a wait or a request under way in another thread ends."""
        self._stop.set()
        self._line.cut()
        if self._watchdog is not None:
            self._watchdog.cancel()
        # Sockets in use are only closed by the thread that uses them: their numbers are given away again.
        if self._sending.acquire(blocking=False):
            try:
                self._client.close()
            finally:
                self._sending.release()

    def _settle(self, question: _Question) -> Answer:
        attempt, renewed, begun = 1, False, self._clock.monotonic()
        while not isinstance(outcome := self._attempt(question), Answer):
            if isinstance(outcome.error, Unauthorised):
                if renewed or not self._credentials.renew(question.request.headers):
                    raise outcome.error
                renewed = True
                continue
            self._wait(outcome, attempt, begun)
            attempt += 1
        return outcome

    def _attempt(self, question: _Question) -> Answer | Again:
        if not question.for_token:
            self._line.prepare(question.request.url)
            self._pace(question.request.url)
            question.request.headers.update(self._credentials.headers(self._fetch, self._clock.monotonic()))
            self.requests += 1
        self._refuse_overtime()
        answering = False
        with self._sending:
            self._refuse_interrupted()
            self._watch()
            try:
                response = self._client.send(question.request, stream=True)
                answering = True
                try:
                    return self._read(response, question)
                finally:
                    response.close()
            except httpx.TransportError as error:
                failure = network_failure(error, question.where, answering=answering)
            finally:
                if self._stop.is_set():
                    self._client.close()
        # Raised outside the handler: the original exception may hold headers.
        self._refuse_interrupted()
        self._refuse_overtime()
        if isinstance(failure, PullFailed):
            raise failure
        return failure

    def _read(self, response: httpx.Response, question: _Question) -> Answer | Again:
        status, now, where = response.status_code, self._clock.now(), question.where
        rest = used_up(response.headers, now)
        if rest is not None and not question.for_token:
            self._hold(rest)
        if status not in question.accept:
            after = retry_after(response.headers.get("retry-after"), now)
            if after is not None and status == HTTPStatus.TOO_MANY_REQUESTS and not question.for_token:
                self._hold(after)
            found = refusal(response, where, self._credential, rest if after is None else after, question.keys)
            if isinstance(found, Unauthorised) and status == HTTPStatus.UNAUTHORIZED and not question.for_token:
                return Again(found)
            if isinstance(found, PullFailed):
                raise found
            return found
        body: object = None
        # An error page says no more than its status does.
        if status not in question.bodiless and (status < HTTPStatus.BAD_REQUEST or is_json(response)):
            refuse_unreadable(response, where, question.keys)
            try:
                raw = read_body(self._chunks(response), response.headers.get("content-encoding", "").lower(), where)
            except Truncated as error:
                return Again(error)
            body = parse_json(raw, where)
        return Answer(response.request.url, status, response.headers, body)

    def _chunks(self, response: httpx.Response) -> Iterator[bytes]:
        for chunk in response.iter_raw():
            self._refuse_overtime()
            yield chunk

    def _fetch(self, url: httpx.URL, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, object]:
        request = self._client.build_request("POST", url, data=dict(form), headers=headers)
        answer = self._settle(_Question(request, ANSWERS, for_token=True))
        return answer.status, answer.body

    def _pace(self, url: httpx.URL) -> None:
        """Wait until the next request is due; not when that would be too late anyway."""
        if self._pacer is None:
            folder, (_, host, port) = self._pace_folder, origin(url)
            slots = SharedSlots(pace_file(folder, f"{host}:{port}", self._credential)) if folder else OwnSlots()
            self._pacer = Pacer(self._rate, self._clock, slots)
        due = self._pacer.take()
        if due > self._deadline and due <= self._held_until:
            message = "The system says that no more requests are allowed before the budget is used up."
            raise RateLimited(message, remedy="Lower requests_per_second, raise budget, or run when others do not ask.")
        if due > self._deadline:
            raise self._overtime()
        self._sleep(due - self._clock.monotonic())

    def _sent(self) -> None:
        if self._pacer is not None:
            self._pacer.sent()

    def _hold(self, seconds: float) -> None:
        if self._pacer is not None:
            self._held_until = self._pacer.hold(seconds)

    def _wait(self, again: Again, attempt: int, begun: float) -> None:
        backoff = min(2.0 ** min(attempt, 10) / 4, LONGEST_BACKOFF) * (0.5 + self._clock.chance() / 2)
        wait = backoff if again.after is None else again.after
        over = self._clock.monotonic() + wait
        used_up = over > begun + PATIENCE if isinstance(again.error, RateLimited) else attempt >= self._tries
        if used_up or over > self._deadline:
            raise again.error
        self._sleep(wait)

    def _sleep(self, seconds: float) -> None:
        if seconds > 0:
            self._clock.sleep(seconds, self._stop)
        self._refuse_interrupted()

    def _watch(self) -> None:
        # The budget holds even for a server that trickles headers, which no timeout between two bytes notices.
        if self._watchdog is None:
            self._watchdog = Timer(max(0.0, self._deadline - self._clock.monotonic()), self._line.cut)
            self._watchdog.daemon = True
            self._watchdog.start()

    def _refuse_interrupted(self) -> None:
        if self._stop.is_set():
            message = "The source was closed while it was being asked."
            raise Interrupted(message, remedy="Run again.")

    def _refuse_overtime(self) -> None:
        if self._clock.monotonic() > self._deadline:
            raise self._overtime()

    def _overtime(self) -> Unreachable:
        message = f"The system was still answering when the budget of {self._budget} was used up."
        return Unreachable(message, remedy="Raise budget, or ask for more records a page.")


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
