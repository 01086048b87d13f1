"""What does a cell with a type of its own hold? Values of databases and Parquet files to those the mapping reads.

Numbers become exact, dates and times ISO 8601 text. Which column is which field is `mapping.py`. No
message here repeats a value: it may be personal.
"""

import math
import struct
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum
from uuid import UUID

from reconciliation_pipeline.connectors.values import Unusable


class Column(Enum):
    """What a column's type says about its values beyond themselves."""

    PLAIN = "plain"
    PADDED = "padded"
    """CHAR(n): the spaces at the end are the type's, not the value's."""
    TRUTH = "truth"
    """BOOLEAN, also where the database keeps 0 and 1."""
    SINGLE = "single"
    """A float of 32 bits, which Python widens: 49.9 becomes 49.900001525878906."""
    WHOLE = "whole"
    """A decimal without digits after its point: an integer, also as an identifier."""
    UTC = "utc"
    """Times in UTC that do not say so."""


def cell_of(value: object, column: Column = Column.PLAIN) -> object:
    """Turn a value into what a mapping reads: text, int, Decimal, bool, None, a list or a mapping.

    A float becomes the shortest decimal that stands for it, which is what was once typed. As an
    identifier it is refused later, like every fraction.

    Raises:
        Unusable: It is binary, not a finite number, or of a type that no text stands for.
    """
    if value is None or isinstance(value, bool | list | dict):
        return value
    if isinstance(value, str):
        return value.rstrip(" ") if column is Column.PADDED else value
    if isinstance(value, int):
        return bool(value) if column is Column.TRUTH and value in {0, 1} else int(value)
    if isinstance(value, float | Decimal):
        return _number(value, column)
    return _text(value.replace(tzinfo=UTC) if column is Column.UTC and isinstance(value, datetime) else value)


def _number(value: float | Decimal, column: Column) -> Decimal | int:
    if not math.isfinite(value):
        what = "not a finite number"
        raise Unusable(what, "Have it corrected in the system, or let a view leave it out.")
    if isinstance(value, Decimal):
        return int(value) if column is Column.WHOLE and value == value.to_integral_value() else value
    return Decimal(_single(value) if column is Column.SINGLE else repr(value))


def _single(value: float) -> str:
    """Write a float of 32 bits with the fewest digits that stand for it; nine always do."""
    shortest = (f"{value:.{digits}g}" for digits in range(1, 10))
    return next((text for text in shortest if _rounded(float(text)) == value), repr(value))


def _rounded(value: float) -> float:
    try:
        return float(struct.unpack("f", struct.pack("f", value))[0])
    except OverflowError:
        return math.inf


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return (value if value.tzinfo is None else value.astimezone(UTC)).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    binary = isinstance(value, bytes | bytearray | memoryview)
    what = "bytes, not text" if binary else f"of the type {type(value).__name__}, which no text stands for"
    raise Unusable(what, "Map another column, or let a view turn this one into text.")
