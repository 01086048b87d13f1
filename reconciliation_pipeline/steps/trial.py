"""Does every channel take a message? One is sent to each, now, past the outbox; nothing is stored."""

from dataclasses import dataclass

from reconciliation_pipeline.channels.channel import Channel, ChannelFailed
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.quiet import trial_message
from reconciliation_pipeline.steps.senders import senders
from reconciliation_pipeline.steps.work import Work

LOOK = "Correct it, and try again; `recon doctor` says what else is missing."


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one test message.

    Attributes:
        channel: The channel's name.
        accepted: Whether it was taken.
        text: What happened, a sentence.
        remedy: What to do about it; empty where nothing has to be done.
    """

    channel: str
    accepted: bool
    text: str
    remedy: str = ""


def try_channels(work: Work) -> tuple[Tried, ...]:
    """Send one test message to every channel, whatever it wants to hear of, in the order of the settings.

    A monitor outside is left out: to it, any call means that this morning was trusted.
    """
    known = senders(work, with_ping=False)
    message = trial_message(work.id, work.today(), at=work.clock(), owner=work.reconciliation.owners.default)
    tried = []
    for name in dict.fromkeys(work.channels()):
        if (gone := known.unavailable.get(name)) is not None:
            tried.append(Tried(name, False, gone.text, gone.remedy))  # noqa: FBT003 - a field
        else:
            tried.append(_sent(known.ready[name], message))
    return tuple(tried)


def _sent(channel: Channel, message: Message) -> Tried:
    try:
        remark = channel.send(message, idempotency_key=message.key)
    except ChannelFailed as failure:
        return Tried(channel.name, False, failure.text, LOOK)  # noqa: FBT003 - a field
    except Exception as error:  # noqa: BLE001 - the other channels are tried all the same
        # Only its type: its text may hold the address.
        return Tried(channel.name, False, f"{channel.name} broke with {type(error).__name__}.", LOOK)  # noqa: FBT003
    if remark is not None:
        return Tried(channel.name, False, remark, LOOK)  # noqa: FBT003 - a field
    return Tried(channel.name, True, f"{channel.name} accepted the test {message.key}.")  # noqa: FBT003 - a field
