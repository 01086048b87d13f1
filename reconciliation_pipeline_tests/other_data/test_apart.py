"""What is counted apart, from the files of two systems to everything that people and scripts look at."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.other_data.company import Answer, Company

COUNT: Final = 400
WORDS: Final = {"S": "small", "M": "medium", "L": "large"}
SHARED: Final = "K0398"


def customers() -> list[dict[str, str]]:
    return [
        {"id": f"o{number}", "number": f"K{number:04d}", "status": "active", "plan": "SML"[number % 3], "city": "Bonn"}
        for number in range(COUNT)
    ]


def their_customers() -> list[dict[str, str]]:
    """Billing: two cities are spelled differently, one plan is a word of its own, one key is there twice."""
    found = customers()
    found[10]["city"], found[20]["city"], found[30]["plan"] = "BONN", "Bonn ", "XL"
    return [*found, {**found[398], "id": "o398b", "number": SHARED.lower()}]


def a_file(path: Path, rows: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    status = {"field": "status", "active": ["active"]}
    fields = {"plan": "plan", "city": "city"}
    return {"connector": "file", "path": str(path), "source_id": "id", "key": "number", "status": status} | {
        "fields": fields
    }


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Answer]:
    """A company after its first morning, trusted by a person's word, and what the run of it answered."""
    folder = tmp_path_factory.mktemp("apart")
    company = Company(folder)
    company.configure(
        a_file(folder / "crm.jsonl", customers()),
        a_file(folder / "billing.jsonl", their_customers()),
        compare=[
            {"field": "plan", "words": {"crm": WORDS, "billing": WORDS}},
            {"field": "city", "authority": "crm"},
        ],
        keys={"case": "ignore"},
    )
    answer = company.recon("run", "pair")
    company.confirm(COUNT, COUNT + 1)
    return company, answer


@pytest.fixture
def company(morning: tuple[Company, Answer]) -> Company:
    return morning[0]


def listed(company: Company, *arguments: str) -> dict[str, Any]:
    return company.recon("list", "pair", *arguments).data


def in_text(company: Company, *arguments: str) -> str:
    """List as people do; what is said to them comes after what is printed."""
    done = recon(["list", "pair", *arguments], {**company.environ(), "COLUMNS": "200"}, timeout=300)
    return done.stdout + done.stderr


def test_a_run_counts_it_and_nothing_of_it_is_a_difference(morning):
    names = ("total", "format_only", "unknown_value", "duplicate_key", "no_key")

    assert (0, 2, 1, 2, 0) == morning[1].counts(*names)


def test_a_script_gets_every_record_with_field_word_and_both_values(company):
    found = listed(company)

    assert {
        ("duplicate_key", "o398", None, None),
        ("duplicate_key", "o398b", None, None),
        ("unknown_value", "o30", "plan", "XL"),
    } == {tuple(one[name] for name in ("kind", "source_id", "field", "word")) for one in found["unpaired"]}
    assert [("k0010", "BONN"), ("k0020", "Bonn ")] == [
        (one["key"].lower(), field["billing"]) for one in found["format_only"] for field in one["fields"]
    ]
    assert ([], 2) == (found["items"], found["format_only_total"])


@pytest.mark.parametrize(
    ("ids", "formats", "asked"),
    [
        (["o30"], 0, ("--kind", "unknown_value")),
        ([], 2, ("--kind", "format_only")),
        ([], 0, ("--kind", "crm_only")),
        # What is counted apart has neither a state nor an owner.
        ([], 0, ("--state", "open")),
        ([], 0, ("--owner", "nobody")),
    ],
)
def test_only_what_was_asked_for_is_listed(company, ids, formats, asked):
    found = listed(company, *asked)

    assert ids == [one["source_id"] for one in found["unpaired"]]
    assert formats == len(found["format_only"]) == found["format_only_total"]


def test_people_see_what_was_set_apart_and_how_many_differ_in_format(company):
    said = in_text(company)

    assert "2 records that cannot be paired: without a key, or sharing one" in said
    assert "1 record set apart for a word that nobody explained" in said
    assert "In format only: 2. `recon list pair --kind format_only` shows them." in said
    assert "BONN" not in said


def test_people_who_ask_for_it_see_both_values_of_what_differs_in_format(company):
    said = in_text(company, "--kind", "format_only")

    assert "city: Bonn / BONN (the CRM is right, by the settings)" in said
    assert "city: Bonn / Bonn␣ (the CRM is right, by the settings)" in said


def test_the_report_shows_all_of_it(company):
    page = Path(company.recon("report", "pair").data["file"]).read_text("utf-8")

    assert all(title in page for title in ("Differ in format only", "Sharing a key", "With a word nobody explained"))
    assert "No difference but in format among the records that could be compared" in page


def test_a_comparison_that_is_gone_is_not_taken_for_one_that_set_nothing_apart(company, tmp_path):
    # It is derived, and not part of what must be backed up.
    restored = Company(shutil.copytree(company.folder, tmp_path / "restored"))
    shutil.rmtree(restored.home / "diffs")

    found = listed(restored)

    assert ([], [], None) == tuple(found[name] for name in ("unpaired", "format_only", "format_only_total"))
    assert "The comparison of that morning is not kept any more" in in_text(restored)
    page = Path(restored.recon("report", "pair").data["file"]).read_text("utf-8")
    assert "Its comparison is not kept any more" in page
    assert "The two systems agree" not in page
