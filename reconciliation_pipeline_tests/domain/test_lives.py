"""What a life says beyond when it was seen: readings of keys, returns, narrowed beginnings, due dates, decisions."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from reconciliation_pipeline.domain.decisions import Action, Decision, by_item
from reconciliation_pipeline.domain.due import DuePolicy, Severity
from reconciliation_pipeline.domain.lives import Calendar, Closing, Course, ItemState, Stretch, Terms, courses, lives
from reconciliation_pipeline.domain.records import Amount, Kind, MoneyClass, Side
from reconciliation_pipeline_tests.builders import NAME, an_observation, euros, morning

ONE = an_observation("C-1")


def calendar(epochs: str) -> Calendar:
    """One morning a letter, the letter its epoch; `?` was recorded before anybody asked, a blank was missed."""
    named = {morning(n): None if letter == "?" else letter for n, letter in enumerate(epochs, 1) if letter != " "}
    return Calendar.of(named, named)


def seen_on(*numbers: int, observation=ONE):
    return {morning(number): [observation] for number in numbers}


@pytest.mark.parametrize(
    ("epochs", "begins"),
    [("aaa", [1]), ("aab", [1, 3]), ("??a", [1]), ("a?b", [1, 2]), ("aa?", [1]), ("a b", [1, 3]), ("", [])],
)
def test_an_epoch_begins_where_keys_are_read_in_another_way(epochs, begins):
    assert [morning(number) for number in begins] == list(calendar(epochs).begins)


def test_with_a_new_epoch_old_differences_close_as_superseded():
    (life,) = lives(calendar("aab"), seen_on(1, 2))

    assert (ItemState.RESOLVED, Closing.SUPERSEDED, morning(3)) == (life.state, life.closing, life.resolved_on)


def test_what_was_gone_before_the_new_epoch_had_agreed():
    (life,) = lives(calendar("aab"), seen_on(1))

    assert (Closing.AGREED, morning(2)) == (life.closing, life.resolved_on)


def test_what_the_first_morning_of_an_epoch_sees_is_inventory():
    (life,) = lives(calendar("aabb"), seen_on(2, 3, 4))

    assert life.is_inherited
    assert (None, morning(3), morning(3), 2) == (life.agreed_on, life.began_by, life.first_seen, life.times_seen)
    assert [(morning(2), morning(2)), (morning(3), morning(4))] == [(one.first, one.last) for one in life.stretches]


@pytest.mark.parametrize(
    ("numbers", "returned", "flaps"),
    [((1, 2), 0, False), ((1, 3), 1, False), ((1, 3, 5), 2, True), ((1, 3, 31), 2, True), ((1, 3, 32), 2, False)],
)
def test_what_begins_three_times_in_thirty_days_comes_and_goes(numbers, returned, flaps):
    (life,) = lives(calendar("a" * 32), seen_on(*numbers))

    assert (returned, flaps) == (life.returned, life.is_flapping)


FOUR = timedelta(hours=4)


def at(number: int, hour: int) -> datetime:
    return datetime.combine(morning(number), datetime.min.time(), UTC) + timedelta(hours=hour)


def conflict(crm: datetime | None, billing: datetime | None):
    changed = {Side.CRM: crm, Side.BILLING: billing}
    return an_observation("C-1", Kind.VALUE_CONFLICT, changed_at=changed, source_ids={Side.CRM: "1", Side.BILLING: "2"})


def begun(observation, *, timed: bool = True) -> datetime | None:
    """When a conflict was there at the latest that agreed on morning 1 and differs on morning 2, both at four."""
    days = (morning(1), morning(2), morning(3))
    four = Calendar(days, {}, {day: datetime.combine(day, datetime.min.time(), UTC) + FOUR for day in days})
    (life,) = lives(four, seen_on(2, 3, observation=observation), Terms(timed=timed))
    return life.at_latest


def test_what_nobody_touched_since_was_there_when_it_was_touched_last():
    assert at(1, 15) == begun(conflict(at(1, 15), at(1, 9)))
    assert at(1, 15) == begun(conflict(at(1, 3), at(1, 15)))


@pytest.mark.parametrize(
    ("crm", "billing"),
    [
        (at(1, 4), at(1, 3)),  # not after the morning that agreed: the clock cannot be right
        (at(2, 4), at(1, 9)),  # touched after it was found
        (at(1, 15), None),
        (None, None),
    ],
)
def test_timestamps_that_prove_nothing_narrow_nothing(crm, billing):
    assert None is begun(conflict(crm, billing))


def test_where_changes_do_not_show_in_timestamps_they_narrow_nothing():
    assert None is begun(conflict(at(1, 15), at(1, 9)), timed=False)


def test_a_record_that_is_gone_tells_nobody_when_it_went():
    gone = an_observation("C-1", source_ids={Side.BILLING: "2"}, changed_at={Side.BILLING: at(1, 15)})

    assert None is begun(gone)


def costing(value: str, currency: str = "EUR"):
    return an_observation("C-1", amount=Amount(Decimal(value), currency), money_class=MoneyClass.USED_UNBILLED)


LINES = DuePolicy(timedelta(days=3), {"EUR": Decimal(500)}, timedelta(days=7))


@pytest.mark.parametrize(
    ("observation", "policy", "days"),
    [
        (ONE, DuePolicy(), None),
        (costing("500"), LINES, 3),
        (costing("499.99"), LINES, 10),
        (costing("9999", "USD"), LINES, 10),
        (ONE, LINES, 10),
        (costing("499.99"), DuePolicy(amounts={"EUR": Decimal(500)}), None),
    ],
)
def test_a_difference_is_due_some_days_after_its_amount_or_its_age_crosses_a_line(observation, policy, days):
    (life,) = lives(calendar("aaaa"), seen_on(2, 3, 4, observation=observation), Terms(due=policy))

    assert (None if days is None else morning(2 + days)) == life.due


def test_what_is_due_today_is_overdue_tomorrow_and_what_is_gone_is_not():
    (life,) = lives(calendar("a"), seen_on(1, observation=costing("500")), Terms(due=LINES))
    (gone,) = lives(calendar("aa"), seen_on(1, observation=costing("500")), Terms(due=LINES))

    assert [False, True] == [life.is_overdue(morning(4)), life.is_overdue(morning(5))]
    assert (None, False) == (gone.due, gone.is_overdue(morning(90)))


@pytest.mark.parametrize(
    ("observation", "severity"),
    [
        (ONE, Severity.LOW),
        (costing("1"), Severity.NORMAL),
        (costing("500"), Severity.HIGH),
        (an_observation("C-1", money_class=MoneyClass.CHARGED_AFTER_CANCELLATION), Severity.HIGH),
    ],
)
def test_severity_is_money_and_whether_somebody_pays_for_what_they_ended(observation, severity):
    assert severity is LINES.severity(observation)


def decision(action: Action, *, signature: str = "same", until: date | None = None, to: str | None = None) -> Decision:
    return Decision(NAME, ONE.item, signature, action, "Ana", "so", at(1, 9), to, until)


ACCEPT = decision(Action.ACCEPT, until=morning(3))
QUARANTINE = decision(Action.QUARANTINE)


@pytest.mark.parametrize(
    ("made", "today", "state"),
    [
        ([], 1, ItemState.OPEN),
        ([decision(Action.NOTE)], 1, ItemState.OPEN),
        ([ACCEPT], 3, ItemState.ACCEPTED),
        ([ACCEPT], 4, ItemState.OPEN),
        ([ACCEPT, decision(Action.REOPEN)], 1, ItemState.OPEN),
        ([decision(Action.ACCEPT, signature="other", until=morning(9))], 1, ItemState.OPEN),
        ([ACCEPT, decision(Action.ACCEPT, until=morning(9))], 9, ItemState.ACCEPTED),
        ([QUARANTINE], 400, ItemState.QUARANTINED),
        ([decision(Action.QUARANTINE, signature="other")], 1, ItemState.QUARANTINED),
        ([QUARANTINE, decision(Action.RELEASE)], 1, ItemState.OPEN),
        ([QUARANTINE, decision(Action.REOPEN)], 1, ItemState.OPEN),
        ([ACCEPT, QUARANTINE], 1, ItemState.QUARANTINED),
        ([ACCEPT, QUARANTINE, decision(Action.RELEASE)], 1, ItemState.ACCEPTED),
    ],
)
def test_what_holds_is_the_last_word_about_these_values(made, today, state):
    days = [morning(number) for number in range(1, today + 1)]
    (life,) = lives(days, {days[-1]: [ONE]}, Terms(decisions=by_item(made)))

    assert state is life.state


def test_an_assignment_holds_until_the_values_change():
    terms = Terms(decisions=by_item([decision(Action.ASSIGN, to="sales"), decision(Action.ASSIGN, to="ops")]))
    other = an_observation("C-1", signature="other")

    assert ["ops", "finance-ops"] == [lives([morning(1)], {morning(1): [one]}, terms)[0].owner for one in (ONE, other)]


def test_what_settles_is_no_ones_business_yet():
    young = an_observation("C-1", settling=True)
    (life,) = lives([morning(1)], {morning(1): [young]}, Terms(decisions=by_item([QUARANTINE])))

    assert ItemState.SETTLING is life.state


def test_the_owner_of_money_is_untouched():
    (life,) = lives([morning(1)], {morning(1): [costing("5")]})

    assert (euros("5"), "finance-ops") == (life.latest.amount, life.owner)


@given(some.lists(some.booleans(), min_size=1, max_size=30))
def test_stretches_are_all_there_was_and_never_touch(marks):
    days = [morning(number) for number in range(1, len(marks) + 1)]
    there = [day for day, mark in zip(days, marks, strict=True) if mark]
    found = courses(Calendar.of(days), {day: [ONE] for day in there})
    spans = found[0].stretches if found else ()

    assert len(there) == sum(one.mornings for one in spans)
    assert there == [day for one in spans for day in days if one.first <= day <= one.last]
    assert all(later.first - earlier.last > timedelta(days=1) for earlier, later in itertools.pairwise(spans))


def test_a_course_is_one_stretch_where_nothing_is_between():
    assert (Course(ONE, (Stretch(morning(1), morning(3), 2),)),) == courses(
        Calendar.of([morning(1), morning(3)]), seen_on(1, 3)
    )
