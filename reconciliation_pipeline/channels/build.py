"""From the settings of a channel to the channel."""

from collections.abc import Mapping

from reconciliation_pipeline.channels.channel import Channel, ChannelUnavailable
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.slack import SlackWebhook
from reconciliation_pipeline.channels.webhook import Webhook
from reconciliation_pipeline.settings import people


def channel_name(channel: people.Channel, _index: int = 0) -> str:
    """Name a channel without its secret: `slack:SLACK_WEBHOOK_URL`.

    Its place in the list does not enter: messages that wait for it find it again after the list
    was reordered, and the same channel listed twice gets a message once.
    """
    return f"{channel.type}:{channel.url_env}"


def build_channel(channel: people.Channel, environ: Mapping[str, str]) -> Channel:
    """Make a channel ready to send.

    Args:
        channel: Its settings.
        environ: Where its address and secret are looked up by name.

    Raises:
        ChannelUnavailable: Its type cannot send yet, a variable is missing, or the address is unusable.
    """
    name = channel_name(channel)
    if channel.type not in {"slack", "webhook"}:
        text = f"The channel {name} cannot be used: messages cannot be sent by {channel.type} in this version."
        raise ChannelUnavailable(text, remedy="Use slack or webhook; the messages wait in `recon outbox`.")
    url = _looked_up(channel.url_env, name, environ)
    if channel.type == "slack":
        return SlackWebhook(url, channel.local, name=name)
    secret = _looked_up(channel.secret_env, name, environ) if channel.secret_env else None
    return Webhook(Poster(url, name, local=channel.local), secret=secret)


def _looked_up(variable: str, name: str, environ: Mapping[str, str]) -> str:
    if value := environ.get(variable, "").strip():
        return value
    text = f"The channel {name} cannot be used: the environment variable {variable} is not set."
    raise ChannelUnavailable(text, remedy=f"Set {variable}, or take the channel out of the settings.")
