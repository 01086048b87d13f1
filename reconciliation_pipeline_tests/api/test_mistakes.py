"""Is every mistake told in a sentence that says what to do?"""

import datetime as dt
import uuid
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from reconciliation_pipeline import ReconcileError, reconcile
from reconciliation_pipeline_tests.api.frames import frame

LEFT = frame("A", plan=["pro"], mrr=[49.0], since=[dt.date(2026, 1, 31)])


ACTIVE = 'Write active={"column": "status", "values": ["active"]}, or one of these for each side.'


def told(left=LEFT, right=LEFT, **said):
    with pytest.raises(ReconcileError) as caught:
        reconcile(left, right, **{"key": "id", **said})
    assert str(caught.value) == f"{caught.value.text} {caught.value.remedy}".strip()
    return str(caught.value)


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"key": "ID"}, "left has no column `ID`, which is the key. Did you mean `id`?"),
        (
            {"key": "number"},
            "left has no column `number`, which is the key. Its columns are `id`, `plan`, `mrr`, `since`.",
        ),
        ({"key": []}, '`key` names no column. Write key="customer_number", or a list of columns.'),
        ({"key": {"crm": "id"}}, '`key` names something other than left and right. Write key={"left": …, "right": …}.'),
        (
            {"key": {"left": "id", "right": ["id", "plan"]}},
            "The key has 1 in left and 2 in right columns, so no two are the same. Name the same parts for both.",
        ),
        ({"compare": "plan"}, '`compare` is a list of columns. Write compare=["plan", {"field": "mrr", …}].'),
        ({"compare": [{"name": "plan"}]}, 'compare[0] names no column. Write "plan", or {"field": "plan", …}.'),
        ({"compare": ["plan", "plna"]}, "left has no column `plna`, which is to be compared. Did you mean `plan`?"),
        (
            {"compare": ["plan", "plan"]},
            (
                "compare[1]: `plan` is compared already, at compare[0]. "
                "Keep one of them, or give one another name as `field`."
            ),
        ),
        (
            {"compare": [{"field": "mrr", "right": 3}]},
            'compare[0].right names no column. Write {"field": "mrr", "left": "…", "right": "…"}.',
        ),
        (
            {"compare": ["plan", {"field": "mrr", "tolerance": {"absolut": "0.01"}}]},
            "compare[1].tolerance.absolut: there is no such key; did you mean `absolute`?",
        ),
        (
            {"compare": [{"field": "mrr", "tolerance": "0.01"}]},
            "compare[0].tolerance: one value is not enough here; write keys and values: absolute, relative.",
        ),
        (
            {"compare": [{"field": "mrr", "tolerance": {"absolute": "1"}, "case": "ignore"}]},
            (
                "compare[0].case: `mrr` is a number, as it has a tolerance, and `case` is for text; "
                "remove one or the other."
            ),
        ),
        (
            {"compare": [{"field": "since", "tolerance": {"absolute": "1"}}]},
            "compare[0]: `since` is a column of type day, and a tolerance is for numbers. Remove the tolerance.",
        ),
        (
            {"compare": [{"field": "plan", "as": "emial"}]},
            "compare[0].as: `emial` is not one of text, email, phone, country, date; did you mean `email`?",
        ),
        (
            {"compare": [{"field": "plan", "zone": "Europe/Berlin"}]},
            "compare[0].zone: `zone` is for fields with `as: date`; add `as: date`, or remove it.",
        ),
        (
            {"compare": [{"field": "plan", "words": {"crm": {"a": "b"}}}]},
            (
                "compare[0].words names `crm`, and the sides are called left and right here. "
                'Write {"words": {"left": …, "right": …}}.'
            ),
        ),
        (
            {"compare": [{"field": "plan", "words": {"left": {}}}]},
            "compare[0].words.left: no word is explained; write {Gold: premium}, or remove the key.",
        ),
        (
            {"compare": [{"field": "plan", "authority": "crm"}]},
            "compare[0].authority is neither left nor right. Write one of them, or neither.",
        ),
        ({"keys": "trim"}, '`keys` is no mapping. Write keys={"trim": True, "case": "ignore"}.'),
        ({"keys": {"trim": "often"}}, "keys.trim: `often` is neither true nor false; write true or false."),
        ({"keys": {"aliases": {"a": "a"}}}, "keys.aliases.a: `a` is an alias of itself; remove it."),
        (
            {"active": "plan"},
            f"`active` is no mapping. {ACTIVE}",
        ),
        (
            {"active": {"column": "plan", "values": []}},
            f"`active` names no value, so that no row would count. {ACTIVE}",
        ),
        (
            {"active": {"column": "sinc", "values": ["x"]}},
            "left has no column `sinc`, which is to say which rows count. Did you mean `since`?",
        ),
        ({"memory": "much"}, '\'much\' is no amount of memory. Write one like "2GB" or "500MB".'),
        ({"right_name": "left"}, "Both sides are called 'left'. Give them different names."),
        ({"left_name": "key"}, "A side cannot be called 'key'. Take a word other than field, format_only, key."),
        (
            {"right": [1, 2]},
            (
                "right is of type list, which is no frame. "
                "Hand in a frame of pandas, Polars or Arrow, or a path to a file."
            ),
        ),
        ({"left": "nowhere.csv"}, "left: there is no file nowhere.csv. Check the path."),
    ],
)
def test_a_mistake_in_the_call_is_told(said, sentence):
    assert sentence == told(**said)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        (
            pd.Series([1, "a"], dtype=object),
            "holds values of several types (int, str), which do not go into one column",
        ),
        (pd.Series([2**70, 1], dtype=object), "holds values of type int, which do not go into one column"),
        (pd.Series([object, None], dtype=object), "holds values of type type, which do not go into one column"),
        (pd.Series([[1], [2]]), "holds lists or mappings, which nothing here compares"),
        (pd.Series([{"a": 1}, None]), "holds lists or mappings, which nothing here compares"),
        (pd.Series(pd.to_timedelta([1, 2])), "holds values of type duration[ns], which nothing here compares"),
        (pd.Series([Decimal("1e30"), Decimal("1e-30")]), "holds numbers of more than 38 digits"),
    ],
)
def test_a_column_that_cannot_be_compared_is_told(value, what):
    left = frame("A", "B", odd=value)

    sentence = told(left=left, right=left)

    assert sentence.startswith(f"The column `odd` of left {what}.")
    assert sentence.endswith(
        'Make it one column of text first, such as with frame["odd"].astype("string"), or leave it out.'
    )


def test_a_column_that_is_not_compared_may_hold_anything():
    left = frame("A", "B", odd=[[1], {2}], id2=[uuid.uuid4(), "x"])

    result = reconcile(left, left.head(1), key="id", compare=[])

    assert {2} == result.left_only["odd"].item()


def test_two_columns_of_one_name_are_told():
    left = pd.DataFrame([["A", 1, 2]], columns=["id", "n", "n"])

    assert "left has several columns called `n`. Rename all but one of them." == told(left=left)


def test_a_type_that_arrow_does_not_know_is_told():
    left = pl.DataFrame({"id": ["A"], "big": pl.Series([2**70], dtype=pl.Int128)})

    assert told(left=left).startswith("left cannot be read as Arrow: ")


def test_an_extension_type_is_told():
    left = frame("A", month=pd.Series(pd.period_range("2026-01", periods=1, freq="M")))

    assert "holds values of type" in told(left=left, right=left)


def test_a_file_of_another_format_is_told(tmp_path):
    (tmp_path / "left.xlsx").write_bytes(b"PK")

    assert told(left=tmp_path / "left.xlsx").startswith(
        "left: left.xlsx is of no format that is read here. Its name ends in .parquet,"
    )


def test_a_damaged_file_is_told(tmp_path):
    (tmp_path / "left.parquet").write_bytes(b"PAR1 and nothing else")

    sentence = told(left=tmp_path / "left.parquet")

    assert sentence.startswith("left: left.parquet could not be read: ")
    assert sentence.endswith("Nothing was compared; look at the file.")


def test_every_mistake_is_a_value_error():
    assert issubclass(ReconcileError, ValueError)


def test_an_empty_column_goes_with_any_other():
    left, right = pa.table({"id": ["A"], "n": pa.nulls(1)}), frame("A", n=[5])

    assert not reconcile(left, right, key="id").agrees
    assert reconcile(left, left, key="id").agrees
