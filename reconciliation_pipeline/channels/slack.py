"""How does a message look in Slack? Block Kit, posted to an incoming webhook; a bot is `slack_bot.py`.

Limits: https://docs.slack.dev/reference/block-kit/blocks (header 150, section 3,000 characters, 50 blocks
a message). Escaping: https://docs.slack.dev/messaging/formatting-message-text.
"""

import json
import re
import time
from collections.abc import Callable, Iterator

import httpx

from reconciliation_pipeline.channels.dressing import foot, headline, links
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.domain.messages import Link, Message
from reconciliation_pipeline.domain.spelling import plain

LONGEST_HEADER = 150
LONGEST_SECTION = 3_000
MOST_SECTIONS = 47
"""Fifty blocks, less the header, the links and the last line."""

MEANINGS = {
    "no_service": "this webhook no longer exists; make a new one in Slack and put its address into the variable",
    "no_team": "the workspace is unknown to Slack; check the address in the variable",
    "team_disabled": "the workspace is switched off",
    "invalid_token": "the address is not complete; copy it from Slack again",
    "channel_not_found": "the channel no longer exists; make a webhook for another one",
    "channel_is_archived": "the channel is archived; reopen it or make a webhook for another one",
    "action_prohibited": "the workspace does not allow this webhook to post; ask its administrator",
    "posting_to_general_channel_denied": "the webhook may not post to this channel; make one for another",
}
"""What Slack's error codes mean for whoever reads the outbox."""

_MENTION = re.compile(r"@(?=channel|here|everyone|group)", re.IGNORECASE)
_CUT = "…"


class SlackWebhook:
    """A Slack incoming webhook."""

    def __init__(
        self,
        url: str,
        local: bool = False,  # noqa: FBT001, FBT002 - reads like the setting of that name
        transport: httpx.BaseTransport | None = None,
        *,
        name: str = "slack",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Check the address; nothing is sent.

        Args:
            url: The webhook's address, a secret.
            local: Whether it may be plain http.
            transport: What stands in for the network.
            name: Name of the channel.
            sleep: How to wait between tries.

        Raises:
            ChannelUnavailable: The address cannot be used.
        """
        self.name = name
        self._poster = Poster(url, name, local=local, transport=transport, sleep=sleep)

    def send(self, message: Message, *, idempotency_key: str) -> None:
        """Post one message.

        Raises:
            ChannelFailed: Slack did not accept it.
        """
        body = json.dumps(blocks(message, idempotency_key)).encode()
        self._poster.post(body, meanings=MEANINGS)


def blocks(message: Message, idempotency_key: str) -> dict[str, object]:
    """Dress a message as a Block Kit payload; `text` is what a notification shows."""
    title = fitting(headline(message), LONGEST_HEADER)
    led = " · ".join(map(_link, links(message)))
    return {
        "text": title,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
            *({"type": "section", "text": _markdown(text)} for text in _sections(message.lines)),
            *([{"type": "section", "text": _markdown(led)}] if 0 < len(led) <= LONGEST_SECTION else []),
            {"type": "context", "elements": [_markdown(fitting(foot(message, idempotency_key), LONGEST_SECTION))]},
        ],
    }


def escaped(text: str) -> str:
    """Make text harmless: the three special characters, mentions, and what nobody can see."""
    safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub("@\u2060", safe)


def fitting(text: str, longest: int) -> str:
    """Escape text and cut it to at most `longest` characters, never in the middle of an escape."""
    whole = escaped(text)
    if len(whole) <= longest:
        return whole
    kept = text[:longest]
    while len(escaped(kept)) > longest - len(_CUT):
        kept = kept[:-1]
    return escaped(kept) + _CUT


def _markdown(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _link(link: Link) -> str:
    return f"<{link.url.replace('&', '&amp;')}|{escaped(link.text).replace('|', '/')}>"


def _sections(lines: tuple[str, ...]) -> list[str]:
    """Put as many lines into a section as it holds, and say so when not all fit."""
    sections = list(_packed(fitting(line, LONGEST_SECTION) for line in lines if line.strip()))
    if len(sections) <= MOST_SECTIONS:
        return sections
    return [*sections[: MOST_SECTIONS - 1], "… and more than one message can hold: see the report."]


def _packed(lines: Iterator[str]) -> Iterator[str]:
    held = ""
    for line in lines:
        joined = f"{held}\n{line}" if held else line
        if len(joined) > LONGEST_SECTION:
            yield held
            joined = line
        held = joined
    if held:
        yield held
