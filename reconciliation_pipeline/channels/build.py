"""From the settings of a channel to the channel."""

from collections.abc import Mapping
from datetime import date

from reconciliation_pipeline.channels.channel import Channel, ChannelUnavailable
from reconciliation_pipeline.channels.ping import Ping
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.channels.routing import Route
from reconciliation_pipeline.channels.slack import SlackWebhook
from reconciliation_pipeline.channels.slack_bot import SlackBot
from reconciliation_pipeline.channels.smtp import Smtp
from reconciliation_pipeline.channels.teams import TeamsWorkflow
from reconciliation_pipeline.channels.webhook import Webhook
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.settings import channels


def channel_name(channel: channels.Channel) -> str:
    """Name a channel without its secret: `slack:SLACK_WEBHOOK_URL`.

    The same channel listed twice has one name, and gets a message once.
    """
    return channel.full_name


def ping_name(ping: channels.Ping) -> str:
    """Name whoever outside notices our silence: `ping:PING_URL`."""
    return f"ping:{ping.url_env}"


def route_of(channel: channels.Channel) -> Route:
    """Say what a channel wants to hear of."""
    return Route(channel.full_name, tuple(channel.owners), tuple(channel.topics), channel.at_least or Severity.LOW)


def build_channel(channel: channels.Channel, environ: Mapping[str, str]) -> Channel:
    """Make a channel ready to send.

    Args:
        channel: Its settings.
        environ: Where its address and secret are looked up by name.

    Raises:
        ChannelUnavailable: A variable is missing, or what it holds is unusable.
    """
    name = channel.full_name
    if channel.token_env is not None:
        return SlackBot(_looked_up(channel.token_env, name, environ), channel.channel or "", name=name)
    url = _looked_up(channel.url_env or "", name, environ)
    if channel.type == "slack":
        return SlackWebhook(url, channel.local, name=name)
    if channel.type == "teams":
        return TeamsWorkflow(url, name=name, local=channel.local)
    if channel.type == "smtp":
        return Smtp(url, sender=channel.from_ or "", to=channel.to or (), name=name, local=channel.local)
    secret = _looked_up(channel.secret_env, name, environ) if channel.secret_env else None
    return Webhook(Poster(url, name, local=channel.local), secret=secret)


def build_ping(ping: channels.Ping, environ: Mapping[str, str], *, today: date) -> Ping:
    """Make a ping ready to send.

    Args:
        ping: Its settings.
        environ: Where its address is looked up by name.
        today: The local date; a ping of another day is given up.

    Raises:
        ChannelUnavailable: The variable is missing, or what it holds is unusable.
    """
    name = ping_name(ping)
    return Ping(Poster(_looked_up(ping.url_env, name, environ), name, local=ping.local), today=today)


def _looked_up(variable: str, name: str, environ: Mapping[str, str]) -> str:
    if value := environ.get(variable, "").strip():
        return value
    text = f"The channel {name} cannot be used: the environment variable {variable} is not set."
    raise ChannelUnavailable(text, remedy=f"Set {variable}, or take the channel out of the settings.")
