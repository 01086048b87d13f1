"""Where are people told, what does each place want to hear of, and who outside notices when we fall silent?"""

import re
from typing import Annotated, Literal, TypeVar

from pydantic import Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.settings.values import MailAddress, Strict, Text, VariableName, wrong

T = TypeVar("T")

CHANNEL_ID = r"[CDG][A-Z0-9]{2,}"
NAME = r"^[a-z][a-z0-9_-]*$"


class Channel(Strict):
    """Where messages go."""

    type: Literal["slack", "teams", "smtp", "webhook"]
    """What kind of receiver it is."""
    token_env: VariableName | None = None
    """Variable that holds a bot's token (slack), in place of `url_env`."""
    url_env: VariableName | None = Field(default=None, validate_default=True)
    """Variable that holds the address; an incoming webhook's address is a credential, as is that of a mail server."""
    channel: Text | None = Field(default=None, validate_default=True)
    """The channel's id that a bot posts to (slack with `token_env`), such as C0123456789."""
    to: list[MailAddress] | None = Field(default=None, min_length=1, validate_default=True)
    """Who gets the mail (smtp)."""
    from_: MailAddress | None = Field(default=None, alias="from", validate_default=True)
    """Whom the mail is from (smtp)."""
    secret_env: VariableName | None = None
    """Variable that holds the secret a webhook's messages are signed with."""
    local: bool = False
    """The receiver runs on this machine or network: plain http, or mail without TLS, is allowed."""
    name: Annotated[str, Field(pattern=NAME, max_length=63)] | None = None
    """What the channel is called; needed only where two channels share a variable."""
    owners: list[Text] = Field(default_factory=list)
    """Only messages for one of these owners; without it, for anybody."""
    topics: list[Topic] = Field(default_factory=list)
    """Only messages on one of these topics; without it, on any."""
    at_least: Severity | None = None
    """Only messages that matter at least so much; without it, all."""

    @field_validator("url_env")
    @classmethod
    def _is_reached_in_one_way(cls, value: str | None, info: ValidationInfo) -> str | None:
        by_token = info.data.get("type") == "slack" and info.data.get("token_env") is not None
        if value is None and "type" in info.data and not by_token:
            raise wrong(code="no_url", kind=info.data["type"])
        if value is not None and by_token:
            raise wrong(code="two_ways")
        return value

    @field_validator("token_env")
    @classmethod
    def _is_a_bots(cls, value: str | None, info: ValidationInfo) -> str | None:
        return _only(value, "slack", info)

    @field_validator("channel")
    @classmethod
    def _is_posted_to_by_a_bot(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("token_env") is not None:
            raise wrong(code="no_channel")
        if value is not None and not re.fullmatch(CHANNEL_ID, value):
            raise wrong(code="channel_id")
        return _only(value, "slack", info)

    @field_validator("to")
    @classmethod
    def _is_sent_to_somebody(cls, value: list[str] | None, info: ValidationInfo) -> list[str] | None:
        if value is None and info.data.get("type") == "smtp":
            raise wrong(code="no_recipients")
        return _only(value, "smtp", info)

    @field_validator("from_")
    @classmethod
    def _is_sent_by_somebody(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("type") == "smtp":
            raise wrong(code="no_sender")
        return _only(value, "smtp", info)

    @property
    def full_name(self) -> str:
        """Its name without any secret: `slack:SLACK_WEBHOOK_URL`, `slack:SLACK_TOKEN:C0123456789`, `smtp:finance`.

        Its place in the list does not enter: messages that wait for it find it again after the list was reordered.
        """
        if self.name is not None:
            return f"{self.type}:{self.name}"
        return ":".join(filter(None, (self.type, self.token_env or self.url_env, self.token_env and self.channel)))


class Ping(Strict):
    """Who outside is told of each trusted morning, so that its absence is noticed there."""

    url_env: VariableName
    """Variable that holds the address to post to after a trusted morning; whoever knows it can speak for us."""
    local: bool = False
    """The receiver runs on this machine or network: plain http is allowed."""


def _only(value: T, kind: str, info: ValidationInfo) -> T:
    """Refuse a value on a channel of another type."""
    if value is not None and info.data.get("type", kind) != kind:
        raise wrong(code="no_place", kind=kind)
    return value
