"""What does a script get to know of each difference? The `items` of `recon list --json`."""

from collections.abc import Iterable, Mapping
from datetime import date

from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble
from reconciliation_pipeline.domain.decisions import Decision
from reconciliation_pipeline.domain.fields_since import Since, fields_since
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.lives import Life
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


def case_item(life: Life, seen: Mapping[date, Observation]) -> dict[str, object]:
    """Render one life as an item whose fields say since when each of them differs, as far as `seen` tells."""
    item, own = _item(life), fields_since(life, seen)
    whole = Since(life.agreed_on, life.began_by)
    fields = [{**_field(one), "since": _since(own.get(one.name, whole))} for one in shown_fields(life.latest)]
    return {**item, "fields": fields}


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
        "fields": [_field(one) for one in shown_fields(seen)],
        "reason": seen.cause.value if seen.cause else None,
        "state": life.state.value,
        "first_seen": life.first_seen.isoformat(),
        "last_seen": life.last_seen.isoformat(),
        "resolved_on": _iso(life.resolved_on),
        "since": {
            "after": _iso(life.agreed_on),
            "before": life.began_by.isoformat(),
            "at_latest": life.at_latest.isoformat() if life.at_latest else None,
        },
        "times_seen": life.times_seen,
        "returned": life.returned,
        "flapping": life.is_flapping,
        "closing": life.closing.value if life.closing else None,
        "owner": life.owner,
        "severity": life.severity.value,
        "due": _iso(life.due),
        "cleared_after": seen.cleared_after,
        "accepted_until": _iso(life.in_force.accepted.until) if life.in_force.accepted else None,
        "decisions": [_decision(one) for one in life.decisions],
        "money": _money(seen),
    }


def _field(one: FieldDifference) -> dict[str, object]:
    return {**_values(one), "format_only": one.format_only}


def _since(one: Since) -> dict[str, str | None]:
    return {"after": _iso(one.after), "before": _iso(one.before)}


def _decision(one: Decision) -> dict[str, object]:
    return {
        "action": one.action.value,
        "by": one.by,
        "reason": one.reason,
        "at": one.at.isoformat(),
        "to": one.to,
        "until": _iso(one.until),
    }


def history_items(seen: Mapping[date, Observation]) -> list[dict[str, object]]:
    """Render what each morning saw of one difference: JSON types only."""
    return [
        {
            "date": morning.isoformat(),
            "settling": one.settling,
            "cleared_after": one.cleared_after,
            "reason": one.cause.value if one.cause else None,
            "fields": [_values(each) for each in shown_fields(one)],
            "money": _money(one),
        }
        for morning, one in seen.items()
    ]


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
