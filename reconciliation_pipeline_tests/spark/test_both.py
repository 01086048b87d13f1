"""DuckDB and Spark say the same of every rule (`make spark`)."""

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from reconciliation_pipeline.compare import engine, spark
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles
from reconciliation_pipeline.compare.spark_session import Session, session
from reconciliation_pipeline.domain.comparison import Comparison
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.domain.rules import FieldRule, KeyRule
from reconciliation_pipeline_tests.compare.sides import MRR, files, record, write
from reconciliation_pipeline_tests.spark.worlds import FIELDS, KEY, crowd, every_pair

pytestmark = [
    pytest.mark.slow,
    # It says so when it is started, and no function of pandas is used here.
    pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas"),
]
NO_COLUMN_IS_ABSENT = dict.fromkeys(Side, frozenset[str]())
BOTH = dict.fromkeys(Side, True)
GROUPS = [[rule for rule in FIELDS if rule.name in names] for names in (
    {"plain", "case", "trim"},
    {"collapse", "spaceless", "email"},
    {"phone", "dialled", "country", "tier", "level"},
    {"day", "moment"},
    {"hour", "second", "minute"},
    {"seats", "about", "mrr", "fee"},
)]  # fmt: skip

Found = tuple[Comparison, tuple[Place, ...]]


@pytest.fixture(scope="module")
def opened() -> Iterator[Session]:
    pytest.importorskip("pyspark", reason="Spark is not installed: `make spark` installs it")
    with session("local[2]") as spark_session:
        spark_session.sparkContext.setLogLevel("ERROR")
        # A few hundred rows need no two hundred tasks.
        spark_session.conf.set("spark.sql.shuffle.partitions", "2")
        yield spark_session


def test_every_rule_has_its_pairs():
    assert sorted(rule.name for rule in FIELDS) == sorted(rule.name for group in GROUPS for rule in group)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: "-".join(rule.name for rule in group))
def test_each_value_of_a_field_against_each_other_one(opened, tmp_path, group: list[FieldRule]):
    pairs = {rule.name: every_pair(rule) for rule in group}
    crm, billing = ([_of(row, name) for name, sides in pairs.items() for row in sides[side]] for side in (0, 1))
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
    planted = {
        side: write(tmp_path / f"{side}-planted.parquet", crowd(3 + n, 40), by.carried) for n, side in enumerate(Side)
    }

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


def _of(row: Row, field: str) -> Row:
    return Row(
        source_id=f"{field}/{row.source_id}",
        key=f"{field}/{row.key}",
        status=row.status,
        state=row.state,
        created_at=row.created_at,
        updated_at=row.updated_at,
        values=row.values,
    )


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
