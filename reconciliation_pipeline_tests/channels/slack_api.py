"""Slack's `chat.postMessage`, as its documentation describes it: a token, a channel, and 200 also for a refusal.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class SlackApi:
    """One workspace.

    Attributes:
        token: The token it knows.
        channels: The ids of the channels the bot is in.
        busy: How many calls are too many, before one is not.
        error: What it says instead of accepting.
        posted: What it accepted.
    """

    token: str = "xoxb-1-SECRET"
    channels: tuple[str, ...] = ("C0123456789",)
    busy: int = 0
    error: str | None = None
    posted: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one call."""
        if self.busy:
            self.busy -= 1
            return _said(429, {"ok": False, "error": "ratelimited"}, **{"Retry-After": "7"})
        body = json.loads(request.content)
        if (error := self._error(request, body)) is not None:
            return _said(200, {"ok": False, "error": error})
        self.posted.append(body)
        return _said(200, {"ok": True, "channel": body["channel"], "ts": "1503435956.000247", "message": body})

    def _error(self, request: httpx.Request, body: dict[str, Any]) -> str | None:
        if (request.method, str(request.url)) != ("POST", "https://slack.com/api/chat.postMessage"):
            return "unknown_method"
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return "invalid_auth"
        if body["channel"] not in self.channels:
            return "not_in_channel"
        if not body.get("text") and not body.get("blocks"):
            return "no_text"
        return self.error


def _said(status: int, answer: dict[str, Any], **headers: str) -> httpx.Response:
    # As it comes over a network: in a stream that can be read once.
    return httpx.Response(status, headers=headers, content=iter([json.dumps(answer).encode()]))
