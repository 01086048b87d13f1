"""Do the parts of a reconciliation fit each other?

Asked once the shape is right: compared fields against what both sides map, and the amount. What contradicts itself
within the rules of a field or of the keys is `contradictions.py`.
"""

from collections.abc import Iterator

from reconciliation_pipeline.settings.comparing import ComparedField
from reconciliation_pipeline.settings.contradictions import of_channels, of_field, of_keys
from reconciliation_pipeline.settings.mistakes import Keys, Mistake, nearest
from reconciliation_pipeline.settings.model import MappedField, Reconciliation
from reconciliation_pipeline.settings.places import Document

Mapped = dict[str, dict[str, MappedField]]
"""What each side maps, by `sides.crm.fields` and `sides.billing.fields`."""


def misfits(reconciliation: Reconciliation, document: Document) -> Iterator[Mistake]:
    """Find everything that does not fit, all of it at once."""
    mapped = {f"sides.{side}.fields": getattr(reconciliation.sides, side).fields for side in ("crm", "billing")}
    first: dict[str, int] = {}
    for index, compared in enumerate(reconciliation.compare):
        keys: Keys = ("compare", index, "field")
        if compared.field in first:
            text = f"`{compared.field}` is compared already, at compare[{first[compared.field]}]"
            yield document.mistake(keys[:-1], text, "keep one of them")
        first.setdefault(compared.field, index)
        yield from _compared(compared, keys, mapped, document)
    yield from _amount(reconciliation, mapped, document)
    yield from of_keys(reconciliation, document)
    yield from of_channels(reconciliation, document)


def _compared(compared: ComparedField, keys: Keys, mapped: Mapped, document: Document) -> Iterator[Mistake]:
    name = compared.field
    kinds = {side: fields[name].type for side, fields in mapped.items() if name in fields}
    # What is not compared may be one side's alone.
    wanted = 1 if compared.ignore else len(mapped)
    if len(kinds) < wanted:
        yield _unmapped(name, keys, mapped, document)
    elif len(set(kinds.values())) > 1 and not compared.ignore:
        text = f"`{name}` is " + " and ".join(f"{kind} in {side}" for side, kind in kinds.items())
        yield document.mistake(keys, text, "give it the same type on both sides")
    yield from of_field(compared, keys[:-1], tuple(kinds.values()), document)


def _unmapped(name: str, keys: Keys, mapped: Mapped, document: Document) -> Mistake:
    lacking = [side for side, fields in mapped.items() if name not in fields]
    common = set.intersection(*(set(fields) for fields in mapped.values()))
    near = nearest(name, sorted(common if len(lacking) > 1 else mapped[lacking[0]]))
    text = f"`{name}` is not mapped in {' and '.join(lacking)}"
    return document.mistake(keys, text, f"did you mean `{near}`?" if near else "map it there, or do not compare it")


def _amount(reconciliation: Reconciliation, mapped: Mapped, document: Document) -> Iterator[Mistake]:
    if reconciliation.amount is None:
        return
    name, keys = reconciliation.amount.field, ("amount", "field")
    kinds = {side: fields[name].type for side, fields in mapped.items() if name in fields}
    money = sorted({each for fields in mapped.values() for each, rule in fields.items() if rule.type == "money"})
    fitting = f"fields of type money are {', '.join(money)}" if money else "map a field of type money"
    if not kinds:
        near = nearest(name, money)
        text = f"`{name}` is not mapped in {' and '.join(mapped)}"
        yield document.mistake(keys, text, f"did you mean `{near}`?" if near else fitting)
    # A field that only one side maps as money still says what that side charges.
    wrong = {kind: side for side, kind in kinds.items() if kind != "money"}
    if wrong:
        found = " and ".join(f"{kind} in {side}" for kind, side in wrong.items())
        yield document.mistake(keys, f"an amount is money, and `{name}` is {found}", fitting)
