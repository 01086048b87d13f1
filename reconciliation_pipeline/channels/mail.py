"""How does a message look as a mail? Plain text, and the same as HTML without anything that is fetched."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from reconciliation_pipeline.channels.dressing import foot, headline, links
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.spelling import plain

LONGEST_SUBJECT = 200
"""Characters; longer ones are cut by most programs anyway."""

_POLICY = SMTP.clone(max_line_length=78)
_CUT = "…"


def mail(message: Message, idempotency_key: str, *, sender: str, to: Sequence[str], at: datetime) -> EmailMessage:
    """Dress a message as a mail.

    Args:
        message: What to say.
        idempotency_key: Stands in the last line and in a header, and makes the mail's own id.
        sender: Address it is from.
        to: Addresses it goes to.
        at: When it is sent (UTC).
    """
    made = EmailMessage(_POLICY)
    made["Subject"] = _cut(headline(message))
    made["From"] = Address("Reconciliation", addr_spec=sender)
    made["To"] = tuple(Address(addr_spec=one) for one in to)
    made["Date"] = at
    # The same for every try: a program that gets it twice can know it again, and shows both as one.
    made["Message-ID"] = message_id(idempotency_key, sender)
    made["X-Recon-Id"] = plain(idempotency_key)
    # No answer by a machine, https://www.rfc-editor.org/rfc/rfc3834#section-5
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(_text(message, idempotency_key), cte="quoted-printable")
    made.add_alternative(_html(message, idempotency_key), subtype="html", cte="quoted-printable")
    return made


def message_id(idempotency_key: str, sender: str) -> str:
    """Make the id of a mail: the same for the same message, and nobody else's."""
    digest = hashlib.sha256(idempotency_key.encode()).hexdigest()[:32]
    return f"<{digest}.recon@{sender.rpartition('@')[2]}>"


def _text(message: Message, idempotency_key: str) -> str:
    led = [f"{link.text}: {link.url}" for link in links(message)]
    blocks = [[headline(message)], _lines(message), led, ["-- ", foot(message, idempotency_key)]]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _html(message: Message, idempotency_key: str) -> str:
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in _lines(message))
    led = " · ".join(f'<a href="{escape(link.url)}">{escape(link.text)}</a>' for link in links(message))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(headline(message))}</title></head>\n"
        '<body style="font-family: sans-serif; max-width: 42em">\n'
        f"<h2>{escape(headline(message))}</h2>\n{lines}"
        + (f"<p>{led}</p>\n" if led else "")
        + f'<p style="color: #666; font-size: small">{escape(foot(message, idempotency_key))}</p>\n</body></html>\n'
    )


def _lines(message: Message) -> list[str]:
    return [line for line in map(plain, message.lines) if line.strip()]


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - len(_CUT)] + _CUT
