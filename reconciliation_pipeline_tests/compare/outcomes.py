"""What does the comparison make of pairs of values, all under one rule? One comparison a table."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline_tests.compare.conftest import Compare
from reconciliation_pipeline_tests.compare.sides import record

EQUAL: Final = "equal"
FORMAT: Final = "format_only"
CONFLICT: Final = "value_conflict"
UNKNOWN: Final = "unknown_value"

Case = tuple[str | None, str | None, str]
"""The value of the CRM, that of billing, and what becomes of the two."""


def wrong(run: Compare, rule: FieldRule, table: Sequence[Case], *, never_empty: bool = False) -> list[Case]:
    """List the lines of a table that came out otherwise, as they came out; each is a record of its own."""
    names = [f"C{number:03}" for number in range(len(table))]
    crm, billing = (
        [replace(record(name), values=_values(case[place], rule)) for name, case in zip(names, table, strict=True)]
        for place in (0, 1)
    )
    lost = frozenset([rule.name] if never_empty else [])
    comparison = run(crm, billing, ComparisonRules((rule,), None, {}, never_empty=lost))
    found = dict.fromkeys(names, EQUAL)
    found |= {one.key: str(one.kind) for one in comparison.discrepancies}
    found |= {one.key: FORMAT for one in comparison.format_only}
    found |= {str(one.key): one.kind for one in comparison.key_troubles}
    equal = sum(outcome == EQUAL for outcome in found.values())
    assert {equal} == {comparison.balances[side].equal for side in Side}
    return [
        (crm, billing, found[name])
        for name, (crm, billing, outcome) in zip(names, table, strict=True)
        if outcome != found[name]
    ]


def _values(text: str | None, rule: FieldRule) -> dict[str, str | None]:
    if not rule.money or text is None:
        return {rule.name: text}
    amount, _, currency = text.partition(" ")
    return {rule.name: amount, f"{rule.name}_currency": currency or None}
