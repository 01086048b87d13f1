"""The exact words: a change here is a change in what people read."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.records import Cause, Kind, MoneyClass, Side
from reconciliation_pipeline.domain.spelling import counted, money, number, plain, span
from reconciliation_pipeline.domain.wording import (
    Words,
    aside_words,
    first_words,
    not_trustworthy_message,
    nothing_happened,
    phrase,
    run_failed_message,
    settings_broken_message,
    since_when,
)
from reconciliation_pipeline_tests.builders import a_baseline
from reconciliation_pipeline_tests.reporting.builders import (
    FLOOR,
    MORNING,
    WORDS,
    a_life,
    a_refusal,
    a_result,
    a_snapshot,
    both,
    seen,
    the_half_loaded_morning,
)


@pytest.mark.parametrize(
    ("said", "kind", "cause"),
    [
        ("cancelled in the CRM, still running in billing", Kind.BILLING_ONLY, Cause.CANCELLED),
        ("archived in the CRM, still running in billing", Kind.BILLING_ONLY, Cause.ARCHIVED),
        ("deleted in the CRM, still running in billing", Kind.BILLING_ONLY, Cause.DELETED),
        ("out of scope in the CRM, running in billing", Kind.BILLING_ONLY, Cause.OUT_OF_SCOPE),
        ("in billing, unknown to the CRM", Kind.BILLING_ONLY, Cause.UNKNOWN),
        ("active in the CRM, unknown to billing", Kind.CRM_ONLY, Cause.UNKNOWN),
        ("active in the CRM, cancelled in billing", Kind.CRM_ONLY, Cause.CANCELLED),
        ("active in the CRM, out of scope in billing", Kind.CRM_ONLY, Cause.OUT_OF_SCOPE),
        ("in both, with different values", Kind.VALUE_CONFLICT, None),
    ],
)
def test_every_kind_of_difference_has_its_phrase(said, kind, cause):
    assert said == phrase(kind, cause, WORDS)


@pytest.mark.parametrize(("proven", "stands"), [(True, True), (False, False)])
def test_only_a_trusted_morning_is_said_to_stand_still(proven, stands):
    billing = a_snapshot(Side.BILLING)
    baseline = replace(a_baseline(), proven=proven)
    measured = replace(billing, certificate=replace(billing.certificate, baseline=baseline))

    said = nothing_happened(a_refusal(FLOOR, snapshots=both(first=True, billing=measured)))

    assert stands == ("the last trusted morning still stands" in said)


def test_a_system_with_a_name_of_its_own_keeps_it_inside_a_sentence():
    words = Words(labels={Side.CRM: "HubSpot", Side.BILLING: "Stripe"})

    assert "cancelled in HubSpot, still active in Stripe" == phrase(Kind.BILLING_ONLY, Cause.CANCELLED, words)


def test_since_when_is_an_interval_between_two_mornings():
    assert "between 2026-11-21 and 2026-11-22" == since_when(a_life())


def test_what_was_there_on_our_first_morning_began_before_it():
    assert "before our first snapshot" == since_when(a_life(agreed_on=None))


def test_the_message_of_an_untrusted_morning_says_why_and_what_to_do():
    accept = "recon accept-count crm_billing --side billing --date 2026-11-22 --count N --by YOU --reason WHY"
    message = not_trustworthy_message(the_half_loaded_morning(), WORDS, owner="finance-ops")

    assert Topic.NOT_TRUSTWORTHY is message.topic
    assert "crm_billing: NOT TRUSTWORTHY, nothing was compared" == message.title
    assert (
        "2026-11-22: CRM 1,180 active (of 1,243 pulled, complete), Billing 130 running (of 130 pulled, incomplete).",
        f"{FLOOR.text} If the drop is genuine, accept it for this morning with `{accept}` and run again.",
        "Nothing was compared, nothing was closed; the last trusted morning still stands.",
        "Look closer: `recon doctor crm_billing`.",
    ) == message.lines


def test_a_side_that_was_never_pulled_is_said_to_be_so():
    message = not_trustworthy_message(a_refusal(FLOOR, snapshots={}), WORDS)

    assert "2026-11-22: CRM was not pulled, Billing was not pulled." == message.lines[0]
    assert "Nothing was compared, nothing was closed." in message.lines


def test_a_failed_run_is_neither_clean_nor_drift():
    message = run_failed_message("crm_billing", MORNING, "The disk is full.")

    assert "crm_billing: the run of 2026-11-22 failed" == message.title
    assert "The disk is full." == message.lines[0]
    assert "There is no result for this morning: neither clean nor drift. Nothing was closed." == message.lines[1]


def test_broken_settings_are_told_with_every_mistake():
    message = settings_broken_message("crm_billing", date(2026, 11, 22), ["line 3: no key", "line 9: flor"])

    assert "crm_billing: 2 mistakes in the settings, not reconciled" == message.title
    assert ("line 3: no key", "line 9: flor") == message.lines[:2]
    assert Topic.SETTINGS_BROKEN is message.topic


@pytest.mark.parametrize(
    ("spelled", "value", "currency"),
    [
        ("1,488.00", "1488", "EUR"),
        ("0.50", "0.5", "EUR"),
        ("0.125", "0.125", "EUR"),
        ("-3.00", "-3", "EUR"),
        ("5,000", "5000.00", "JPY"),
        ("1.500", "1.5", "KWD"),
        ("1,000.00", "1E+3", "EUR"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency_and_is_never_rounded(spelled, value, currency):
    assert spelled == number(Decimal(value), currency)


def test_a_few_unknown_amounts_are_counted_and_all_unknown_are_just_unknown():
    line = MoneyLine(MoneyClass.USED_UNBILLED, None, None, 2)

    assert "amount unknown" == money(line, per="month", of=2)
    assert "amount unknown for 2" == money(line, per="month", of=3)


def test_differing_amounts_are_said_to_be_apart():
    line = MoneyLine(MoneyClass.AMOUNT_DIFFERS, "EUR", Decimal(2), 1)

    assert "2.00 EUR a year apart" == money(line, per="year")


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("1 h", timedelta(hours=1)),
        ("1 h 30 min", timedelta(minutes=90)),
        ("1 min 30 s", timedelta(seconds=90)),
        ("2 d", timedelta(days=2)),
        ("0 s", timedelta(0)),
    ],
)
def test_spans_are_spelled_in_the_units_people_use(said, length):
    assert said == span(length)


def test_one_thing_is_singular_and_none_are_plural():
    assert ("1 page", "0 pages", "1,301 pages") == (counted(1, "page"), counted(0, "page"), counted(1_301, "page"))


def test_what_nobody_can_see_is_taken_out_of_foreign_text():
    assert "a b evil ü" == plain("a\nb \u202eev\u200bil\x1b \ufeffü")


@pytest.mark.parametrize(
    ("told", "accepted", "quarantined"),
    [("1 accepted, 3 quarantined, counted apart", 1, 3), ("2 accepted, counted apart", 2, 0), ("", 0, 0)],
)
def test_what_people_set_aside_is_told_and_stays_counted(told, accepted, quarantined):
    counts = a_result([seen()]).differences
    assert counts is not None

    assert told == aside_words(replace(counts, accepted=accepted, quarantined=quarantined))


def test_where_keys_are_read_in_another_way_everything_is_inventory():
    assert "first morning: nothing earlier to measure against" == first_words(rekeyed=False)
    assert "inventory" in first_words(rekeyed=True)
