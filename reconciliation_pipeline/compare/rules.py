"""What does this pair of systems call equal?

The rules of one reconciliation, reduced to what the comparison needs. Reading them from YAML belongs in
`settings`; turning them into SQL belongs in `statement.py`.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import AS_WRITTEN, FieldRule, KeyRule

_PLACES: Final = 6
_FIELD_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class ComparisonRules:
    """How the records of two snapshots are compared.

    Attributes:
        fields: The compared fields, in the order in which differences are shown.
        amount_field: The money field that says what a record costs; None when nothing does. It need not be
            compared, and a side that does not carry it has no amounts.
        reduce: Sides on which several rows of one key become one record; on a side not named they are a finding.
        key: Which differences between two spellings of a key are none.
        never_empty: Fields that had a value on every earlier record of both sides, so that two records without one
            do not agree.

    Raises:
        ValueError: A field name is not a plain word, appears twice, or the amount is not money; or a share of a
            number is no share, or has more than six places.
    """

    fields: tuple[FieldRule, ...]
    amount_field: str | None
    reduce: Mapping[Side, bool]
    key: KeyRule = AS_WRITTEN
    never_empty: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        uses = Counter(column for rule in self.carried for column in columns_of(rule))
        if twice := [column for column, count in uses.items() if count > 1]:
            message = f"two compared fields would share a column: {', '.join(twice)}"
            raise ValueError(message)
        if any(rule.name == self.amount_field and not rule.money for rule in self.fields):
            message = f"the amount of a record is money, and {self.amount_field} is compared as something else"
            raise ValueError(message)
        for rule in self.fields:
            if not 0 <= rule.relative < 1 or rule.relative != round(rule.relative, _PLACES):
                message = f"{rule.relative} is not a share from 0 to 1 with at most {_PLACES} places"
                raise ValueError(message)

    @property
    def carried(self) -> tuple[FieldRule, ...]:
        """The compared fields, and the amount when it is not among them."""
        if self.amount_field is None or any(rule.name == self.amount_field for rule in self.fields):
            return self.fields
        return (*self.fields, FieldRule(self.amount_field, numeric=True, money=True))

    def folds(self, side: Side) -> bool:
        """Whether several rows of one key become one record on this side."""
        return self.reduce.get(side, False)


def columns_of(rule: FieldRule) -> tuple[str, ...]:
    """Name a field's columns in a snapshot: its value, and for money its currency.

    Raises:
        ValueError: The name is not a plain lower-case word, so it must not reach a statement.
    """
    if not _FIELD_NAME.fullmatch(rule.name):
        message = f"{rule.name!r} is not a field name: lower-case letters, digits and _ only, a letter first"
        raise ValueError(message)
    value = f"field_{rule.name}"
    return (value, f"{value}_currency") if rule.money else (value,)
