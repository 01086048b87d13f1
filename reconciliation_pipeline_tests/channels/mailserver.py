"""A real mail server on loopback that answers as it is told and remembers what it took."""

import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD = "recon", "p@ss:w/rd%"


@cache
def authority() -> trustme.CA:
    """Whoever certifies the server; nobody trusts it by default."""
    return trustme.CA()


def trusting() -> ssl.SSLContext:
    """Trust that authority alone."""
    context = ssl.create_default_context()
    authority().configure_trust(context)
    return context


def certified(name: str = "127.0.0.1") -> ssl.SSLContext:
    """Be a server of that name."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority().issue_cert(name).configure_cert(context)
    return context


@dataclass
class MailServer:
    """What it answers, and what it got.

    Attributes:
        recipients: Answers by recipient, other than taking them.
        answers: Answers to the mails themselves, one each; the last is repeated.
        sender: Answer to whoever it is from, other than taking it.
        port: Where it listens.
        mails: What it took.
        to: Whom each mail was for, by its envelope.
        encrypted: Whether each mail came encrypted.
    """

    recipients: Mapping[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=lambda: ["250 taken"])
    sender: str = "250 fine"
    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    to: list[list[str]] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer who it is from."""
        if self.sender.startswith("250"):
            envelope.mail_from = address
        return self.sender

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer a recipient."""
        if address in self.recipients:
            return self.recipients[address]
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as aiosmtpd has it
        """Answer a mail."""
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
            self.to.append(list(envelope.rcpt_tos))
            assert server.transport is not None
            self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return answer


@contextmanager
def serving(mail: MailServer, *, tls: str = "none", login: bool = False, name: str = "127.0.0.1") -> Iterator[str]:
    """Listen for the length of a with block; gives out the address, with user and password where it wants them.

    Args:
        mail: What to answer.
        tls: `smtps` from the first byte, `starttls`, or `none`.
        login: Whether it asks for user and password.
        name: Whom its certificate speaks of.
    """

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=known, handled=known)

    with socket.create_server(("127.0.0.1", 0)) as free:
        mail.port = free.getsockname()[1]
    controller = Controller(
        mail,
        hostname="127.0.0.1",
        port=mail.port,
        ssl_context=certified(name) if tls == "smtps" else None,
        tls_context=certified(name) if tls == "starttls" else None,
        require_starttls=False,
        authenticator=check if login else None,
        auth_required=login and tls == "starttls",
        auth_require_tls=tls == "starttls",
        ident="test",
    )
    controller.start()
    scheme = "smtps" if tls == "smtps" else "smtp"
    who = "recon:p%40ss%3Aw%2Frd%25@" if login else ""
    try:
        yield f"{scheme}://{who}127.0.0.1:{mail.port}"
    finally:
        controller.stop()
