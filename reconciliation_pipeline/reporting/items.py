"""What does a script get to know of each difference? The `items` of `recon list --json`."""

from collections.abc import Iterable
from datetime import date

from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble
from reconciliation_pipeline.domain.ledger import Life, Observation
from reconciliation_pipeline.domain.records import FieldDifference, Kind, Side


def items(lives: Iterable[Life]) -> list[dict[str, object]]:
    """Render lives as the contract's items: JSON types only, amounts as decimal text."""
    return [_item(life) for life in lives]


def unpaired_items(troubles: Iterable[KeyTrouble]) -> list[dict[str, object]]:
    """Render records that were compared with nothing: JSON types only."""
    return [
        {
            "kind": one.kind,
            "side": one.side.value,
            "source_id": one.source_id,
            "key": one.key,
            "field": one.field,
            "word": one.word,
        }
        for one in troubles
    ]


def format_items(found: Iterable[FormatDifference]) -> list[dict[str, object]]:
    """Render records that differ in format only: JSON types only."""
    return [{"key": one.key, "fields": [_values(each) for each in one.fields]} for one in found]


def shown_fields(seen: Observation) -> tuple[FieldDifference, ...]:
    """List what differs, side by side; for a record that runs on one side only, the two statuses."""
    if seen.kind is Kind.VALUE_CONFLICT:
        return seen.fields
    return (FieldDifference("status", seen.statuses.get(Side.CRM), seen.statuses.get(Side.BILLING)),)


def _item(life: Life) -> dict[str, object]:
    seen = life.latest
    return {
        "id": seen.item,
        "kind": seen.kind.value,
        "key": seen.key,
        "fields": [{**_values(one), "format_only": one.format_only} for one in shown_fields(seen)],
        "reason": seen.cause.value if seen.cause else None,
        "state": life.state.value,
        "first_seen": life.first_seen.isoformat(),
        "last_seen": life.last_seen.isoformat(),
        "resolved_on": _iso(life.resolved_on),
        "since": {"after": _iso(life.agreed_on), "before": life.began_by.isoformat()},
        "owner": seen.owner,
        "due": None,
        "money": _money(seen),
    }


def _values(one: FieldDifference) -> dict[str, object]:
    return {"name": one.name, "crm": one.crm, "billing": one.billing}


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _money(seen: Observation) -> dict[str, str | None] | None:
    if seen.money_class is None:
        return None
    amount = seen.amount
    return {
        "class": seen.money_class.value,
        "currency": amount.currency if amount else None,
        "amount": f"{amount.value:f}" if amount else None,
    }
