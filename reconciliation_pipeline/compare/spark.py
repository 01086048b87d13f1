"""On which records do two snapshots disagree, when one machine is not enough?

The statements of `statement.py` in Spark's dialect (`portable.py`), over the whole snapshots: nothing is settled by
digests before. Only what differs comes to this process. The files must lie where every worker can read them.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from reconciliation_pipeline.compare import engine, statement
from reconciliation_pipeline.compare.findings import Reader
from reconciliation_pipeline.compare.portable import portable
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles, absent_columns, misfit
from reconciliation_pipeline.compare.spark_session import Session, session
from reconciliation_pipeline.domain.comparison import Comparison, FormatDifference, KeyTrouble, SideBalance
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Discrepancy, Side

_KEPT: Final = ("_read", "_repeated", "_gathered", "_shared", "set_apart", "classified")
"""How the names of those tables end that are asked for more than once."""


@dataclass(frozen=True, slots=True)
class SparkEngine:
    """Compares on Spark.

    Attributes:
        master: Where Spark is: `local[2]`, `spark://host:7077`, `sc://host:15002`.
    """

    master: str

    def compare_and_trace(self, files: SnapshotFiles, rules: ComparisonRules) -> tuple[Comparison, tuple[Place, ...]]:
        """Compare two snapshots with planted rows among theirs, and say where each planted row ended.

        Returns:
            What DuckDB would have said, in the same order.

        Raises:
            Incomparable: A file is missing, damaged, or not a snapshot these rules can read; or there is no Spark.
        """
        # Columns are a matter of a file's last bytes, which are read right here.
        with engine.started() as connection, engine.told_in_words(files):
            absent = {side: absent_columns(connection, files.all_of(side), rules) for side in Side}
        with session(self.master) as spark, _told_in_words(files):
            return compare_in(spark, files, rules, absent)


def compare_in(
    spark: Session, files: SnapshotFiles, rules: ComparisonRules, absent: Mapping[Side, frozenset[str]]
) -> tuple[Comparison, tuple[Place, ...]]:
    """Compare two snapshots in a session that is open already.

    Args:
        spark: The session, as `spark_session.py` sets it up.
        files: The snapshots.
        rules: How they are compared.
        absent: Per side, columns of the amount that its rows do not carry.
    """
    sources = {side: _source(spark, files, side) for side in Side}
    with ExitStack() as kept:
        for name, query in statement.preparation(sources, rules, absent):
            table = spark.sql(portable(query))
            if name.endswith(_KEPT):
                _keep(table)
                kept.callback(table.unpersist)
            table.createOrReplaceTempView(name)
        _refuse_misfits(spark, files)
        discrepancies, formats = _differences(spark, rules)
        comparison = Comparison(
            discrepancies=discrepancies,
            key_troubles=tuple(
                KeyTrouble(Side(row["side"]), row["source_id"], row["key"], row["field"], row["word"])
                for row in _rows(spark, statement.troubles(rules))
            ),
            balances=_balances(spark, sources),
            format_only=formats,
        )
        return comparison, tuple(_places(spark, files, rules))


def _keep(table: Any) -> None:  # noqa: ANN401 - a DataFrame of a package that need not be installed
    from pyspark import StorageLevel

    table.persist(StorageLevel.MEMORY_AND_DISK)
    # Filled at once, so that Spark plans what follows with their true sizes.
    table.count()


def _source(spark: Session, files: SnapshotFiles, side: Side) -> str:
    """Make the rows of a side a table, and the planted ones another."""
    from pyspark.sql.functions import lit

    rows = _read(spark, files[side]).withColumn("planted", lit(col=False))
    if side in files.planted:
        planted = _read(spark, files.planted[side])
        planted.createOrReplaceTempView(f"{side}_planted")
        rows = rows.unionByName(planted.withColumn("planted", lit(col=True)), allowMissingColumns=True)
    rows.createOrReplaceTempView(f"{side}_rows")
    return f"{side}_rows"


def _read(spark: Session, path: Path) -> Any:  # noqa: ANN401 - a DataFrame, see above
    # Exactly this file: brackets in its name are no wildcards, and nothing is read out of its folders' names.
    plain = {"__globPaths__": "false", "recursiveFileLookup": "true"}
    return spark.read.options(**plain).parquet(f"file://{path.absolute()}")


def _differences(
    spark: Session, rules: ComparisonRules
) -> tuple[tuple[Discrepancy, ...], tuple[FormatDifference, ...]]:
    answer = spark.sql(portable(statement.differences(rules)))
    reader = Reader(answer.columns, rules)
    discrepancies: list[Discrepancy] = []
    formats: list[FormatDifference] = []
    for row in answer.toLocalIterator(prefetchPartitions=True):
        if not reader.is_format_only(row):
            discrepancies.append(reader.discrepancy(row))
        elif len(formats) < engine.FORMAT_SHOWN:
            formats.append(reader.format_difference(row))
    return tuple(discrepancies), tuple(formats)


def _balances(spark: Session, sources: Mapping[Side, str]) -> Mapping[Side, SideBalance]:
    balances = {}
    for row in _rows(spark, statement.balances()):
        side = Side(row.pop("side"))
        # Counted in the files themselves, so that a row lost on the way is missed.
        row["pulled"] = spark.table(sources[side]).count()
        balances[side] = SideBalance(**row)
    return balances


def _refuse_misfits(spark: Session, files: SnapshotFiles) -> None:
    for row in _rows(spark, statement.misfits()):
        raise misfit(row["side"], row["source_id"], row["state"], files)


def _places(spark: Session, files: SnapshotFiles, rules: ComparisonRules) -> Iterator[Place]:
    if files.planted:
        for row in _rows(spark, statement.places({side: f"{side}_planted" for side in files.planted}, rules)):
            yield Place(Side(row["side"]), row["source_id"], row["key"], row["bucket"])


def _rows(spark: Session, query: str) -> Iterator[dict[str, Any]]:
    """Read an answer a part at a time."""
    for row in spark.sql(portable(query)).toLocalIterator():
        yield row.asDict()


@contextmanager
def _told_in_words(files: SnapshotFiles) -> Iterator[None]:
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        reason = str(error).strip().splitlines()[0]
        text = f"The snapshots {files.crm.name} and {files.billing.name} could not be compared on Spark: {reason}"
        remedy = "Nothing was concluded from them. Every worker must be able to read both files under the same path."
        raise Incomparable(text, remedy=remedy) from error
