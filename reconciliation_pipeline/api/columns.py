"""As what is a column compared, and how is a value of it written so that nothing is lost?

Every function gives an expression in SQL; two values of one kind are the same where their texts are.

    number    its shortest decimal text without needless zeros: 49, 49.0 and 49.00 are `49`; nothing is rounded
    boolean   `true` or `false`
    day       `2026-01-31`
    moment    `2026-01-31T10:00:00`, without a zone
    instant   `2026-01-31T09:00:00Z`, in UTC
    text      as it stands
"""

import re
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """As what the values of a column are understood."""

    NUMBER = "number"
    SPELT = "spelt number"
    """Texts of which each spells a number: one where the other side has numbers, a text where it has texts."""
    BOOLEAN = "boolean"
    DAY = "day"
    MOMENT = "moment"
    INSTANT = "instant"
    TEXT = "text"
    EMPTY = "nothing"
    """The column holds no value at all."""


NUMBER_TEXT: Final = "NUMBER"
"""The type of a text of which every value is a number, such as JSON has."""
SPELT_TEXT: Final = "SPELT"
"""The type of a text of which every value spells a number, in a file that has no types."""
FLOATS: Final = {"DOUBLE": 2**53, "FLOAT": 2**24}
"""Binary fractions, and up to where they hold every whole number."""

_PLAIN: Final = "[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)"
_SCIENTIFIC: Final = f"{_PLAIN}[eE][+-]?[0-9]{{1,3}}"
_KINDS: Final = (
    (r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|DECIMAL\(.*\)|DOUBLE|FLOAT|BIGNUM|NUMBER", Kind.NUMBER),
    (r"SPELT", Kind.SPELT),
    (r"BOOLEAN", Kind.BOOLEAN),
    (r"DATE", Kind.DAY),
    (r"TIMESTAMP WITH TIME ZONE|TIMESTAMPTZ_NS", Kind.INSTANT),
    (r"TIMESTAMP(_S|_MS|_NS)?", Kind.MOMENT),
    (r"VARCHAR|ENUM\(.*\)|UUID|BLOB|TIME(_NS)?|TIME WITH TIME ZONE|JSON", Kind.TEXT),
    (r'"?NULL"?', Kind.EMPTY),
)


def kind_of(type_name: str) -> Kind | None:
    """Say what a column of an engine's type is; None for what has no text of its own, such as a list."""
    if type_name.endswith("]"):
        return None
    return next((kind for pattern, kind in _KINDS if re.fullmatch(pattern, type_name, re.DOTALL)), None)


def common(one: Kind, other: Kind) -> Kind | None:
    """Say as what two columns are compared; None where each is best left as what it is."""
    kinds = {one, other} - {Kind.EMPTY}
    if Kind.SPELT in kinds:
        kinds = kinds - {Kind.SPELT} or {Kind.NUMBER}
    elif len(kinds) > 1:
        # A text may spell a value of the other kind, and a day is the moment it begins.
        kinds -= {Kind.TEXT}
    if kinds == {Kind.DAY, Kind.MOMENT}:
        return Kind.MOMENT
    return None if len(kinds) > 1 else next(iter(kinds), Kind.TEXT)


def text_of(value: str, type_name: str, wanted: Kind | None = None) -> str:
    """Write a value as text.

    Args:
        value: Its expression.
        type_name: Its type, as the engine names it.
        wanted: As what it is compared; None for what it is.
    """
    match kind_of(type_name):
        case Kind.NUMBER:
            return _number(value, type_name)
        case Kind.DAY if wanted is Kind.MOMENT:
            return f"CAST({value} AS VARCHAR) || 'T00:00:00'"
        case Kind.MOMENT:
            return _moment(value)
        case Kind.INSTANT:
            return _instant(value)
        case Kind.TEXT | Kind.SPELT:
            return _READ.get(wanted or Kind.TEXT, _as_text)(f"CAST({value} AS VARCHAR)")
        case _:
            return f"CAST({value} AS VARCHAR)"


def is_number(text: str) -> str:
    """Say whether a text writes a number as machines do, so that nothing but its value can be meant by it."""
    return f"regexp_full_match({text}, '-?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{{1,3}})?')"


def _number(value: str, type_name: str) -> str:
    if type_name == NUMBER_TEXT:
        return _read_number(value)
    text = f"CAST({value} AS VARCHAR)"
    if most := FLOATS.get(type_name):
        # Not a number is no value. What is left at the end is written without needless zeros already.
        return f"""CASE
            WHEN isnan({value}) THEN NULL
            WHEN {value} = trunc({value}) AND abs({value}) <= {most} THEN CAST(CAST({value} AS BIGINT) AS VARCHAR)
            WHEN contains({text}, 'e') THEN {_tidy(_expanded(text))}
            WHEN ends_with({text}, '.0') THEN substr({text}, 1, length({text}) - 2)
            ELSE {text}
        END"""
    return _tidy(text) if type_name.startswith("DECIMAL") else text


def _read_number(text: str) -> str:
    return f"""CASE
        WHEN regexp_full_match({text}, '{_PLAIN}') THEN {_tidy(text)}
        WHEN regexp_full_match({text}, '{_SCIENTIFIC}') THEN {_tidy(_expanded(text))}
        ELSE {text}
    END"""


def _expanded(text: str) -> str:
    """Write a number without an exponent; its digits are moved, never calculated with."""
    mantissa, exponent = (f"split_part(lower({text}), 'e', {part})" for part in (1, 2))
    digits = f"regexp_replace({mantissa}, '[^0-9]', '', 'g')"
    before = (
        f"(length({digits}) - length(split_part({mantissa}, '.', 2)) + coalesce(TRY_CAST({exponent} AS INTEGER), 0))"
    )
    return f"""CASE WHEN starts_with({mantissa}, '-') THEN '-' ELSE '' END || CASE
        WHEN {before} <= 0 THEN '0.' || repeat('0', -{before}) || {digits}
        WHEN {before} >= length({digits}) THEN {digits} || repeat('0', {before} - length({digits}))
        ELSE substr({digits}, 1, {before}) || '.' || substr({digits}, {before} + 1)
    END"""


def _tidy(text: str) -> str:
    """Take away a plus, zeros that say nothing, and the sign of zero."""
    for pattern, instead in (
        ("^[+]", ""),
        ("([.][0-9]*?)0+$", r"\1"),
        ("[.]$", ""),
        ("^(-?)0+([0-9])", r"\1\2"),
        ("^(-?)[.]", r"\10."),
    ):
        text = f"regexp_replace({text}, '{pattern}', '{instead}')"
    return f"regexp_replace({text}, '^-?0?$', '0')"


def _moment(value: str) -> str:
    # The engine writes no more of a second than there is.
    return f"replace(CAST({value} AS VARCHAR), ' ', 'T')"


def _instant(value: str) -> str:
    # The engine's own zone is UTC.
    text = f"CAST({value} AS VARCHAR)"
    return f"replace(replace({text}, '+00', 'Z'), ' ', 'T')"


_DAY_TEXT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
# What is finer than the engine reads stays the text it is.
_TIME_TEXT: Final = "[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"


def _read_moment(text: str) -> str:
    read = _moment(f"TRY_CAST({text} AS TIMESTAMP)")
    return _where(text, f"{_DAY_TEXT}([Tt ]{_TIME_TEXT})?", read)


def _read_instant(text: str) -> str:
    read = _instant(f"TRY_CAST({text} AS TIMESTAMP WITH TIME ZONE)")
    zone = "([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)"
    return _where(text, f"{_DAY_TEXT}[Tt ]{_TIME_TEXT}{zone}", read)


def _where(text: str, pattern: str, read: str) -> str:
    """Read a text that looks like it; one that looks so and is none, such as the 31st of February, stays a text."""
    return f"CASE WHEN regexp_full_match({text}, '{pattern}') THEN coalesce({read}, {text}) ELSE {text} END"


def _read_boolean(text: str) -> str:
    return f"CASE WHEN lower({text}) IN ('true', 'false') THEN lower({text}) ELSE {text} END"


def _as_text(text: str) -> str:
    return text


_READ: Final = {
    Kind.NUMBER: _read_number,
    Kind.BOOLEAN: _read_boolean,
    Kind.MOMENT: _read_moment,
    Kind.INSTANT: _read_instant,
}
