"""How do people see the two values of one field, and what is there to know about them?

Two values that differ never look the same: what a reader cannot see is made visible, or said.
"""

import re
import unicodedata
from dataclasses import dataclass

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import FieldDifference, Kind, Side
from reconciliation_pipeline.domain.spelling import plain
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.reporting.items import shown_fields

NOTHING = "-"
"""What stands where a system has no value."""

EMPTY_TEXT = '""'
"""What stands where a system has a text of no characters."""

NEVER_BEFORE = "empty on both sides, and never was before"
"""What is said of a field that lost its values on both sides."""

IN_FORMAT = "format only"
"""What is said of two values that mean the same."""

ALIKE = "the two look alike, and are not the same"
"""What is said where a reader would see no difference."""

BLANK = "\N{OPEN BOX}"
"""What stands for a blank that a reader would miss: at an end, beside another one, or of another kind."""

_MISSED = re.compile(r"^\s+|\s+$|\s{2,}|[^\S ]")


@dataclass(frozen=True, slots=True)
class Values:
    """The two values of one field, as people see them.

    Attributes:
        name: The field.
        crm: Its value in the CRM.
        billing: Its value in billing.
        notes: What there is to know about them.
        is_lost: Whether neither side has a value where both always had one; there is nothing else to show then.
    """

    name: str
    crm: str
    billing: str
    notes: tuple[str, ...] = ()
    is_lost: bool = False

    @property
    def together(self) -> str:
        """Say it all in one cell: `Pro / PRO (format only)`."""
        both = NEVER_BEFORE if self.is_lost else f"{self.crm} / {self.billing}"
        return f"{both} ({self.said})" if self.notes else both

    @property
    def said(self) -> str:
        """Say the notes in one line."""
        return "; ".join(self.notes)


def values_of(seen: Observation, words: Words) -> list[Values]:
    """Show what differs, a field each; for a record that runs on one side only, its two statuses."""
    if seen.kind is Kind.VALUE_CONFLICT:
        return [differing(one, words) for one in seen.fields]
    return [Values(one.name, visible(one.crm), visible(one.billing)) for one in shown_fields(seen)]


def differing(one: FieldDifference, words: Words) -> Values:
    """Show a field on which a pair of records differs."""
    crm, billing = visible(one.crm), visible(one.billing)
    return Values(one.name, crm, billing, tuple(_notes(one, words)), is_lost=is_lost(one))


def is_lost(one: FieldDifference) -> bool:
    """Tell whether a field that always had a value has none on either side; nothing else makes two gaps differ."""
    return one.crm is None and one.billing is None


def visible(value: str | None) -> str:
    """Write a value so that its blanks can be seen where they would be missed."""
    if value is None:
        return NOTHING
    return plain(_MISSED.sub(lambda found: BLANK * len(found[0]), value)) or EMPTY_TEXT


def right_words(name: str, words: Words) -> str:
    """Say which side is right about a field: `the CRM is right, by the settings`; empty where neither is."""
    side: Side | None = words.right.get(name)
    return f"{words.name(side)} is right, by the settings" if side else ""


def _notes(one: FieldDifference, words: Words) -> list[str]:
    if is_lost(one):
        return []
    look_alike = _composed(visible(one.crm)) == _composed(visible(one.billing))
    said = (IN_FORMAT if one.format_only else "", ALIKE if look_alike else "", right_words(one.name, words))
    return [note for note in said if note]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)
