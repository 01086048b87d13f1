"""How is an honest answer turned into a bad one? Small changes of a reply, which faults put together."""

import gzip
import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from reconciliation_pipeline_tests.faults.system import Reply, System
from reconciliation_pipeline_tests.faults.world import Record

Change = Callable[[Reply], Reply]


def status(number: int, **headers: str) -> Change:
    """Answer with a status and no records; underscores in header names stand for dashes."""
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _reply: Reply({"message": "no"}, number, spelt)


def body_of(reply: Reply) -> dict[str, Any]:
    """Give the parsed body of an answer, to be changed in a copy."""
    assert isinstance(reply.body, dict)
    return dict(reply.body)


def with_body(**changes: object) -> Change:
    """Replace parts of the body."""
    return lambda reply: replace(reply, body=body_of(reply) | changes)


def without(name: str) -> Change:
    """Leave a part of the body out."""
    return lambda reply: replace(reply, body={key: value for key, value in body_of(reply).items() if key != name})


def renamed(name: str, other: str) -> Change:
    """Call a part of the body by another name."""
    return lambda reply: replace(
        reply, body={other if key == name else key: value for key, value in body_of(reply).items()}
    )


def with_records(change: Callable[[list[Record]], list[Record]]) -> Change:
    """Change the list of records; the total and what follows stay as they are."""
    return lambda reply: replace(reply, body=body_of(reply) | {"data": change([dict(one) for one in reply.records])})


def each(change: Callable[[Record], Record]) -> Change:
    """Change every record of a page."""
    return with_records(lambda records: [change(one) for one in records])


def with_headers(**headers: str) -> Change:
    """Replace headers; an empty one is left out."""
    spelt = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda reply: replace(reply, headers={**reply.headers, **spelt})


def raw(content: bytes, kind: str = "application/json") -> Change:
    """Answer with these bytes."""
    return lambda reply: replace(reply, raw=content, headers={**reply.headers, "Content-Type": kind})


def written(reply: Reply) -> bytes:
    """Write the body of an answer out."""
    return json.dumps(reply.body, ensure_ascii=False).encode() if reply.raw is None else reply.raw


def rewritten(change: Callable[[bytes], bytes]) -> Change:
    """Change the bytes of the body."""
    return lambda reply: replace(reply, raw=change(written(reply)))


def zipped(change: Callable[[bytes], bytes]) -> Change:
    """Compress the body and damage what comes of it; the length said is that of what is sent."""

    def damaged(reply: Reply) -> Reply:
        packed = change(gzip.compress(written(reply), mtime=0))
        return replace(reply, raw=packed, headers={**reply.headers, "Content-Encoding": "gzip"})

    return damaged


def flushed(reply: Reply) -> Reply:
    """Compress the body with a flush point after every record, and stop at one in the middle."""
    packer = zlib.compressobj(wbits=31)
    pieces = [packer.compress(line) + packer.flush(zlib.Z_FULL_FLUSH) for line in written(reply).split(b"}, ")]
    half = b"".join(pieces[: max(1, len(pieces) // 2)])
    return replace(reply, raw=half, headers={**reply.headers, "Content-Encoding": "gzip"})


def cut(share: float, length: str = "says") -> Change:
    """Close the connection after this share of the body."""
    return lambda reply: replace(reply, sent=share, length=length)


def ended(system: System, received: Callable[[Reply], int] = lambda reply: len(reply.records)) -> Change:
    """Let a page say in its style's own words that nothing follows, whatever does.

    Args:
        system: Whose page it is.
        received: How many records a reader has then; styles with totals say so many.
    """

    def last(reply: Reply) -> Reply:
        match system.style:
            case "cursor":
                return with_body(next=None)(reply)
            case "has_more":
                return with_body(has_more=False)(reply)
            case "link":
                return with_headers(Link="")(reply)
        return claimed(system, received(reply))(reply)

    return last


def claimed(system: System, total: int) -> Change:
    """Let a page claim another total."""

    def claim(reply: Reply) -> Reply:
        if system.style == "range":
            span = reply.headers["Content-Range"].partition("/")[0]
            return with_headers(Content_Range=f"{span}/{total}")(reply)
        if system.total == "body":
            return with_body(total=total)(reply)
        return with_headers(X_Total_Count=str(total))(reply) if system.total == "header" else reply

    return claim


def next_at(system: System, address: str) -> Change:
    """Let a page name another address as that of the next page."""
    if system.style == "cursor":
        return with_body(next=address)
    return with_headers(Link=f'<{address}>; rel="next"')
