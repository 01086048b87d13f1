"""What does a raw value mean? JSON or CSV values to the canonical text the comparison reads.

Which value belongs to which field is `mapping.py`. No message here repeats a value: it may be personal. What is most
common is asked first: every value of every record passes through here.
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
_FIRST_TOO_LONG = 10**_MOST_DIGITS
_LETTERS = 3
_EXACT = Context(prec=3 * _MOST_DIGITS)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1970, 2200


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
    if isinstance(value, str):
        if "\x00" in value:
            what = "text with a NUL character in it"
            raise Unusable(what, "Have it corrected in the system.")
        return value or None
    if value is None:
        return None
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
    if isinstance(value, str):
        return (text_of(value) or "").strip() or None
    if isinstance(value, (bool, Decimal)):
        what = "a fraction or a truth value, not text"
        raise Unusable(what, "Map a field that holds the identifier as text.")
    return text_of(value)


def number_of(value: object) -> Decimal | None:
    """Read a decimal number, exactly; null and blank text are None.

    Raises:
        Unusable: It is not a number.
    """
    if isinstance(value, Decimal):
        return _bounded(value)
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if _NUMBER.fullmatch(text):
            return _bounded(Decimal(text))
    elif isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if -_FIRST_TOO_LONG < value < _FIRST_TOO_LONG else _bounded(Decimal(value))
    elif value is None:
        return None
    what = "not a number"
    raise Unusable(what, "Numbers are written with a point and without separators, such as 1234.50.")


def decimal_of(value: object) -> str | None:
    """Read a decimal number and write it without exponent or needless zeros; null and blank text are None.

    Raises:
        Unusable: It is not a number.
    """
    if type(value) is int and -_FIRST_TOO_LONG < value < _FIRST_TOO_LONG:
        return str(value)
    number = number_of(value)
    return None if number is None else plain(number)


def _bounded(number: Decimal) -> Decimal:
    # Written out it is never shorter than its digits, and to write it is five times as fast as to take it apart.
    short = len(str(number)) <= _MOST_DIGITS or len(number.as_tuple().digits) <= _MOST_DIGITS
    if not short or not -_MOST_DIGITS <= number.adjusted() <= _MOST_DIGITS:
        what = f"a number of more than {_MOST_DIGITS} digits"
        raise Unusable(what, "Check that the path leads to the right value.")
    return number


def plain(number: Decimal, least_digits: int = 0) -> str:
    """Write a number without exponent or needless zeros, with at least so many digits after the point."""
    text = str(number or abs(number))
    if "E" in text:
        text = format(number or abs(number), "f")
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(least_digits, "0")
    return f"{whole}.{fraction}" if fraction else whole


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
    if isinstance(value, str):
        code = value.strip()
        if len(code) == _LETTERS and code.isascii() and code.isalpha():
            return code.upper()
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
    found = None
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        if written is None or written == "iso":
            found = _iso(text, zone)
        else:
            found = _epoch(number_of(text), thousandths=written == "epoch_ms")
    elif value is None:
        return None
    elif written != "iso" and isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        found = _epoch(number_of(value), thousandths=written == "epoch_ms")
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        what = "not a moment between 1970 and 2200"
        raise Unusable(what, "Say how it is written, for instance `format: epoch_ms` or `format: iso`.")
    return found


def _iso(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is UTC:
            return found
        return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _epoch(number: Decimal | None, *, thousandths: bool) -> datetime | None:
    micros = (number or Decimal(0)) * (1_000 if thousandths else 1_000_000)
    try:
        return _EPOCH + timedelta(microseconds=int(micros))
    except OverflowError:
        return None
