"""Did everything planted come up as it must, and nothing else?

The other half of `planting.py`: takes what was planted out of a comparison again, and holds it against the plan.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, Planted, SideBalance
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.plants import Finding, Place, Sown, Value, Wish
from reconciliation_pipeline.domain.records import Amount, Discrepancy, FieldDifference, Kind, Row, Side
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline.domain.spelling import counted


@dataclass(frozen=True, slots=True)
class Harvest:
    """What a comparison says about planted records.

    Attributes:
        discrepancies: Those of planted keys.
        key_troubles: Those of planted records.
        places: In which bucket each planted row ended.
    """

    discrepancies: tuple[Discrepancy, ...]
    key_troubles: tuple[KeyTrouble, ...]
    places: tuple[Place, ...]


def separate(whole: Comparison, places: Sequence[Place], prefix: str) -> tuple[Comparison, Harvest]:
    """Take what was planted out of a comparison.

    Args:
        whole: The comparison of real and planted records together.
        places: In which bucket each planted row ended.
        prefix: What every planted key and id begins with, and no real one.

    Returns:
        The comparison of the real records alone, and what it said about the others.
    """

    def is_planted(key: str | None) -> bool:
        return key is not None and key.startswith(prefix)

    harvest = Harvest(
        tuple(one for one in whole.discrepancies if is_planted(one.key)),
        tuple(one for one in whole.key_troubles if is_planted(one.source_id) or is_planted(one.key)),
        tuple(places),
    )
    real = Comparison(
        discrepancies=tuple(one for one in whole.discrepancies if not is_planted(one.key)),
        key_troubles=tuple(one for one in whole.key_troubles if not (is_planted(one.source_id) or is_planted(one.key))),
        balances={side: _without(balance, side, places) for side, balance in whole.balances.items()},
        format_only=tuple(one for one in whole.format_only if not is_planted(one.key)),
    )
    return real, harvest


def _without(balance: SideBalance, side: Side, places: Iterable[Place]) -> SideBalance:
    ended = [place.bucket for place in places if place.side is side]
    counted = Counter({"pulled": len(ended)}) + Counter(bucket for bucket in ended if bucket is not None)
    return replace(balance, **{one.name: getattr(balance, one.name) - counted[one.name] for one in fields(balance)})


def gather(
    sown: Sequence[Sown],
    harvest: Harvest,
    judged: Iterable[Observation],
    rules: Sequence[FieldRule],
    amount_field: str | None,
) -> Planted:
    """Hold what was found against what was planted.

    Args:
        sown: What was planted.
        harvest: What the comparison said about it.
        judged: The same differences, judged as those of the morning are.
        rules: The compared fields.
        amount_field: The field that says what a record costs; None when none does.
    """
    observed = tuple(judged)
    lookup = _Lookup(harvest, observed, tuple(rules), amount_field)
    faults = {number: next(lookup.faults(one), None) for number, one in enumerate(sown)}
    differences = [number for number, one in enumerate(sown) if one.plant.is_difference]
    missed = [f"{sown[number].plant.name}: {fault}" for number, fault in faults.items() if fault is not None]
    return Planted(
        found=sum(faults[number] is None for number in differences),
        of=len(differences),
        missed=(*missed, *_strays(sown, harvest, observed)),
    )


def _strays(sown: Sequence[Sown], harvest: Harvest, observed: Sequence[Observation]) -> Iterator[str]:
    """Name what was found among the planted records, and belongs to none of them."""
    keys = {one.form.key for one in sown}
    ids = {(side, row.source_id) for one in sown for side, rows in one.rows.items() for row in rows}
    for key, times in Counter(one.key for one in harvest.discrepancies).items():
        if times > 1 or key not in keys:
            yield f"a planted key: found {counted(times, 'time')}, and it was not planted like that"
    if any((one.side, one.source_id) not in ids for one in harvest.key_troubles):
        yield "a planted key: listed as impossible to compare, and it was not planted like that"
    if Counter(one.key for one in observed) - Counter(one.key for one in harvest.discrepancies):
        yield "a planted key: judged more often than it was found"


class _Lookup:
    """What was said about each planted key."""

    def __init__(
        self,
        harvest: Harvest,
        judged: tuple[Observation, ...],
        rules: tuple[FieldRule, ...],
        amount_field: str | None,
    ) -> None:
        self._rules = rules
        self._amount_field = amount_field
        self._harvest = harvest
        self._found = {one.key: one for one in harvest.discrepancies}
        self._judged = {one.key: one for one in judged}

    def faults(self, sown: Sown) -> Iterator[str]:
        """Name everything about one plant that is not as it must be, the earliest step first."""
        if sown.fault is not None:
            yield f"the mapping cannot read it: {sown.fault}"
            return
        for side, wishes in sown.form.wishes.items():
            for wish, row in zip(wishes, sown.rows[side], strict=True):
                yield from (f"the mapping of {side} reads its {what} as something else" for what in misread(wish, row))
        yield from self._compared(sown)
        yield from self._placed(sown)
        if sown.form.finding is not None:
            yield from self._as_judged(sown, sown.form.finding)

    def _compared(self, sown: Sown) -> Iterator[str]:
        wanted, key = sown.form.finding, sown.form.key
        found = None if key is None else self._found.get(key)
        if wanted is None and found is not None:
            yield f"found as {_said(found)}, though nothing is to be found"
        if wanted is not None and found is None:
            yield "not found"
        if wanted is not None and found is not None:
            yield from _otherwise(sown, wanted, found, self._rules)

    def _placed(self, sown: Sown) -> Iterator[str]:
        ids = {(side, row.source_id) for side, rows in sown.rows.items() for row in rows}
        places = [place for place in self._harvest.places if (place.side, place.source_id) in ids]
        for side, buckets in sown.form.buckets.items():
            ended = sorted(place.bucket or "none" for place in places if place.side is side)
            if sorted(buckets) != ended:
                yield f"counted under {', '.join(ended) or 'nothing'} in {side} instead of {', '.join(sorted(buckets))}"
        listed = Counter(one for one in self._harvest.key_troubles if (one.side, one.source_id) in ids)
        troubled = sown.form.troubled
        word = (troubled_by.field, troubled_by.word) if (troubled_by := sown.form.word) else (None, None)
        wanted = Counter(
            KeyTrouble(side, row.source_id, wish.means, *word)
            for side, rows in sown.rows.items()
            for wish, row in zip(sown.form.wishes[side], rows, strict=True)
            if side is troubled
        )
        if listed != wanted:
            yield f"{listed.total()} of its records listed as impossible to compare instead of {wanted.total()}"

    def _as_judged(self, sown: Sown, wanted: Finding) -> Iterator[str]:
        judged = self._judged.get(sown.form.key or "")
        if judged is None:
            yield "not judged"
            return
        if judged.settling is not wanted.settling:
            yield f"judged {'as lag' if judged.settling else 'as real'}, and it is not"
        if judged.money_class is not wanted.money_class:
            yield f"its money is called {judged.money_class} instead of {wanted.money_class}"
        # Where the price of a lone record stands at the place of something else, it costs whatever that says.
        is_open = wanted.kind is not Kind.VALUE_CONFLICT and self._amount_field in sown.tied
        if judged.amount != wanted.amount and not is_open:
            yield f"it is said to cost {_money(judged.amount)} instead of {_money(wanted.amount)}"


def misread(wish: Wish, row: Row) -> Iterator[str]:
    """Name every part of a planted record that its row does not say as it was wished for."""
    if row.source_id != wish.source_id:
        yield "id"
    if row.key != wish.key:
        yield "key"
    if row.state is not wish.state:
        yield "status"
    yield from (stamp for stamp, moment in wish.stamps.items() if getattr(row, stamp) != moment)
    for name, value in wish.values.items():
        if not _same(value, row.values.get(name)):
            yield name
    for name, currency in wish.currencies.items():
        if row.values.get(f"{name}_currency") != currency:
            yield f"currency of {name}"


def _same(wished: Value, text: str | None) -> bool:
    if not isinstance(wished, Decimal) or text is None:
        return wished == text
    try:
        return wished == Decimal(text)
    except ArithmeticError:
        return False


def _otherwise(sown: Sown, wanted: Finding, found: Discrepancy, rules: Sequence[FieldRule]) -> Iterator[str]:
    """Name what a finding says that is not what was planted."""
    if (found.kind, found.cause) != (wanted.kind, wanted.cause):
        yield f"found as {_said(found)}"
    differing = {*wanted.fields, *sown.tied} if wanted.kind is Kind.VALUE_CONFLICT else set()
    expected = tuple(rule.name for rule in rules if rule.name in differing)
    names = tuple(one.name for one in found.fields)
    if names != expected:
        yield f"found in {', '.join(names) or 'no field'} instead of {', '.join(expected) or 'no field'}"
    rule_of = {rule.name: rule for rule in rules}
    for side, rows in sown.rows.items():
        for one in found.fields:
            if one.name in rule_of and not _shows(_text(one, side), rows, rule_of[one.name]):
                yield f"found with another {one.name} of {side}"
        if found.source_ids.get(side) not in {row.source_id for row in rows}:
            yield f"found with another id of {side}"
        if found.statuses.get(side) not in {row.status for row in rows}:
            yield f"found with another status of {side}"
        if found.changed_at.get(side) != max(
            filter(None, (one.changed_at for one in sown.form.wishes[side])), default=None
        ):
            yield f"found with another time of {side}"


def _text(one: FieldDifference, side: Side) -> str | None:
    return one.crm if side is Side.CRM else one.billing


def _shows(text: str | None, rows: Sequence[Row], rule: FieldRule) -> bool:
    """Whether a finding shows the value of these rows; amounts of several are added up."""
    values = [row.values.get(rule.name) for row in rows]
    if not rule.money:
        return text in values
    currencies = {row.values.get(f"{rule.name}_currency") for row in rows}
    number, _, currency = (text or "").partition(" ")
    if None in values or text is None:
        return values == [None] * len(rows) and text is None
    return currency in currencies and _same(sum((Decimal(value or 0) for value in values), Decimal(0)), number)


def _said(found: Discrepancy) -> str:
    fields = ", ".join(one.name for one in found.fields)
    return f"{found.kind} ({found.cause or fields or 'no field'})"


def _money(amount: Amount | None) -> str:
    return "nothing" if amount is None else f"{amount.value:f} {amount.currency}"
