"""Does the Monday message show that the job is alive, and when it is not?"""

from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.comparison import Planted
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.pulse import Pulse, heartbeat_message
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.reporting.builders import MORNING, WORDS


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
        "This is no. 1, next Monday's is no. 2: a number that is missing was lost.",
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
    assert last == message.lines[-2]
    assert "Nothing to act on." == message.lines[0]


def test_the_heartbeat_says_what_changed_within_the_week():
    before = {Side.CRM: 1_180, Side.BILLING: 1_230}
    message = heartbeat_message(a_pulse(active_before=before, open_before=40), WORDS)

    assert (
        "CRM 1,180 active (as a week ago), Billing 1,224 running (-6 in a week).",
        "44 differences to act on; a week ago 40.",
    ) == message.lines[:2]


def test_the_heartbeat_says_what_the_comparison_found_of_what_was_planted():
    message = heartbeat_message(a_pulse(planted=Planted(60, 60)), WORDS)

    assert "The comparison found 60 of the 60 differences that were planted into it." in message.lines


@pytest.mark.parametrize(("number", "days"), [(1, 0), (1, 6), (2, 7), (53, 364)])
def test_a_heartbeat_has_a_number_that_goes_up_by_one_a_week_sent_or_not(number, days):
    assert number == a_pulse(first=MORNING - timedelta(days=days)).number


def test_a_gap_is_told_on_monday():
    assert (
        "2026-11-20 has no trusted result."
        in heartbeat_message(a_pulse(gap="2026-11-20 has no trusted result."), WORDS).lines
    )


def test_a_heartbeat_is_quiet_only_while_all_is_well():
    assert [Severity.LOW, Severity.HIGH] == [
        heartbeat_message(a_pulse(days_since_trusted=days), WORDS).severity for days in (1, 2)
    ]
