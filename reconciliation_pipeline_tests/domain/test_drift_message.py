"""What do people hear of a morning with something to act on? The exact words: what people read changes with them."""

from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.drift_message import drift_message, loudest, owner_message, resolved_message
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.ledger import Movement
from reconciliation_pipeline.domain.messages import Link, Topic
from reconciliation_pipeline.domain.wording import LEFT_ASIDE
from reconciliation_pipeline_tests.reporting.builders import (
    MORNING,
    NOTHING_MOVED,
    WORDS,
    a_life,
    a_result,
    a_tally,
    both,
    lives_of,
    seen,
    the_half_loaded_morning,
    the_story,
    unknown,
)

GAP = "2026-11-20 has no trusted result."


def test_the_drift_message_says_what_is_new_and_what_stays():
    story = the_story()
    gone = seen("gone")
    moved = Movement((story[0], story[31]), (gone,))
    lives = lives_of(story[:44], began_by=MORNING - timedelta(days=21))

    message = drift_message(
        a_result(story, moved=moved),
        moved,
        WORDS,
        lives=lives,
        gap=GAP,
        owner="finance-ops",
    )

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
        "1 resolved since the last trusted morning:",
        f"• {gone.item}  cancelled in the CRM, still running in billing, 48.00 EUR a month",
        "unchanged: 42, oldest 21 days, 2,028.00 EUR a month.",
        GAP,
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
    old = lives_of([seen()], began_by=MORNING - timedelta(days=1))
    message = drift_message(a_result([seen()]), NOTHING_MOVED, WORDS, lives=old)

    assert message is not None
    assert "crm_billing: 1 difference to act on (none new)" == message.title
    assert "unchanged: 1, oldest 1 day, 48.00 EUR a month." in message.lines


@pytest.mark.parametrize("result", [a_result([]), a_result([seen(settling=True)]), the_half_loaded_morning()])
def test_nothing_open_is_no_message(result):
    assert drift_message(result, NOTHING_MOVED, WORDS) is None


def test_no_message_holds_a_customer_number():
    story = [seen("CUSTOMER-1"), unknown("CUSTOMER-2")]
    moved = Movement(tuple(story), tuple(story))

    message = drift_message(a_result(story, moved=moved), moved, WORDS)

    assert message is not None
    assert "CUSTOMER" not in " ".join((message.title, *message.lines))


def test_the_worst_of_what_is_open_says_how_loud_a_message_is():
    lives = [a_life(seen("a"), severity=Severity.LOW), a_life(seen("b"), severity=Severity.HIGH)]

    assert [Severity.HIGH, Severity.LOW, Severity.NORMAL] == [loudest(some) for some in (lives, lives[:1], [])]
    message = drift_message(a_result([seen()]), NOTHING_MOVED, WORDS, lives=lives)
    assert message is not None
    assert Severity.HIGH is message.severity


def test_a_message_leads_to_where_it_can_be_looked_at():
    links = (Link("In Dagster", "https://dagster.example.com/assets/crm_billing/ledger"),)
    message = drift_message(a_result([seen()]), NOTHING_MOVED, WORDS, links=links)

    assert message is not None
    assert links == message.links


def test_an_owner_hears_of_what_is_theirs_and_of_nothing_else():
    mine, gone = unknown("mine", amount="49.00"), seen("gone")
    message = owner_message(
        a_result(the_story()), Movement((mine,), (gone,)), WORDS, lives=[a_life(mine)], owner="sales-ops"
    )

    assert ("crm_billing/2026-11-22/drift/sales-ops", "sales-ops") == (message.key, message.owner)
    assert "crm_billing, sales-ops: 1 difference to act on (1 new)" == message.title
    assert (
        "New, largest first:",
        f"• {mine.item}  in billing, unknown to the CRM, 49.00 EUR a month",
        "1 resolved since the last trusted morning:",
        f"• {gone.item}  cancelled in the CRM, still running in billing, 48.00 EUR a month",
        "See them: `recon list crm_billing --owner sales-ops`.",
    ) == message.lines


def test_an_owner_whose_last_difference_is_gone_is_told_so():
    message = owner_message(a_result([]), Movement((), (seen(),)), WORDS, lives=[], owner="sales-ops")

    assert "crm_billing, sales-ops: nothing left to act on" == message.title


def test_where_the_last_difference_is_gone_it_is_told_once_and_quietly():
    moved = Movement((), (seen("gone"),))
    message = resolved_message(a_result([], moved=moved), moved, WORDS, owner="finance-ops")

    assert message is not None
    assert "crm_billing: 1 difference resolved, nothing left to act on" == message.title
    assert (Topic.RESOLVED, Severity.LOW) == (message.topic, message.severity)


def test_a_clean_morning_after_a_clean_one_says_nothing():
    assert resolved_message(a_result([]), NOTHING_MOVED, WORDS) is None


def test_what_was_resolved_while_others_are_open_is_said_with_them():
    moved = Movement((), (seen("gone"),))

    assert resolved_message(a_result([seen()], moved=moved), moved, WORDS) is None
