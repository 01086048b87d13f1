"""On which planned mornings did nobody look?"""

from datetime import date, timedelta

import pytest

from reconciliation_pipeline.domain.gaps import LOOK_BACK, gap_words, gaps, is_planned
from reconciliation_pipeline_tests.builders import morning

DAILY = "0 4 * * *"
DAY = timedelta(days=1)


def test_a_morning_between_two_trusted_ones_is_a_gap_and_today_is_none():
    assert (morning(2),) == gaps([morning(1), morning(3)], morning(4), DAILY)


def test_before_the_first_trusted_morning_nobody_was_expected():
    assert () == gaps([], morning(9), DAILY)
    assert () == gaps([morning(3)], morning(4), DAILY)


def test_a_day_that_is_not_planned_is_no_gap():
    monday = date(2026, 11, 16)

    assert () == gaps([monday], monday + 6 * DAY, "0 4 * * 1")
    assert (monday + 7 * DAY,) == gaps([monday], monday + 8 * DAY, "0 4 * * 1")


def test_gaps_of_long_ago_are_history():
    today = date(2026, 11, 22)
    found = gaps([today - timedelta(days=90)], today, DAILY)

    assert (today - LOOK_BACK, today - DAY) == (found[0], found[-1])


LAST = "2026-11-02, 2026-11-03, 2026-11-04"
MEANS = "nobody knows what was there, and nothing was closed by it."


@pytest.mark.parametrize("day", ["*", "0", "7", "sun", "SUN"])
def test_a_cron_line_names_a_day_in_several_ways(day):
    assert is_planned(date(2026, 11, 22), f"0 4 * * {day}")


@pytest.mark.parametrize("day", ["1", "6", "mon"])
def test_on_other_days_nothing_is_planned(day):
    assert not is_planned(date(2026, 11, 22), f"0 4 * * {day}")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, f"2026-11-01 has no trusted result: {MEANS}"),
        (2, f"2026-11-01, 2026-11-02 have no trusted result: {MEANS}"),
        (4, f"4 mornings of the last 14 days, the last ones {LAST}, have no trusted result: {MEANS}"),
    ],
)
def test_a_gap_says_what_it_means(days, said):
    assert said == gap_words(tuple(date(2026, 11, 1) + number * DAY for number in range(days)))


def test_where_nothing_is_missing_nothing_is_said():
    assert "" == gap_words(())
