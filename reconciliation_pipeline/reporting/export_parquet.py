"""How do differences stand in a Parquet file: days as days, amounts as decimals, fields as a list?"""

from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation
from itertools import islice
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.export import ExportFailed
from reconciliation_pipeline.reporting.items import shown_fields

AT_ONCE: Final = 10_000
"""Differences in memory at a time, as columns."""

DECIMALS: Final = 12
"""Digits after the point of an amount; a smaller part of a currency is nobody's price."""

PRECISION: Final = 38
"""Digits of an amount in all (https://arrow.apache.org/docs/python/generated/pyarrow.decimal128.html)."""

_SMALLEST = Decimal(1).scaleb(-DECIMALS)
_EXACTLY = Context(prec=PRECISION, traps=[Inexact, InvalidOperation])

_MOMENT = pa.timestamp("us", tz="UTC")
_FIELD = pa.struct([("name", pa.string()), ("crm", pa.string()), ("billing", pa.string()), ("format_only", pa.bool_())])
_DECISION = pa.struct(
    [
        *((name, pa.string()) for name in ("action", "by", "reason")),
        ("at", _MOMENT),
        ("to", pa.string()),
        ("until", pa.date32()),
    ]
)

SCHEMA: Final = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "kind", "key", "reason", "state")),
        *((name, pa.date32()) for name in ("first_seen", "last_seen", "resolved_on", "since_after", "since_before")),
        ("since_at_latest", _MOMENT),
        ("times_seen", pa.int64()),
        ("returned", pa.int64()),
        ("flapping", pa.bool_()),
        *((name, pa.string()) for name in ("closing", "owner", "severity")),
        ("due", pa.date32()),
        ("cleared_after", pa.int64()),
        ("accepted_until", pa.date32()),
        ("money_class", pa.string()),
        ("currency", pa.string()),
        ("amount", pa.decimal128(PRECISION, DECIMALS)),
        *((name, pa.string()) for name in ("crm_id", "billing_id")),
        ("fields", pa.list_(_FIELD)),
        ("decisions", pa.list_(_DECISION)),
    ]
)
"""The columns; new ones are added at the end."""


def write_parquet(lives: Iterable[Life], file: BinaryIO) -> None:
    """Write differences as typed columns; memory does not grow with their number.

    Raises:
        ExportFailed: An amount has more digits than fit.
    """
    rows = iter(lives)
    with pq.ParquetWriter(file, SCHEMA, compression="zstd") as writer:
        while some := list(islice(rows, AT_ONCE)):
            writer.write_batch(pa.RecordBatch.from_pylist([_row(life) for life in some], SCHEMA))


def _row(life: Life) -> dict[str, Any]:
    seen, accepted = life.latest, life.in_force.accepted
    return {
        "id": seen.item,
        "kind": seen.kind.value,
        "key": seen.key,
        "reason": seen.cause.value if seen.cause else None,
        "state": life.state.value,
        "first_seen": life.first_seen,
        "last_seen": life.last_seen,
        "resolved_on": life.resolved_on,
        "since_after": life.agreed_on,
        "since_before": life.began_by,
        "since_at_latest": life.at_latest,
        "times_seen": life.times_seen,
        "returned": life.returned,
        "flapping": life.is_flapping,
        "closing": life.closing.value if life.closing else None,
        "owner": life.owner,
        "severity": life.severity.value,
        "due": life.due,
        "cleared_after": seen.cleared_after,
        "accepted_until": accepted.until if accepted else None,
        "money_class": seen.money_class.value if seen.money_class else None,
        "currency": seen.amount.currency if seen.amount else None,
        "amount": _exact(seen.amount.value) if seen.amount else None,
        "crm_id": seen.source_ids.get(Side.CRM),
        "billing_id": seen.source_ids.get(Side.BILLING),
        "fields": [
            {"name": one.name, "crm": one.crm, "billing": one.billing, "format_only": one.format_only}
            for one in shown_fields(seen)
        ],
        "decisions": [
            {
                "action": one.action.value,
                "by": one.by,
                "reason": one.reason,
                "at": one.at,
                "to": one.to,
                "until": one.until,
            }
            for one in life.decisions
        ],
    }


def _exact(value: Decimal) -> Decimal:
    """Give an amount with as many digits as its column has; never rounded.

    Raises:
        ExportFailed: It has more.
    """
    try:
        return value.quantize(_SMALLEST, context=_EXACTLY)
    except (Inexact, InvalidOperation):
        text = f"The amount {value} has more digits than a decimal of Parquet can hold."
        remedy = "Ask for csv or jsonl, or correct the field that says what a record costs."
        raise ExportFailed(text, remedy=remedy) from None
