"""Workbooks and Parquet files, read back by libraries that did not write them."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
import pytest

from reconciliation_pipeline.domain.decisions import Action, Decision, InForce
from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.records import Amount, Side
from reconciliation_pipeline.reporting.cells import COLUMNS
from reconciliation_pipeline.reporting.export import EVERY, ExportFailed, _refuse_too_many, export
from reconciliation_pipeline.reporting.export_parquet import AT_ONCE
from reconciliation_pipeline.reporting.export_xlsx import LONGEST
from reconciliation_pipeline_tests.reporting.builders import MORNING, NOW, YESTERDAY, a_life, conflict, seen

FORMULAS = ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "{=1+1}", "http://evil.example", "internal:A1", "1e3", "007"]


def worksheet(path: Path, *lives: Life) -> Any:
    export(lives, path, "xlsx")
    return openpyxl.load_workbook(path)["differences"]


def row(sheet: Any, number: int = 2) -> dict[str, Any]:
    return dict(zip(COLUMNS, sheet[number], strict=True))


def test_a_workbook_has_typed_cells(tmp_path):
    cells = row(worksheet(tmp_path / "out.xlsx", a_life(seen("007", amount="1488.50"), due=MORNING)))

    assert ("007", "s") == (cells["key"].value, cells["key"].data_type)
    assert (MORNING, "d") == (cells["first_seen"].value.date(), cells["first_seen"].data_type)
    assert MORNING == cells["due"].value.date()
    assert (1488.5, "n", "EUR") == (cells["amount"].value, cells["amount"].data_type, cells["currency"].value)
    assert (None, "@") == (cells["resolved_on"].value, cells["key"].number_format)


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_of_a_workbook_is_anything_but_the_text_it_holds(tmp_path, text):
    one = conflict(text, (text, text, text), owner=text, source_ids={Side.CRM: text})

    cells = row(worksheet(tmp_path / "out.xlsx", a_life(one)))

    for name in ("key", "owner", "fields", "crm", "billing", "crm_id"):
        assert (text, "s", None) == (cells[name].value, cells[name].data_type, cells[name].hyperlink)


def test_a_workbook_keeps_its_head_in_sight_and_can_be_filtered(tmp_path):
    sheet = worksheet(tmp_path / "out.xlsx", a_life(seen()), a_life(conflict()))

    assert list(COLUMNS) == [cell.value for cell in sheet[1]]
    assert ("A2", "A1:U3") == (sheet.freeze_panes, sheet.auto_filter.ref)


def test_an_amount_that_a_worksheet_would_round_stands_as_text(tmp_path):
    sheet = worksheet(tmp_path / "out.xlsx", *(a_life(seen(amount=one)) for one in ("9" * 15, "9" * 16)))

    assert [999999999999999, "9" * 16] == [row(sheet, number)["amount"].value for number in (2, 3)]


@pytest.mark.parametrize(("length", "kept"), [(LONGEST, "x"), (LONGEST + 1, "…")])
def test_a_text_that_does_not_fit_into_a_cell_says_so(tmp_path, length, kept):
    found = row(worksheet(tmp_path / "out.xlsx", a_life(seen("x" * length))))["key"].value

    assert (LONGEST, kept) == (len(found), found[-1])


def test_more_than_a_worksheet_holds_are_refused():
    _refuse_too_many(1_048_575)
    with pytest.raises(ExportFailed, match="holds 1,048,575 differences; these are 1,048,576"):
        _refuse_too_many(1_048_576)


def parquet(path: Path, *lives: Life) -> list[dict[str, Any]]:
    export(lives, path, "parquet")
    return pl.read_parquet(path).to_dicts()


def test_a_parquet_file_has_typed_columns(tmp_path):
    assigned = Decision("crm_billing", "d1", "s", Action.ASSIGN, "ben", "hers", NOW, to="anna", until=MORNING)
    one = conflict("007", ("plan", "Pro", "PRO", True), ("mrr", None, "99.00 EUR"), amount="0.10")
    life = a_life(one, in_force=InForce("anna"), decisions=(assigned,), at_latest=NOW)

    (found,) = parquet(tmp_path / "out.parquet", life)

    assert ("007", MORNING, YESTERDAY, None) == tuple(
        found[name] for name in ("key", "first_seen", "since_after", "resolved_on")
    )
    assert (Decimal("0.10"), "EUR", "anna") == (found["amount"], found["currency"], found["owner"])
    assert [
        {"name": "plan", "crm": "Pro", "billing": "PRO", "format_only": True},
        {"name": "mrr", "crm": None, "billing": "99.00 EUR", "format_only": False},
    ] == found["fields"]
    assert datetime(2026, 11, 22, 3, tzinfo=UTC) == found["since_at_latest"]
    assert [date(2026, 11, 22)] == [each["until"] for each in found["decisions"]]


def test_amounts_of_a_parquet_file_add_up_to_the_cent(tmp_path):
    path = tmp_path / "out.parquet"
    export([a_life(seen(f"C-{n}", amount="0.10")) for n in range(AT_ONCE + 1)], path, "parquet")

    with duckdb.connect() as connection:
        found = connection.execute(f"select count(*), sum(amount) from '{path}'").fetchall()

    assert [(AT_ONCE + 1, Decimal("1000.10"))] == found


@pytest.mark.parametrize("amount", ["0.0000000000001", "1E+30"])
def test_an_amount_that_would_be_rounded_is_refused(tmp_path, amount):
    one = seen(amount=None)
    with pytest.raises(ExportFailed, match="more digits than a decimal of Parquet can hold"):
        parquet(
            tmp_path / "out.parquet",
            a_life(replace(one, amount=Amount(Decimal(amount), "EUR"))),
        )

    assert [] == list(tmp_path.iterdir())


def test_nothing_to_export_is_a_file_with_a_head(tmp_path):
    assert 1 == worksheet(tmp_path / "out.xlsx").max_row
    assert [] == parquet(tmp_path / "out.parquet")


@pytest.mark.parametrize("form", ["jsonl", "parquet", "xlsx"])
def test_a_byte_order_mark_is_for_csv_alone(tmp_path, form):
    with pytest.raises(ExportFailed, match="belongs to CSV"):
        export([], tmp_path / "out", form, bom=True)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet", "xlsx"])
def test_a_large_export_says_how_far_it_has_come(tmp_path, form):
    told: list[int] = []

    export([a_life(seen(f"C-{n}")) for n in range(EVERY + 1)], tmp_path / "out", form, tell=told.append)

    assert [0, EVERY] == told
