"""An ordinary morning or a spike: every bar on both of its sides, and the laws that any history must keep."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spikes import Judgement, Level, Series, SeriesJudgement, judge
from reconciliation_pipeline.domain.surprise import Past, chance
from reconciliation_pipeline.domain.usual import ALARM, LEAST, Days, days_before, usual

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 2)
BILLING = Series(Kind.BILLING_ONLY)
HALF = [1, 0] * 28
"""Half a difference a day, for 56 mornings."""


def in_a_row(count: int, first: date = MONDAY) -> list[date]:
    return [first + number * DAY for number in range(count)]


def judged(counts: Sequence[int], *, told: Sequence[int] = (), customers: int | None = None) -> SeriesJudgement:
    """Judge the last of these mornings in a row, behind an inventory; `told` counts back from the last."""
    found = judge_all({BILLING: counts}, told=told, customers=customers)
    return next(one for one in found.series if one.series == BILLING)


def judge_all(
    rows: Mapping[Series, Sequence[int]], *, told: Sequence[int] = (), customers: int | None = None
) -> Judgement:
    mornings = in_a_row(1 + max(map(len, rows.values())))
    counts = {series: dict(zip(mornings[1:], row, strict=True)) for series, row in rows.items()}
    found = judge(mornings, counts, customers=customers, told=[mornings[-1] - back * DAY for back in told])
    assert found
    return found


def test_the_numbers_of_a_judgement_are_those_of_the_mornings_before():
    found = judged([*HALF, 3])

    assert (3, 1.0, Past(28, 56.0)) == (found.new, found.days, found.usual.past)
    assert 0.5 == found.a_day
    assert 0.0154 == pytest.approx(found.chance, abs=1e-4)
    assert (6, 7.0) == (found.week, found.week_days)


@pytest.mark.parametrize(("new", "level"), [(2, Level.NONE), (3, Level.NOTICE), (4, Level.NOTICE), (5, Level.ALARM)])
def test_at_half_a_difference_a_day_three_are_a_notice_and_five_an_alarm(new, level):
    assert level is judged([*HALF, new]).level


def test_with_more_series_the_bar_of_an_alarm_is_higher():
    fields = {Series(Kind.VALUE_CONFLICT, name): [0] * 57 for name in "abcdefghijklmnopqrstu"}

    assert Level.NOTICE is next(
        one.level for one in judge_all({BILLING: [*HALF, 5], **fields}).series if one.series == BILLING
    )


def test_a_slow_rise_rings_by_the_sum_of_seven_days():
    found = judged([*HALF, *[2] * 7])

    assert Level.ALARM is found.level
    assert found.is_slow
    assert 14 == found.week


def test_a_morning_without_anything_new_never_rings():
    assert Level.NONE is judged([*HALF, 2, 2, 2, 2, 2, 2, 0]).level


def test_no_morning_at_all_is_not_judged():
    assert None is judge([], {})


def test_the_first_morning_is_inventory():
    found = judge([MONDAY], {BILLING: {MONDAY: 5_000}}, customers=100)

    assert found
    assert found.is_inventory
    assert () == found.series


def test_the_inventory_is_nobodys_norm():
    mornings = in_a_row(3)
    found = judge(mornings, {BILLING: {mornings[0]: 5_000, mornings[2]: 3}})

    assert found
    assert {0} == {one.usual.past.events for one in found.series}


@pytest.mark.parametrize(("mornings", "level"), [(14, Level.NOTICE), (15, Level.ALARM)])
def test_until_the_fourteenth_morning_nothing_rings(mornings, level):
    assert level is judged([*[0] * (mornings - 2), 9]).level


@pytest.mark.parametrize(
    ("new", "customers", "level"),
    [
        (9, None, Level.NOTICE),
        (10, None, Level.MASS),
        (10, 1_000, Level.MASS),
        (12, 1_201, Level.NOTICE),
        (13, 1_201, Level.MASS),
    ],
)
def test_a_mass_event_is_ten_and_one_per_cent_of_the_customers_even_on_the_second_morning(new, customers, level):
    assert level is judged([0, new], customers=customers).level


@pytest.mark.parametrize(("norm", "level"), [(5, Level.NONE), (1, Level.MASS)])
def test_what_is_usual_is_no_mass_event(norm, level):
    assert level is judged([norm] * 56 + [10]).level


@pytest.mark.parametrize("told", [1, 6])
def test_one_alarm_an_episode_of_seven_days(told):
    quiet = judged([*HALF, 6, *[0] * (told - 1), 6], told=[told])

    assert Level.ALARM is quiet.level
    assert not quiet.rings
    assert quiet.begun


def test_after_seven_days_another_episode_rings():
    found = judged([*HALF, 6, *[0] * 6, 6], told=[7])

    assert found.rings
    assert None is found.begun


@pytest.mark.parametrize(("new", "rings"), [(12, False), (13, True)])
def test_within_an_episode_only_more_than_twice_as_many_ring_again(new, rings):
    assert rings is judged([*HALF, 6, new], told=[1], customers=10_000).rings


def test_a_mass_event_rings_within_the_episode_of_an_alarm():
    assert judged([*HALF, 6, 10], told=[1]).rings


def test_an_alarm_that_was_never_told_begins_no_episode():
    assert judged([*HALF, 6, 6]).rings


def test_what_was_told_of_one_kind_keeps_no_other_from_ringing():
    other = Series(Kind.CRM_ONLY)

    found = judge_all({BILLING: [*HALF, 6, 0], other: [*HALF, 0, 6]}, told=[1])

    assert [other] == [one.series for one in found.ringing]


def test_a_field_belongs_to_the_episode_of_its_kind():
    kind, plan = Series(Kind.VALUE_CONFLICT), Series(Kind.VALUE_CONFLICT, "plan")

    found = judge_all({kind: [*HALF, 6, 6], plan: [*HALF, 0, 6]}, told=[1])

    assert () == found.ringing


@pytest.mark.parametrize(
    ("counts", "back"), [([*HALF, 0, 0, 6], 0), ([*HALF, 0, 4, 4, 4], 2), ([*HALF, 0, 0, 4, 0, 4], 2)]
)
def test_the_onset_is_the_morning_from_which_on_a_higher_rate_explains_most(counts, back):
    found = judged(counts)

    assert in_a_row(len(counts) + 1)[-1] - back * DAY == found.onset


def test_an_outage_of_the_past_counts_only_up_to_what_would_not_have_rung():
    quiet, after = usual(HALF, [Days(1, 0)] * 56), usual([*HALF[:-2], 100, 100], [Days(1, 0)] * 56)

    assert 2 == after.capped
    assert 0.5 == quiet.past.events / 56
    assert after.past.events / 56 < 0.7


@given(st.integers(4, 300), st.integers(5, 55))
def test_the_cap_is_the_most_that_would_not_have_rung(outage, quiet):
    found = usual([*[0] * quiet, outage], [Days(1, 0)] * (quiet + 1)).past
    past = Past(found.events, found.days)

    assert chance(int(found.events), past, 1) >= ALARM or found.events == LEAST - 1
    assert found.events in {outage, LEAST - 1} or chance(int(found.events) + 1, past, 1) < ALARM


def test_a_week_has_seven_days_also_where_mornings_are_missing():
    mornings = [*in_a_row(30), MONDAY + 36 * DAY]
    found = judge(mornings, {BILLING: {mornings[-2]: 7, mornings[-1]: 1}})

    assert found
    assert {1} == {one.week for one in found.series if one.series == BILLING}


def test_skipped_mornings_count_as_days():
    mornings = [*in_a_row(57), in_a_row(60)[-1]]
    found = judge(mornings, {BILLING: dict.fromkeys(mornings[1:57:2], 1) | {mornings[-1]: 3}})

    assert found
    assert {3.0} == {one.days for one in found.series}
    assert {Level.NONE} == {one.level for one in found.series}


@pytest.mark.parametrize(
    ("before", "morning", "days"),
    [
        (date(2026, 11, 20), date(2026, 11, 21), Days(1, 0)),
        (date(2026, 11, 21), date(2026, 11, 22), Days(0, 1)),
        (date(2026, 11, 22), date(2026, 11, 23), Days(0, 1)),
        (date(2026, 11, 20), date(2026, 11, 23), Days(1, 2)),
        (date(2026, 11, 16), date(2026, 11, 30), Days(10, 4)),
    ],
)
def test_a_morning_speaks_of_the_days_before_it(before, morning, days):
    assert [days] == days_before([before, morning])


def weekday_business(weeks: int, weekend: int) -> list[int]:
    """One new a working day; mornings begin on a Tuesday, which speaks of Monday."""
    return [1, 1, 1, 1, 1, weekend, weekend] * weeks


def test_quiet_weekends_count_for_less():
    days = days_before(in_a_row(57))
    found = usual(weekday_business(8, 0), days)

    assert found.weekend < 0.1
    assert 40 < found.past.days < 42
    assert 1.0 == usual(weekday_business(8, 1), days).weekend
    assert 1.0 == usual(weekday_business(3, 0), days[:21]).weekend


def test_a_monday_that_speaks_of_friday_to_sunday_is_a_working_day():
    mornings = [day for day in in_a_row(58) if day.weekday() < 5]
    days = days_before(mornings)
    found = usual([1] * len(days), days)

    assert Days(1, 2) in days
    assert found.weekend < 0.1


def test_clumps_are_believed_from_28_mornings_on_and_never_beyond_four():
    clumped = [4, 0, 0, 0] * 14
    days = [Days(1, 0)] * 56

    assert 1.0 == usual(clumped[:27], days[:27]).past.fano
    assert 1.5 < usual(clumped, days).past.fano < 4
    assert 1.0 == usual(HALF, days).past.fano


COUNTS = st.lists(st.integers(0, 30), min_size=1, max_size=56)


@given(COUNTS, st.randoms())
def test_the_order_of_the_mornings_before_does_not_matter(counts, randomly):
    days = [Days(1 + number % 3, 0) for number in range(len(counts))]
    pairs = list(zip(counts, days, strict=True))
    randomly.shuffle(pairs)

    one, other = usual(counts, days), usual([count for count, _ in pairs], [length for _, length in pairs])

    assert one.past.events == other.past.events
    assert one.past.fano == pytest.approx(other.past.fano)


@given(COUNTS)
def test_no_morning_counts_for_more_than_it_brought(counts):
    found = usual(counts, [Days(1, 0)] * len(counts))

    assert 0 <= found.past.events <= sum(counts)
    assert 1 <= found.past.fano <= 4


@given(COUNTS, st.integers(0, 20))
def test_more_new_ones_are_never_a_lower_level(counts, new):
    assert judged([*counts, new]).level <= judged([*counts, new + 1]).level


@given(COUNTS)
def test_what_comes_later_changes_no_earlier_judgement(counts):
    mornings = in_a_row(len(counts) + 2)
    found = dict(zip(mornings[1:], [*counts, 50], strict=True))
    known = {day: count for day, count in found.items() if day != mornings[-1]}

    assert judge(mornings[:-1], {BILLING: known}) == judge(mornings[:-1], {BILLING: found})
