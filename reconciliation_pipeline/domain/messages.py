"""The words people receive.

Plain text, built from results; how a channel dresses it belongs in `channels/`. Customer names
and other personal data never enter a message: counts, kinds and money do.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from reconciliation_pipeline.domain.due import Severity


class Topic(StrEnum):
    """What a message is about; one of each per reconciliation, morning and addressee, whoever notices first."""

    DRIFT = "drift"
    NOT_TRUSTWORTHY = "not_trustworthy"
    SPIKE = "spike"
    HEARTBEAT = "heartbeat"
    RESOLVED = "resolved"
    REMINDER = "reminder"
    SETTINGS_BROKEN = "settings_broken"
    SILENCE = "silence"
    CHANNEL_DOWN = "channel_down"
    TRUSTED = "trusted"
    TEST = "test"


LOUD = frozenset({Topic.NOT_TRUSTWORTHY, Topic.SETTINGS_BROKEN, Topic.SILENCE, Topic.CHANNEL_DOWN})
"""Topics that begin with a warning sign, and matter whatever they are about."""


def key_of(reconciliation: str, morning: date, topic: Topic, about: str = "") -> str:
    """Name the one message of a reconciliation and a morning on a topic, or on one part of it."""
    return "/".join(filter(None, (reconciliation, morning.isoformat(), topic.value, about)))


class Link(NamedTuple):
    """Where something can be looked at: its name, and an address without anything secret in it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message, before it is dressed for a channel.

    Attributes:
        reconciliation: Id of the reconciliation it is about.
        morning: The morning it is about.
        topic: What it is about.
        title: One line that says it all.
        lines: The rest, a line each.
        owner: Who it is for.
        severity: How much it matters.
        links: Where to look, the most useful first.
        about: Which part of the topic, where a morning has several messages on it.
    """

    reconciliation: str
    morning: date
    topic: Topic
    title: str
    lines: tuple[str, ...] = ()
    owner: str = ""
    severity: Severity = Severity.NORMAL
    links: tuple[Link, ...] = ()
    about: str = ""

    @property
    def key(self) -> str:
        """Idempotency key: the same message is stored and sent once."""
        return key_of(self.reconciliation, self.morning, self.topic, self.about)
