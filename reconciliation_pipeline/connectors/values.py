"""What does a raw value mean? JSON or CSV values to the canonical text the comparison reads.

Which value belongs to which field is `mapping.py`. No message here repeats a value: it may be personal.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from reconciliation_pipeline.domain.currencies import minor_digits

TimeFormat = Literal["iso", "epoch_s", "epoch_ms"]

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,4})?", re.ASCII)
_MOST_DIGITS = 40
_EXACT = Context(prec=3 * _MOST_DIGITS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2201, 1, 1, tzinfo=UTC)


class Unusable(Exception):
    """A value that cannot mean what the mapping says; the text finishes "... of record 7 is"."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


def text_of(value: object) -> str | None:
    """Write a plain value as text; null and the empty text are None.

    Raises:
        Unusable: It is an object or a list, or holds a NUL character.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        if "\x00" in value:
            what = "text with a NUL character in it"
            raise Unusable(what, "Have it corrected in the system.")
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return plain(_bounded(value))
    what = "an object or a list, not a plain value"
    raise Unusable(what, "Point the path at a value inside it.")


def key_of(value: object) -> str | None:
    """Read an identifier: text stays as it is but for the space around it, whole numbers become their digits.

    Raises:
        Unusable: It is a fraction, a truth value, an object or a list; 7.0 may have been "007" once.
    """
    if isinstance(value, bool | Decimal):
        what = "a fraction or a truth value, not text"
        raise Unusable(what, "Map a field that holds the identifier as text.")
    found = text_of(value)
    return (found.strip() or None) if found is not None else None


def number_of(value: object) -> Decimal | None:
    """Read a decimal number, exactly; null and blank text are None.

    Raises:
        Unusable: It is not a number.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _bounded(Decimal(value))
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        return _bounded(Decimal(value.strip()))
    what = "not a number"
    raise Unusable(what, "Numbers are written with a point and without separators, such as 1234.50.")


def _bounded(number: Decimal) -> Decimal:
    digits, exponent = number.as_tuple().digits, number.adjusted()
    if len(digits) > _MOST_DIGITS or abs(exponent) > _MOST_DIGITS:
        what = f"a number of more than {_MOST_DIGITS} digits"
        raise Unusable(what, "Check that the path leads to the right value.")
    return number


def plain(number: Decimal, least_digits: int = 0) -> str:
    """Write a number without exponent or needless zeros, with at least so many digits after the point."""
    shortest = number.normalize(_EXACT)
    exponent = shortest.as_tuple().exponent
    if isinstance(exponent, int) and exponent > -least_digits:
        shortest = shortest.quantize(Decimal(1).scaleb(-least_digits), context=_EXACT)
    return format(abs(shortest) if shortest.is_zero() else shortest, "f")


def money_text(amount: Decimal, currency: str, *, minor: int | None = None) -> str:
    """Write an amount in the major unit of its currency, as in "49.00".

    Args:
        amount: The amount as the system gave it.
        currency: ISO 4217 code.
        minor: When the amount is in minor units, how many of its last digits come after the point.
    """
    major = amount if minor is None else amount.scaleb(-minor, context=_EXACT)
    return plain(major, minor_digits(currency))


def currency_of(value: object) -> str:
    """Read an ISO 4217 code in any case.

    Raises:
        Unusable: It is missing or not three letters.
    """
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z]{3}", value.strip()):
        return value.strip().upper()
    what = "not a currency of three letters"
    raise Unusable(what, "Name the currency in the mapping, or correct the path to it.")


def instant_of(value: object, zone: ZoneInfo, written: TimeFormat | None = None) -> datetime | None:
    """Read a moment as aware UTC; null and blank text are None.

    Args:
        value: ISO 8601 text, or a number since 1970.
        zone: Zone of a text that carries none.
        written: How it is written; by default text is ISO 8601 and a number is in seconds.

    Raises:
        Unusable: It is no moment between 1970 and 2200.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if isinstance(value, str) and written in {None, "iso"}:
        found = _iso(value.strip(), zone)
    elif written != "iso" and (is_number or isinstance(value, str)):
        found = _epoch(number_of(value), thousandths=written == "epoch_ms")
    else:
        found = None
    if found is None or not _EPOCH <= found < _LATEST:
        what = "not a moment between 1970 and 2200"
        raise Unusable(what, "Say how it is written, for instance `format: epoch_ms` or `format: iso`.")
    return found


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(number: Decimal | None, *, thousandths: bool) -> datetime | None:
    micros = (number or Decimal(0)) * (1_000 if thousandths else 1_000_000)
    try:
        return _EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return None
