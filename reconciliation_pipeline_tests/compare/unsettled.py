"""What does the comparison say when nothing is settled by digests, and every row is looked at?"""

from collections.abc import Sequence

import duckdb

from reconciliation_pipeline.compare import engine, statement
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.settling import Settling
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, scan
from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble
from reconciliation_pipeline.domain.records import Row, Side


def compared_row_by_row(
    connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules, *sides: Sequence[Row]
) -> Comparison:
    """Run the statements over whole files."""
    sources = {side: f"(SELECT *, false AS planted FROM {scan(files[side])})" for side in Side}
    for name, query in statement.preparation(sources, rules, dict.fromkeys(Side, frozenset())):
        connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
    nothing = dict.fromkeys(Side, 0)
    rows = {side: len(rows) for side, rows in zip(Side, sides, strict=True)}
    discrepancies, formats = engine._differences(connection, rules)
    troubles = connection.execute(statement.troubles(rules)).fetchall()
    return Comparison(
        discrepancies=discrepancies,
        key_troubles=tuple(KeyTrouble(Side(side), *others) for side, *others in troubles),
        balances=engine._balances(connection, Settling(rows, nothing, nothing, (), {}, {})),
        format_only=formats,
    )
