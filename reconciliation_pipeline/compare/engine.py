"""On which records do two snapshots disagree?

Runs the statements of `statement.py` in an in-memory DuckDB over the two Parquet files. Judging what was
found (lag, money, owners) belongs in `domain`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb

from reconciliation_pipeline.compare import statement
from reconciliation_pipeline.compare.findings import discrepancy
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles, absent_columns
from reconciliation_pipeline.domain.comparison import Comparison, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Discrepancy, Side

_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """What the engine may use.

    Attributes:
        memory_limit: Memory before it spills to disk, e.g. `2GB`; the process itself peaks up to 15 % above.
        temp_folder: Where it spills, in a folder of its own that is removed; None for the system's own place.
        threads: Threads it may use; None for one a core.
    """

    memory_limit: str = "2GB"
    temp_folder: Path | None = None
    threads: int | None = None


DEFAULT_LIMITS: Final = EngineLimits()


def compare(files: SnapshotFiles, rules: ComparisonRules, limits: EngineLimits = DEFAULT_LIMITS) -> Comparison:
    """Compare two trusted snapshots, whatever their size; only differing records become Python objects.

    The result depends on the rows alone: not on their order, nor on the number of threads.

    Raises:
        Incomparable: A file is missing, damaged, or not a snapshot these rules can read.
    """
    with _engine(limits) as connection, _told_in_words(files):
        return _compare(connection, files, rules)


def compare_and_trace(
    files: SnapshotFiles, rules: ComparisonRules, limits: EngineLimits = DEFAULT_LIMITS
) -> tuple[Comparison, tuple[Place, ...]]:
    """Compare two snapshots with planted rows among theirs, and say where each planted row ended.

    Returns:
        One comparison of all rows, and the places of the planted ones.

    Raises:
        Incomparable: A file is missing, damaged, or not a snapshot these rules can read.
    """
    with _engine(limits) as connection, _told_in_words(files):
        comparison = _compare(connection, files, rules)
        return comparison, tuple(_places(connection, files))


@contextmanager
def _told_in_words(files: SnapshotFiles) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        text = f"The snapshots {files.crm.name} and {files.billing.name} could not be compared: {reason}"
        remedy = "Nothing was concluded from them. If a file is damaged or gone, pull this morning again."
        raise Incomparable(text, remedy=remedy) from error


@contextmanager
def _engine(limits: EngineLimits) -> Iterator[duckdb.DuckDBPyConnection]:
    if limits.temp_folder is not None:
        limits.temp_folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="compare-", dir=limits.temp_folder) as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": limits.memory_limit,
            "temp_directory": spill,
            "preserve_insertion_order": False,
            # Nothing is fetched from anywhere in the middle of a night.
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        if limits.threads is not None:
            settings["threads"] = limits.threads
        with duckdb.connect(":memory:", config=settings) as connection:
            connection.execute("SET TimeZone = 'UTC'")
            yield connection


def _compare(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules) -> Comparison:
    absent = {side: absent_columns(connection, files.all_of(side), rules) for side in Side}
    for sql in statement.preparation(files, rules, absent):
        connection.execute(sql)
    _refuse_misfits(connection, files)
    return Comparison(
        discrepancies=tuple(_discrepancies(connection, rules)),
        key_troubles=tuple(
            KeyTrouble(Side(row["side"]), row["source_id"], row["key"])
            for row in _rows(connection, statement.troubles())
        ),
        balances={Side(row.pop("side")): SideBalance(**row) for row in _rows(connection, statement.balances())},
    )


def _refuse_misfits(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles) -> None:
    for row in _rows(connection, statement.misfits()):
        text = (
            f"Record {row['source_id']!r} in {files[Side(row['side'])].name} has the state {row['state']!r}, "
            "which this version cannot place, so nothing was compared."
        )
        raise Incomparable(text, remedy="Pull this morning again with the version that compares it.")


def _discrepancies(connection: duckdb.DuckDBPyConnection, rules: ComparisonRules) -> Iterator[Discrepancy]:
    for row in _rows(connection, statement.differences(rules)):
        yield discrepancy(row, rules)


def _places(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles) -> Iterator[Place]:
    for row in _rows(connection, statement.places(files)) if files.planted else ():
        yield Place(Side(row["side"]), row["source_id"], row["key"], row["bucket"])


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    """Read an answer in batches; one must be read to its end before the next is asked."""
    answer = connection.execute(query)
    names = [name for name, *_ in answer.description or ()]
    while batch := answer.fetchmany(_BATCH):
        for values in batch:
            yield dict(zip(names, values, strict=True))
