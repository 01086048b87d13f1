"""What does a cell of a database hold? A driver's values to those the mapping reads.

Numbers become exact, dates and times ISO 8601 text. Which column is which field is `mapping.py`. No
message here repeats a value: it may be personal.
"""

import math
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


def cell_of(value: object, column: Column = Column.PLAIN) -> object:
    """Turn a driver's value into what a mapping reads: text, int, Decimal, bool, None, a list or a mapping.

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
        return _number(value)
    return _text(value)


def _number(value: float | Decimal) -> Decimal:
    if not math.isfinite(value):
        what = "not a finite number"
        raise Unusable(what, "Have it corrected in the system, or let a view leave it out.")
    return value if isinstance(value, Decimal) else Decimal(repr(value))


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
