"""How does a test say what the two systems hold? One line a side."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from reconciliation_pipeline.compare.engine import EngineLimits
from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.comparison import Comparison, SideBalance
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.domain.rules import FieldRule

SMALL: Final = EngineLimits(memory_limit="256MB", threads=1)

PLAN: Final = FieldRule("plan")
SEATS: Final = FieldRule("seats", numeric=True, tolerance=Decimal("0.5"))
MRR: Final = FieldRule("mrr", numeric=True, money=True, tolerance=Decimal("0.01"))


def rules(*fields: FieldRule, amount: str | None = None, reduce: Sequence[Side] = ()) -> ComparisonRules:
    return ComparisonRules(fields, amount, dict.fromkeys(reduce, True))


def record(  # noqa: PLR0913 - everything a record can be, by name
    key: str | None,
    state: str = "active",
    source_id: str | None = None,
    *,
    status: str | None = None,
    created_at: str | datetime | None = None,
    updated_at: str | datetime | None = None,
    **values: str | None,
) -> Row:
    """One record; `mrr="49.00 EUR"` stands for the amount and its currency."""
    priced = dict(values)
    for name in [name for name, value in values.items() if value is not None and " " in value and name == "mrr"]:
        priced[name], priced[f"{name}_currency"] = str(values[name]).split(" ", 1)
    return Row(
        source_id=source_id or f"id-{key}",
        key=key,
        status=status or state,
        state=State(state),
        created_at=_instant(created_at),
        updated_at=_instant(updated_at),
        values=priced,
    )


def customers(**states: str) -> list[Row]:
    """`customers(C1="active", C2="cancelled")`: one record a key."""
    return [record(key, state) for key, state in states.items()]


def plans(**plans: str | None) -> list[Row]:
    """`plans(C1="pro")`: active records that differ in their plan."""
    return [record(key, plan=plan) for key, plan in plans.items()]


def amounts(**amounts: str | None) -> list[Row]:
    """`amounts(C1="49.00 EUR")`: active records with an amount."""
    return [record(key, mrr=amount) for key, amount in amounts.items()]


def write(path: Path, rows: Sequence[Row], fields: Sequence[FieldRule] = ()) -> Path:
    """Write a side as the archive would, with the columns of these fields."""
    columns = [column for rule in fields for column in columns_of(rule)]
    instant = pa.timestamp("us", tz="UTC")
    schema = pa.schema(
        [
            *((name, pa.string()) for name in ("source_id", "key", "status", "state")),
            *((name, instant) for name in ("created_at", "updated_at")),
            *((column, pa.string()) for column in columns),
        ]
    )
    cells: dict[str, list[Any]] = {
        "source_id": [row.source_id for row in rows],
        "key": [row.key for row in rows],
        "status": [row.status for row in rows],
        "state": [str(row.state) for row in rows],
        "created_at": [row.created_at for row in rows],
        "updated_at": [row.updated_at for row in rows],
    }
    cells |= {column: [row.values.get(column.removeprefix("field_")) for row in rows] for column in columns}
    pq.write_table(pa.table(cells, schema=schema), path)
    return path


def files(folder: Path, crm: Sequence[Row], billing: Sequence[Row], by: ComparisonRules) -> SnapshotFiles:
    """Write both sides with the columns these rules need."""
    return SnapshotFiles(
        crm=write(folder / "crm.parquet", crm, by.carried),
        billing=write(folder / "billing.parquet", billing, by.carried),
    )


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def found(comparison: Comparison) -> list[tuple[str, str]]:
    return [(difference.kind, difference.key) for difference in comparison.discrepancies]


def buckets(balance: SideBalance) -> dict[str, int]:
    names = [name for name in SideBalance.__slots__ if name != "pulled"]
    return {name: getattr(balance, name) for name in names if getattr(balance, name)}
