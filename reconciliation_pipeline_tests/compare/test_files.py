"""What files the comparison reads, and which it refuses."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.compare.engine import EngineLimits, compare
from reconciliation_pipeline.compare.snapshot import Incomparable
from reconciliation_pipeline_tests.compare.sides import (
    PLAN,
    customers,
    files,
    found,
    record,
    rules,
)

KEYS_ONLY = rules()
WITH_PLAN = rules(PLAN)


class TestFiles:
    def test_a_folder_with_quotes_brackets_and_dates_in_its_name_is_just_a_folder(self, tmp_path):
        folder = tmp_path / "it's [1]*?" / "key=C9" / "date=2026-11-22"
        folder.mkdir(parents=True)

        comparison = compare(files(folder, customers(C1="active"), [], KEYS_ONLY), KEYS_ONLY)

        assert [("crm_only", "C1")] == found(comparison)

    def test_nothing_is_left_behind(self, tmp_path):
        spill = tmp_path / "spill"
        sides = files(tmp_path, customers(C1="active"), customers(C1="active"), KEYS_ONLY)

        compare(sides, KEYS_ONLY, EngineLimits(temp_folder=spill))

        assert [] == list(spill.iterdir())

    def test_a_missing_column_is_told_with_its_file(self, tmp_path):
        sides = files(tmp_path, customers(C1="active"), customers(C1="active"), KEYS_ONLY)

        with pytest.raises(Incomparable, match=r"crm\.parquet has no column field_plan") as caught:
            compare(sides, WITH_PLAN)
        assert "pull this morning again" in caught.value.remedy

    def test_a_key_that_is_a_number_is_refused(self, tmp_path):
        sides = files(tmp_path, customers(C1="active"), customers(C1="active"), KEYS_ONLY)
        table = pq.read_table(sides.crm)
        pq.write_table(table.set_column(1, "key", pa.array([7])), sides.crm)

        with pytest.raises(Incomparable, match="holds key as BIGINT instead of VARCHAR"):
            compare(sides, KEYS_ONLY)

    def test_a_state_nobody_knows_is_refused_and_not_read_as_stopped(self, tmp_path):
        sides = files(tmp_path, customers(C1="active"), customers(C1="active"), KEYS_ONLY)
        table = pq.read_table(sides.billing)
        pq.write_table(table.set_column(3, "state", pa.array(["paused_v2"])), sides.billing)

        with pytest.raises(Incomparable, match=r"'id-C1' in billing\.parquet has the state 'paused_v2'"):
            compare(sides, KEYS_ONLY)

    @pytest.mark.parametrize("key", ["C2", None])
    def test_a_row_without_an_id_is_refused_even_where_it_is_out_of_scope(self, tmp_path, key):
        sides = files(tmp_path, customers(C1="active"), [record(key, "out_of_scope")], KEYS_ONLY)
        table = pq.read_table(sides.billing)
        pq.write_table(table.set_column(0, "source_id", pa.array([None], pa.string())), sides.billing)

        with pytest.raises(Incomparable, match=r"Record None in billing\.parquet"):
            compare(sides, KEYS_ONLY)

    @pytest.mark.parametrize("content", [None, b"", b"PAR1 is not enough PAR1"])
    def test_a_file_that_is_gone_or_damaged_gets_one_sentence(self, tmp_path, content):
        sides = files(tmp_path, [], [], KEYS_ONLY)
        sides.crm.unlink()
        if content is not None:
            sides.crm.write_bytes(content)

        with pytest.raises(Incomparable, match=r"crm\.parquet and billing\.parquet could not be compared"):
            compare(sides, KEYS_ONLY)
