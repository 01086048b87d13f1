"""What did the answer really say? Raw bytes to strict JSON, or a refusal.

httpx accepts a gzip stream that was cut, inflates without a limit and leaves JSON to Python, which
takes NaN and repeated names. So the bytes are inflated and read here, strictly.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal, DecimalException
from typing import NoReturn

from reconciliation_pipeline.connectors.errors import BadEncoding, BadShape, Damaged, Truncated

LARGEST = 64 * 1024 * 1024
"""Bytes one page may have, inflated."""
RATIO = 200
"""How many times larger than what travelled a page may be, once it is beyond `RATIO_FROM`."""
RATIO_FROM = 1024 * 1024

_KNOWN_ENCODINGS = frozenset({"br", "compress", "deflate", "zstd"})
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def read_body(chunks: Iterable[bytes], encoding: str, where: str) -> bytes:
    """Collect a body, inflated and bounded.

    Args:
        chunks: The bytes as they travelled.
        encoding: The `Content-Encoding` header; empty when there is none.
        where: Who answered, for messages.

    Raises:
        Truncated: The gzip stream ends early.
        BadShape: Too large, suspiciously compressed, or an encoding nobody asked for.
        Damaged: The gzip stream is broken.
    """
    if encoding in {"", "identity"}:
        return _bounded(chunks, where)
    if encoding not in {"gzip", "x-gzip"}:
        named = f"the encoding {encoding}" if encoding in _KNOWN_ENCODINGS else "another encoding"
        message = f"{where} answered in {named}, though only gzip was offered."
        raise BadShape(message, remedy="Have a proxy in between checked.")
    try:
        return b"".join(_inflated(chunks, where))
    except zlib.error:
        broken = f"{where} answered with a compressed body that is damaged."
    raise Damaged(broken, remedy="Run again; if it stays, have a proxy in between checked.")


def _bounded(chunks: Iterable[bytes], where: str) -> bytes:
    collected = bytearray()
    for chunk in chunks:
        collected += chunk
        if len(collected) > LARGEST:
            _too_large(where)
    return bytes(collected)


def _inflated(chunks: Iterable[bytes], where: str) -> Iterator[bytes]:
    inflater = zlib.decompressobj(wbits=31)
    travelled = size = 0
    for chunk in chunks:
        travelled += len(chunk)
        piece = inflater.decompress(chunk, LARGEST - size + 1)
        size += len(piece)
        if size > LARGEST or (size > RATIO_FROM and size > RATIO * travelled):
            _too_large(where)
        if inflater.unused_data:
            message = f"{where} sent bytes after the end of its compressed body."
            raise BadShape(message, remedy="Have a proxy in between checked.")
        yield piece
    if not inflater.eof:
        message = f"{where} ended its compressed body early; the page is incomplete."
        raise Truncated(message, remedy="Run again; if it stays, have a proxy in between checked.")


def _too_large(where: str) -> NoReturn:
    message = f"{where} sent a page larger than {LARGEST // 1024**2} MiB, or compressed more than {RATIO} to 1."
    raise BadShape(message, remedy="Ask for fewer records a page (list.params).")


class _RepeatedNameError(ValueError):
    """One object has the same name twice; which value counts would be a guess."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RepeatedNameError
    return found


def _no_constant(_name: str) -> NoReturn:
    raise ValueError


def parse_json(body: bytes, where: str, said: str = "answered with") -> object:
    """Read JSON strictly: UTF-8, exact decimals, no NaN, no repeated names, no bottomless nesting.

    Args:
        body: The bytes.
        where: Who said them, for messages.
        said: How: a server answers with them, a file holds them.

    Raises:
        BadEncoding: The bytes are not UTF-8, or hold half a character.
        BadShape: They are not JSON, or JSON with more than one meaning.
    """
    problem: BadShape | BadEncoding
    try:
        text = body.decode("utf-8")
        parsed: object = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object)
        if _SURROGATE.search(body):
            json.dumps(parsed, ensure_ascii=False, default=str).encode("utf-8")
    except UnicodeError:
        problem = BadEncoding(f"{where} {said} bytes that are not UTF-8.", remedy="Have the system's encoding checked.")
    except _RepeatedNameError:
        problem = BadShape(f"{where} {said} an object that has the same name twice; either could be meant.")
    except RecursionError:
        problem = BadShape(f"{where} {said} JSON nested too deeply to be records.")
    except (ValueError, DecimalException):
        what = "an empty body" if not body.strip() else "text that is not strict JSON"
        problem = BadShape(f"{where} {said} {what}.", remedy="Open the address in a browser and look.")
    else:
        return parsed
    # Raised outside the handler: the original exception holds the whole body.
    raise problem
