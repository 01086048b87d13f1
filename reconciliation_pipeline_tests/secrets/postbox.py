"""A mail server that asks for a password, and says it back to everybody where it is told to."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Postbox:
    """One server.

    Attributes:
        mode: "honest", or what it refuses: "login", "sender", "recipient" or "mail".
        heard: The passwords it was given.
        mails: What it took.
        address: Where it listens.
    """

    mode: str = "honest"
    heard: list[str] = field(default_factory=list)
    mails: list[str] = field(default_factory=list)
    address: str = ""

    def behaves(self, mode: str = "honest") -> None:
        """Begin to answer in another way."""
        self.mode = mode

    def lets_in(
        self, _server: object, _session: object, _envelope: object, _mechanism: str, data: object
    ) -> AuthResult:
        """Answer somebody who logs in."""
        assert isinstance(data, LoginPassword)
        self.heard.append(data.password.decode())
        if self.mode == "login":
            return AuthResult(success=False, handled=False, message=self._refused("535"))
        return AuthResult(success=True)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer who it is from."""
        envelope.mail_from = address
        return self._refused("550") if self.mode == "sender" else "250 fine"

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer a recipient."""
        envelope.rcpt_tos.append(address)
        return self._refused("550") if self.mode == "recipient" else "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer a mail."""
        if self.mode == "mail":
            return self._refused("554")
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content.decode())
        return "250 taken"

    def _refused(self, number: str) -> str:
        return f"{number} not with {self.heard[-1]}"


@contextmanager
def collecting(postbox: Postbox) -> Iterator[Postbox]:
    """Listen for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(
        postbox, hostname="127.0.0.1", port=port, authenticator=postbox.lets_in, auth_require_tls=False, ident="test"
    )
    controller.start()
    postbox.address = f"127.0.0.1:{port}"
    try:
        yield postbox
    finally:
        controller.stop()
