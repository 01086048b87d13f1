"""Who outside is told that this morning was trusted, so that our silence is noticed there?

A monitor that expects a call a day, such as Healthchecks (https://healthchecks.io/docs/http_api/): a POST is a sign of
life. A late one would be taken for tomorrow's, so a ping is worth something only on its own day.
"""

import json
from datetime import date

from reconciliation_pipeline.channels.channel import ChannelFailed
from reconciliation_pipeline.channels.dressing import as_header
from reconciliation_pipeline.channels.post import Poster
from reconciliation_pipeline.domain.messages import Message


class Ping:
    """A monitor's address."""

    def __init__(self, poster: Poster, *, today: date) -> None:
        """Take what is needed; nothing is sent.

        Args:
            poster: Knows the address.
            today: The local date, in the reconciliation's zone.
        """
        self.name = poster.name
        self._poster = poster
        self._today = today

    def send(self, message: Message, *, idempotency_key: str) -> None:
        """Tell that a morning was trusted: its date and the name of the reconciliation, and nothing else.

        Raises:
            ChannelFailed: It was not accepted, or its day is over.
        """
        if message.morning != self._today:
            text = f"{self.name} was not reached on {message.morning} itself; a later ping would speak of another day."
            raise ChannelFailed(text, is_down=False, is_final=True)
        content = {
            "id": idempotency_key,
            "reconciliation": message.reconciliation,
            "morning": message.morning.isoformat(),
        }
        self._poster.post(json.dumps(content).encode(), headers={"Idempotency-Key": as_header(idempotency_key)})
