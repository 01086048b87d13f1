"""What do two systems mean by the same key, and by the same value?

Nouns only: the rules as the settings state them. Turning them into SQL belongs in `compare/canonical.py`, where they
are the only spelling of each rule for every engine.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from reconciliation_pipeline.domain.records import Side


class Space(StrEnum):
    """Which blanks of a text matter."""

    EXACT = "exact"
    """Every one."""
    TRIM = "trim"
    """None at the ends."""
    COLLAPSE = "collapse"
    """None at the ends, and between words only whether there is one."""
    IGNORE = "ignore"
    """None at all."""


class Reading(StrEnum):
    """As what the text of a field is read before it is compared; what cannot be read so stays the text it is."""

    TEXT = "text"
    EMAIL = "email"
    """Without blanks at its ends, and without capitals."""
    PHONE = "phone"
    """As digits after the +, with the calling code where one is known."""
    COUNTRY = "country"
    """As its two letters of ISO 3166-1."""
    DATE = "date"
    """As a moment in one zone, cut to a precision."""


class Precision(StrEnum):
    """To what a moment is cut before it is compared."""

    DAY = "day"
    HOUR = "hour"
    MINUTE = "minute"
    SECOND = "second"
    MICROSECOND = "microsecond"


@dataclass(frozen=True, slots=True)
class Spelling:
    """Which differences between two spellings of a text are none.

    Attributes:
        ignore_case: Capitals do not matter.
        space: Which blanks matter.
        compose: Letters with their accents apart are the same as composed ones (Unicode NFC).
        empty_is_null: A text of nothing but blanks is the same as no value.
    """

    ignore_case: bool = False
    space: Space = Space.EXACT
    compose: bool = False
    empty_is_null: bool = False


EXACT = Spelling()


@dataclass(frozen=True, slots=True)
class DateRule:
    """How a text is read as a moment.

    Attributes:
        zone: IANA name of the zone of texts that name none, and in which a day is a day.
        precision: To what moments are cut.
        formats: How texts that are not ISO 8601 are written, as strptime writes it; `epoch` and `epoch_ms` are
            seconds and milliseconds since 1970.
    """

    zone: str = "UTC"
    precision: Precision = Precision.MICROSECOND
    formats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one mapped field is compared.

    Attributes:
        name: The mapped name, the same on both sides.
        numeric: Compare as decimal numbers instead of as text.
        tolerance: Numbers that differ by at most this much agree (absolute, in the field's unit).
        money: The field is an amount; its currency is compared too.
        relative: Numbers that differ by at most this share of the larger one agree as well.
        reading: As what a text is read.
        spelling: Which differences in spelling are none.
        date: How a text is read as a moment, where it is.
        calling_code: The country's digits for phone numbers that begin with a single 0, e.g. 49; "" leaves them.
        words: By side, what each of its words means, e.g. `{crm: {Gold: premium}}`; a side that is not named uses the
            meanings themselves. A word that nobody explained keeps its record out of the comparison.
        authority: The side that is right when the two differ; None where neither is.
    """

    name: str
    numeric: bool = False
    tolerance: Decimal = Decimal(0)
    money: bool = False
    relative: Decimal = Decimal(0)
    reading: Reading = Reading.TEXT
    spelling: Spelling = EXACT
    date: DateRule = field(default_factory=DateRule)
    calling_code: str = ""
    words: Mapping[Side, Mapping[str, str]] = field(default_factory=dict, hash=False)
    authority: Side | None = None


@dataclass(frozen=True, slots=True)
class KeyRule:
    """Which differences between two spellings of a key are none.

    Applied in this order: composed letters, blanks, capitals, prefix and suffix, leading zeros, aliases. Two
    records of one side that only these rules make the same share a key; they are reported and never merged.

    Attributes:
        compose: Letters with their accents apart are the same as composed ones (Unicode NFC).
        trim: Blanks at the ends do not matter.
        ignore_case: Capitals do not matter.
        prefixes: What a side writes before its keys, by side; taken off where it is there.
        suffixes: The same after its keys.
        ignore_zeros: Leading zeros do not matter.
        aliases: Keys that became another one, and which: written as either system writes them.
    """

    compose: bool = False
    trim: bool = False
    ignore_case: bool = False
    prefixes: Mapping[Side, str] = field(default_factory=dict, hash=False)
    suffixes: Mapping[Side, str] = field(default_factory=dict, hash=False)
    ignore_zeros: bool = False
    aliases: Mapping[str, str] = field(default_factory=dict, hash=False)


AS_WRITTEN = KeyRule()
