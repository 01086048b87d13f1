"""How does an answer of the engine become a noun of the domain?

Only the differing records come this way; everything that agrees stays inside the engine.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.comparison import FormatDifference
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Side

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_MISSING_ON: Final = {Kind.CRM_ONLY: Side.BILLING, Kind.BILLING_ONLY: Side.CRM}


def discrepancy(row: Mapping[str, Any], rules: ComparisonRules) -> Discrepancy:
    """Read one row of `statement.differences`.

    The mappings of the result have an entry for each side on which the record exists, running or not.
    """
    kind = Kind(row["verdict"])
    existing = [side for side in Side if row[f"{side}_source_id"] is not None]
    return Discrepancy(
        kind=kind,
        key=row["key"],
        cause=_cause(kind, row),
        fields=tuple(_fields(row, rules)),
        source_ids={side: row[f"{side}_source_id"] for side in existing},
        statuses={side: row[f"{side}_status"] for side in existing},
        changed_at={side: _instant(row[f"{side}_changed_at"]) for side in existing},
        amounts={side: _amount(row.get(f"{side}_amount"), row.get(f"{side}_currency")) for side in existing},
    )


def format_difference(row: Mapping[str, Any], rules: ComparisonRules) -> FormatDifference:
    """Read one row of `statement.differences` whose sides mean the same."""
    return FormatDifference(row["key"], tuple(_fields(row, rules)))


def _fields(row: Mapping[str, Any], rules: ComparisonRules) -> Iterator[FieldDifference]:
    for rule in rules.fields:
        if row[f"differs_{rule.name}"]:
            values = row[f"crm_field_{rule.name}"], row[f"billing_field_{rule.name}"]
            yield FieldDifference(rule.name, *values, format_only=not row[f"conflicts_{rule.name}"])


def _cause(kind: Kind, row: Mapping[str, Any]) -> Cause | None:
    if kind is Kind.VALUE_CONFLICT:
        return None
    state = row[f"{_MISSING_ON[kind]}_state"]
    return Cause.UNKNOWN if state is None else Cause(state)


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
