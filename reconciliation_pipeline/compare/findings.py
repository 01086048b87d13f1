"""How does an answer of the engine become a noun of the domain?

Only the differing records come this way; everything that agrees stays inside the engine. There may still be very many
of them, so what is the same for every row is worked out once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.statement import FORMAT, SAME
from reconciliation_pipeline.domain.comparison import FormatDifference
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Side

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = {str(kind): kind for kind in Kind}
_CAUSES: Final[Mapping[str, Cause]] = {str(cause): cause for cause in Cause}
_MISSING_ON: Final = {Kind.CRM_ONLY: Side.BILLING, Kind.BILLING_ONLY: Side.CRM, Kind.VALUE_CONFLICT: None}

Values = Sequence[Any]
"""One row of an answer."""
_Differing = tuple[str, int, int, bool]
"""A field that differs, where its two values stand, and whether it is its format only."""


class Reader:
    """Reads the rows of `statement.differences`."""

    def __init__(self, names: Sequence[str], rules: ComparisonRules) -> None:
        """Find out where everything stands.

        Args:
            names: The columns of the answer.
            rules: How the records were compared.
        """
        place = {name: number for number, name in enumerate(names)}
        self._verdict, self._key = place["verdict"], place["key"]
        self._sides = tuple(
            (
                side,
                place[f"{side}_source_id"],
                place[f"{side}_status"],
                place[f"{side}_changed_at"],
                place[f"{side}_state"],
            )
            for side in Side
        )
        self._amounts = {side: (place.get(f"{side}_amount"), place.get(f"{side}_currency")) for side in Side}
        self._apart = place["apart"]
        self._fields = [
            (rule.name, place[f"crm_field_{rule.name}"], place[f"billing_field_{rule.name}"]) for rule in rules.fields
        ]
        self._differing: dict[str, list[_Differing]] = {}

    def is_format_only(self, row: Values) -> bool:
        """Whether the two sides of this record mean the same."""
        return bool(row[self._verdict] == "format_only")

    def discrepancy(self, row: Values) -> Discrepancy:
        """Read a record on which the sides disagree.

        The mappings of the result have an entry for each side on which the record exists, running or not.
        """
        kind = _KINDS[row[self._verdict]]
        missing_on = _MISSING_ON[kind]
        source_ids, statuses, changed_at, amounts, cause = {}, {}, {}, {}, None
        for side, source_id, status, changed, state in self._sides:
            if side is missing_on:
                cause = Cause.UNKNOWN if row[state] is None else _CAUSES[row[state]]
            if row[source_id] is not None:
                source_ids[side] = row[source_id]
                statuses[side] = row[status]
                changed_at[side] = _instant(row[changed])
                value, currency = self._amounts[side]
                amounts[side] = None if value is None or currency is None else _amount(row[value], row[currency])
        fields = self._apart_in(row) if missing_on is None else ()
        return Discrepancy(kind, row[self._key], cause, fields, source_ids, statuses, changed_at, amounts)

    def format_difference(self, row: Values) -> FormatDifference:
        """Read a record whose sides mean the same and write it differently."""
        return FormatDifference(row[self._key], self._apart_in(row))

    def _apart_in(self, row: Values) -> tuple[FieldDifference, ...]:
        said = row[self._apart]
        if said not in self._differing:
            told = zip(self._fields, said, strict=True)
            self._differing[said] = [(*field, letter == FORMAT) for field, letter in told if letter != SAME]
        return tuple(
            FieldDifference(name, row[crm], row[billing], is_format)
            for name, crm, billing, is_format in self._differing[said]
        )


def _instant(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + timedelta(microseconds=microseconds)


def _amount(value: str | None, currency: str | None) -> Amount | None:
    """Read an amount; a number without a currency, or text that is no number, is not one."""
    if value is None or currency is None:
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    return Amount(number, currency) if number.is_finite() else None
