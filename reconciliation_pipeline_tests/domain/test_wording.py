"""The exact words: a change here is a change in what people read."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from reconciliation_pipeline.domain.judgement import MoneyLine
from reconciliation_pipeline.domain.ledger import Movement
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.records import Cause, Kind, MoneyClass, Side
from reconciliation_pipeline.domain.spelling import counted, money, number, plain, span
from reconciliation_pipeline.domain.wording import (
    LEFT_ASIDE,
    Pulse,
    Words,
    aside_words,
    drift_message,
    first_words,
    heartbeat_message,
    not_trustworthy_message,
    phrase,
    run_failed_message,
    settings_broken_message,
    since_when,
)
from reconciliation_pipeline_tests.reporting.builders import (
    FLOOR,
    MORNING,
    NOTHING_MOVED,
    WORDS,
    a_life,
    a_refusal,
    a_result,
    a_tally,
    both,
    seen,
    the_half_loaded_morning,
    the_story,
    unknown,
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


def test_a_system_with_a_name_of_its_own_keeps_it_inside_a_sentence():
    words = Words(labels={Side.CRM: "HubSpot", Side.BILLING: "Stripe"})

    assert "cancelled in HubSpot, still active in Stripe" == phrase(Kind.BILLING_ONLY, Cause.CANCELLED, words)


def test_since_when_is_an_interval_between_two_mornings():
    assert "between 2026-11-21 and 2026-11-22" == since_when(a_life())


def test_what_was_there_on_our_first_morning_began_before_it():
    assert "before our first snapshot" == since_when(a_life(agreed_on=None))


def test_the_drift_message_says_what_is_new_and_what_stays():
    story = the_story()
    moved = Movement((story[0], story[31]), (seen("gone"),))

    message = drift_message(a_result(story, moved=moved), moved, WORDS, oldest_days=21, owner="finance-ops")

    assert message is not None
    assert "crm_billing/2026-11-22/drift" == message.key
    assert "finance-ops" == message.owner
    assert "crm_billing: 44 differences to act on (2 new)" == message.title
    assert (
        "2026-11-22: CRM 1,180 active (of 1,243 pulled), Billing 1,224 running (of 1,301 pulled).",
        "31 cancelled in the CRM, still running in billing: 1,488.00 EUR a month",
        "13 in billing, unknown to the CRM: 637.00 EUR a month",
        "17 still settling (younger than 1 h).",
        "New, largest first:",
        f"• {story[31].item}  in billing, unknown to the CRM, 49.00 EUR a month",
        f"• {story[0].item}  cancelled in the CRM, still running in billing, 48.00 EUR a month",
        "42 unchanged, 1 resolved since the last trusted morning, oldest 21 days.",
        "See them: `recon list crm_billing` or `recon report crm_billing`.",
    ) == message.lines


def test_a_message_counts_what_stands_apart_and_holds_no_word_of_it():
    told = a_tally(format_only=3, no_key=1, unknown_value=2)

    message = drift_message(a_result([seen()], compared=told), NOTHING_MOVED, WORDS)

    assert message is not None
    assert "crm_billing: 1 difference to act on (none new)" == message.title
    assert (
        f"3 records differ in format only ({LEFT_ASIDE}): counted apart.",
        "1 record without a usable key.",
        "2 records set apart for a word nobody explained.",
    ) == message.lines[2:5]


def test_what_stands_apart_opens_no_message():
    told = a_tally(format_only=3, no_key=1, duplicate_key=2, unknown_value=2)

    assert drift_message(a_result([], compared=told), NOTHING_MOVED, WORDS) is None


@pytest.mark.parametrize(("new", "rest"), [(5, []), (6, ["and 1 more"])])
def test_a_message_names_five_new_differences_and_counts_the_others(new, rest):
    ones = tuple(seen(f"C-{n}") for n in range(new))
    moved = Movement(ones, ())

    message = drift_message(a_result(ones, moved=moved), moved, WORDS)

    assert message is not None
    assert 5 == sum(line.startswith("•") for line in message.lines)
    assert rest == [line for line in message.lines if line.startswith("and ")]


def test_amounts_of_several_currencies_are_not_put_in_order():
    ones = (seen("a"), seen("b", currency="JPY", amount="5000"))
    moved = Movement(ones, ())

    message = drift_message(a_result(ones, moved=moved), moved, WORDS)

    assert message is not None
    assert "New:" in message.lines
    assert "2 cancelled in the CRM, still running in billing: 48.00 EUR a month + 5,000 JPY a month" == message.lines[1]


def test_the_first_morning_is_told_as_an_inventory():
    one = seen()
    moved = Movement((one,), ())

    message = drift_message(a_result([one], moved=moved, snapshots=both(first=True)), moved, WORDS)

    assert message is not None
    assert "crm_billing: 1 difference to act on (first morning)" == message.title
    assert "Found, largest first:" in message.lines
    assert "First morning: nothing earlier to measure against." in message.lines


def test_an_unchanged_morning_says_that_none_are_new():
    message = drift_message(a_result([seen()]), NOTHING_MOVED, WORDS, oldest_days=1)

    assert message is not None
    assert "crm_billing: 1 difference to act on (none new)" == message.title
    assert "1 unchanged, 0 resolved since the last trusted morning, oldest 1 day." in message.lines


@pytest.mark.parametrize("result", [a_result([]), a_result([seen(settling=True)]), the_half_loaded_morning()])
def test_nothing_open_is_no_message(result):
    assert drift_message(result, NOTHING_MOVED, WORDS) is None


def test_no_message_holds_a_customer_number():
    story = [seen("CUSTOMER-1"), unknown("CUSTOMER-2")]
    moved = Movement(tuple(story), tuple(story))

    message = drift_message(a_result(story, moved=moved), moved, WORDS)

    assert message is not None
    assert "CUSTOMER" not in " ".join((message.title, *message.lines))


def test_the_message_of_an_untrusted_morning_says_why_and_what_to_do():
    message = not_trustworthy_message(the_half_loaded_morning(), WORDS, owner="finance-ops")

    assert Topic.NOT_TRUSTWORTHY is message.topic
    assert "crm_billing: NOT TRUSTWORTHY, nothing was compared" == message.title
    assert (
        "2026-11-22: CRM 1,180 active (of 1,243 pulled, complete), Billing 130 running (of 130 pulled, incomplete).",
        f"{FLOOR.text} {FLOOR.remedy}",
        "Nothing was compared, nothing was closed; the last trusted morning still stands.",
        "Look closer: `recon doctor crm_billing`.",
    ) == message.lines


def test_a_side_that_was_never_pulled_is_said_to_be_so():
    message = not_trustworthy_message(a_refusal(FLOOR, snapshots={}), WORDS)

    assert "2026-11-22: CRM was not pulled, Billing was not pulled." == message.lines[0]
    assert "Nothing was compared, nothing was closed." in message.lines


def a_pulse(**changes) -> Pulse:
    plain_week = {"open": 44, "opened": 3, "resolved": 2, "days_since_trusted": 0}
    counts = {Side.CRM: 1_180, Side.BILLING: 1_224}
    return Pulse(**{"reconciliation": "crm_billing", "morning": MORNING, "active": counts, **plain_week, **changes})


def test_the_heartbeat_tells_both_counts_and_the_week():
    message = heartbeat_message(a_pulse(), WORDS, owner="finance-ops")

    assert Topic.HEARTBEAT is message.topic
    assert "crm_billing: alive · CRM 1,180 active, Billing 1,224 running" == message.title
    assert (
        "CRM 1,180 active, Billing 1,224 running.",
        "44 differences to act on.",
        "In the last seven days: 3 opened, 2 resolved.",
        "Last trusted morning: today.",
    ) == message.lines


@pytest.mark.parametrize(
    ("state", "last", "days"),
    [
        ("alive", "Last trusted morning: yesterday.", 1),
        ("no trusted morning for 2 days", "Last trusted morning: 2 days ago.", 2),
        ("no trusted morning yet", "There has been no trusted morning yet: see `recon doctor`.", None),
    ],
)
def test_the_heartbeat_does_not_call_itself_well_when_no_morning_could_be_trusted(state, last, days):
    message = heartbeat_message(a_pulse(days_since_trusted=days, active={}, open=0), WORDS)

    assert f"crm_billing: {state}" == message.title
    assert last == message.lines[-1]
    assert "Nothing to act on." == message.lines[0]


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
