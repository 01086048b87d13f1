import csv
import io
import json
from pathlib import Path

import pytest

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.cells import COLUMNS, harmless
from reconciliation_pipeline.reporting.export import ExportFailed, export
from reconciliation_pipeline.reporting.items import items
from reconciliation_pipeline_tests.reporting.builders import a_life, conflict, seen


def exported(path: Path, *observations: Observation, bom: bool = False) -> list[dict[str, str]]:
    export([a_life(one) for one in observations], path, "csv", bom=bom)
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_a_row_holds_everything_about_a_difference(tmp_path):
    one = seen("007")

    assert [
        {
            "id": one.item,
            "kind": "billing_only",
            "key": "007",
            "reason": "cancelled",
            "state": "open",
            "first_seen": "2026-11-22",
            "last_seen": "2026-11-22",
            "resolved_on": "",
            "since_after": "2026-11-21",
            "since_before": "2026-11-22",
            "owner": "finance-ops",
            "due": "",
            "money_class": "charged_after_cancellation",
            "currency": "EUR",
            "amount": "48.00",
            "fields": "status",
            "crm": "cancelled",
            "billing": "active",
            "crm_id": "crm-007",
            "billing_id": "sub_007",
            "notes": "",
        }
    ] == exported(tmp_path / "out.csv", one)


def test_the_columns_stand_in_their_order_and_every_cell_is_quoted(tmp_path):
    path = tmp_path / "out.csv"

    assert 0 == export([], path, "csv")
    assert ",".join(f'"{name}"' for name in COLUMNS) + "\r\n" == path.read_bytes().decode()


def test_several_differing_fields_share_a_cell(tmp_path):
    (row,) = exported(tmp_path / "out.csv", conflict("C-9", ("plan", "basic", "=1+1"), ("mrr", None, "-2.00")))

    assert ("plan | mrr", "basic | ", "'=1+1 | -2.00") == (row["fields"], row["crm"], row["billing"])


def test_a_note_says_what_two_cells_do_not_show(tmp_path):
    one = conflict("C-9", ("plan", "Pro", "PRO", True), ("city", None, None), ("mrr", "1.00", "2.00"))

    (row,) = exported(tmp_path / "out.csv", one)

    assert "plan: format only | city: empty on both sides, and never was before" == row["notes"]


def test_statuses_that_nobody_stated_were_not_lost(tmp_path):
    (row,) = exported(tmp_path / "out.csv", seen("C-9", statuses={}))

    assert "" == row["notes"]


@pytest.mark.parametrize(
    "begin", ["=", "+", "-", "@", "\t", "\r", "\x00", "\uff1d", "\uff0b", "\uff0d", "\uff20", " ="]
)
def test_no_cell_is_a_formula(tmp_path, begin):
    (row,) = exported(tmp_path / "out.csv", seen(f"{begin}cmd|' /C calc'!A0", source_ids={Side.CRM: f"{begin}1"}))

    assert f"'{begin}cmd|' /C calc'!A0" == row["key"]


@pytest.mark.parametrize("text", ["-48.00", "-5", "0", "48.00", "C-1", "a=b", ""])
def test_numbers_and_ordinary_text_stay_what_they_are(text):
    assert text == harmless(text)


@pytest.mark.parametrize("text", ["-5+1", "--5", "-", "+49 30 1234", "-5\n=1"])
def test_what_only_begins_like_a_number_does_not(text):
    assert f"'{text}" == harmless(text)


@pytest.mark.parametrize("bom", [True, False])
def test_a_byte_order_mark_is_written_only_when_asked_for(tmp_path, bom):
    exported(tmp_path / "out.csv", seen("Ä"), bom=bom)

    assert bom == (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_json_lines_are_the_items(tmp_path):
    lives = [a_life(seen("ü")), a_life(conflict())]

    assert 2 == export(lives, tmp_path / "out.jsonl", "jsonl")

    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert items(lives) == [json.loads(line) for line in lines]


def test_an_older_file_is_replaced_and_nothing_else_is_left(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text("old", encoding="utf-8")

    exported(path, seen())

    assert ["out.csv"] == names(tmp_path)


def test_an_unknown_format_is_refused_with_the_known_ones(tmp_path):
    with pytest.raises(ExportFailed) as caught:
        export([], tmp_path / "out.doc", "doc")

    assert "'doc' is not a format that can be written." == caught.value.text
    assert "Ask for csv, jsonl, parquet or xlsx." == caught.value.remedy
    assert [] == names(tmp_path)


@pytest.mark.parametrize("name", ["missing/out.csv", "file/out.csv", ".", "nul\x00.csv", "x" * 300])
def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path, name):
    (tmp_path / "file").write_text("kept", encoding="utf-8")

    with pytest.raises(ExportFailed, match="could not be written") as caught:
        export([], tmp_path / name, "csv")

    assert "Name a file in a folder that exists and that you may write to." == caught.value.remedy
    assert ["file"] == names(tmp_path)
