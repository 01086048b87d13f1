"""How is each field compared, how are keys, and which field is the amount?"""

from decimal import Decimal

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import (
    DateRule,
    FieldRule,
    KeyRule,
    Precision,
    Reading,
    Space,
    Spelling,
)
from reconciliation_pipeline.settings.comparing import ComparedField, KeySettings
from reconciliation_pipeline.settings.model import MappedField, Reconciliation


def rules(reconciliation: Reconciliation) -> tuple[FieldRule, ...]:
    """Say how each compared field is compared, in the order of `compare`; ignored ones are left out."""
    return tuple(
        rule_of(compared, _kind(compared.field, reconciliation))
        for compared in reconciliation.compare
        if not compared.ignore
    )


def key_rule(reconciliation: Reconciliation) -> KeyRule:
    """Say which spellings of a key are the same."""
    return key_rule_of(reconciliation.keys)


def key_rule_of(keys: KeySettings) -> KeyRule:
    """Say the same of the settings of keys alone."""
    return KeyRule(
        compose=keys.unicode == "nfc",
        trim=keys.trim,
        ignore_case=keys.case == "ignore",
        prefixes={side: keys.prefix[side] for side in Side if keys.prefix[side]},
        suffixes={side: keys.suffix[side] for side in Side if keys.suffix[side]},
        ignore_zeros=keys.zeros == "ignore",
        aliases=keys.aliases,
    )


def amount_field(reconciliation: Reconciliation) -> str | None:
    """Name the field that says what a record costs; None when no field is money.

    What `amount.field` says; otherwise the first compared field of type money, otherwise the first
    one mapped, the CRM's before billing's.
    """
    if reconciliation.amount:
        return reconciliation.amount.field
    mapped = (name for fields in _both(reconciliation) for name in fields)
    return next(
        (name for name in (*_compared(reconciliation), *mapped) if _kind(name, reconciliation) == "money"), None
    )


def money_fields(reconciliation: Reconciliation, side: Side) -> tuple[str, ...]:
    """Name the amounts of a side that the comparison looks at: the compared ones, and what a record costs."""
    wanted = dict.fromkeys((*_compared(reconciliation), amount_field(reconciliation)))
    fields = reconciliation.sides[side].fields
    return tuple(name for name in wanted if name in fields and fields[name].type == "money")


def spelling(compared: ComparedField) -> Spelling:
    """Say which differences in spelling are none."""
    return Spelling(
        ignore_case=compared.case == "ignore",
        space=Space(compared.space),
        compose=compared.unicode == "nfc",
        empty_is_null=compared.empty == "missing",
    )


def rule_of(compared: ComparedField, kind: str | None) -> FieldRule:
    """Say how one field is compared.

    Args:
        compared: What the settings say.
        kind: As what it is mapped: text, decimal or money.
    """
    tolerance, date = compared.tolerance, DateRule()
    words = {side: said for side in Side if compared.words is not None and (said := compared.words[side]) is not None}
    return FieldRule(
        compared.field,
        numeric=kind in {"decimal", "money"},
        tolerance=(tolerance and tolerance.absolute) or Decimal(0),
        money=kind == "money",
        relative=(tolerance and tolerance.relative) or Decimal(0),
        reading=Reading(compared.as_),
        spelling=spelling(compared),
        date=DateRule(
            zone=compared.zone or date.zone,
            precision=Precision(compared.precision) if compared.precision else date.precision,
            formats=tuple(compared.formats or ()),
        ),
        calling_code=compared.calling_code or "",
        words=words,
        authority=None if compared.authority is None else Side(compared.authority),
    )


def _compared(reconciliation: Reconciliation) -> tuple[str, ...]:
    return tuple(compared.field for compared in reconciliation.compare if not compared.ignore)


def _kind(name: str, reconciliation: Reconciliation) -> str | None:
    return next((fields[name].type for fields in _both(reconciliation) if name in fields), None)


def _both(reconciliation: Reconciliation) -> tuple[dict[str, MappedField], dict[str, MappedField]]:
    return reconciliation.sides.crm.fields, reconciliation.sides.billing.fields
