"""What should the comparison have said? The same rules, in plain Python, one record at a time.

Slow and obvious on purpose: it shares no code with the engine, so that agreeing with it means something. What two
spellings mean is `oracle_meaning.py`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, localcontext

from reconciliation_pipeline.compare.engine import FORMAT_SHOWN
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.records import Amount, Cause, Discrepancy, FieldDifference, Kind, Row, Side, State
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline_tests.compare.oracle_meaning import (
    amount,
    is_unexplained,
    key_of,
    meaning,
    means_the_same,
    number,
)

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_BUCKETS = (
    "no_key",
    "duplicate_key",
    "folded",
    "equal",
    "conflict",
    "format_only",
    "unknown_value",
    "one_sided",
    "counterpart",
    "out_of_scope",
)


@dataclass
class _Story:
    """What is told of the keys that were looked at so far."""

    discrepancies: list[Discrepancy] = field(default_factory=list)
    troubles: list[KeyTrouble] = field(default_factory=list)
    formats: list[FormatDifference] = field(default_factory=list)


def expected(crm: Sequence[Row], billing: Sequence[Row], rules: ComparisonRules) -> Comparison:
    """Compare two small sides by looking at one key after the other."""
    with localcontext(prec=100):
        return _expected(crm, billing, rules)


def _expected(crm: Sequence[Row], billing: Sequence[Row], rules: ComparisonRules) -> Comparison:
    sides = {Side.CRM: crm, Side.BILLING: billing}
    counts = {side: dict.fromkeys(_BUCKETS, 0) for side in Side}
    story = _Story()
    by_key: dict[Side, dict[str, list[Row]]] = {side: defaultdict(list) for side in Side}
    for side, rows in sides.items():
        for row in rows:
            if key := key_of(row.key, rules.key, side):
                by_key[side][key].append(row)
            elif row.state is State.OUT_OF_SCOPE:
                counts[side]["out_of_scope"] += 1
            else:
                counts[side]["no_key"] += 1
                story.troubles.append(KeyTrouble(side, row.source_id, None))
    for key in by_key[Side.CRM].keys() | by_key[Side.BILLING].keys():
        rows_of = {side: by_key[side].get(key, []) for side in Side}
        shared = [side for side in Side if _ambiguous(rows_of[side], rules, side)]
        if shared:
            story.troubles += [KeyTrouble(side, row.source_id, key) for side in shared for row in rows_of[side]]
            for side in Side:
                counts[side]["duplicate_key"] += len(rows_of[side])
            continue
        records = {side: _fold(rows, rules) for side, rows in rows_of.items() if rows}
        for side in records:
            counts[side]["folded"] += len(rows_of[side]) - 1
        for side, bucket in _judge(key, records, rules, story).items():
            counts[side][bucket] += 1
    return Comparison(
        discrepancies=tuple(sorted(story.discrepancies, key=lambda found: (found.kind, found.key))),
        key_troubles=tuple(sorted(story.troubles, key=_place)),
        balances={side: SideBalance(pulled=len(sides[side]), **counts[side]) for side in Side},
        format_only=tuple(sorted(story.formats, key=lambda found: found.key)[:FORMAT_SHOWN]),
    )


def _place(trouble: KeyTrouble) -> tuple[str, ...]:
    # What is missing comes last.
    parts = (trouble.side, trouble.source_id, trouble.key, trouble.field, trouble.word)
    return tuple("\U0010ffff" if part is None else part for part in parts)


def _changed(row: Row) -> datetime | None:
    return max(filter(None, (row.created_at, row.updated_at)), default=None)


def _pool(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row.state is State.ACTIVE] or list(rows)


def _ambiguous(rows: Sequence[Row], rules: ComparisonRules, side: Side) -> bool:
    if len(rows) < 2:
        return False
    if not rules.reduce.get(side, False) or len({row.source_id for row in rows}) < len(rows):
        return True
    if len({row.key for row in rows}) > 1:
        return True
    for rule in rules.carried:
        priced = [row for row in _pool(rows) if row.values.get(rule.name) is not None]
        if rule.money and len({row.values.get(f"{rule.name}_currency") for row in priced}) > 1:
            return True
        if rule.money and any(number(row.values[rule.name]) is None for row in priced):
            return True
    return False


def _fold(rows: Sequence[Row], rules: ComparisonRules) -> Row:
    if len(rows) == 1:
        return rows[0]
    pool = _pool(rows)
    latest = max(_changed(row) or _LONG_AGO for row in pool)
    speaker = min((row for row in pool if (_changed(row) or _LONG_AGO) == latest), key=lambda row: row.source_id)
    values = dict(speaker.values)
    for rule in rules.carried:
        if rule.money:
            priced = [row.values for row in pool if row.values.get(rule.name) is not None]
            total = sum((Decimal(str(each[rule.name])) for each in priced), Decimal(0))
            values[rule.name] = f"{total:f}" if priced else None
            values[f"{rule.name}_currency"] = priced[0].get(f"{rule.name}_currency") if priced else None
    changed = None if latest == _LONG_AGO else latest
    return Row(speaker.source_id, speaker.key, speaker.status, speaker.state, None, changed, values)


def _judge(key: str, records: dict[Side, Row], rules: ComparisonRules, story: _Story) -> dict[Side, str]:
    running = [side for side, row in records.items() if row.state is State.ACTIVE]
    if not running:
        return dict.fromkeys(records, "out_of_scope")
    if len(running) == 1:
        here = running[0]
        kind = Kind.CRM_ONLY if here is Side.CRM else Kind.BILLING_ONLY
        there = records.get(here.other)
        cause = Cause(there.state) if there else Cause.UNKNOWN
        story.discrepancies.append(_discrepancy(kind, key, cause, (), records, rules))
        return {side: "one_sided" if side is here else "counterpart" for side in records}
    unexplained = [
        KeyTrouble(side, row.source_id, key, rule.name, row.values.get(rule.name))
        for side, row in records.items()
        for rule in rules.fields
        if is_unexplained(row.values.get(rule.name), rule, side)
    ]
    if unexplained:
        story.troubles += unexplained
        return dict.fromkeys(records, "unknown_value")
    fields = tuple(
        filter(None, (_difference(records[Side.CRM], records[Side.BILLING], rule, rules) for rule in rules.fields))
    )
    if not fields:
        return dict.fromkeys(records, "equal")
    if all(one.format_only for one in fields):
        story.formats.append(FormatDifference(key, fields))
        return dict.fromkeys(records, "format_only")
    story.discrepancies.append(_discrepancy(Kind.VALUE_CONFLICT, key, None, fields, records, rules))
    return dict.fromkeys(records, "conflict")


def _difference(crm: Row, billing: Row, rule: FieldRule, rules: ComparisonRules) -> FieldDifference | None:
    """Say how a field differs; None where it does not."""
    one, other = crm.values.get(rule.name), billing.values.get(rule.name)
    shown = _shown(crm, rule), _shown(billing, rule)
    if rule.name in rules.never_empty and one is None and other is None:
        return FieldDifference(rule.name, *shown)
    if rule.numeric or rule.money:
        return FieldDifference(rule.name, *shown) if _numbers_differ(crm, billing, rule) else None
    meant = meaning(one, rule, Side.CRM), meaning(other, rule, Side.BILLING)
    if meant[0] == meant[1]:
        return None
    return FieldDifference(rule.name, *shown, not rule.words and means_the_same(*meant))


def _numbers_differ(crm: Row, billing: Row, rule: FieldRule) -> bool:
    one, other = crm.values.get(rule.name), billing.values.get(rule.name)
    if one is None or other is None:
        return one != other
    currency = f"{rule.name}_currency"
    if rule.money and crm.values.get(currency) != billing.values.get(currency):
        return True
    first, second = number(one), number(other)
    if first is None or second is None:
        return one != other
    apart = abs(first - second)
    # A share is promised of numbers that the engine can multiply by it: up to twenty digits.
    sizes = [size for size in (abs(first), abs(second)) if size < 10**20]
    return apart > rule.tolerance and apart > rule.relative * max(sizes, default=0)


def _shown(row: Row, rule: FieldRule) -> str | None:
    value, currency = row.values.get(rule.name), row.values.get(f"{rule.name}_currency")
    return f"{value} {currency}" if rule.money and value is not None and currency is not None else value


def _discrepancy(  # noqa: PLR0913, PLR0917 - a discrepancy has that many parts
    kind: Kind,
    key: str,
    cause: Cause | None,
    fields: tuple[FieldDifference, ...],
    records: dict[Side, Row],
    rules: ComparisonRules,
) -> Discrepancy:
    return Discrepancy(
        kind=kind,
        key=key,
        cause=cause,
        fields=fields,
        source_ids={side: row.source_id for side, row in records.items()},
        statuses={side: row.status for side, row in records.items()},
        changed_at={side: _changed(row) for side, row in records.items()},
        amounts={side: _amount(row, rules.amount_field) for side, row in records.items()},
    )


def _amount(row: Row, field: str | None) -> Amount | None:
    value, currency = amount(row.values.get(field or "")), row.values.get(f"{field}_currency")
    return None if value is None or currency is None else Amount(value, currency)
