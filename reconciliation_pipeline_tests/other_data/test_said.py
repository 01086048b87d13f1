"""What do people read who ask before anything is trusted, mistype, or look for what is not there?"""

import json
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from zipfile import is_zipfile

import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.other_data.company import Company

DAY: Final = "2026-11-21"
NOW: Final = f"{DAY}T05:00:00+00:00"
NEVER: Final = "No morning was trusted and compared so far: this says nothing about the two systems."
UNPROVEN: Final = "Unproven: nobody has confirmed the counts yet."


def customers(plans: str) -> list[dict[str, str]]:
    """Forty customers, four of whom have left; the first of them have the plans that are named."""
    return [
        {
            "id": f"o{number}",
            "number": f"K{number:04d}",
            "status": "active" if number < 36 else "left",
            "plan": plans[number] if number < len(plans) else "S",
        }
        for number in range(40)
    ]


def a_file(path: Path, rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    status = {"field": "status", "active": ["active"]}
    read = {"source_id": "id", "key": "number", "status": status, "fields": {"plan": "plan"}}
    return {"connector": "file", "local": True, "path": str(path), **read}


def a_company(folder: Path) -> Company:
    company = Company(folder)
    sides = (a_file(folder / "crm.jsonl", customers("")), a_file(folder / "billing.jsonl", customers("ML")))
    company.configure(*sides, compare=["plan"])
    return company


def told(company: Company, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command as people do; nobody is there to answer a question."""
    return recon(arguments, {**company.environ(NOW), "COLUMNS": "80"}, timeout=300)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """A trusted morning with two open differences."""
    company = a_company(tmp_path_factory.mktemp("said"))
    assert 1 == company.recon("run", "pair", now=NOW).exit
    assert [DAY] == company.confirm(40, 36, on=DAY)
    return company


def test_before_any_morning_an_export_does_not_look_like_agreement(tmp_path):
    company = a_company(tmp_path)
    out = str(tmp_path / "drift.csv")

    answer = company.recon("export", "pair", "--out", out, now=NOW)

    assert (None, 0) == (answer.data["date"], answer.data["items"])
    assert f"0 differences written to {out}.\n{NEVER}\n" == told(company, "export", "pair", "--out", out).stderr


def test_nor_does_one_of_a_day_before_the_first_morning(company, tmp_path):
    out = ("--out", str(tmp_path / "drift.csv"))

    assert NEVER in told(company, "export", "pair", *out, "--date", "2020-01-01").stderr
    assert NEVER not in told(company, "export", "pair", *out).stderr
    assert DAY == company.recon("export", "pair", *out, now=NOW).data["date"]


def test_an_unproven_morning_is_said_to_be_one_until_the_right_numbers_are_confirmed(tmp_path):
    company = a_company(tmp_path)
    word = ("--date", DAY, "--by", "Ana", "--reason", "its own screen")
    assert [1, 1] == [company.recon("run", "pair", now=NOW).exit for _ in range(2)]

    first = [told(company, "export", "pair", "--out", str(tmp_path / "x.csv")), told(company, "list", "pair")]
    marked = company.recon("history", "pair", now=NOW).data["mornings"]
    mistyped = told(company, "confirm-count", "pair", "--side", "crm", "--count", "99", *word)
    waits = told(company, "confirm-count", "pair", "--side", "crm", "--count", "40", *word)
    trusted = told(company, "confirm-count", "pair", "--side", "billing", "--count", "36", *word)

    assert [(DAY, False)] == [(one["date"], one["proven"]) for one in marked]
    assert [True] == [one["proven"] for one in company.recon("history", "pair", now=NOW).data["mornings"]]
    assert [True, True] == [UNPROVEN in one.stderr for one in first]
    assert "40 records arrived, 36 of them active: 99 is neither. If you mistyped, confirm again." in mistyped.stderr
    assert "No morning is trusted by it yet" in waits.stderr
    # Both attempts are trusted, and they are one morning.
    assert f"Trusted now: {DAY}.\n" in trusted.stderr


@pytest.mark.parametrize("name", ["drift.csv", "drift.JSONL", "drift.xlsx", "drift.parquet", "drift", "drift.txt"])
def test_a_file_is_what_its_name_says(company, tmp_path, name):
    path = tmp_path / name
    form = company.recon("export", "pair", "--out", str(path), now=NOW).data["format"]

    assert (path.suffix.lower() in {".jsonl", ".xlsx", ".parquet"}) == (f".{form}" == path.suffix.lower() != ".csv")
    assert (form == "xlsx") == is_zipfile(path)
    if form == "parquet":
        assert 2 == pq.read_table(path).num_rows
    if form in {"csv", "jsonl"}:
        assert {"csv": '"id",', "jsonl": '{"id"'}[form] == path.read_text("utf-8")[:5]


def test_whoever_asks_for_a_format_gets_it_whatever_the_name(company, tmp_path):
    asked = company.recon("export", "pair", "--out", str(tmp_path / "drift.xlsx"), "--format", "jsonl", now=NOW)

    assert ("jsonl", False) == (asked.data["format"], is_zipfile(tmp_path / "drift.xlsx"))


@pytest.mark.parametrize("wish", [("--owner", "typo"), ("--state", "accepted"), ("--kind", "no_key"), ("--overdue",)])
def test_where_nothing_fits_it_is_said_what_there_would_be(company, wish):
    said = told(company, "list", "pair", *wish).stderr

    assert "Nothing fits; 2 open without these options.\n" == said


def test_a_field_that_is_not_compared_is_refused_with_those_that_are(company):
    refused = company.recon("list", "pair", "--field", "paln", now=NOW)

    assert (2, "--field") == (refused.exit, refused.error["place"])
    assert ("'paln' is no field that pair compares.", "It compares plan.") == (
        refused.error["text"],
        refused.error["remedy"],
    )
    assert 2 == len(company.recon("list", "pair", "--field", "plan", now=NOW).data["items"])


@pytest.mark.parametrize("command", ["spike", "report"])
@pytest.mark.parametrize(
    ("day", "remedy"),
    [
        ("2026-11-20", "Run it: `recon run pair --date 2026-11-20`."),
        ("2026-11-22", "That day has not come yet."),
    ],
)
def test_a_morning_without_a_result_is_asked_for_by_its_date(company, command, day, remedy):
    assert remedy == company.recon(command, "pair", "--date", day, now=NOW).error["remedy"]


def test_the_morning_of_today_is_run_without_a_date(tmp_path):
    company = a_company(tmp_path)

    remedies = {company.recon(command, "pair", now=NOW).error["remedy"] for command in ("spike", "report")}

    assert {"Run it: `recon run pair`."} == remedies


def test_where_nobody_can_answer_nothing_is_decided_and_it_is_said_how(company):
    word = ("--until", "2026-12-24", "--by", "Ana", "--reason", "known")

    asked = told(company, "accept", "--among", "pair", *word)

    assert 2 == asked.returncode
    assert "Accept 2 differences?" in asked.stderr
    assert "Nothing was decided.\nSay --yes to decide without being asked.\n" in asked.stderr
    assert "Stopped" not in asked.stderr


@pytest.mark.parametrize(("command", "option"), [("note", "--to"), ("assign", "--until"), ("accept", "--to")])
def test_an_option_that_means_nothing_to_a_command_is_not_offered(company, command, option):
    assert "No such option" in company.recon(command, "x", option, "y", now=NOW).error["text"]
