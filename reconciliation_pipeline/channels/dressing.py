"""What do all channels have in common when they dress a message?"""

from collections.abc import Iterator
from urllib.parse import quote, urlsplit

from reconciliation_pipeline.domain.messages import LOUD, Link, Message
from reconciliation_pipeline.domain.spelling import plain

SIGN = "\u26a0\ufe0f "
"""What loud messages begin with."""

_KEPT = "%/:=&?~#+!$,;'()*[]-._"


def headline(message: Message) -> str:
    """Give the title, with a warning sign where it is loud; one line without anything invisible."""
    return f"{SIGN if message.topic in LOUD else ''}{plain(message.title)}"


def foot(message: Message, idempotency_key: str) -> str:
    """Give the last line: who it is for, and the id by which the same message is known again."""
    return " · ".join(filter(None, (message.owner and f"for {plain(message.owner)}", plain(idempotency_key))))


def as_header(idempotency_key: str) -> str:
    """Spell the id as the value of a header, which holds ASCII only."""
    return quote(idempotency_key, safe="/:")


def links(message: Message) -> Iterator[Link]:
    """Give the links that lead to a web page, spelled so that nothing ends them early; no other is ever shown."""
    for link in message.links:
        try:
            parts = urlsplit(link.url)
            is_page = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
        except ValueError:
            continue
        if is_page:
            yield Link(plain(link.text) or link.url, quote(link.url, safe=_KEPT))
