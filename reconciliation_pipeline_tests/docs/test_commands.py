"""Does the page of commands name every command, flag, field and code, and no other?"""

import re
from typing import Any

import pytest
from typer.main import get_command

from reconciliation_pipeline.cli.listing import Listed
from reconciliation_pipeline.cli.main import INTERRUPTED, app
from reconciliation_pipeline.cli.output import Exit
from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.ledger import Movement
from reconciliation_pipeline.domain.records import Cause, MoneyClass, Side
from reconciliation_pipeline.domain.result import DifferenceCounts, conclude, to_json
from reconciliation_pipeline.reporting.items import format_items, items, unpaired_items
from reconciliation_pipeline_tests.builders import a_baseline, a_snapshot, an_attempt
from reconciliation_pipeline_tests.docs import pages
from reconciliation_pipeline_tests.reporting.builders import a_format_difference, a_life

PAGE = "docs/commands.md"
CONTRACT = {"RECON_HOME", "RECON_CONFIG", "RECON_POSTGRES_URL", "RECON_NOW", "NO_COLOR"}
"""Variables that are promised to everybody."""


def commands() -> dict[str, Any]:
    """Give every command of `recon`, by name."""
    group: Any = get_command(app)
    return dict(group.commands)


def flags(command: str) -> set[str]:
    parameters = commands()[command].params
    return {name for parameter in parameters for name in parameter.opts if name.startswith("--")} - {"--help"}


def section_of(command: str) -> str:
    return pages.section(pages.text_of(PAGE), f"recon {command}")


def named_flags(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) - {"--help"}


def test_every_command_has_its_section_and_every_section_its_command():
    documented = [heading.split()[1] for heading in pages.headings(pages.text_of(PAGE)) if heading.startswith("recon ")]

    assert sorted(commands()) == sorted(documented)


@pytest.mark.parametrize("command", sorted(commands()))
def test_a_section_begins_with_every_flag_of_its_command_and_no_other(command):
    usage = section_of(command).strip().splitlines()[0]

    assert f"recon {command}" in usage
    assert flags(command) == named_flags(usage)


@pytest.mark.parametrize("command", sorted(commands()))
def test_a_section_speaks_of_no_flag_that_its_command_does_not_have(command):
    others = {"--date"} if command == "list" else set()

    assert named_flags(section_of(command)) <= flags(command) | others


@pytest.mark.parametrize("command", sorted(commands()))
def test_a_section_names_the_arguments_of_its_command(command):
    arguments = [one.metavar.strip("[]") for one in commands()[command].params if one.param_type_name == "argument"]
    usage = section_of(command).strip().splitlines()[0]

    assert arguments == re.findall(r"\b(?:NAME|ID)\b", usage)


def mentioned() -> list[tuple[str, str]]:
    """Give every call of `recon` that a page shows, with the page's name."""
    found = []
    for page in pages.PAGES:
        for line in pages.code_lines(pages.text_of(pages.name_of(page))):
            found += [(pages.name_of(page), call) for call in re.findall(r"\brecon [a-z][^·#]*", line)]
    return found


@pytest.mark.parametrize(("page", "call"), sorted(set(mentioned())))
def test_every_call_that_a_page_shows_can_be_made(page, call):
    command = call.split()[1].rstrip("`,.:")

    assert command in commands()
    assert named_flags(call) <= flags(command)


def test_the_pages_show_calls_at_all():
    assert len(mentioned()) > 30


def test_every_exit_code_is_explained():
    table = pages.rows(pages.section(pages.text_of(PAGE), "What all of them share"))

    assert {*(str(code.value) for code in Exit), str(INTERRUPTED)} == {row[0] for row in table}


def test_every_code_of_an_error_is_named():
    told = set(pages.spans(pages.section(pages.text_of(PAGE), "What all of them share")))

    assert set() == pages.literal_arguments("Problem") - told


def a_result(**changes: Any) -> dict[str, Any]:
    """Run `run --json` on a morning that was refused and measured: every field that can be there is."""
    attempt = an_attempt(snapshots={side: a_snapshot(side, baseline=a_baseline()) for side in Side})
    return to_json(conclude(attempt, moved=Movement((), ()), **{"observations": (), **changes}))


def test_the_fields_of_run_are_those_that_are_printed():
    told = section_of("run")
    result = a_result()
    nested = {"found", "of", "date", "pulled", "active"} | a_reason_printed()

    assert {
        *(set(result) - {"schema"}),
        *result["sides"]["crm"],
        *DifferenceCounts.__slots__,
    } == set(pages.first_column(told))
    assert nested <= set(pages.spans(told))


def a_reason_printed() -> set[str]:
    refused = conclude(an_attempt(), observations=None, moved=Movement((), ()))
    printed = to_json(refused)["reasons"]
    assert isinstance(printed, list)
    return set(printed[0])


def test_nothing_compared_is_told_as_null():
    assert a_result(observations=None)["differences"] is None
    assert "**null when nothing was compared**" in section_of("run")


def test_the_classes_of_money_and_the_causes_are_named():
    told = {*pages.spans(section_of("run")), *pages.spans(section_of("list"))}

    assert {*map(str, MoneyClass), *map(str, Cause)} <= told


def test_the_fields_of_an_item_are_those_that_are_printed():
    told = set(pages.spans(section_of("list")))

    assert set(items([a_life()])[0]) <= told
    assert set(unpaired_items([KeyTrouble(Side.CRM, "1", None)])[0]) <= told
    assert set(format_items([a_format_difference()])[0]) <= told


def test_every_kind_that_can_be_listed_is_named():
    (kinds,) = [row[1] for row in pages.rows(section_of("list")) if row[0] == "`--kind`"]

    assert sorted(Listed) == sorted(pages.spans(kinds))


def test_every_variable_that_is_read_is_explained_and_no_other():
    read = set(re.findall(r"\bRECON_[A-Z]+(?:_[A-Z]+)*\b", "\n".join(pages.sources())))
    explained = pages.first_column(pages.section(pages.text_of(PAGE), "The environment"))

    assert read >= CONTRACT - {"NO_COLOR"}
    assert {*read, "NO_COLOR", "DAGSTER_HOME"} == set(explained)


def test_every_make_target_that_a_page_shows_exists():
    targets = set(re.findall(r"^([a-z]+):", pages.text_of("Makefile"), re.MULTILINE))
    shown = {
        target
        for page in pages.PAGES
        for line in pages.code_lines(pages.text_of(pages.name_of(page)))
        for target in re.findall(r"(?:^|\s)make ([a-z]+)", line)
    }

    assert {"run", "test", "dev"} <= shown <= targets
