"""Who is reminded of what, and how rarely?"""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.reminders import Stage, reminder_message, reminders
from reconciliation_pipeline_tests.reporting.builders import MORNING, WORDS, a_life, seen

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


def stages(
    due: date | None, *, on: date = MORNING, since: date | None = None, state=ItemState.OPEN, was=None
) -> list[Stage]:
    """Remind of one difference that was known before; `was` is how, where that is another way."""
    life = a_life(seen(), state, due=due)
    return list(reminders([life], on, [was or life], since or on - DAY, escalate_after=WEEK))


@pytest.mark.parametrize(
    ("expected", "late"),
    [([], -1), ([Stage.DUE], 0), ([Stage.OVERDUE], 1), ([], 2), ([], 6), ([Stage.ESCALATED], 7), ([], 8)],
)
def test_a_reminder_comes_when_it_is_due_once_when_overdue_and_once_when_that_lasts(expected, late):
    assert expected == stages(MORNING - late * DAY)


def test_a_morning_that_nobody_could_trust_reminds_nobody_and_the_next_one_does():
    assert [Stage.OVERDUE] == stages(MORNING - 3 * DAY, since=MORNING - 4 * DAY)


def test_what_has_no_due_day_or_is_set_aside_is_not_remembered():
    assert [] == stages(None)
    assert [] == stages(MORNING, state=ItemState.ACCEPTED)


def test_a_first_morning_remembers_nothing():
    assert {} == reminders([a_life(seen(), due=MORNING)], MORNING, [], None, escalate_after=WEEK)


def test_what_comes_back_to_act_on_is_remembered_however_long_ago_it_was_due():
    set_aside = a_life(seen(), ItemState.ACCEPTED, due=MORNING - 3 * DAY)

    assert [Stage.OVERDUE] == stages(MORNING - 3 * DAY, was=set_aside)
    assert [] == stages(MORNING - 3 * DAY)


def test_what_costs_enough_to_be_due_only_now_is_remembered():
    assert [Stage.ESCALATED] == stages(MORNING - 10 * DAY, was=a_life(seen(), due=None))


@given(st.integers(0, 30), st.sets(st.integers(0, 40), min_size=1))
def test_however_many_mornings_are_missing_each_stage_is_told_at_most_once_and_the_last_one_always(due, trusted):
    days = sorted({*trusted, 50})
    told = [
        stage
        for before, today in zip([-1, *days], days, strict=False)
        for stage in stages(MORNING + due * DAY, on=MORNING + today * DAY, since=MORNING + before * DAY)
    ]

    assert sorted(set(told), key=list(Stage).index) == told
    assert Stage.ESCALATED is told[-1]


def test_a_reminder_names_the_largest_with_owner_and_day():
    one = seen("a")
    life = a_life(one, due=MORNING)
    message = reminder_message("crm_billing", MORNING, Stage.OVERDUE, [life], WORDS, owner="finance-ops")

    assert "crm_billing/2026-11-22/reminder/overdue" == message.key
    assert "crm_billing: 1 difference is overdue" == message.title
    assert (
        f"• {one.item}  cancelled in the CRM, still running in billing, 48.00 EUR a month, due 2026-11-22, "
        f"for {life.owner}"
    ) == message.lines[0]
    assert Severity.HIGH is message.severity


@pytest.mark.parametrize(("rest", "many"), [([], 5), (["and 1 more"], 6)])
def test_a_reminder_names_five_and_counts_the_others(rest, many):
    lives = [a_life(seen(f"C-{number}"), due=MORNING) for number in range(many)]
    message = reminder_message("crm_billing", MORNING, Stage.DUE, lives, WORDS, owner="finance-ops")

    assert f"crm_billing: {many} differences are due" == message.title
    assert rest == [line for line in message.lines if line.startswith("and ")]
    assert "C-" not in " ".join(message.lines)
