"""Can what is found be told to anybody?"""

from collections.abc import Iterator

from reconciliation_pipeline.channels.build import build_channel
from reconciliation_pipeline.channels.channel import ChannelUnavailable
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok, warn
from reconciliation_pipeline.steps.work import Work


def channels(work: Work) -> Iterator[Finding]:
    """Look whether every channel has an address; nothing is sent."""
    if not work.reconciliation.channels:
        text = "no channel is configured: messages stay in the outbox."
        yield warn("channels", text, "Name one under `channels` in the settings.")
    for channel in work.reconciliation.channels:
        try:
            build_channel(channel, work.environ)
        except ChannelUnavailable as gone:
            yield fail(f"channel {channel.type}", gone.text, gone.remedy)
        else:
            yield ok(f"channel {channel.type}", f"{channel.url_env} is set.")
