"""What happens between two frames and a result, in order?

Read the arguments, scan the columns, write both sides as the comparison reads them, ask it, and make sure that every
row is accounted for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from reconciliation_pipeline.api.asked import Answer, ask
from reconciliation_pipeline.api.columns import Kind
from reconciliation_pipeline.api.errors import ReconcileError
from reconciliation_pipeline.api.files import File
from reconciliation_pipeline.api.inputs import Frame, Given, Scan
from reconciliation_pipeline.api.outcome import Sums, outcome
from reconciliation_pipeline.api.prepared import Written, kinds_of, refuse_lost_digits, total_of, write
from reconciliation_pipeline.api.result import Reconciled
from reconciliation_pipeline.api.rulebook import rules_of
from reconciliation_pipeline.api.wanted import ActiveRows, ComparedColumn, check, compared_columns
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for.

    Attributes:
        handed_in: The two sides.
        labels: What people call them.
        key: By side, the columns of its key.
        compare: What is said about the compared columns.
        keys: What is said about keys.
        active: By side, which rows count; all of them where nothing is said.
    """

    handed_in: Mapping[Side, object]
    labels: Mapping[Side, str]
    key: Mapping[Side, tuple[str, ...]]
    compare: object
    keys: Mapping[str, object] | None
    active: Mapping[Side, ActiveRows]


def work(connection: duckdb.DuckDBPyConnection, folder: Path, order: Order) -> Reconciled:
    """Compare two sides in an engine with nothing in it.

    Args:
        connection: The engine.
        folder: Where files may lie for as long as this lasts.
        order: What was asked for.

    Raises:
        ReconcileError: Something is misspelt, missing or unreadable.
        duckdb.Error: The engine failed.
    """
    given = {side: _given(order, side, connection, folder / f"copy-of-{side}.parquet") for side in Side}
    columns = compared_columns(order.compare, order.key, given)
    scans = {side: _scan(connection, given[side], side, order, columns) for side in Side}
    found = {side: kinds_of(order.labels[side], scans[side]) for side in Side}
    kinds = [{side: found[side][one.columns[side]] for side in Side} for one in columns]
    fields, key_rule = rules_of(columns, order.keys, kinds)
    paths = {side: folder / f"{side}.parquet" for side in Side}
    rows = {
        side: _write(connection, side, order, scans[side], list(zip(columns, fields, strict=True)), paths[side])
        for side in Side
    }
    rules = ComparisonRules(tuple(rule for rule, _ in fields), None, {}, key_rule)
    answer = ask(connection, SnapshotFiles(paths[Side.CRM], paths[Side.BILLING]), rules)
    _check_sums(answer, rows)
    sums: Sums = {
        one.name: {side: total_of(connection, path, place) for side, path in paths.items()}
        for place, (one, (_, kind)) in enumerate(zip(columns, fields, strict=True))
        if kind is Kind.NUMBER
    }
    originals = {side: given[side].rows(connection, answer.one_sided[side]) for side in Side}
    return outcome(answer, order.labels, [one.name for one in columns], originals, sums)


def _given(order: Order, side: Side, connection: duckdb.DuckDBPyConnection, copy: Path) -> Given:
    data = order.handed_in[side]
    if isinstance(data, str | Path):
        return File(order.labels[side], Path(data), connection, copy)
    return Frame(order.labels[side], data, order.key[side])


def _scan(
    connection: duckdb.DuckDBPyConnection, given: Given, side: Side, order: Order, columns: Sequence[ComparedColumn]
) -> Scan:
    key, compared = order.key[side], [one.columns[side] for one in columns]
    marks = [order.active[side].column] if side in order.active else []
    check(given, key, "is the key")
    check(given, compared, "is to be compared")
    check(given, marks, "is to say which rows count")
    return given.scan(connection, list(dict.fromkeys((*key, *compared, *marks))))


def _write(  # noqa: PLR0913, PLR0917 - what a side is made of
    connection: duckdb.DuckDBPyConnection,
    side: Side,
    order: Order,
    scan: Scan,
    fields: Sequence[tuple[ComparedColumn, tuple[FieldRule, Kind | None]]],
    path: Path,
) -> int:
    label = order.labels[side]
    pairs = [(one.columns[side], kind) for one, (_, kind) in fields]
    rows = write(connection, Written(label, scan, order.key[side], pairs, order.active.get(side)), path)
    refuse_lost_digits(connection, path, label, [(one.name, rule) for one, (rule, _) in fields])
    return rows


def _check_sums(answer: Answer, rows: Mapping[Side, int]) -> None:
    """Make sure that every row that was handed in is in exactly one place, and every pair on both sides."""
    left, right = (answer.balances[side] for side in Side)
    pairs = [(each.equal, each.conflict, each.format_only, each.unknown_value) for each in (left, right)]
    if pairs[0] != pairs[1] or any(
        {rows[side]} != {answer.balances[side].pulled, answer.balances[side].accounted} for side in Side
    ):
        text = f"The rows do not add up: {rows[Side.CRM]:,} and {rows[Side.BILLING]:,} came in, {left} and {right}."
        raise ReconcileError(text, "This is a mistake of ours; nothing of the result can be believed.")
