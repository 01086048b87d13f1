"""Which records are planted for the rule of each field?

On which values a rule must prove itself is `variations.py`; what else is planted is `planting.py`.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product

from reconciliation_pipeline.domain.beds import NAMES, NOTHING, PARTS, PRICE, Bed, Says
from reconciliation_pipeline.domain.plants import Age, Finding, Form, Plant, Value, Word
from reconciliation_pipeline.domain.records import Amount, Kind, MoneyClass, Side
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline.domain.variations import UNKNOWN_WORD, Ends, Variation, just_beyond, variations


def of_rule(rule: FieldRule, bed: Bed) -> Iterator[Plant]:
    """Plan what one rule must find, and what it must leave alone."""
    for one in variations(rule):
        if one.ends is Ends.CONFLICT:
            yield Plant(f"{rule.name} {one.name}", tuple(_differing(rule, one, bed)))
        elif not bed.is_quarrel(rule.name):
            yield Plant(f"{rule.name} {one.name}", (_agreeing(rule, one, bed),))
    if rule.money and (forms := tuple(_in_another_currency(rule, bed))):
        yield Plant(f"{rule.name} in another currency", forms)


def young_conflicts(bed: Bed) -> Iterator[Plant]:
    """Plan conflicts that are excused by the younger of their two records."""
    for rule, young in product(bed.rules[:1], Side):
        if not bed.grounds[young].stamps:
            continue
        one = next(variations(rule))
        crm, billing = ({} if side is not young else bed.every(side, Age.YOUNG) for side in Side)
        finding = _conflict(rule, bed, one.crm, one.billing, settling=True)
        form = bed.pair(bed.key(), Says({rule.name: one.crm}, crm), Says({rule.name: one.billing}, billing), finding)
        yield Plant(f"{rule.name} {one.name}, changed just now in {NAMES[young]}", (form,))


def _agreeing(rule: FieldRule, one: Variation, bed: Bed) -> Form:
    """Plant a pair that is no difference: it ends in the bucket of its variation, and an unknown word is listed."""
    form = bed.pair(bed.key(), Says({rule.name: one.crm}), Says({rule.name: one.billing}))
    unknown = next(
        (side for side, value in zip(Side, (one.crm, one.billing), strict=True) if value == UNKNOWN_WORD), None
    )
    word = None if unknown is None else Word(rule.name, UNKNOWN_WORD)
    return replace(form, buckets=dict.fromkeys(Side, (one.ends.value,)), troubled=unknown, word=word)


def _differing(rule: FieldRule, one: Variation, bed: Bed) -> Iterator[Form]:
    key, finding = bed.key(), _conflict(rule, bed, one.crm, one.billing)
    crm, billing = Says({rule.name: one.crm}), Says({rule.name: one.billing})
    yield bed.pair(key, crm, billing, finding)
    if not one.is_plain:
        return
    # The field may stand where the key, the id, the status or a time does, on one side or on both.
    yield bed.pair(key, NOTHING, billing, finding)
    yield bed.pair(key, crm, NOTHING, finding)
    for mine, theirs in product(*(bed.grounds[side].words for side in Side)):
        if mine != theirs:
            yield bed.pair(key, Says(word=mine), Says(word=theirs), finding)
    yield bed.pair(key, NOTHING, Says(ages=bed.every(Side.BILLING, Age.OLDER)), finding)


def _in_another_currency(rule: FieldRule, bed: Bed) -> Iterator[Form]:
    key, finding = bed.key(), _conflict(rule, bed, None, None)
    same = Says({rule.name: PRICE})
    if bed.is_quarrel(rule.name):
        yield bed.pair(key, same, same, finding)
        return
    other = replace(same, currency=bed.other_currency(rule.name))
    for side, pair in ((Side.BILLING, (same, other)), (Side.CRM, (other, same))):
        if rule.name not in bed.grounds[side].currencies:
            yield bed.pair(key, *pair, finding)


def _conflict(rule: FieldRule, bed: Bed, crm: Value, billing: Value, *, settling: bool = False) -> Finding:
    if rule.name != bed.amount_field:
        return Finding(Kind.VALUE_CONFLICT, fields=(rule.name,), settling=settling)
    amount = None
    if isinstance(crm, Decimal) and isinstance(billing, Decimal) and not bed.is_quarrel(rule.name):
        amount = Amount(abs(crm - billing), bed.currency(rule.name, Side.CRM))
    return Finding(Kind.VALUE_CONFLICT, None, (rule.name,), settling, MoneyClass.AMOUNT_DIFFERS, amount)


def summed(name: str, side: Side, bed: Bed) -> Iterator[Plant]:
    """Plan amounts of one customer that are added up: the sum agrees, or differs, or makes no sense."""
    title, there = f"{name} of two records in {NAMES[side]}", NAMES[side.other]
    for rule in (rule for rule in bed.rules if rule.name == name and not bed.is_quarrel(name)):
        yield Plant(f"{title}, their sum in {there}", (_sum(rule, side, bed, PRICE),))
        beyond = PRICE + just_beyond(rule)
        yield Plant(f"{title}, more than {rule.tolerance:f} below {there}", (_sum(rule, side, bed, beyond),))
    if name not in bed.grounds[side].currencies:
        key, one, two = bed.key(), *(Says({name: value}) for value in PARTS)
        other = replace(two, currency=bed.other_currency(name))
        rows = (bed.wish(side, key, one), bed.wish(side, key, other, part=1))
        pair = {side: rows, side.other: (bed.wish(side.other, key),)}
        buckets = {side: ("duplicate_key",) * 2, side.other: ("duplicate_key",)}
        form = Form(pair, buckets, troubled=side)
        yield Plant(f"{title}, in two currencies", (form,))


def _sum(rule: FieldRule, side: Side, bed: Bed, total: Decimal) -> Form:
    key = bed.key()
    rows = tuple(bed.wish(side, key, Says({rule.name: value}), part=part) for part, value in enumerate(PARTS))
    pair = {side: rows, side.other: (bed.wish(side.other, key, Says({rule.name: total})),)}
    finding = None if total == PRICE else _conflict(rule, bed, PRICE, total)
    bucket = "equal" if finding is None else "conflict"
    return Form(pair, {side: ("folded", bucket), side.other: (bucket,)}, finding)
