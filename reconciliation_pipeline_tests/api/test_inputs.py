"""Does it make no difference in which kind of frame or file the same records are handed in?"""

import datetime as dt
from pathlib import Path

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline import ReconcileError, reconcile
from reconciliation_pipeline_tests.api.frames import counts, frame, lines

LEFT = pa.table(
    {
        "id": ["A", "B", "C", "D", None],
        "plan": ["pro", "Pro", 'a "b", c', None, "x"],
        "mrr": [49.0, 99.5, None, 7.0, 1.0],
        "seats": [2**53 + 1, 2, 3, None, 5],
        "paid": [True, False, None, True, True],
        "since": [dt.date(2026, 1, 31), None, dt.date(2026, 2, 1), dt.date(2026, 2, 2), None],
    }
)
RIGHT = pa.table(
    {
        "id": ["C", "B", "A", "E"],
        "plan": ['a "b", c', "pro", "pro", None],
        "mrr": [None, 99.5, 49.01, 7.0],
        "seats": [3, 2, 2**53, 1],
        "paid": [None, False, True, False],
        "since": [dt.date(2026, 2, 1), None, dt.date(2026, 1, 31), None],
    }
)


class Stream:
    """What anybody's frame is that speaks Arrow."""

    def __init__(self, table):
        self._table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self._table.__arrow_c_stream__(requested_schema)


def as_csv(table, path):
    table.to_pandas(integer_object_nulls=True).to_csv(path.with_suffix(".csv"), index=False)
    return path.with_suffix(".csv")


def as_parquet(table, path):
    pq.write_table(table, path.with_suffix(".parquet"), row_group_size=2)
    return str(path.with_suffix(".parquet"))


def as_json(table, path):
    pl.DataFrame(table).write_ndjson(path.with_suffix(".jsonl"))
    return path.with_suffix(".jsonl")


NULLABLE = {
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.string(): pd.StringDtype(),
    pa.bool_(): pd.BooleanDtype(),
}
KINDS = {
    "pandas": lambda table, _: table.to_pandas(integer_object_nulls=True),
    "pandas_nullable": lambda table, _: table.to_pandas(types_mapper=NULLABLE.get),
    "polars": lambda table, _: pl.DataFrame(table),
    "polars_lazy": lambda table, _: pl.DataFrame(table).lazy(),
    "arrow": lambda table, _: table,
    "arrow_stream": lambda table, _: pa.RecordBatchReader.from_batches(table.schema, table.to_batches(2)),
    "capsule": lambda table, _: Stream(table),
    "csv": as_csv,
    "parquet": as_parquet,
    "jsonl": as_json,
}


def told(left, right):
    result = reconcile(left, right, key="id")
    ids = [list(each["id"]) for each in (result.left_only, result.right_only)]
    return result.counts, result.totals, lines(result.conflicts), lines(result.format_only), lines(result.no_key), ids


@pytest.fixture(scope="module")
def expected():
    return told(LEFT, RIGHT)


def test_what_is_expected_holds_everything(expected):
    assert {"equal": 1, "differ": 1, "format_only": 1, "left_only": 1, "right_only": 1, "no_key": 1} == {
        name: count for name, count in expected[0].items() if count and name != "records"
    }
    assert [("A", "mrr", "49", "49.01", False), ("A", "seats", str(2**53 + 1), str(2**53), False)] == expected[2]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_gives_the_same_result(kind, expected, tmp_path):
    assert expected == told(KINDS[kind](LEFT, tmp_path / "left"), KINDS[kind](RIGHT, tmp_path / "right"))


@pytest.mark.parametrize("kind", KINDS)
def test_two_kinds_go_together(kind, expected, tmp_path):
    assert expected == told(KINDS[kind](LEFT, tmp_path / "left"), RIGHT)


def test_a_table_of_polars_may_hold_categories():
    left = pl.DataFrame({"id": ["A", "B"], "plan": pl.Series(["pro", "max"], dtype=pl.Categorical)})

    result = reconcile(left, left.head(1), key="id")

    assert [("B", "max")] == lines(result.left_only)


class TestCsv:
    def write(self, folder: Path, text: str, name: str = "left.csv") -> Path:
        (folder / name).write_text(text, "utf-8")
        return folder / name

    def test_zeros_before_a_key_stay(self, tmp_path):
        left = self.write(tmp_path, "id,code\n007,01\n7,10\n")

        assert {"equal": 1, "left_only": 1} == counts(reconcile(left, frame("007", code=["01"]), key="id"))

    def test_a_code_with_zeros_before_it_is_no_number(self, tmp_path):
        left, right = self.write(tmp_path, "id,code\nA,01\n"), self.write(tmp_path, "id,code\nA,1\n", "right.csv")

        assert {"format_only": 1} == counts(reconcile(left, right, key="id"))

    def test_a_column_of_nothing_but_numbers_is_one_of_numbers(self, tmp_path):
        left, right = self.write(tmp_path, "id,mrr\nA,49\n"), self.write(tmp_path, "id,mrr\nA,49.00\n", "right.csv")

        assert reconcile(left, right, key="id").agrees

    def test_no_line_is_taken_for_anything_but_a_record(self, tmp_path):
        left = self.write(tmp_path, 'id;plan\n#A;pro\n"B;C";"two\nlines"\n')

        result = reconcile(left, frame("#A", "B;C", plan=["pro", "two\nlines"]), key="id")

        assert result.agrees

    def test_rows_come_back_in_the_order_of_keys_as_they_are_written(self, tmp_path):
        left = self.write(tmp_path, "id,n\n" + "".join(f"{number:05},{number}.50\n" for number in range(5000, 0, -1)))

        result = reconcile(left, frame("00002"), key="id", compare=[])

        assert [("00001", "1.50"), ("00003", "3.50")] == lines(result.left_only.head(2))

    def test_a_broken_line_is_told(self, tmp_path):
        left = self.write(tmp_path, "id,plan\nA,pro\nB,pro,extra,more\nC\n")

        with pytest.raises(ReconcileError, match=r"left: left\.csv could not be read: .*"):
            reconcile(left, frame("A"), key="id")

    def test_stars_and_quotes_in_a_name_are_what_they_are(self, tmp_path):
        self.write(tmp_path, "id\nB\n", "ab.csv")
        left = self.write(tmp_path, "id\nA\n", "a[b]*'.csv")

        assert reconcile(left, frame("A"), key="id").agrees


class TestJson:
    def test_whole_numbers_of_any_size_are_exact(self, tmp_path):
        path = tmp_path / "left.jsonl"
        path.write_text(f'{{"id": "A", "n": {10**25 + 1}}}\n{{"n": {2**53 + 1}, "id": "B"}}\n')

        result = reconcile(path, frame("A", "B", n=[str(10**25 + 1), str(2**53)]), key="id")

        assert [("B", "n", str(2**53 + 1), str(2**53), False)] == lines(result.conflicts)

    def test_a_value_that_only_some_records_have_is_missing_from_the_others(self, tmp_path):
        path = tmp_path / "left.jsonl"
        path.write_text('{"id": "A"}\n{"id": "B", "plan": "007"}\n')

        assert reconcile(path, frame("A", "B", plan=[None, "007"]), key="id").agrees

    @pytest.mark.parametrize("value", ["[1]", '{"a": 1}', '"text"'])
    def test_what_is_no_single_value_of_one_kind_is_refused(self, tmp_path, value):
        path = tmp_path / "left.jsonl"
        path.write_text(f'{{"id": "A", "v": {value}}}\n{{"id": "B", "v": 1}}\n')

        with pytest.raises(ReconcileError, match="The column `v` of left holds"):
            reconcile(path, frame("A", v=[1]), key="id")


def test_the_frames_of_a_result_come_as_pandas():
    result = reconcile(pl.DataFrame(LEFT), pl.DataFrame(RIGHT), key="id")

    assert {pd.DataFrame} == {type(each) for each in (result.left_only, result.conflicts, result.no_key, result.fields)}
