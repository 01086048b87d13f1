"""How is a date in one of the settings' formats written in ISO 8601, by patterns alone?

DuckDB reads such texts by itself (<https://duckdb.org/docs/stable/sql/functions/dateformat>). Where an engine reads
other formats, or reads them otherwise, a chain of patterns does: each writes another part of the text the ISO way.
Patterns are Java's (<https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html>), and
take as many digits as there are, as DuckDB does.
"""

import re
from collections.abc import Iterator
from typing import Final

_MONTHS: Final = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT: Final = 3
_BLANK: Final = r"[ \x09-\x0d]"

_TWO: Final = "([0-9]{1,2}+)"
_UP_TO_12: Final = f"(?!1[3-9]|[2-9][0-9]){_TWO}"


def _names(names: tuple[str, ...], length: int | None = None) -> str:
    return "(?i:" + "|".join(name[:length] for name in names) + ")"


_PATTERNS: Final = {
    "%Y": "([0-9]{1,4}+)",
    "%y": _TWO,
    "%m": _TWO,
    "%B": f"({_names(_MONTHS)})",
    "%b": f"({_names(_MONTHS, _SHORT)})",
    "%d": _TWO,
    "%H": _TWO,
    "%I": f"(?!00?(?![0-9])){_UP_TO_12}",
    "%M": _TWO,
    "%S": _TWO,
    "%f": "([0-9]{1,6}+)",
    "%p": "((?i:am|pm))",
    "%A": _names(_DAYS),
    "%a": _names(_DAYS, _SHORT),
    "%%": "%",
}
_PIECE: Final = re.compile(r"%.|\s+|.", re.DOTALL)


def as_iso(form: str) -> Iterator[tuple[str, str]]:
    """Write the chain that turns `@` and a text of this format into ISO 8601; any other text keeps its `@`.

    Hours of a format with %p are those before noon.

    Args:
        form: The format, as strptime writes it.

    Yields:
        What to look for, and what to write instead.
    """
    place = _places(form)
    year = f"000${place['%Y']}" if "%Y" in place else f"Y${place['%y']}"
    month = next(f"${place[each]}" for each in ("%m", "%B", "%b") if each in place)
    hour = next((f"${place[each]}" for each in ("%H", "%I") if each in place), "00")
    minute, second, fraction = (f"${place[each]}" if each in place else "0" for each in ("%M", "%S", "%f"))
    yield f"^@{_pattern(form)}", f"{year}-{month}-${place['%d']} {hour}:{minute}:{second}.{fraction}"
    yield "^0*([0-9]{4}-)", "$1"
    if "%y" in place:
        # https://pubs.opengroup.org/onlinepubs/9799919799/functions/strptime.html
        yield "^Y([0-9])-", "200$1-"
        yield "^Y([0-5][0-9]|6[0-8])-", "20$1-"
        yield "^Y([0-9]{2})-", "19$1-"
    if "%m" not in place:
        for number, name in enumerate(_MONTHS, start=1):
            yield f"^([0-9]{{4}})-(?i:{name[:_SHORT]})[a-zA-Z]*-", f"$1-{number:02d}-"
    if "%p" in place:
        yield " 12:", " 00:"


def is_afternoon(form: str) -> str | None:
    """Write the pattern of texts of this format that say PM; None where the format says no such thing."""
    return _pattern(form).replace("(?i:am|pm)", "(?i:pm)") if "%p" in form else None


def _pieces(form: str) -> list[str]:
    return _PIECE.findall(form)


def _pattern(form: str) -> str:
    has_halves = "%p" in _pieces(form)
    return f"{_BLANK}*+{''.join(_piece(each, has_halves=has_halves) for each in _pieces(form))}{_BLANK}*+\\z"


def _piece(piece: str, *, has_halves: bool) -> str:
    if piece.isspace():
        return f"{_BLANK}++"
    if piece == "%H" and has_halves:
        return _UP_TO_12
    # Letters and digits stand for themselves in Java, and only they may not be quoted.
    return _PATTERNS.get(piece) or (piece if piece.isalnum() else f"\\{piece}")


def _places(form: str) -> dict[str, int]:
    """Number the parts that are caught; of one that stands there twice, the last counts."""
    caught = [each for each in _pieces(form) if "([" in _PATTERNS.get(each, "") or each in {"%B", "%b", "%p"}]
    return {each: number for number, each in enumerate(caught, start=1)}
