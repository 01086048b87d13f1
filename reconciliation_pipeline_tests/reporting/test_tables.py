import io
from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from reconciliation_pipeline.cli.listing import print_whole
from reconciliation_pipeline.domain.comparison import KeyTrouble
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.wording import LEFT_ASIDE
from reconciliation_pipeline.reporting.case import case_file, case_lines
from reconciliation_pipeline.reporting.tables import (
    difference_table,
    format_table,
    unpaired_table,
)
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    WORDS,
    a_format_difference,
    a_life,
    an_unknown_word,
    conflict,
    seen,
    unknown,
)


def printed(table: RenderableType) -> list[str]:
    paper = io.StringIO()
    Console(file=paper, width=200).print(table)
    return [line.rstrip() for line in paper.getvalue().splitlines()]


def test_a_row_tells_a_difference_in_words():
    one = seen("C-7")

    heading, _, row, _ = printed(difference_table([a_life(one)], WORDS))

    assert "1 cancelled in the CRM, still running in billing" == heading
    assert [one.item, "C-7", "open", "2026-11-22", "finance-ops", "48.00 EUR"] == [
        cell.strip() for cell in row.split("  ") if cell.strip()
    ]


@pytest.mark.parametrize("columns", [20, 80])
def test_on_a_narrow_terminal_no_owner_state_or_amount_loses_a_letter(columns):
    lives = [replace(a_life(conflict("C-100234", amount="48.00")), due=MORNING, state=ItemState.QUARANTINED)]
    lives = [replace(life, latest=replace(life.latest, owner="Finance Ops")) for life in lives]
    paper = io.StringIO()

    print_whole(difference_table(lives, WORDS, MORNING), Console(file=paper, width=columns))

    for whole in ("quarantined", "Finance Ops", "first seen", "48.00 EUR", "C-100234", lives[0].latest.item):
        assert whole in paper.getvalue()


def test_ways_of_disagreeing_stand_apart_the_most_numerous_first():
    lives = [a_life(seen("C-1")), a_life(unknown("B-1")), a_life(unknown("B-2"))]

    assert ["2 in billing, unknown to the CRM", "1 cancelled in the CRM, still running in billing"] == [
        line for line in printed(difference_table(lives, WORDS)) if line[:2] in {"1 ", "2 "}
    ]


def test_records_that_cannot_be_paired_are_listed_with_the_key_they_share():
    troubles = [KeyTrouble(Side.CRM, "41", None), KeyTrouble(Side.BILLING, "sub_7", "C-7")]

    assert [
        "2 records that cannot be paired: without a key, or sharing one",
        "system   record  key",
        "CRM      41      none",
        "Billing  sub_7   C-7",
        "",
    ] == printed(unpaired_table(troubles, WORDS))


def test_records_with_an_unknown_word_are_listed_apart_with_field_and_word():
    troubles = [an_unknown_word(), an_unknown_word(Side.BILLING, " P9"), an_unknown_word(key="C-8", word=None)]

    assert [
        "2 records set apart for a word that nobody explained",
        "system   record       key  field  word",
        "CRM      crm-C-7      C-7  plan   Gold",
        "Billing  billing-C-7  C-7  plan   ␣P9",
        "CRM      crm-C-8      C-8  plan   -",
        "",
    ] == printed(unpaired_table(troubles, WORDS))


def test_records_that_differ_in_format_only_stand_with_both_values():
    found = [a_format_difference("C-8"), a_format_difference("C-9", ("city", "Berlin ", "berlin"), ("zip", "007", "7"))]

    assert [
        f"2 records differ in format only ({LEFT_ASIDE})",
        "customer  CRM / Billing",
        "C-8       plan: Pro / PRO (billing is right, by the settings)",
        "C-9       city: Berlin␣ / berlin, zip: 007 / 7",
        "",
    ] == printed(format_table(found, 2, replace(WORDS, right={"plan": Side.BILLING})))


def test_of_very_many_records_that_differ_in_format_only_the_number_is_said():
    title, *_ = printed(format_table([a_format_difference()], 1_200, WORDS))

    assert f"1,200 records differ in format only ({LEFT_ASIDE}); the first 1" == title


@pytest.mark.parametrize(
    ("cell", "line", "field"),
    [
        ("plan: Pro / PRO (format only)", "CRM: Pro   Billing: PRO   (format only)", ("plan", "Pro", "PRO", True)),
        (
            "city: Bonn / Köln (the CRM is right, by the settings)",
            "CRM: Bonn   Billing: Köln   (the CRM is right, by the settings)",
            ("city", "Bonn", "Köln"),
        ),
        (
            "city: Bonn / BONN (format only; the CRM is right, by the settings)",
            "CRM: Bonn   Billing: BONN   (format only; the CRM is right, by the settings)",
            ("city", "Bonn", "BONN", True),
        ),
        (
            "city: empty on both sides, and never was before",
            "empty on both sides, and never was before",
            ("city", None, None),
        ),
    ],
)
def test_a_field_says_what_there_is_to_know_about_its_values(cell, line, field):
    life = a_life(conflict("C-9", field))
    words = replace(WORDS, right={"city": Side.CRM})

    *_, row, _ = printed(difference_table([life], words))

    assert cell in row
    assert line == dict(case_lines(life, words))[field[0]]


def test_a_status_that_nobody_stated_on_either_side_was_not_lost():
    one = seen("C-7", statuses={})

    assert "CRM: -   Billing: -" == dict(case_lines(a_life(one), WORDS))["status"]


def test_differing_values_stand_side_by_side():
    *_, row, _ = printed(difference_table([a_life(conflict("C-9", ("plan", "basic", None)))], WORDS))

    assert "plan: basic / -" in row


def test_foreign_text_is_never_markup_and_never_hidden_steering():
    *_, row, _ = printed(difference_table([a_life(seen("[red]C\u202e-\x1b[1m1[/red]"))], WORDS))

    assert "[red]C-[1m1[/red]" in row


def test_the_case_file_tells_everything_in_plain_words():
    one = seen("C-7")

    assert [
        ("id", one.item),
        ("customer", "C-7"),
        ("what", "cancelled in the CRM, still running in billing"),
        ("status", "CRM: cancelled   Billing: active"),
        ("state", "open"),
        ("since when", "between 2026-11-21 and 2026-11-22"),
        ("first seen", "2026-11-22"),
        ("last seen", "2026-11-22, on 1 morning in all"),
        ("owner", "finance-ops"),
        ("amount", "48.00 EUR a month"),
        ("severity", "normal"),
        ("in the CRM", "record crm-C-7, status cancelled, last changed 2026-11-22 03:00 UTC"),
        ("in billing", "record sub_C-7, status active, time of last change unknown"),
    ] == case_lines(a_life(one), WORDS)


def test_a_record_that_is_missing_is_not_called_deleted():
    assert ("in the CRM", "no record of this number") in case_lines(a_life(unknown()), WORDS)


def test_a_status_nobody_stated_is_unknown():
    one = seen("C-7", statuses={Side.CRM: None})

    assert "status unknown" in dict(case_lines(a_life(one), WORDS))["in the CRM"]


def test_a_resolved_difference_says_when():
    life = a_life(seen(), state=ItemState.RESOLVED, resolved_on=MORNING, agreed_on=None)

    assert "resolved on 2026-11-22" == dict(case_lines(life, WORDS))["state"]
    assert "before our first snapshot" == dict(case_lines(life, WORDS))["since when"]


def test_a_case_file_prints_a_line_for_each_of_its_pairs():
    life = a_life(conflict("C-9", ("plan", "basic", "pro"), ("mrr", "1", "2")))

    assert len(case_lines(life, WORDS)) == len(printed(case_file(life, WORDS)))
