"""DuckDB and Spark say the same of every rule (`make spark`)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.compare import engine, spark
from reconciliation_pipeline.compare.canonical import loose, number, text_of
from reconciliation_pipeline.compare.portable import portable
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles
from reconciliation_pipeline.compare.spark_session import Session, session
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule, KeyRule, Reading
from reconciliation_pipeline_tests.compare.sides import MRR, SMALL, files, record, write
from reconciliation_pipeline_tests.spark.worlds import FIELDS, KEY, crowd, pairs, values

pytestmark = [
    pytest.mark.slow,
    # It says so when it is started, and no function of pandas is used here.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]
NO_COLUMN_IS_ABSENT = dict.fromkeys(Side, frozenset[str]())
BOTH = dict.fromkeys(Side, True)
TEXTS = [rule for rule in FIELDS if not rule.numeric and rule.reading is not Reading.DATE]
DATES = [rule for rule in FIELDS if rule.reading is Reading.DATE]
NUMBERS = [rule for rule in FIELDS if rule.numeric]
BEYOND_THE_CALENDAR = ("0000-", "0001-", "9999-")
"""Years that a zone may move out of those with four digits, which every engine writes its own way; nobody sees them."""

Found = tuple[Comparison, tuple[Place, ...]]


@pytest.fixture(scope="module")
def opened() -> Iterator[Session]:
    pytest.importorskip("pyspark", reason="Spark is not installed: `make spark` installs it")
    with session("local[2]") as spark_session:
        spark_session.sparkContext.setLogLevel("ERROR")
        # A few hundred rows need no two hundred tasks.
        spark_session.conf.set("spark.sql.shuffle.partitions", "2")
        yield spark_session


@pytest.mark.parametrize("rule", FIELDS, ids=lambda rule: rule.name)
def test_what_a_value_means_is_the_same_letter_by_letter(opened, tmp_path, rule: FieldRule):
    held = [value for value in values(rule) if not (value or "").startswith(BEYOND_THE_CALENDAR)]
    path = tmp_path / "values.parquet"
    pq.write_table(pa.table({"value": pa.array(held, pa.string())}), path)
    meanings = [f"CAST({number('value')} AS VARCHAR)"]
    if not rule.numeric:
        texts = [text_of("value", rule, side) for side in Side]
        meanings = [*texts, *map(loose, texts)]
    query = f"SELECT {', '.join(f'{each} AS e{place}' for place, each in enumerate(('value', *meanings)))} FROM held"
    opened.read.parquet(str(path)).createOrReplaceTempView("held")
    with engine.started(SMALL) as connection:
        connection.execute(f"CREATE VIEW held AS FROM '{path}'")
        ours = connection.execute(query).fetchall()

    assert sorted(map(repr, ours)) == sorted(repr(tuple(row)) for row in opened.sql(portable(query)).collect())


@pytest.mark.parametrize("group", [TEXTS, DATES, NUMBERS], ids=["texts", "dates", "numbers"])
def test_values_of_two_sides_meet(opened, tmp_path, group: list[FieldRule]):
    met = [pairs(rule) for rule in group]
    crm, billing = ([row for sides in met for row in sides[side]] for side in (0, 1))
    by = ComparisonRules(tuple(group), None, {}, never_empty=frozenset({group[0].name}))

    _both_say_the_same(opened, files(tmp_path, crm, billing, by), by)


@pytest.mark.parametrize(
    ("key", "reduce", "amount"),
    [(KeyRule(), {}, None), (KEY, BOTH, "mrr"), (KEY, {Side.BILLING: True}, "mrr")],
    ids=["as written", "every rule, folded", "one side folded"],
)
def test_records_at_random_with_keys_that_many_share(opened, tmp_path, key, reduce, amount):
    by = ComparisonRules(
        tuple(rule for rule in FIELDS if rule.name in {"plain", "tier", "mrr", "about"}), amount, reduce, key
    )
    snapshots = files(tmp_path, crowd(1, 600), crowd(2, 600), by)
    # Nobody else has the keys and ids of what is planted.
    own = {
        side: [replace(one, key=one.key and f"P{one.key}", source_id=f"p{one.source_id}") for one in crowd(number, 40)]
        for number, side in enumerate(Side, start=3)
    }
    planted = {side: write(tmp_path / f"{side}-planted.parquet", own[side], by.carried) for side in Side}

    _both_say_the_same(opened, SnapshotFiles(snapshots.crm, snapshots.billing, planted), by)


def test_a_side_without_the_amount_and_a_path_full_of_wildcards(opened, tmp_path):
    folder = tmp_path / "we[i]rd {x} *y? %20"
    folder.mkdir()
    crm, billing = [record("C1", mrr="1.00 EUR")], [record("C1")]
    snapshots = SnapshotFiles(write(folder / "a b.parquet", crm, [MRR]), write(folder / "c#.parquet", billing))
    by = ComparisonRules((), "mrr", BOTH)
    absent = {Side.CRM: frozenset[str](), Side.BILLING: frozenset({"field_mrr", "field_mrr_currency"})}

    assert engine.compare_and_trace(snapshots, by) == spark.compare_in(opened, snapshots, by, absent)


def test_a_state_nobody_knows_is_refused_in_the_same_words(opened, tmp_path):
    by = ComparisonRules((), None, {})
    snapshots = files(tmp_path, [record("C1")], [record("C1")], by)
    with duckdb.connect() as connection:
        connection.execute(f"""
            COPY (SELECT * REPLACE ('asleep' AS state) FROM '{snapshots.crm}') TO '{tmp_path / "asleep.parquet"}'""")
    broken = SnapshotFiles(tmp_path / "asleep.parquet", snapshots.billing)

    with pytest.raises(Incomparable) as ours:
        engine.compare_and_trace(broken, by)
    with pytest.raises(Incomparable) as theirs:
        spark.compare_in(opened, broken, by, NO_COLUMN_IS_ABSENT)

    assert str(ours.value) == str(theirs.value)


def test_what_the_settings_call_is_asked_as_a_whole(opened, tmp_path):
    by = ComparisonRules((FIELDS[0],), None, {})
    snapshots = files(tmp_path, crowd(1, 50), crowd(2, 50), by)

    assert engine.compare_and_trace(snapshots, by) == spark.SparkEngine("local[2]").compare_and_trace(snapshots, by)


def _both_say_the_same(opened: Session, snapshots: SnapshotFiles, by: ComparisonRules) -> None:
    ours = engine.compare_and_trace(snapshots, by)
    theirs = spark.compare_in(opened, snapshots, by, NO_COLUMN_IS_ABSENT)

    assert [] == _more(ours, theirs), "DuckDB alone says so"
    assert [] == _more(theirs, ours), "Spark alone says so"
    assert ours[0] == theirs[0]
    assert ours[0].discrepancies or ours[0].key_troubles


def _more(one: Found, other: Found) -> Sequence[Any]:
    """What the one has and the other has not, as often as it has it."""
    with duckdb.connect() as connection:
        connection.register("one", _table(one))
        connection.register("other", _table(other))
        return connection.execute("FROM one EXCEPT ALL FROM other").fetchmany(5)


def _table(found: Found) -> pa.Table:
    comparison, places = found
    each = [*comparison.discrepancies, *comparison.key_troubles, *comparison.format_only, *places]
    return pa.table({"said": [repr(one) for one in each] + [repr(sorted(comparison.balances.items()))]})
