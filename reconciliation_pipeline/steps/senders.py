"""Which channels can be sent to now, and what keeps the others from it?"""

from dataclasses import dataclass
from datetime import date

from reconciliation_pipeline.channels.build import build_channel, build_ping, channel_name, ping_name
from reconciliation_pipeline.channels.channel import Channel, ChannelUnavailable
from reconciliation_pipeline.steps.work import Work


@dataclass(frozen=True, slots=True)
class Senders:
    """The channels of a reconciliation.

    Attributes:
        ready: Those that can be sent to, by name.
        unavailable: Why the others cannot even be tried, by name.
    """

    ready: dict[str, Channel]
    unavailable: dict[str, ChannelUnavailable]


def senders(work: Work, *, with_ping: bool = True, ping_of: date | None = None) -> Senders:
    """Make every channel ready, and the ping; messages of those that cannot be stay in the outbox.

    Args:
        work: The reconciliation at hand.
        with_ping: Whether whoever outside waits for a sign of life is among them.
        ping_of: The only morning that they may be told of; by default today's.
    """
    ready: dict[str, Channel] = {}
    unavailable: dict[str, ChannelUnavailable] = {}
    for settings in work.reconciliation.channels:
        try:
            ready[channel_name(settings)] = build_channel(settings, work.environ)
        except ChannelUnavailable as why:
            unavailable[channel_name(settings)] = why
    if with_ping and (ping := work.reconciliation.ping) is not None:
        try:
            ready[ping_name(ping)] = build_ping(ping, work.environ, today=ping_of or work.today())
        except ChannelUnavailable as why:
            unavailable[ping_name(ping)] = why
    return Senders(ready, unavailable)
