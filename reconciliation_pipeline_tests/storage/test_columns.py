"""Columns of Arrow made from their bytes are those that pyarrow would make, and cost no pandas."""

import subprocess
import sys
from datetime import UTC, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.storage.columns import MOMENT, moment_column, text_column

MOMENTS = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3, minutes=-30))]))


@given(st.lists(st.none() | st.text()))
def test_any_texts_become_the_column_that_pyarrow_makes(values):
    column = text_column(values)

    column.validate(full=True)
    assert pa.array(values, pa.string()).equals(column)


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1_024])
@pytest.mark.parametrize("nulls", [0, 1, 2])
def test_what_is_null_is_null_in_its_own_place(count, nulls):
    values = [None if nulls and at % nulls == 0 else f"{at}" for at in range(count)]

    column = text_column(values)

    column.validate(full=True)
    assert (values, values.count(None)) == (column.to_pylist(), column.null_count)


def test_nothing_and_the_empty_text_stay_apart():
    assert ["", None, "\x00", "ä", "\U0001f600"] == text_column(["", None, "\x00", "ä", "\U0001f600"]).to_pylist()


def test_half_a_character_is_refused():
    with pytest.raises(UnicodeEncodeError):
        text_column(["\ud800"])


@given(st.lists(st.none() | MOMENTS))
def test_any_moments_become_microseconds_in_utc(values):
    column = moment_column(values)

    column.validate(full=True)
    assert MOMENT == column.type
    assert pa.array(values, MOMENT).equals(column)


def test_to_write_a_snapshot_imports_no_pandas(tmp_path):
    script = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.storage.writer import SnapshotWriter

now = datetime.now(UTC)
with SnapshotWriter(Path(sys.argv[1]), "a.parquet", ["plan"]) as writer:
    writer.write([Row("1", None, "active", State.ACTIVE, now, None, {"plan": "pro"})])
print(writer.rows, "pandas" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, capture_output=True, text=True)

    assert "1 False\n" == done.stdout
