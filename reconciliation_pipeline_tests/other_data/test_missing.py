"""Two mornings with a gap between them, as people list, report and export them."""

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import openpyxl
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.other_data.company import Company

FIRST: Final = "2026-11-18"
LAST: Final = "2026-11-21T05:00:00+00:00"
COUNT: Final = 200


def customers(plan: str) -> list[dict[str, str]]:
    plans = [plan, *["S"] * (COUNT - 1)]
    return [
        {"id": f"o{number}", "number": f"K{number:04d}", "status": "active", "plan": plan}
        for number, plan in enumerate(plans)
    ]


def a_file(path: Path, rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    status = {"field": "status", "active": ["active"]}
    read = {"source_id": "id", "key": "number", "status": status, "fields": {"plan": "plan"}}
    return {"connector": "file", "local": True, "path": str(path), **read}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Trusted on the 18th and on the 21st; nobody looked between."""
    folder = tmp_path_factory.mktemp("missing")
    company = Company(folder)
    sides = (a_file(folder / "crm.jsonl", customers("=1+1")), a_file(folder / "billing.jsonl", customers("L")))
    company.configure(*sides, compare=["plan"])
    assert 1 == company.recon("run", "pair", now=f"{FIRST}T05:00:00+00:00").exit
    company.confirm(COUNT, COUNT, on=FIRST)
    assert 1 == company.recon("run", "pair", now=LAST).exit
    return company


def test_missing_mornings_are_listed_as_dates_and_in_words(company):
    listed = company.recon("list", "pair", now=LAST)
    said = recon(["list", "pair"], company.environ(LAST), timeout=120)

    assert ["2026-11-19", "2026-11-20"] == listed.data["gaps"]
    assert "2026-11-19, 2026-11-20 have no trusted result: nobody knows what was there" in said.stderr
    assert [] == company.recon("list", "pair", "--date", FIRST, now=LAST).data["gaps"]


def test_the_report_names_them_in_its_head_and_the_run_has_written_it(company):
    path = company.home / "reports" / "pair" / "2026-11-21.html"
    written = path.read_text("utf-8")
    assert path.unlink() is None
    page = Path(company.recon("report", "pair", now=LAST).data["file"]).read_text("utf-8")

    assert "2026-11-19, 2026-11-20 have no trusted result" in written
    assert '<a href="2026-11-18.html">' in page
    assert written == page


def exported(company: Company, form: str, *more: str) -> Path:
    path = company.folder / f"out.{form}"
    answer = company.recon("export", "pair", "--format", form, "--out", str(path), *more, now=LAST)
    assert (0, 1) == (answer.exit, answer.data["items"])
    return path


def test_every_format_holds_the_same_difference(company):
    listed = company.recon("list", "pair", now=LAST).data["items"]

    (line,) = exported(company, "jsonl").read_text("utf-8").splitlines()
    with exported(company, "csv", "--bom").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    head, cells = openpyxl.load_workbook(exported(company, "xlsx")).active.iter_rows(values_only=True)
    (typed,) = pq.read_table(exported(company, "parquet")).to_pylist()

    assert listed == [json.loads(line)]
    assert ("'=1+1", "L") == (row["crm"], row["billing"])
    assert "=1+1" == dict(zip(head, cells, strict=True))["crm"]
    assert [{"name": "plan", "crm": "=1+1", "billing": "L", "format_only": False}] == typed["fields"]


@pytest.mark.parametrize(("form", "said"), [("xlsx", "belongs to CSV"), ("doc", "is not a format")])
def test_what_cannot_be_written_is_one_sentence(company, form, said):
    answer = company.recon("export", "pair", "--format", form, "--bom", "--out", str(company.folder / "x"), now=LAST)

    assert (2, "export") == (answer.exit, answer.error["code"])
    assert said in answer.error["text"]
