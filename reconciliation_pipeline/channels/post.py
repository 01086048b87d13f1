"""How is one message posted over HTTP without leaking the address or waiting for ever?

An incoming webhook's address is a credential: it never enters a log line, an exception or a repr.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpx

from reconciliation_pipeline.channels.channel import ChannelFailed, ChannelUnavailable

WAITS = (1.0, 3.0)
"""Seconds before the second and the third try, unless the receiver asks for longer."""

LONGEST_WAIT = 30.0
"""Seconds one wait may take, whatever `Retry-After` says; the outbox tries again later anyway."""

LONGEST_ANSWER = 2_000
"""Bytes of a refusal that are looked at."""

LONGEST_VERDICT = 1_000_000
"""Bytes of an answer that are looked at where only its body says whether the message was accepted."""

LONGEST_READING = 10.0
"""Seconds that reading an answer may take."""

Verdict = Callable[[bytes], "Trouble | None"]
"""What reads the body of an answer with a status of success: None when the message was accepted."""

_TIMEOUT = httpx.Timeout(10)
# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
_KNOWN_CODES = frozenset(
    {
        *("action_prohibited", "channel_is_archived", "channel_not_found", "invalid_blocks", "invalid_payload"),
        *("invalid_token", "no_active_hooks", "no_service", "no_service_id", "no_team", "no_text"),
        *("posting_to_general_channel_denied", "team_disabled", "too_many_attachments", "user_not_found"),
    }
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why one try failed, whether another is worth it, and how long the receiver asks to wait.

    Attributes:
        text: What happened, a sentence without address or token.
        again: Whether another try may be made at once; never where the message may have arrived.
        is_down: Whether other messages would fare no better.
        after: Seconds the receiver asks to wait; None where it says nothing.
    """

    text: str
    again: bool
    is_down: bool = True
    after: float | None = None


class Poster:
    """Posts to one address, a few times if need be."""

    def __init__(
        self,
        url: str,
        name: str,
        *,
        local: bool,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Check the address; nothing is sent.

        Args:
            url: The address, a secret.
            name: What to call the channel in messages.
            local: Whether plain http is allowed.
            transport: What stands in for the network.
            sleep: How to wait.

        Raises:
            ChannelUnavailable: The address cannot be used.
        """
        self._url = _checked(url, name, local=local)
        self.name = name
        self._local = local
        self._transport = transport
        self._sleep = sleep
        # Their INFO lines carry whole addresses.
        for chatty in ("httpx", "httpcore"):
            logging.getLogger(chatty).setLevel(logging.WARNING)

    def post(
        self,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        meanings: Mapping[str, str] | None = None,
        verdict: Verdict | None = None,
    ) -> None:
        """Post JSON until it is accepted.

        Args:
            body: The JSON, encoded.
            headers: Further headers.
            meanings: What the receiver's own error codes and statuses mean, as sentences.
            verdict: Reads the body of a success, for receivers that say there what went wrong.

        Raises:
            ChannelFailed: It was not accepted.
        """
        # Nothing packed: a small answer could unpack to any size.
        own = {"Content-Type": "application/json; charset=utf-8", "Accept-Encoding": "identity"}
        sent = {**own, **(headers or {})}
        client = httpx.Client(
            headers=sent,
            timeout=_TIMEOUT,
            follow_redirects=False,
            # A proxy of the environment has no business between us and our own machine.
            trust_env=not self._local,
            transport=self._transport,
        )
        with client:
            for wait in (*WAITS, None):
                trouble = self._try(client, body, meanings or {}, verdict)
                if trouble is None:
                    return
                if wait is None or not trouble.again:
                    # Raised here and not in a handler: the client's own exceptions hold the address.
                    raise ChannelFailed(trouble.text, is_down=trouble.is_down)
                self._sleep(wait if trouble.after is None else trouble.after)

    def _try(
        self, client: httpx.Client, body: bytes, meanings: Mapping[str, str], verdict: Verdict | None
    ) -> Trouble | None:
        try:
            with client.stream("POST", self._url, content=body) as response:
                trouble = self._read(response, meanings)
                if trouble is None and verdict is not None:
                    return verdict(_head(response, LONGEST_VERDICT))
                return trouble
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            why = "its certificate is not accepted" if "CERTIFICATE" in str(error) else "no connection"
            return Trouble(f"{self.name} cannot be reached: {why}.", again=True)
        except httpx.TimeoutException:
            # Not tried again at once: it may have arrived, and would be there twice.
            return Trouble(f"{self.name} did not answer in time; the message may have arrived or not.", again=False)
        except httpx.HTTPError:
            text = f"{self.name} broke the connection off; the message may have arrived or not."
            return Trouble(text, again=False)

    def _read(self, response: httpx.Response, meanings: Mapping[str, str]) -> Trouble | None:
        status = response.status_code
        if response.is_success:
            kind = response.headers.get("content-type", "")
            if not kind.lower().startswith("text/html"):
                return None
            text = f"{self.name} answered with a web page instead of accepting the message: usually a login page."
            return Trouble(text, again=False)
        said = f"{self.name} answered {status}"
        if response.is_redirect:
            return Trouble(f"{said}, a redirect; it was not followed, because the address is a secret.", again=False)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            after = _retry_after(response.headers.get("retry-after", ""))
            return Trouble(f"{said}: too many messages, also when asked to wait.", again=True, after=after)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Trouble(f"{said}, also when tried again.", again=True)
        code = _code(response)
        detail = f" ({code})" if code else ""
        meaning = meanings.get(code) or meanings.get(str(status)) or "the address or the message is not accepted"
        return Trouble(f"{said}{detail}: {meaning}.", again=False, is_down=False)


def _checked(url: str, name: str, *, local: bool) -> httpx.URL:
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    schemes = {"https", "http"} if local else {"https"}
    if parsed.scheme in schemes and parsed.host and not parsed.userinfo:
        return parsed
    text = f"{name} has no usable address: it must begin with https:// and name a host, without a user or password."
    raise ChannelUnavailable(text, remedy="Correct the variable; for a receiver on this machine say `local: true`.")


def _retry_after(header: str) -> float | None:
    """Read `Retry-After` (RFC 9110, 10.2.3), seconds or a date, as seconds; None when senseless."""
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header.strip()[:9]), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((aware - datetime.now(UTC)).total_seconds(), 0.0), LONGEST_WAIT)


def _code(response: httpx.Response) -> str:
    """Read a known error code; whatever else an answer holds is not repeated, it may be a piece of the address."""
    text = _head(response, LONGEST_ANSWER).decode("ascii", "replace").strip()
    return text if text in _KNOWN_CODES else ""


def _head(response: httpx.Response, most: int) -> bytes:
    """Read the beginning of an answer, and no more of it than asked for, however slowly it drips in."""
    held, until = b"", time.monotonic() + LONGEST_READING
    for chunk in response.iter_raw():
        held += chunk
        if len(held) >= most or time.monotonic() > until:
            break
    return held[:most]
