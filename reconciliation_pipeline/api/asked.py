"""What does the comparison of two prepared files come to, without an object for any record?

The same statements as every morning (`compare/statement.py`, after `compare/settling.py`), whose answers stay tables.
"""

# ruff: noqa: S608 - statements are made of names of our own

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pandas as pd

from reconciliation_pipeline.api.inputs import as_pandas
from reconciliation_pipeline.compare import statement
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.settling import settle
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, absent_columns
from reconciliation_pipeline.domain.comparison import SideBalance
from reconciliation_pipeline.domain.records import Side


@dataclass(frozen=True, slots=True)
class Answer:
    """What a comparison came to.

    Attributes:
        balances: Where every row of each side went.
        differences: key, place of the field, crm, billing, format_only, verdict; one row a field that differs.
        one_sided: By side, the positions of its rows that the other side does not have, in the order of their keys.
        no_key: side, row.
        duplicate_key: side, key, row.
        unknown_value: side, key, place of the field, word, row.
    """

    balances: Mapping[Side, SideBalance]
    differences: pd.DataFrame
    one_sided: Mapping[Side, "pd.Series[int]"]
    no_key: pd.DataFrame
    duplicate_key: pd.DataFrame
    unknown_value: pd.DataFrame


def ask(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules) -> Answer:
    """Compare two prepared files in an engine that has compared nothing yet.

    Raises:
        Incomparable: A file is not what these rules can read.
        duckdb.Error: The engine failed.
    """
    absent = {side: absent_columns(connection, files.all_of(side), rules) for side in Side}
    settling = settle(connection, files, rules)
    for name, query in statement.preparation(settling.open_rows, rules, absent):
        kind = "VIEW" if name.endswith("_folded") else "TABLE"
        connection.execute(f"CREATE TEMP {kind} {name} AS {query}")
    connection.execute(f"CREATE TEMP TABLE differences AS {statement.differences(rules)}")
    return Answer(
        balances={
            side: SideBalance(
                **{
                    **row,
                    "pulled": settling.rows[side],
                    "equal": row["equal"] + settling.equal[side],
                    "out_of_scope": row["out_of_scope"] + settling.out_of_scope[side],
                }
            )
            for side, row in _balances(connection)
        },
        differences=_frame(connection, _long(rules)),
        one_sided={side: _one_sided(connection, side) for side in Side},
        no_key=_frame(connection, _both("SELECT '{side}' AS side, {row} FROM {side}_unkeyed", "side DESC, row")),
        duplicate_key=_frame(connection, _both(_SHARED, "key, side DESC, row")),
        unknown_value=_frame(
            connection,
            f"""
            SELECT side, key, field AS place, word, CAST(source_id AS BIGINT) AS row
            FROM ({statement.troubles(rules)}) WHERE field IS NOT NULL ORDER BY key, place, side DESC""",
        ),
    )


def _balances(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[Side, dict[str, int]]]:
    for row in _table(connection, statement.balances()).to_pylist():
        yield Side(row.pop("side")), row


def _long(rules: ComparisonRules) -> str:
    parts = [
        f"""
        SELECT key, {place} AS place, crm_field_{rule.name} AS crm, billing_field_{rule.name} AS billing,
            apart[{place + 1}] = '{statement.FORMAT}' AS format_only, verdict
        FROM differences
        WHERE apart[{place + 1}] <> '{statement.SAME}' AND verdict IN ('value_conflict', 'format_only')"""
        for place, rule in enumerate(rules.fields)
    ]
    nothing = """
        SELECT '' AS key, 0 AS place, '' AS crm, '' AS billing, false AS format_only, '' AS verdict WHERE false"""
    return f"{' UNION ALL '.join([*parts, nothing])} ORDER BY key, place"


_SHARED: Final = "SELECT '{side}' AS side, key, {row} FROM {side}_read SEMI JOIN set_apart USING (key)"


def _both(query: str, order: str) -> str:
    row = "CAST(source_id AS BIGINT) AS row"
    queries = (query.format(side=side, row=row) for side in Side)
    return f"SELECT * FROM ({' UNION ALL '.join(queries)}) ORDER BY {order}"


def _one_sided(connection: duckdb.DuckDBPyConnection, side: Side) -> "pd.Series[int]":
    query = f"""
        SELECT CAST({side}_source_id AS BIGINT) AS row FROM differences WHERE verdict = '{side}_only' ORDER BY key"""
    rows: pd.Series[int] = _frame(connection, query)["row"]
    return rows


def _frame(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    return as_pandas(_table(connection, query))


def _table(connection: duckdb.DuckDBPyConnection, query: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    return connection.sql(query).to_arrow_table()
