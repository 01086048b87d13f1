"""Which channels does a message go to? Decided from the message and the settings alone.

A channel gets what fits all of its conditions, and one without conditions gets everything, except for the part of a
message that was made for an owner with a channel of their own. A message that fits nowhere goes to all of them: a
message that nobody reads is worse than one too many.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import LOUD, Message, Topic

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Route:
    """What one channel wants to hear of; what is not said does not matter.

    Attributes:
        channel: The channel's name.
        owners: Only messages for one of these.
        topics: Only messages on one of these.
        at_least: Only messages that matter at least so much.
    """

    channel: str
    owners: Collection[str] = field(default=())
    topics: Collection[Topic] = field(default=())
    at_least: Severity = Severity.LOW

    def fits(self, message: Message) -> bool:
        """Say whether the channel wants a message."""
        return (
            (not self.owners or message.owner in self.owners)
            and (not self.topics or message.topic in self.topics)
            and _RANK[severity_of(message)] >= _RANK[self.at_least]
        )


def severity_of(message: Message) -> Severity:
    """Say how much a message matters; that nobody knows whether the systems agree always matters."""
    return Severity.HIGH if message.topic in LOUD else message.severity


def routed(message: Message, routes: Sequence[Route]) -> tuple[str, ...]:
    """Name the channels of a message, each once and in their order; none only where there is none."""
    fitting = [route for route in routes if route.fits(message)]
    if message.about and message.about == message.owner:
        # One owner's part of what everybody else was told as a whole.
        fitting = [route for route in fitting if message.owner in route.owners] or fitting
    return tuple(dict.fromkeys(route.channel for route in fitting or routes))
