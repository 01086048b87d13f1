"""On which two values must the rule of a field prove itself? As close to its edge as can be, on either side of it.

A new rule for fields begins here: what is planted follows from it (`planting_fields.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from reconciliation_pipeline.domain.beds import PRICE
from reconciliation_pipeline.domain.plants import Value
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule, Precision, Reading, Space

SMALLEST: Final = Decimal("1e-10")
"""The smallest step between two numbers that the comparison tells apart."""

TEXT: Final = "planted text"
OTHER_TEXT: Final = "another text"
UNKNOWN_WORD: Final = "a planted word"

_DIGITS: Final = 15
_READ: Final = {
    Reading.TEXT: (TEXT, OTHER_TEXT),
    Reading.EMAIL: ("planted@example.com", "another@example.com"),
    Reading.PHONE: ("+49 30 1234567", "+49 30 1234568"),
    Reading.COUNTRY: ("DE", "AT"),
    Reading.DATE: ("2026-01-02T10:20:30Z", "2026-03-04T11:21:31Z"),
}
"""By reading, a text, and one that means something else."""

_NEXT: Final = {
    Precision.DAY: ("2026-01-02", "2026-01-03"),
    Precision.HOUR: ("2026-01-02T10:59:59Z", "2026-01-02T11:00:00Z"),
    Precision.MINUTE: ("2026-01-02T10:20:59Z", "2026-01-02T10:21:00Z"),
    Precision.SECOND: ("2026-01-02T10:20:30.9Z", "2026-01-02T10:20:31Z"),
    Precision.MICROSECOND: ("2026-01-02T10:20:30.000001Z", "2026-01-02T10:20:30.000002Z"),
}
"""By precision, two moments that are just not the same any more."""


class Ends(StrEnum):
    """In which bucket a pair of records must end that differs in nothing else, as balances name it."""

    EQUAL = "equal"
    CONFLICT = "conflict"
    FORMAT_ONLY = "format_only"
    UNKNOWN_VALUE = "unknown_value"


@dataclass(frozen=True, slots=True)
class Variation:
    """Two values of one field, and what they must come to."""

    name: str
    crm: Value
    billing: Value
    ends: Ends = Ends.CONFLICT

    @property
    def is_plain(self) -> bool:
        """Whether it is merely one text and another, which any field can say."""
        return (self.crm, self.billing) == (TEXT, OTHER_TEXT)


def variations(rule: FieldRule) -> Iterator[Variation]:
    """List the values on which a rule must prove itself; the first is a conflict."""
    equal = {side: an_equal(rule, side) for side in Side}
    if rule.numeric or rule.money:
        yield from _numbers(rule)
    elif rule.words:
        yield from _words(rule)
    elif rule.reading is Reading.TEXT:
        yield from _texts(rule)
    else:
        yield from _readings(rule)
    yield Variation("empty in the CRM", None, equal[Side.BILLING])
    yield Variation("empty in billing", equal[Side.CRM], None)
    yield Variation("the same", equal[Side.CRM], equal[Side.BILLING], Ends.EQUAL)


def tolerated(rule: FieldRule) -> Decimal:
    """Give the largest difference beside the planted price that a rule tolerates."""
    # The larger of the two numbers is what a share is a share of.
    share = PRICE / (1 - rule.relative) - PRICE if rule.relative else Decimal(0)
    return max(rule.tolerance, share.quantize(SMALLEST, "ROUND_FLOOR"))


def just_beyond(rule: FieldRule) -> Decimal:
    """Give a difference that is just more than a rule tolerates; beside a huge one, the smallest step is lost."""
    most = tolerated(rule)
    lost = Decimal(1).scaleb(most.adjusted() - _DIGITS)
    return most + max(SMALLEST, lost)


def an_equal(rule: FieldRule, side: Side) -> Value:
    """Give a value to plant on a side, which is equal to that of the other."""
    if rule.words:
        return _word(rule, side, min(_meanings(rule)))
    return PRICE if rule.numeric or rule.money else _READ[rule.reading][0]


def an_other(rule: FieldRule, side: Side) -> Value:
    """Give a value that is not that one, whatever the rule tolerates."""
    if rule.words:
        return _word(rule, side, max(_meanings(rule)))
    return PRICE + tolerated(rule) + PRICE if rule.numeric or rule.money else _READ[rule.reading][1]


def _numbers(rule: FieldRule) -> Iterator[Variation]:
    most, edge, beyond = tolerated(rule), PRICE + tolerated(rule), PRICE + just_beyond(rule)
    yield Variation(f"higher in billing by more than {most:f}", PRICE, beyond)
    yield Variation(f"higher in the CRM by more than {most:f}", beyond, PRICE)
    if most:
        yield Variation(f"higher in billing by just {most:f}", PRICE, edge, Ends.EQUAL)
        yield Variation(f"higher in the CRM by just {most:f}", edge, PRICE, Ends.EQUAL)


def _texts(rule: FieldRule) -> Iterator[Variation]:
    spelling = rule.spelling
    in_capitals = Ends.EQUAL if spelling.ignore_case else Ends.FORMAT_ONLY
    in_blanks = Ends.EQUAL if spelling.space in {Space.COLLAPSE, Space.IGNORE} else Ends.FORMAT_ONLY
    yield Variation("with another text", TEXT, OTHER_TEXT)
    yield Variation("with other capitals", TEXT, TEXT.upper(), in_capitals)
    yield Variation("with another space", TEXT, TEXT.replace(" ", "  "), in_blanks)
    if spelling.space is Space.IGNORE:
        yield Variation("without its space", TEXT, TEXT.replace(" ", ""), Ends.EQUAL)
    if spelling.compose:
        yield Variation("with its accent apart", "plant\u00e9", "plante\u0301", Ends.EQUAL)


def _readings(rule: FieldRule) -> Iterator[Variation]:
    text, other = _READ[rule.reading]
    yield Variation("with another meaning", text, other)
    match rule.reading:
        case Reading.EMAIL:
            yield Variation("with other capitals", text, text.upper(), Ends.EQUAL)
        case Reading.PHONE:
            yield Variation("in another form", text, "0049 (30) 123-4567", Ends.EQUAL)
            if code := rule.calling_code:
                yield Variation("without its calling code", f"+{code} 1234567", "01234567", Ends.EQUAL)
        case Reading.COUNTRY:
            yield Variation("by its name", text, "Germany", Ends.EQUAL)
        case Reading.DATE:
            yield Variation("in another form", "2026-01-02T10:20:30Z", "2026-01-02 11:20:30+01:00", Ends.EQUAL)
            yield Variation("just beyond its precision", *_NEXT[rule.date.precision])


def _words(rule: FieldRule) -> Iterator[Variation]:
    same = {side: an_equal(rule, side) for side in Side}
    if len(_meanings(rule)) > 1:
        yield Variation("with another meaning", same[Side.CRM], an_other(rule, Side.BILLING))
    yield Variation("a word nobody explained in the CRM", UNKNOWN_WORD, same[Side.BILLING], Ends.UNKNOWN_VALUE)
    yield Variation("a word nobody explained in billing", same[Side.CRM], UNKNOWN_WORD, Ends.UNKNOWN_VALUE)


def _meanings(rule: FieldRule) -> set[str]:
    """List what both sides have a word for."""
    whole = {meaning for words in rule.words.values() for meaning in words.values()}
    crm, billing = (set(rule.words[side].values()) if rule.words.get(side) else whole for side in Side)
    return crm & billing or whole


def _word(rule: FieldRule, side: Side, meaning: str) -> str:
    words = rule.words.get(side)
    return meaning if not words else next((word for word, means in words.items() if means == meaning), meaning)
