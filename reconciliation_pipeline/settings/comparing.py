"""How is a field compared, and how are keys, as a file writes it?

What the rules mean is `domain/rules.py`; whether they contradict each other `contradictions.py`.
"""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator
from pydantic_core.core_schema import ValidationInfo

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.values import FieldName, Strict, Text, Zone, wrong

CALLING_CODE = r"^[1-9][0-9]{0,2}$"
SHARE_PLACES = 6
"""Places after the point that the comparison reads of a relative tolerance."""

EPOCHS = frozenset({"epoch", "epoch_ms"})
"""Formats that count from 1970 instead of naming a day."""

_DIRECTIVES = frozenset("aAdbBmyYHIpMSf%")
# Two-digit years, names of months, afternoons and offsets all come back as they went, or the format is none.
_SAMPLE = datetime(2031, 11, 23, 14, 5, 6, 789012, tzinfo=UTC)


def _calling_code(value: str) -> str:
    if not re.fullmatch(CALLING_CODE, value, re.ASCII):
        raise wrong(code="calling_code")
    return value


def _format(value: str) -> str:
    if value in EPOCHS:
        return value
    directives = re.findall(r"%(.?)", value, re.DOTALL)
    try:
        read = datetime.strptime(_SAMPLE.strftime(value), value)  # noqa: DTZ007 - the zone is another key
    except (ValueError, re.error):
        raise wrong(code="bad_format") from None
    if not {"z", "Z"}.isdisjoint(directives):
        raise wrong(code="format_zone")
    if not _DIRECTIVES.issuperset(directives):
        raise wrong(code="bad_format")
    if not all(any(one in directives for one in each) for each in ("yY", "mbB", "d")):
        raise wrong(code="format_parts")
    if read.date() != _SAMPLE.date() or read.hour not in {0, _SAMPLE.hour}:
        raise wrong(code="format_half")
    return value


CallingCode = Annotated[str, AfterValidator(_calling_code), Field(json_schema_extra={"pattern": CALLING_CODE})]
DateFormat = Annotated[
    str, AfterValidator(_format), Field(json_schema_extra={"examples": ["%d.%m.%Y", "%m/%d/%Y", "epoch", "epoch_ms"]})
]


class Tolerance(Strict):
    """How far two numbers may differ and still agree; either is enough."""

    absolute: Decimal | None = Field(default=None, ge=0)
    """Largest difference that still agrees, in the unit of the field; write it in quotes."""
    relative: Decimal | None = Field(default=None, ge=0, lt=1, validate_default=True)
    """Largest share of the larger number that still agrees, such as "0.001"; write it in quotes."""

    @field_validator("relative")
    @classmethod
    def _says_something(cls, value: Decimal | None, info: ValidationInfo) -> Decimal | None:
        if value is None and info.data.get("absolute", 0) is None:
            raise wrong(code="no_tolerance")
        if value is not None and value != round(value, SHARE_PLACES):
            raise wrong(code="share_places")
        return value


class SidedWords(Strict):
    """What each side's words mean; a side that is not named uses the meanings themselves."""

    crm: dict[str, Text] | None = None
    """Each word of the CRM, and what it means."""
    billing: dict[str, Text] | None = None
    """Each word of billing, and what it means."""

    def __getitem__(self, side: Side) -> dict[str, str] | None:
        """Look the words of a side up."""
        return self.crm if side is Side.CRM else self.billing


class ComparedField(Strict):
    """One mapped field that is compared."""

    field: FieldName
    """Name of the field, as both sides map it."""
    tolerance: Tolerance | None = None
    """How far two numbers may differ and still agree; for decimal and money."""
    case: Literal["exact", "ignore"] = "exact"
    """Whether capitals matter."""
    space: Literal["exact", "trim", "collapse", "ignore"] = "exact"
    """Which blanks matter: all, none at the ends, between words only whether there is one, or none at all."""
    unicode: Literal["exact", "nfc"] = "exact"
    """With `nfc` a letter and its accent written apart are the same as both in one."""
    empty: Literal["exact", "missing"] = "exact"
    """With `missing` a text of nothing but blanks is the same as no value."""
    as_: Literal["text", "email", "phone", "country", "date"] = Field(default="text", alias="as")
    """As what a text is read; one that cannot be read so stays the text it is."""
    calling_code: CallingCode | None = None
    """For phone: the country's digits for numbers that begin with a single 0, such as "49"."""
    zone: Zone | None = None
    """For date: zone of texts that name none, and in which a day is a day; by default UTC."""
    precision: Literal["day", "hour", "minute", "second", "microsecond"] | None = None
    """For date: to what moments are cut before they are compared; by default microsecond."""
    formats: list[DateFormat] | None = Field(default=None, min_length=1)
    """For date: how texts that are not ISO 8601 are written, as strptime writes it, or `epoch` and `epoch_ms`."""
    words: SidedWords | None = None
    """What each side's words mean; a word that nobody explained sets its record apart."""
    ignore: bool = False
    """The field is mapped and kept, and not compared."""
    authority: Literal["crm", "billing"] | None = None
    """The side that is right when the two differ; by default neither is."""


def _short_compared(value: object) -> object:
    """Let `plan` stand for `{field: plan}`."""
    return {"field": value} if isinstance(value, str) else value


Compared = Annotated[ComparedField, BeforeValidator(_short_compared, json_schema_input_type=str | ComparedField)]


class SidedText(Strict):
    """A text of each side."""

    crm: str = ""
    """What the CRM writes there."""
    billing: str = ""
    """What billing writes there."""

    def __getitem__(self, side: Side) -> str:
        """Look the text of a side up."""
        return self.crm if side is Side.CRM else self.billing


def _short_sided(value: object) -> object:
    """Let one text stand for the same on both sides."""
    return {"crm": value, "billing": value} if isinstance(value, str | int | float) else value


OneText = Annotated[SidedText, BeforeValidator(_short_sided, json_schema_input_type=str | SidedText)]


class KeySettings(Strict):
    """Which differences between two spellings of a key are none."""

    trim: bool = False
    """Blanks at the ends do not matter: without it pulls take off all but U+FEFF, and `reconcile` takes off none."""
    case: Literal["exact", "ignore"] = "exact"
    """Whether capitals matter in keys."""
    unicode: Literal["exact", "nfc"] = "exact"
    """With `nfc` a letter and its accent written apart are the same as both in one."""
    zeros: Literal["exact", "ignore"] = "exact"
    """Whether zeros before a key matter, once its prefix is taken off."""
    prefix: OneText = SidedText()
    """What stands before keys and is taken off where it is there: one text for both sides, or one a side."""
    suffix: OneText = SidedText()
    """The same after keys."""
    aliases: dict[str, Text] = Field(default_factory=dict)
    """Keys that became another one, and which: `{"K-1": "K-9"}`, as either system writes them."""
