"""What is said when something that should speak is silent: a morning, or a channel; and how silence is tried out.

Built from dates and names alone; whether there is a reason to say it is decided in `steps/`.
"""

from datetime import date, datetime

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.domain.spelling import counted


def silence_message(  # noqa: PLR0913 - one sentence each
    reconciliation: str,
    morning: date,
    *,
    due: datetime,
    last: date | None,
    today: date | None = None,
    because: str = "",
    owner: str = "",
) -> Message:
    """Build the message of a morning that should have a trusted result by now and has none.

    Args:
        reconciliation: Id of the reconciliation.
        morning: The morning.
        due: When it was due (UTC).
        last: The last morning with a trusted result before it; None where there is none.
        today: The local date, where midnight is past; by default the morning's own.
        because: What is known of why, a sentence.
        owner: Who it is for.
    """
    title = f"{reconciliation}: no trusted result of {morning}"
    is_past = today is not None and today > morning
    ago = "" if last is None else f", {counted(((today or morning) - last).days, 'day')} ago"
    it_was_due = f"It was due at {due:%H:%M} UTC. Nobody knows whether the two systems agree today."
    it_is_past = f"It was due on {due:%Y-%m-%d at %H:%M} UTC. Nobody knows whether the two systems agreed then."
    run_it = f"Look closer: `recon doctor {reconciliation}`, then run it: `recon run {reconciliation}`."
    run_today = (
        f"Look closer: `recon doctor {reconciliation}`. Today's data never goes into a past morning: "
        f"`recon run {reconciliation}` looks at today."
    )
    lines = (
        it_is_past if is_past else it_was_due,
        because,
        f"The last trusted morning was {last}{ago}." if last else "There is no trusted morning yet.",
        run_today if is_past else run_it,
    )
    said = tuple(filter(None, lines))
    return Message(reconciliation, morning, Topic.SILENCE, title, said, owner, severity=Severity.HIGH)


def channel_down_message(  # noqa: PLR0913 - one sentence each
    reconciliation: str, morning: date, channel: str, *, since: datetime | None, why: str, remedy: str, owner: str = ""
) -> Message:
    """Build the message about a channel that takes nothing, for all the others.

    Args:
        reconciliation: Id of the reconciliation.
        morning: Today; it is told once a day.
        channel: The channel's name.
        since: When the message was stored that has waited longest (UTC); None where none waits yet.
        why: What is wrong, a sentence.
        remedy: What to do about it.
        owner: Who it is for.
    """
    title = f"{reconciliation}: {quiet_since(channel, since)}"
    lines = (why, f"What it should have said waits in `recon outbox`. {remedy}".strip())
    return Message(
        reconciliation, morning, Topic.CHANNEL_DOWN, title, lines, owner, severity=Severity.HIGH, about=channel
    )


def quiet_since(channel: str, since: datetime | None) -> str:
    """Say since when a channel has taken nothing."""
    if since is None:
        return f"{channel} cannot take messages"
    return f"{channel} has not accepted a message since {since:%Y-%m-%d %H:%M} UTC"


def trusted_message(reconciliation: str, morning: date) -> Message:
    """Build the sign of life of a trusted morning, for a monitor outside."""
    return Message(reconciliation, morning, Topic.TRUSTED, f"{reconciliation}: {morning} has a trusted result")


def trial_message(reconciliation: str, today: date, *, at: datetime, owner: str = "") -> Message:
    """Build the message that only tries whether a channel works.

    Args:
        reconciliation: Id of the reconciliation.
        today: The local date.
        at: When it is sent (UTC); it makes one test another than the next.
        owner: Who it is for.
    """
    title = f"{reconciliation}: this is a test"
    lines = ("Messages of this reconciliation arrive here. Nothing was compared, and nothing is wrong.",)
    return Message(reconciliation, today, Topic.TEST, title, lines, owner, about=f"{at:%H%M%S}")
