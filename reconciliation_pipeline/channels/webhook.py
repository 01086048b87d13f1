"""How does a message reach a program? As JSON, signed so that the program knows who sent it.

The header `X-Recon-Signature: t=<unix seconds>,v1=<hex>` holds the HMAC-SHA256 of `<t>.<body>` under
the shared secret. Whoever receives it compares in constant time and refuses old timestamps.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Callable

from reconciliation_pipeline.channels.dressing import as_header, links
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.routing import severity_of
from reconciliation_pipeline.domain.messages import Message

SCHEMA = 1
"""Version of the JSON that is posted."""


class Webhook:
    """A receiver of JSON."""

    def __init__(
        self,
        poster: Poster,
        *,
        secret: str | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take what is needed; nothing is sent.

        Args:
            poster: Knows the address.
            secret: What messages are signed with; None leaves them unsigned.
            clock: Seconds since 1970.
        """
        self.name = poster.name
        self._poster = poster
        self._secret = secret
        self._clock = clock

    def send(self, message: Message, *, idempotency_key: str) -> None:
        """Post one message.

        Raises:
            ChannelFailed: The receiver did not accept it.
        """
        content = {
            "schema": SCHEMA,
            "id": idempotency_key,
            "reconciliation": message.reconciliation,
            "morning": message.morning.isoformat(),
            "topic": message.topic.value,
            "title": message.title,
            "lines": list(message.lines),
            "owner": message.owner,
            "severity": severity_of(message).value,
            "links": [{"text": one.text, "url": one.url} for one in links(message)],
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        headers = {"Idempotency-Key": as_header(idempotency_key)}
        if self._secret is not None:
            headers["X-Recon-Signature"] = signature(body, self._secret, at=int(self._clock()))
        self._poster.post(body, headers=headers)


def signature(body: bytes, secret: str, *, at: int) -> str:
    """Sign a body.

    Args:
        body: The bytes that are posted.
        secret: The shared secret.
        at: Seconds since 1970; part of what is signed, so that an old message cannot be replayed.
    """
    digest = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"
