"""Which records are planted into a comparison, and what must each of them come to?

Every kind and cause, old and young, and a difference just beyond what each field's rule tolerates, beside records
that agree. The values of fields are `planting_fields.py`; whether all came up as they must is `harvest.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from reconciliation_pipeline.domain.beds import NAMES, NOTHING, PARTS, Bed, Says
from reconciliation_pipeline.domain.planting_fields import of_rule, summed, young_conflicts
from reconciliation_pipeline.domain.plants import Age, Finding, Form, Ground, Moments, Plant, without_times
from reconciliation_pipeline.domain.records import Cause, Kind, MoneyClass, Side, State
from reconciliation_pipeline.domain.rules import AS_WRITTEN, FieldRule, KeyRule
from reconciliation_pipeline.domain.variations import an_equal, an_other

_ENDED: Final = frozenset({Cause.CANCELLED, Cause.ARCHIVED, Cause.DELETED})
_ONE_SIDED: Final = {Side.CRM: Kind.CRM_ONLY, Side.BILLING: Kind.BILLING_ONLY}


def plants(  # noqa: PLR0913 - the rules, the two sides, and the morning
    rules: Sequence[FieldRule],
    amount_field: str | None,
    grounds: Mapping[Side, Ground],
    moments: Moments,
    *,
    prefix: str,
    keys: KeyRule = AS_WRITTEN,
) -> tuple[Plant, ...]:
    """Plan what is planted into one comparison.

    Args:
        rules: The compared fields.
        amount_field: The money field that says what a record costs; None when nothing does.
        grounds: What each side can say.
        moments: The instants of this morning.
        prefix: What every key begins with; no real one does.
        keys: Which differences between two spellings of a key are none.
    """
    bed = Bed(tuple(rules), amount_field, grounds, moments, prefix, keys)
    timed, other = (
        [young_conflicts(bed)],
        [_agreeing(bed), _spelt_otherwise(bed), *(of_rule(rule, bed) for rule in rules)],
    )
    for side in Side:
        timed += [_aged(side, bed)]
        other += [_alone(side, bed), _unpaired(side, bed)]
        if grounds[side].folds and not grounds[side].key_is_id:
            timed += [_folded(side, bed)]
            other += [_half_ended(side, bed), *(summed(name, side, bed) for name in bed.summed(side))]
    return (*(_or_timeless(plant) for some in other for plant in some), *(plant for some in timed for plant in some))


def _or_timeless(plant: Plant) -> Plant:
    """Do without times where something else stands at their place, such as the status or a compared field."""
    return replace(plant, forms=(*plant.forms, *(without_times(form) for form in plant.forms)))


def _agreeing(bed: Bed) -> Iterator[Plant]:
    rules = [rule for rule in bed.rules if not bed.is_quarrel(rule.name)]
    crm, billing = (Says({rule.name: an_equal(rule, side) for rule in rules}) for side in Side)
    # Some settings cannot fill every field at once, because two of them stand at the same place.
    forms = (bed.pair(bed.key(), crm, billing), bed.pair(bed.key(), NOTHING, NOTHING))
    yield Plant("active on both sides, with equal fields", forms)
    key = bed.key()
    ended = {side: (bed.wish(side, key, state=State.CANCELLED),) for side in Side}
    yield Plant("cancelled on both sides", (Form(ended, dict.fromkeys(Side, ("out_of_scope",))),))


def _spelt_otherwise(bed: Bed) -> Iterator[Plant]:
    """Plant what the rules of keys forgive: they pair what they should."""
    forgiven: list[tuple[str, Callable[[str], str]]] = []
    if bed.keys.ignore_case:
        forgiven.append(("in capitals", str.upper))
    if bed.keys.ignore_zeros:
        forgiven.append(("with leading zeros", "000".__add__))
    for name, spelt in forgiven:
        for side in (side for side in Side if not bed.grounds[side].key_is_id):
            key = bed.key()
            wishes = {side: (bed.wish(side, key, spelt=spelt),), side.other: (bed.wish(side.other, key),)}
            yield Plant(f"its key {name} in {NAMES[side]}", (Form(wishes, dict.fromkeys(Side, ("equal",))),))


def _alone(side: Side, bed: Bed) -> Iterator[Plant]:
    here, there = NAMES[side], NAMES[side.other]
    yield Plant(f"active in {here}, unknown to {there}", tuple(_one_sided(side, bed)))
    for state in bed.grounds[side.other].stopped:
        yield Plant(f"active in {here}, {_word(state)} in {there}", tuple(_one_sided(side, bed, stopped=state)))
    for state in bed.grounds[side].stopped:
        form = Form({side: (bed.wish(side, bed.key(), state=state),)}, {side: ("out_of_scope",)})
        yield Plant(f"{_word(state)} in {here}, unknown to {there}", (form,))


def _word(state: State) -> str:
    return state.value.replace("_", " ")


def _one_sided(
    side: Side,
    bed: Bed,
    *,
    stopped: State | None = None,
    ages: Mapping[str, Age] | None = None,
    settling: bool = False,
) -> Iterator[Form]:
    key = bed.key()
    cause = Cause.UNKNOWN if stopped is None else Cause(stopped)
    there = {} if stopped is None else {side.other: (bed.wish(side.other, key, state=stopped),)}
    buckets = {side: ("one_sided",), side.other: ("counterpart",) * len(there)}
    # Where the price stands at the place of something else, a record without one will do.
    for price, cost in ((bed.price(side), bed.cost(side)), ({}, None)):
        finding = Finding(_ONE_SIDED[side], cause, (), settling, _class_of(side, cause), cost)
        yield Form({side: (bed.wish(side, key, Says(price, ages or {})),), **there}, buckets, finding)


def _class_of(side: Side, cause: Cause) -> MoneyClass:
    if side is Side.CRM:
        return MoneyClass.USED_UNBILLED
    return MoneyClass.CHARGED_AFTER_CANCELLATION if cause in _ENDED else MoneyClass.BILLED_UNKNOWN_TO_CRM


def _aged(side: Side, bed: Bed) -> Iterator[Plant]:
    """What is young enough is lag, by whichever stamp; a record without one, or from the future, is not."""
    name, stamps = f"active in {NAMES[side]} alone", bed.grounds[side].stamps
    for stamp in stamps:
        # In some systems a record cannot have begun after its last change.
        ways = ({stamp: Age.YOUNG}, bed.every(side, Age.YOUNG))
        forms = [form for ages in ways for form in _one_sided(side, bed, ages=ages, settling=True)]
        yield Plant(f"{name}, its {stamp} just now", tuple(forms))
    if stamps:
        forms = list(_one_sided(side, bed, ages=bed.every(side, Age.UNKNOWN)))
        yield Plant(f"{name}, without a time", tuple(forms))
    if stamps and bed.moments[Age.AHEAD] is not None:
        ways = ({stamps[-1]: Age.AHEAD}, bed.every(side, Age.AHEAD))
        forms = [form for ages in ways for form in _one_sided(side, bed, ages=ages)]
        yield Plant(f"{name}, changed in the future", tuple(forms))


def _unpaired(side: Side, bed: Bed) -> Iterator[Plant]:
    ground, here = bed.grounds[side], NAMES[side]
    if not ground.key_is_id:
        keyless = {side: (bed.wish(side, bed.key(), keyless=True),)}
        yield Plant(f"without a key in {here}", (Form(keyless, {side: ("no_key",)}, troubled=side),))
    if not ground.key_is_id and State.OUT_OF_SCOPE in ground.stopped:
        lead = {side: (bed.wish(side, bed.key(), state=State.OUT_OF_SCOPE, keyless=True),)}
        yield Plant(f"out of scope and without a key in {here}", (Form(lead, {side: ("out_of_scope",)}),))
    # Rows that are folded stay ambiguous where they cannot be told apart.
    key, parts = bed.key(), (0, 0) if ground.folds else (0, 1)
    shared = {side: tuple(bed.wish(side, key, part=part) for part in parts), side.other: (bed.wish(side.other, key),)}
    name = "one record twice" if ground.folds else "two records with one key"
    buckets = {side: ("duplicate_key",) * 2, side.other: ("duplicate_key",)}
    yield Plant(f"{name} in {here}", (Form(shared, buckets, troubled=side),))


def _folded(side: Side, bed: Bed) -> Iterator[Plant]:
    """Rows of one key become one record: active when any is, as young as the youngest of those."""
    name, key, forms = f"two records of one customer in {NAMES[side]}", bed.key(), []
    is_young, money_class = bool(bed.grounds[side].stamps), _class_of(side, Cause.UNKNOWN)
    unknown = Finding(_ONE_SIDED[side], Cause.UNKNOWN, (), is_young, money_class)
    ages: tuple[Mapping[str, Age], ...] = ({}, bed.every(side, Age.YOUNG))
    for priced, cost in ((True, bed.cost(side)), (False, None)):
        says = [Says(bed.price(side, part) if priced else {}, age) for part, age in zip(PARTS, ages, strict=True)]
        rows = tuple(bed.wish(side, key, each, part=part) for part, each in enumerate(says))
        forms.append(Form({side: rows}, {side: ("folded", "one_sided")}, replace(unknown, amount=cost)))
    yield Plant(f"{name} alone, the second changed just now", tuple(forms))


def _half_ended(side: Side, bed: Bed) -> Iterator[Plant]:
    """The active row speaks for both, though the ended one is younger and says something else."""
    key, rules = bed.key(), [rule for rule in bed.rules if not bed.is_quarrel(rule.name)]
    runs = {each: {rule.name: an_equal(rule, each) for rule in rules} for each in Side}
    ends, forms = {rule.name: an_other(rule, side) for rule in rules}, []
    for active, ended in ((runs, ends), ({}, {})):
        first, there = (bed.wish(each, key, Says(active.get(each, {}))) for each in (side, side.other))
        second = bed.wish(side, key, Says(ended, bed.every(side, Age.YOUNG)), State.CANCELLED, part=1)
        buckets = {side: ("folded", "equal"), side.other: ("equal",)}
        forms.append(Form({side: (first, second), side.other: (there,)}, buckets))
    yield Plant(f"two records of one customer in {NAMES[side]}, one of them ended", tuple(forms))
    key = bed.key()
    ended_rows = tuple(bed.wish(side, key, state=State.CANCELLED, part=part) for part in range(2))
    both_ended = Form({side: ended_rows}, {side: ("folded", "out_of_scope")})
    yield Plant(f"two records of one customer in {NAMES[side]}, both ended", (both_ended,))
