"""On which records do two snapshots disagree?

An in-memory DuckDB first settles by their digests whoever agrees (`settling.py`), and runs the statements of
`statement.py` over all others. Judging what was found (lag, money, owners) belongs in `domain`.
"""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

from reconciliation_pipeline.compare import digests, statement
from reconciliation_pipeline.compare.findings import Reader
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.scratch import scratch
from reconciliation_pipeline.compare.settling import Settling, settle
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles, absent_columns, misfit
from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Discrepancy, Side

_BATCH: Final = 10_000
FORMAT_SHOWN: Final = 1_000
"""Records that differ in their format only of which the values are kept; all of them are counted."""


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
    with started(limits) as connection, told_in_words(files):
        return compare_in(connection, files, rules)[0]


def compare_and_trace(
    files: SnapshotFiles, rules: ComparisonRules, limits: EngineLimits = DEFAULT_LIMITS
) -> tuple[Comparison, tuple[Place, ...]]:
    """Compare two snapshots with planted rows among theirs, and say where each planted row ended.

    Returns:
        One comparison of all rows, and the places of the planted ones.

    Raises:
        Incomparable: A file is missing, damaged, or not a snapshot these rules can read.
    """
    with started(limits) as connection, told_in_words(files):
        return compare_in(connection, files, rules)


def write_digests(
    path: Path, rules: ComparisonRules, side: Side, target: Path, limits: EngineLimits = DEFAULT_LIMITS
) -> None:
    """Write the digests that settle most records of a snapshot, for every later comparison by these rules.

    Raises:
        Incomparable: The file is missing, damaged, or not a snapshot these rules can read.
    """
    with started(limits) as connection, told_in_words(SnapshotFiles(path, path)):
        digests.write(connection, path, rules, side, target)


@contextmanager
def told_in_words(files: SnapshotFiles) -> Iterator[None]:
    """Turn a fault of the engine into two sentences about these files.

    Raises:
        Incomparable: It could not do its work.
    """
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        text = f"The snapshots {files.crm.name} and {files.billing.name} could not be compared: {reason}"
        remedy = "Nothing was concluded from them. If a file is damaged or gone, pull this morning again."
        raise Incomparable(text, remedy=remedy) from error


@contextmanager
def started(limits: EngineLimits = DEFAULT_LIMITS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Start an engine with a folder for what does not fit into its memory."""
    with scratch(limits.temp_folder) as spill:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": limits.memory_limit,
            "temp_directory": str(spill),
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


def compare_in(
    connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules
) -> tuple[Comparison, tuple[Place, ...]]:
    """Compare two snapshots in an engine that runs already, and has nothing in it."""
    absent = {side: absent_columns(connection, files.all_of(side), rules) for side in Side}
    settling = settle(connection, files, rules)
    for name, query in statement.preparation(settling.open_rows, rules, absent):
        # Fetched once, joined twice: what is asked for again is kept, what merely looks at it is not.
        kind = "VIEW" if name.endswith("_folded") else "TABLE"
        connection.execute(f"CREATE TEMP {kind} {name} AS {query}")
    _refuse_misfits(connection, files)
    discrepancies, formats = _differences(connection, rules)
    comparison = Comparison(
        discrepancies=discrepancies,
        key_troubles=tuple(
            KeyTrouble(Side(row["side"]), row["source_id"], row["key"], row["field"], row["word"])
            for row in _rows(connection, statement.troubles(rules))
        ),
        balances=_balances(connection, settling),
        format_only=formats,
    )
    return comparison, tuple(_places(connection, settling, rules))


def _differences(
    connection: duckdb.DuckDBPyConnection, rules: ComparisonRules
) -> tuple[tuple[Discrepancy, ...], tuple[FormatDifference, ...]]:
    answer = connection.execute(statement.differences(rules))
    reader = Reader([name for name, *_ in answer.description or ()], rules)
    discrepancies: list[Discrepancy] = []
    formats: list[FormatDifference] = []
    with _uncollected():
        while batch := answer.fetchmany(_BATCH):
            for row in batch:
                if not reader.is_format_only(row):
                    discrepancies.append(reader.discrepancy(row))
                elif len(formats) < FORMAT_SHOWN:
                    formats.append(reader.format_difference(row))
    return tuple(discrepancies), tuple(formats)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles away: it would look through all that was read again and again, and find none."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _balances(connection: duckdb.DuckDBPyConnection, settling: Settling) -> Mapping[Side, SideBalance]:
    """Add what was settled to what was looked at; how many rows there are is counted in the files themselves."""
    balances = {}
    for row in _rows(connection, statement.balances()):
        side = Side(row.pop("side"))
        row["pulled"] = settling.rows[side]
        row["equal"] += settling.equal[side]
        row["out_of_scope"] += settling.out_of_scope[side]
        balances[side] = SideBalance(**row)
    return balances


def _refuse_misfits(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles) -> None:
    for row in _rows(connection, statement.misfits()):
        raise misfit(row["side"], row["source_id"], row["state"], files)


def _places(connection: duckdb.DuckDBPyConnection, settling: Settling, rules: ComparisonRules) -> Iterator[Place]:
    yield from settling.places
    if settling.open_planted:
        for row in _rows(connection, statement.places(settling.open_planted, rules)):
            yield Place(Side(row["side"]), row["source_id"], row["key"], row["bucket"])


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[dict[str, Any]]:
    """Read an answer in batches; one must be read to its end before the next is asked."""
    answer = connection.execute(query)
    names = [name for name, *_ in answer.description or ()]
    while batch := answer.fetchmany(_BATCH):
        for values in batch:
            yield dict(zip(names, values, strict=True))
