"""How is each field compared, and which one is the amount?"""

from decimal import Decimal

from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule
from reconciliation_pipeline.settings.model import ComparedField, MappedField, Reconciliation


def rules(reconciliation: Reconciliation) -> tuple[FieldRule, ...]:
    """Say how each compared field is compared, in the order of `compare`."""
    return tuple(_rule(compared, reconciliation) for compared in reconciliation.compare)


def amount_field(reconciliation: Reconciliation) -> str | None:
    """Name the field that says what a record costs; None when no field is money.

    What `amount.field` says; otherwise the first compared field of type money, otherwise the first
    one mapped, the CRM's before billing's.
    """
    if reconciliation.amount:
        return reconciliation.amount.field
    compared = (each.field for each in reconciliation.compare)
    mapped = (name for fields in _both(reconciliation) for name in fields)
    return next((name for name in (*compared, *mapped) if _kind(name, reconciliation) == "money"), None)


def money_fields(reconciliation: Reconciliation, side: Side) -> tuple[str, ...]:
    """Name the amounts of a side that the comparison looks at: the compared ones, and what a record costs."""
    wanted = dict.fromkeys((*(each.field for each in reconciliation.compare), amount_field(reconciliation)))
    fields = reconciliation.sides[side].fields
    return tuple(name for name in wanted if name in fields and fields[name].type == "money")


def _rule(compared: ComparedField, reconciliation: Reconciliation) -> FieldRule:
    kind = _kind(compared.field, reconciliation)
    tolerance = compared.tolerance.absolute if compared.tolerance else Decimal(0)
    return FieldRule(compared.field, numeric=kind in {"decimal", "money"}, tolerance=tolerance, money=kind == "money")


def _kind(name: str, reconciliation: Reconciliation) -> str | None:
    return next((fields[name].type for fields in _both(reconciliation) if name in fields), None)


def _both(reconciliation: Reconciliation) -> tuple[dict[str, MappedField], dict[str, MappedField]]:
    return reconciliation.sides.crm.fields, reconciliation.sides.billing.fields
