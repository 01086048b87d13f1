"""How does a bot post to Slack? With its token, by `chat.postMessage`.

The method, its limits and its errors: https://docs.slack.dev/reference/methods/chat.postMessage; about one message a
second and channel, and 429 with `Retry-After` beyond that: https://docs.slack.dev/apis/web-api/rate-limits. An answer
of 200 may say `ok: false`. Slack knows no idempotency key for messages: the id in the last line, and in the metadata
(https://docs.slack.dev/messaging/message-metadata), is how the same message is known again.
"""

import json
import time
from collections.abc import Callable

import httpx

from reconciliation_pipeline.channels.channel import ChannelUnavailable
from reconciliation_pipeline.channels.post import Poster, Trouble
from reconciliation_pipeline.channels.slack import blocks
from reconciliation_pipeline.domain.messages import Message

METHOD = "https://slack.com/api/chat.postMessage"

MEANINGS = {
    "not_authed": "it got no token; look at the variable",
    "invalid_auth": "the token is not valid; copy it from Slack again",
    "account_inactive": "the bot was removed; install the app again and take its new token",
    "token_revoked": "the token was revoked; install the app again and take its new one",
    "token_expired": "the token has expired; take a new one, or switch token rotation off",
    "missing_scope": "the bot may not write; give the app the scope chat:write and install it again",
    "not_allowed_token_type": "this is no bot's token; take the one that begins with xoxb-",
    "channel_not_found": "there is no such channel, or it is private and the bot is not in it; invite the bot",
    "not_in_channel": "the bot is not in the channel; invite it there, or give the app chat:write.public",
    "is_archived": "the channel is archived; reopen it or name another",
    "restricted_action": "the workspace does not let this bot post; ask its administrator",
    "restricted_action_read_only_channel": "nobody may post to this channel; name another",
    "ekm_access_denied": "administrators have suspended posting",
    "team_access_not_granted": "the app is not approved for this workspace; ask its administrator",
    "org_login_required": "the workspace is being moved; wait until that is done",
}
"""What keeps a channel from taking any message, by the error Slack names."""

OF_MESSAGE = {
    "msg_too_long": "the message is too long",
    "msg_blocks_too_long": "the message is too long",
    "invalid_blocks": "the message is not well formed; report this, it is a fault here",
    "invalid_blocks_format": "the message is not well formed; report this, it is a fault here",
    "no_text": "the message is empty; report this, it is a fault here",
    "invalid_metadata_format": "the message's metadata is not well formed; report this, it is a fault here",
}
"""What keeps a channel from taking this one message."""

LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
UNSURE = frozenset({"fatal_error", "internal_error", "request_timeout", "service_unavailable"})
"""Errors after which, in Slack's own words, a part of it may have been done: not tried again at once."""


class SlackBot:
    """A bot of an app, posting to one channel."""

    def __init__(  # noqa: PLR0913 - two are a test's
        self,
        token: str,
        channel: str,
        *,
        name: str = "slack",
        url: str = METHOD,
        local: bool = False,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Check the token's form; nothing is sent.

        Args:
            token: The bot's token, a secret.
            channel: The channel's id.
            name: Name of the channel in our own words.
            url: Where the method is called.
            local: Whether that may be plain http.
            transport: What stands in for the network.
            sleep: How to wait between tries.

        Raises:
            ChannelUnavailable: The token cannot be one.
        """
        if not token.isascii() or not token.isprintable() or " " in token:
            text = f"{name} has no usable token: it holds characters that no token has."
            raise ChannelUnavailable(text, remedy="Copy the bot's token from Slack again; it begins with xoxb-.")
        self.name = name
        self._headers = {"Authorization": f"Bearer {token}"}
        self._channel = channel
        self._poster = Poster(url, name, local=local, transport=transport, sleep=sleep)

    def send(self, message: Message, *, idempotency_key: str) -> None:
        """Post one message.

        Raises:
            ChannelFailed: Slack did not accept it.
        """
        metadata = {"event_type": "reconciliation_message", "event_payload": {"id": idempotency_key}}
        body = {"channel": self._channel, **blocks(message, idempotency_key), "metadata": metadata}
        self._poster.post(json.dumps(body).encode(), headers=self._headers, verdict=self._verdict)

    def _verdict(self, body: bytes) -> Trouble | None:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if not isinstance(answer, dict) or not isinstance(answer.get("ok"), bool):
            return Trouble(f"{self.name} answered with something that is not Slack's.", again=False)
        if answer["ok"]:
            return None
        return _told(self.name, str(answer.get("error")))


def _told(name: str, code: str) -> Trouble:
    if code in LATER:
        return Trouble(f"{name} got too many messages ({code}), also when asked to wait.", again=True)
    if code in UNSURE:
        return Trouble(f"{name} met a fault of its own ({code}); the message may have arrived or not.", again=False)
    if code in OF_MESSAGE:
        return Trouble(f"{name} refused the message ({code}): {OF_MESSAGE[code]}.", again=False, is_down=False)
    if code in MEANINGS:
        return Trouble(f"{name} refused ({code}): {MEANINGS[code]}.", again=False)
    # An unknown word is not repeated: it could be anything, the token included.
    return Trouble(f"{name} refused, for a reason that this version does not know.", again=False)
