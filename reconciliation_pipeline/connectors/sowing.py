"""Which planted records can these two sides express, and what do they say once they are read?

How one side writes and reads a record is `planting.py`. Here both sides of a plant are brought together: a field
that nobody wished for, and that stands at the place of something else, must not make a difference of its own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.planting import Impossible, Seedbed
from reconciliation_pipeline.domain.plants import Form, Plant, Sown, Wish
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.domain.rules import FieldRule

_MEETING: Final = frozenset({"equal", "conflict", "format_only", "unknown_value"})
"""Buckets of records that are active on both sides."""

Rows = Mapping[Side, tuple[Row, ...]]


def sow(plants: Iterable[Plant], beds: Mapping[Side, Seedbed], rules: Sequence[FieldRule]) -> tuple[Sown, ...]:
    """Write and read every planted record.

    Plants that the settings cannot tell apart from others, because two things stand at the same place of a record,
    are left out. Where nothing shares its place, none is.

    Args:
        plants: What is planned.
        beds: Both sides.
        rules: The compared fields.
    """
    return tuple(sown for plant in plants for sown in _first(plant, beds, rules))


def _first(plant: Plant, beds: Mapping[Side, Seedbed], rules: Sequence[FieldRule]) -> Iterator[Sown]:
    for form in plant.forms:
        try:
            yield _sown(plant, form, beds, rules)
        except Impossible:
            continue
        return


def _sown(plant: Plant, form: Form, beds: Mapping[Side, Seedbed], rules: Sequence[FieldRule]) -> Sown:
    try:
        rows = _rows(form, beds)
        if _MEETING.isdisjoint(form.buckets[next(iter(form.buckets))]):
            return Sown(plant, form, rows, _open(form, beds))
        copied = _copied(form, rows, beds, rules)
        if copied != form:
            rows = _rows(copied, beds)
    except BadShape as bad:
        return Sown(plant, form, {}, fault=_anonymous(bad.text, form))
    return Sown(plant, copied, rows, _tied(copied, rows, beds, rules))


def _open(form: Form, beds: Mapping[Side, Seedbed]) -> frozenset[str]:
    """Name the fields of active records that say something nobody wished for."""
    active = ((side, wish) for side, wishes in form.wishes.items() for wish in wishes if wish.state is State.ACTIVE)
    return frozenset(name for side, wish in active for name in beds[side].entangled(wish))


def _anonymous(text: str, form: Form) -> str:
    """Take the made-up ids out of a sentence for people."""
    for wish in (wish for wishes in form.wishes.values() for wish in wishes):
        text = text.replace(f" of record {wish.source_id}", "").replace(wish.source_id, "planted")
    return text


def _rows(form: Form, beds: Mapping[Side, Seedbed]) -> Rows:
    return {side: tuple(beds[side].row(wish) for wish in wishes) for side, wishes in form.wishes.items()}


def _copied(form: Form, rows: Rows, beds: Mapping[Side, Seedbed], rules: Sequence[FieldRule]) -> Form:
    """Let a side say what the other cannot help saying, wherever nothing else was wished for."""
    wishes = dict(form.wishes)
    for side in Side:
        said = beds[side.other].entangled(_speaker(form, side.other))
        free = said - beds[side].entangled(_speaker(form, side)) - set(form.finding.fields if form.finding else ())
        for rule in rules:
            if rule.name in free - _speaker(form, side).values.keys():
                row = rows[side.other][_first_active(form, side.other)]
                wishes[side] = tuple(_saying(wish, rule, row) for wish in wishes[side])
    return replace(form, wishes=wishes)


def _saying(wish: Wish, rule: FieldRule, row: Row) -> Wish:
    text, currency = row.values.get(rule.name), row.values.get(f"{rule.name}_currency")
    is_number = (rule.numeric or rule.money) and text is not None
    values = {**wish.values, rule.name: Decimal(text or "") if is_number else text}
    if not rule.money or currency is None:
        return replace(wish, values=values)
    return replace(wish, values=values, currencies={**wish.currencies, rule.name: currency})


def _tied(form: Form, rows: Rows, beds: Mapping[Side, Seedbed], rules: Sequence[FieldRule]) -> frozenset[str]:
    """Name the fields that differ because the settings tie them to one that was planted.

    Raises:
        Impossible: Such a field may not differ here, or what was planted does not.
    """
    planted = set(form.finding.fields) if form.finding else set()
    said = {side: _speaker(form, side).values.keys() for side in Side}
    entangled = {name for side in Side for name in beds[side].entangled(_speaker(form, side))}
    tied = set()
    for rule in rules:
        differs = len({_shown(rows[side][_first_active(form, side)], rule) for side in Side}) > 1
        if rule.name in planted and not differs and not all(rule.name in said[side] for side in Side):
            raise Impossible
        # What is added up over several rows is more than what the first of them says.
        differs |= rule.money and any(len(rows[side]) > 1 for side in Side)
        if rule.name in entangled - planted and differs:
            if form.finding is None or rule.numeric or rule.money:
                raise Impossible
            tied.add(rule.name)
    return frozenset(tied)


def _shown(row: Row, rule: FieldRule) -> tuple[str | None, str | None]:
    return row.values.get(rule.name), row.values.get(f"{rule.name}_currency") if rule.money else None


def _speaker(form: Form, side: Side) -> Wish:
    return form.wishes[side][_first_active(form, side)]


def _first_active(form: Form, side: Side) -> int:
    return next(number for number, wish in enumerate(form.wishes[side]) if wish.state is State.ACTIVE)
