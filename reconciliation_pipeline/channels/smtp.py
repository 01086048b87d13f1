"""How does a mail reach a mail server, encrypted, and what do its answers mean?

Answers of 4xx mean later, of 5xx never: https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1. The address holds user
and password, so it never enters an exception or a log line; what a server says is never repeated, only its number.
"""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from reconciliation_pipeline.channels.channel import ChannelFailed, ChannelUnavailable
from reconciliation_pipeline.channels.mail import mail
from reconciliation_pipeline.channels.post import WAITS, Trouble
from reconciliation_pipeline.domain.messages import Message

PORTS = {"smtps": 465, "smtp": 587}
"""Ports by scheme: TLS from the first byte, or STARTTLS; https://www.rfc-editor.org/rfc/rfc8314#section-3.3."""

SILENCE = 10.0
"""Seconds a server may say nothing."""

LONGEST_TRY = 60.0
"""Seconds one try may take, however slowly a server speaks; three of them are shorter than a delivery's lease."""

# Servers may refuse a made-up name, and the machine's own is nobody's business.
_HELLO = "[127.0.0.1]"
_FINE, _OTHER, _LATER, _NEVER = 250, 300, 400, 500


@dataclass(frozen=True, slots=True)
class Server:
    """Where mails are handed in; never shown, because it holds a password.

    Attributes:
        host: Name or address.
        port: Port.
        is_encrypted: Whether TLS begins with the first byte.
        user: Who logs in; empty where nobody does.
        password: With what.
    """

    host: str
    port: int
    is_encrypted: bool
    user: str
    password: str

    def __repr__(self) -> str:
        """Hide everything."""
        return "Server(...)"


class Smtp:
    """A mail server, and who is told by it."""

    def __init__(  # noqa: PLR0913 - two are a test's
        self,
        url: str,
        *,
        sender: str,
        to: Sequence[str],
        name: str = "smtp",
        local: bool = False,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Check the address; nothing is sent.

        Args:
            url: `smtps://user:password@host:465`, or `smtp://…:587` for STARTTLS; a secret.
            sender: Address the mails are from.
            to: Addresses they go to.
            name: Name of the channel.
            local: Whether mails may go without TLS.
            context: Whom to trust; by default whom the machine trusts.
            clock: What time it is (UTC).
            sleep: How to wait between tries.

        Raises:
            ChannelUnavailable: The address cannot be used.
        """
        self.name = name
        self._server = _read(url, name)
        self._sender, self._to = sender, tuple(to)
        self._local = local
        self._context = context
        self._clock = clock
        self._sleep = sleep

    def send(self, message: Message, *, idempotency_key: str) -> str | None:
        """Hand in one mail.

        Returns:
            Which of several recipients were refused; None when none was.

        Raises:
            ChannelFailed: The server did not take it, or nobody knows whether it did.
        """
        made = mail(message, idempotency_key, sender=self._sender, to=self._to, at=self._clock())
        body = made.as_bytes()
        waits = iter(WAITS)
        while True:
            try:
                return self._try(body)
            except _Troubled as one:
                trouble = one.trouble
            wait = next(waits, None) if trouble.again else None
            if wait is None:
                raise ChannelFailed(trouble.text, is_down=trouble.is_down)
            self._sleep(wait)

    def _try(self, body: bytes) -> str | None:
        phase = _Phase()
        try:
            with self._connected() as client:
                self._greet(client)
                return self._hand_in(client, body, phase)
        except smtplib.SMTPResponseException as error:
            # Its text may repeat what it was told; its number does not.
            self._take(error.smtp_code, phase.what, is_down=phase.is_down)
            raise _Troubled(Trouble(f"{self.name} gave an answer that fits nothing.", again=False)) from None
        except smtplib.SMTPNotSupportedError:
            raise _Troubled(Trouble(f"{self.name} offers no way to log in.", again=False)) from None
        except ssl.SSLCertVerificationError:
            text = f"{self.name} cannot be reached: its certificate is not accepted."
            raise _Troubled(Trouble(text, again=False)) from None
        except (smtplib.SMTPException, OSError, ValueError):
            raise _Troubled(self._broken_off(phase)) from None

    def _broken_off(self, phase: "_Phase") -> Trouble:
        if phase.is_handed_over:
            text = f"{self.name} broke off while it took the mail; it may have arrived or not."
            return Trouble(text, again=False)
        return Trouble(f"{self.name} cannot be reached, or broke off before it took anything.", again=True)

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Connect, for as long as a try may take."""
        host, port = self._server.host, self._server.port
        if self._server.is_encrypted:
            client: smtplib.SMTP = _EncryptedClient(host, port, _HELLO, timeout=SILENCE, context=self._trusted())
        else:
            client = _Client(host, port, _HELLO, timeout=SILENCE)
        try:
            yield client
            with suppress(smtplib.SMTPException, OSError):
                client.quit()
        finally:
            client.close()

    def _trusted(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()

    def _greet(self, client: smtplib.SMTP) -> None:
        """Greet the server, encrypt what follows, and log in."""
        client.ehlo_or_helo_if_needed()
        if not self._server.is_encrypted and not self._local:
            if not client.has_extn("starttls"):
                text = f"{self.name} does not offer to encrypt (STARTTLS), so it was told nothing."
                raise _Troubled(Trouble(text, again=False))
            client.starttls(context=self._trusted())
            client.ehlo_or_helo_if_needed()
        if self._server.user:
            try:
                client.login(self._server.user, self._server.password)
            except smtplib.SMTPAuthenticationError as error:
                self._take(error.smtp_code, "user and password")

    def _hand_in(self, client: smtplib.SMTP, body: bytes, phase: "_Phase") -> str | None:
        self._take(client.mail(self._sender)[0], "the sender")
        codes = [client.rcpt(one)[0] for one in self._to]
        if not any(map(_is_fine, codes)):
            # Later is better than never: one that was put off may yet be taken.
            self._take(min(codes), "the recipient" if len(codes) == 1 else "every recipient")
        phase.what, phase.is_down = "the message", False
        # From here on a silence says nothing; a number still does.
        phase.is_handed_over = True
        self._take(client.data(body)[0], phase.what, is_down=False)
        refused = [f"number {place} ({code})" for place, code in enumerate(codes, 1) if not _is_fine(code)]
        if not refused:
            return None
        return f"{self.name} took the mail, and refused of its {len(codes)} recipients {', '.join(refused)}."

    def _take(self, code: int, what: str, *, is_down: bool = True) -> None:
        """Go on after an answer that is fine.

        Raises:
            _Troubled: It is not.
        """
        if _is_later(code):
            text = f"{self.name} put {what} off ({code}), also when tried again."
            raise _Troubled(Trouble(text, again=True, is_down=is_down)) from None
        if not _is_fine(code):
            raise _Troubled(Trouble(f"{self.name} refused {what} ({code}).", again=False, is_down=is_down)) from None


@dataclass(slots=True)
class _Phase:
    """How far a try has come: what a refusal is about, and whether the mail is out of our hands."""

    what: str = "the connection"
    is_down: bool = True
    is_handed_over: bool = False


class _Troubled(Exception):
    """One try that failed."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.text)
        self.trouble = trouble


class _Client(smtplib.SMTP):
    """A client whose whole conversation has an end; smtplib only limits each silence in it."""

    _watchdog: threading.Timer | None = None

    def connect(
        self,
        host: str = "localhost",
        port: int = 0,
        source_address: object = None,  # noqa: ARG002 - as smtplib has it
    ) -> tuple[int, bytes]:
        self._watchdog = threading.Timer(LONGEST_TRY, _cut_off, [self])
        self._watchdog.daemon = True
        self._watchdog.start()
        try:
            return super().connect(host, port)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
        super().close()


class _EncryptedClient(_Client, smtplib.SMTP_SSL):
    """The same, with TLS from the first byte."""


def _is_fine(code: int) -> bool:
    return _FINE <= code < _OTHER


def _is_later(code: int) -> bool:
    return _LATER <= code < _NEVER


def _cut_off(client: smtplib.SMTP) -> None:
    """End a connection from outside; whoever waits for it goes on at once."""
    with suppress(OSError, AttributeError):
        if client.sock is not None:
            client.sock.shutdown(socket.SHUT_RDWR)


def _read(url: str, name: str) -> Server:
    try:
        parts = urlsplit(url.strip())
        port = parts.port or PORTS[parts.scheme]
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        whole = bool(parts.hostname) and parts.path in {"", "/"} and not parts.query and not parts.fragment
    except (ValueError, KeyError):
        whole = False
    if not whole or bool(user) != bool(password) or any(ord(one) < ord(" ") for one in user + password):
        text = f"{name} has no usable address: it must look like smtps://user:password@host:465, or smtp://…:587."
        remedy = "Correct the variable; write @ : / % in user and password as %40 %3A %2F %25."
        raise ChannelUnavailable(text, remedy=remedy)
    return Server(parts.hostname or "", port, parts.scheme == "smtps", user, password)
