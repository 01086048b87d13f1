"""How does a message look in Teams? An Adaptive Card, posted to a workflow of Power Automate.

The envelope: https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using. A
`TextBlock` reads Markdown, so that a name could become a link; a `RichTextBlock` reads none:
https://learn.microsoft.com/adaptive-cards/authoring-cards/text-features. So there is nothing to escape.
"""

import json
import time
from collections.abc import Callable

import httpx

from reconciliation_pipeline.channels.dressing import foot, headline, links
from reconciliation_pipeline.channels.post import Poster, Trouble
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.spelling import plain

LIMIT = 28_000
"""Bytes a message may have: 28 KB,
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook."""

LONGEST = LIMIT // 2
"""Bytes of ours: people were refused at half the limit, as if each character counted twice."""

LONGEST_LINE = 1_000
LONGEST_ENDS = 300
"""Characters of the first and the last line."""

MOST_LINKS = 5
LONGEST_LINK = 500
LONGEST_BUTTON = 80

VERSION = "1.4"
"""Of Adaptive Cards; Teams knows 1.5, and all that is used here is from 1.2."""

MEANINGS = {
    "400": "the workflow does not take cards; make it from the template for webhook requests",
    "401": "the address is not complete, or the workflow asks for a login; copy it again, and let anyone trigger it",
    "403": "the address is not complete, or the workflow asks for a login; copy it again, and let anyone trigger it",
    "404": "the workflow no longer exists; make a new one and put its address into the variable",
    "410": "the workflow no longer exists; make a new one and put its address into the variable",
    "413": "the message is too long",
}
"""What the statuses of a workflow mean for whoever reads the outbox."""

_REST = "… and more than one card can hold: see the report."
_CUT = "…"


class TeamsWorkflow:
    """A workflow that posts cards to a channel or a chat.

    202 means that the workflow took the card; whether it could post it stands in the workflow's own run history.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str = "teams",
        local: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Check the address; nothing is sent.

        Args:
            url: The workflow's address, a secret.
            name: Name of the channel.
            local: Whether it may be plain http.
            transport: What stands in for the network.
            sleep: How to wait between tries.

        Raises:
            ChannelUnavailable: The address cannot be used.
        """
        self.name = name
        self._poster = Poster(url, name, local=local, transport=transport, sleep=sleep)

    def send(self, message: Message, *, idempotency_key: str) -> None:
        """Post one message.

        Raises:
            ChannelFailed: The workflow did not take it.
        """
        self._poster.post(posted(message, idempotency_key), meanings=MEANINGS, verdict=self._verdict)

    def _verdict(self, body: bytes) -> Trouble | None:
        # What Teams itself refused, an old connector passes on with a status of success.
        if b"delivery failed" in body.lower():
            return Trouble(f"{self.name} took the message and could not deliver it.", again=False)
        return None


def posted(message: Message, idempotency_key: str) -> bytes:
    """Make what is posted, short enough; where lines are left out, the card says so."""
    lines = [_cut(line) for line in map(plain, message.lines) if line.strip()]
    kept = len(lines)
    while len(body := _encoded(message, idempotency_key, lines[:kept], is_cut=kept < len(lines))) > LONGEST and kept:
        kept -= 1
    return body


def card(message: Message, idempotency_key: str, lines: list[str]) -> dict[str, object]:
    """Dress a message as an Adaptive Card."""
    buttons = [
        {"type": "Action.OpenUrl", "title": _cut(link.text, LONGEST_BUTTON), "url": link.url}
        for link in list(links(message))[:MOST_LINKS]
        if len(link.url) <= LONGEST_LINK
    ]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": VERSION,
        "body": [
            _text(_cut(headline(message), LONGEST_ENDS), size="large", weight="bolder"),
            *map(_text, lines),
            _text(_cut(foot(message, idempotency_key), LONGEST_ENDS), size="small", isSubtle=True),
        ],
        **({"actions": buttons} if buttons else {}),
    }


def _encoded(message: Message, idempotency_key: str, lines: list[str], *, is_cut: bool) -> bytes:
    content = card(message, idempotency_key, [*lines, _REST] if is_cut else lines)
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": content}
    return json.dumps({"type": "message", "attachments": [attachment]}).encode()


def _text(text: str, **looks: object) -> dict[str, object]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **looks}]}


def _cut(text: str, longest: int = LONGEST_LINE) -> str:
    return text if len(text) <= longest else text[: longest - len(_CUT)] + _CUT
