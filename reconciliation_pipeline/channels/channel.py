"""The one contract every channel keeps, and the two ways it can break."""

from typing import Protocol

from reconciliation_pipeline.domain.messages import Message


class ChannelFailed(Exception):
    """A message that did not arrive, as far as we know; it may be sent again.

    Attributes:
        text: What happened, a sentence for people; never the channel's address, which is a credential.
        is_down: Whether the channel itself is in trouble, so that other messages need not be tried now.
        is_final: Whether it is too late for this message, so that it is never tried again.
    """

    def __init__(self, text: str, *, is_down: bool = True, is_final: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.is_down = is_down
        self.is_final = is_final


class ChannelUnavailable(Exception):
    """A channel that cannot even be tried, because of its settings or its variables.

    Attributes:
        text: What is wrong, a sentence for people.
        remedy: What to do about it.
    """

    def __init__(self, text: str, *, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


class Channel(Protocol):
    """One place messages go to."""

    @property
    def name(self) -> str:
        """Stable name, without any secret."""
        ...

    def send(self, message: Message, *, idempotency_key: str) -> str | None:
        """Send one message.

        Args:
            message: What to say.
            idempotency_key: The same for every try, visible to whoever receives it.

        Returns:
            What people should know although it arrived, such as one recipient of several that was refused.

        Raises:
            ChannelFailed: It did not arrive, or nobody knows whether it did.
        """
        ...
