"""The summary, held to the letter."""

import io
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from rich.console import Console

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.comparison import Planted
from reconciliation_pipeline.domain.ledger import Movement
from reconciliation_pipeline.domain.records import Cause, Grade, Kind, Reason, Side, Snapshot
from reconciliation_pipeline.domain.result import MorningResult, conclude
from reconciliation_pipeline.reporting.styled import show
from reconciliation_pipeline.reporting.terminal import summary
from reconciliation_pipeline_tests.reporting.builders import (
    FLOOR,
    MORNING,
    a_reconciliation,
    a_refusal,
    a_result,
    a_snapshot,
    a_tally,
    an_attempt,
    both,
    conflict,
    seen,
    the_half_loaded_morning,
    the_story,
)

STORY = """\
crm_billing · 2026-11-22 04:00 Europe/Berlin · DRIFT
  CRM       1,180 active    of 1,243 pulled   13 pages   complete
  Billing   1,224 running   of 1,301 pulled   14 pages   complete
  61 differences: 17 still settling (younger than 1 h), 44 to act on
    31  cancelled in the CRM, still running in billing     1,488.00 EUR a month
    13  in billing, unknown to the CRM                       637.00 EUR a month
  first morning: nothing earlier to measure against
  33 of 33 planted differences found
  next: make dev   ·   recon report crm_billing   ·   recon list crm_billing"""

HALF_LOADED = """\
crm_billing · 2026-11-22 04:00 Europe/Berlin · NOT TRUSTWORTHY
  CRM       1,180 active    of 1,243 pulled   13 pages   complete
  Billing     130 running   of   130 pulled    2 pages   incomplete
  Billing returned 130 records, below 80% of the 1,301 on 2026-11-21, the last trusted morning.
    If the drop is genuine, accept it for this morning with `recon accept-count crm_billing --side billing \
--date 2026-11-22 --count N --by YOU --reason WHY` and run again.
  nothing was compared, nothing was closed; the last trusted morning still stands
  next: recon doctor crm_billing"""

ODD = """\
crm_billing · 2026-11-22 04:00 Europe/Berlin · DRIFT
  HubSpot   1,180 active    of 1,243 pulled    1 page    complete
  Stripe    1,224 running   of 1,301 pulled   14 pages   complete
  7 differences to act on
    4  cancelled in HubSpot, still running in Stripe            48.00 EUR a year
                                                                5,000 JPY a year
                                                         1,000,000.00 USD a year
                                                                      amount unknown for 1
    2  in both, with different values                            2.00 EUR a year apart
    1  active in HubSpot, unknown to Stripe                           amount unknown
  nothing new, nothing resolved since the last trusted morning
  2 records without a usable key, 3 sharing one: see recon list crm_billing
  next: make dev   ·   recon report crm_billing   ·   recon list crm_billing"""


def the_story_told() -> MorningResult:
    return replace(a_result(the_story(), snapshots=both(first=True)), planted=Planted(33, 33))


def third_to_last(text: str) -> str:
    return text.splitlines()[-3].strip()


def test_the_story_reads_as_it_should():
    assert STORY == summary(the_story_told(), a_reconciliation())


def test_a_morning_that_is_not_trustworthy_says_why_and_what_to_do():
    assert HALF_LOADED == summary(the_half_loaded_morning(), a_reconciliation())


def test_a_side_that_was_not_seen_shows_no_counts_that_look_like_an_answer():
    down = Reason("refused", "Billing cannot be reached.", Side.BILLING, "Look whether it is up.")
    billing = a_snapshot(Side.BILLING, active=0, pulled=300, pages=3, reasons=[down], failure=down)

    said = summary(a_refusal(down, snapshots=both(billing=billing)), a_reconciliation()).splitlines()

    assert [
        "  CRM       1,180 active   of 1,243 pulled   13 pages   complete",
        "  Billing   not seen: the pull broke off after 3 pages",
    ] == said[1:3]


def test_labels_currencies_and_unknown_amounts_keep_their_columns():
    observations = [
        seen("a"),
        seen("b", currency="USD", amount="1000000"),
        seen("c", amount=None),
        seen("g", currency="JPY", amount="5000"),
        seen("d", Kind.CRM_ONLY, Cause.UNKNOWN, amount=None),
        conflict("e"),
        conflict("f", ("mrr", "1.00 EUR", "3.00 EUR"), amount="2"),
    ]
    snapshots = both(crm=a_snapshot(no_key=2, duplicate_key=3, pages=1))
    per_year = {"amount": {"field": "mrr", "per": "year"}}

    said = summary(
        a_result(observations, snapshots=snapshots),
        a_reconciliation(crm_label="HubSpot", billing_label="Stripe", **per_year),
    )

    assert ODD == said


def test_a_clean_morning_has_no_difference():
    said = summary(a_result([]), a_reconciliation()).splitlines()

    assert said[0].endswith("· CLEAN")
    assert "  no difference" == said[3]
    assert "  next: make dev   ·   recon report crm_billing" == said[-1]


def test_a_clean_morning_may_hold_lag():
    said = summary(a_result([seen(settling=True)]), a_reconciliation(settling="90m"))

    assert "1 still settling (younger than 1 h 30 min), nothing to act on" == third_to_last(said)


def test_what_had_cleared_is_not_called_young():
    young, had_cleared = seen("A", settling=True), replace(seen("B", settling=True), cleared_after=65)

    alone, among = (summary(a_result(found), a_reconciliation()) for found in ([had_cleared], [young, had_cleared]))

    assert "1 gone when asked again, nothing to act on" == third_to_last(alone)
    assert "1 still settling (younger than 1 h), 1 gone when asked again, nothing to act on" == third_to_last(among)


def test_one_difference_is_singular():
    assert "  1 difference to act on" in summary(a_result([seen()]), a_reconciliation()).splitlines()


def test_what_moved_since_the_last_trusted_morning_is_counted():
    moved = Movement((seen("a"), seen("b"), seen("c")), (seen("d"), seen("e")))

    said = summary(a_result([seen()], moved=moved), a_reconciliation())

    assert "3 new, 2 resolved since the last trusted morning" in said


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("1 record without a usable key: see recon list crm_billing", {"no_key": 1}),
        ("2 records sharing a key with another: see recon list crm_billing", {"duplicate_key": 2}),
    ],
)
def test_troubled_keys_are_counted_apart(line, counts):
    said = summary(a_result([], snapshots=both(crm=a_snapshot(**counts))), a_reconciliation())

    assert f"  {line}" in said.splitlines()
    assert "  no difference among the records that could be compared" in said.splitlines()


IN_FORMAT = (
    "differ in format only (capitals, blanks, leading zeros, the way a date or a number is written): counted apart"
)


@pytest.mark.parametrize(
    ("verdict", "line", "counts"),
    [
        ("no difference but in format", f"3 records {IN_FORMAT}", {"format_only": 3}),
        (
            "no difference but in format",
            f"1 record {IN_FORMAT.replace('differ', 'differs', 1)}",
            {"format_only": 1},
        ),
        (
            "no difference among the records that could be compared",
            "2 records set apart for a word nobody explained: see recon list crm_billing",
            {"unknown_value": 2},
        ),
        (
            "no difference but in format among the records that could be compared",
            "1 record set apart for a word nobody explained: see recon list crm_billing",
            {"format_only": 1, "unknown_value": 1},
        ),
    ],
)
def test_what_is_counted_apart_is_told_and_qualifies_that_there_is_no_difference(verdict, line, counts):
    said = summary(a_result([], compared=a_tally(**counts)), a_reconciliation()).splitlines()

    assert f"  {verdict}" == said[3]
    assert f"  {line}" in said


def test_everything_that_is_counted_apart_has_a_line_and_opens_nothing():
    told = a_tally(format_only=1_200, unknown_value=2, no_key=1, duplicate_key=4)

    said = summary(a_result([], compared=told), a_reconciliation()).splitlines()

    assert said[0].endswith("· CLEAN")
    assert [
        f"  1,200 records {IN_FORMAT}",
        "  1 record without a usable key, 4 sharing one: see recon list crm_billing",
        "  2 records set apart for a word nobody explained: see recon list crm_billing",
    ] == said[5:-1]


def the_first_morning(*waiting: Side) -> MorningResult:
    snapshots = {side: in_doubt(one) if side in waiting else one for side, one in both(first=True).items()}
    return conclude(an_attempt(snapshots, standing=Standing.UNPROVEN), observations=[seen()], first=True)


def in_doubt(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, certificate=replace(snapshot.certificate, grade=Grade.UNPROVEN))


@pytest.mark.parametrize("waiting", [(Side.CRM,), (Side.BILLING,), tuple(Side)])
def test_an_unproven_morning_asks_first_for_the_counts_that_nobody_has_confirmed(waiting):
    said = summary(the_first_morning(*waiting), a_reconciliation()).split("  next: ")[1].splitlines()

    assert [
        f"recon confirm-count crm_billing --side {side} --date 2026-11-22 --count N --by YOU --reason WHERE"
        for side in waiting
    ] == [line.strip() for line in said[:-1]]
    assert "make dev   ·   recon report crm_billing   ·   recon list crm_billing" == said[-1].strip()


def test_only_the_pair_of_the_demo_is_led_to_what_serves_the_demo():
    attempt = replace(an_attempt(), reconciliation="acme")

    said = summary(conclude(attempt, observations=[seen()]), a_reconciliation())

    assert "  next: recon report acme   ·   recon list acme" == said.splitlines()[-1]


def test_a_side_that_was_not_pulled_shows_no_count():
    said = summary(a_refusal(FLOOR, snapshots={Side.CRM: a_snapshot(first=True)}), a_reconciliation())

    assert "  Billing   not pulled" in said.splitlines()
    assert "  nothing was compared, nothing was closed" in said.splitlines()


def test_a_past_morning_says_when_it_was_pulled():
    said = summary(a_result([], morning=MORNING - timedelta(days=7)), a_reconciliation())

    assert said.startswith("crm_billing · 2026-11-15, pulled 2026-11-22 04:00 Europe/Berlin · CLEAN\n")


def test_foreign_text_cannot_steer_the_terminal():
    said = summary(a_result([]), a_reconciliation(crm_label="C\x1b[31mRM\u202e"))

    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize("no_color", [True, False])
def test_colours_change_no_word(no_color):
    paper = io.StringIO()
    console = Console(file=paper, force_terminal=True, no_color=no_color, width=40, color_system="standard")

    show(the_story_told(), a_reconciliation(), console)

    printed = paper.getvalue()
    assert no_color == ("\x1b[33m" not in printed and "\x1b[1;33m" not in printed)
    assert f"{STORY}\n" == _uncoloured(printed)


def _uncoloured(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
