"""Do systems agree whose exports come in different formats? Parquet against JSON lines, Excel against a database."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline_tests.other_data.company import Company
from reconciliation_pipeline_tests.other_data.test_databases import BILLING, billing, keep

COUNT = 400
FIELDS = {"plan": "plan", "mrr": {"path": "mrr", "type": "money", "currency": "EUR"}}
FOUND = {
    ("crm_only", "K0007"),
    ("billing_only", "K0003"),
    ("value_conflict", "K0010"),
    ("value_conflict", "K0012"),
}
"""What is different between the two sides of every test here."""


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path)


def customers() -> list[dict[str, Any]]:
    """The CRM: one customer has left it without billing's knowledge."""
    return [
        {
            "id": number,
            "number": f"K{number:04d}",
            "status": "churned" if number == 3 else "active",
            "plan": "SML"[number % 3],
            "mrr": 19.9,
        }
        for number in range(COUNT)
    ]


def contracts() -> list[dict[str, Any]]:
    """Billing: one contract was never made, one costs more, one has another plan."""
    found = [
        {"id": f"o{number}", "customer": f"K{number:04d}", "running": True, "plan": "SML"[number % 3], "cents": 1990}
        for number in range(COUNT)
    ]
    found[10]["cents"], found[12]["plan"] = 2490, "XL"
    del found[7]
    return found


def a_file(path: Path, **more: Any) -> dict[str, Any]:
    status = {"field": "status", "active": ["active"]}
    return {"connector": "file", "path": str(path), "key": "number", "status": status, "fields": FIELDS, **more}


def differences(company: Company) -> set[tuple[str, str]]:
    return {(one["kind"], one["key"]) for one in company.items()}


def test_what_differs_between_parquet_and_json_lines_is_found_exactly(company, tmp_path):
    pq.write_table(pa.Table.from_pylist(customers()), tmp_path / "crm.parquet", row_group_size=100)
    lines = (json.dumps({**one, "of": {"customer": one["customer"]}}) for one in contracts())
    (tmp_path / "billing.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    running = {
        "key": "of.customer",
        "status": {"field": "running", "active": ["true"]},
        "fields": {**FIELDS, "mrr": {"path": "cents", "type": "money", "currency": "EUR", "unit": "minor"}},
    }
    company.configure(a_file(tmp_path / "crm.parquet"), a_file(tmp_path / "billing.jsonl", **running))

    answer = company.run()

    assert (COUNT, COUNT - 1) == tuple(answer.data["sides"][side]["pulled"] for side in ("crm", "billing"))
    assert FOUND == differences(company)


def test_what_differs_between_excel_and_a_database_is_found_exactly(company, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(customers()[0]))
    for customer in customers():
        sheet.append(list(customer.values()))
    book.save(tmp_path / "crm.xlsx")
    address = keep(tmp_path / "billing.db", BILLING, [list(one.values()) for one in contracts()])
    company.configure(a_file(tmp_path / "crm.xlsx"), billing())

    answer = company.run(BILLING_DATABASE_URL=address)

    assert (COUNT, COUNT - 1) == tuple(answer.data["sides"][side]["pulled"] for side in ("crm", "billing"))
    assert FOUND == differences(company)


def test_a_half_written_export_is_a_morning_that_nobody_trusts(company, tmp_path):
    pq.write_table(pa.Table.from_pylist(customers()), tmp_path / "crm.parquet")
    whole = (tmp_path / "crm.parquet").read_bytes()
    (tmp_path / "crm.parquet").write_bytes(whole[: len(whole) // 2])
    address = keep(tmp_path / "billing.db", BILLING, [list(one.values()) for one in contracts()])
    company.configure(a_file(tmp_path / "crm.parquet"), billing())

    answer = company.run(BILLING_DATABASE_URL=address)

    assert (3, True) == (answer.exit, "truncated" in answer.codes)
