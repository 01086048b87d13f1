"""How requests are spaced."""

import pytest

from reconciliation_pipeline.connectors.pacing import LATE, SHARE, Pacer
from reconciliation_pipeline_tests.connectors.builders import FakeTime

LATEST = 0.040
"""Seconds one request may be late without the server counting one too many."""


def moments(rate: float, count: int, time: FakeTime | None = None) -> list[float]:
    pacer = Pacer(rate, (time or FakeTime()).clock)
    return [pacer.take() for _ in range(count)]


@pytest.mark.parametrize(("rate", "gap"), [(4, 0.25), (0.5, 2.0)])
def test_requests_are_evenly_spaced_from_the_first_on(rate, gap):
    assert pytest.approx([0, gap / SHARE, 2 * gap / SHARE]) == moments(rate, 3)


@pytest.mark.parametrize("rate", [1, 4, 10, 100])
def test_no_second_sees_more_requests_than_allowed_even_if_one_is_late(rate):
    sent = moments(rate, 3 * rate + 1)

    assert [] == [begun for begun, ended in zip(sent, sent[rate:], strict=False) if ended - (begun + LATEST) <= 1]


def test_at_least_95_of_100_allowed_requests_are_sent():
    assert len([moment for moment in moments(100, 1000) if moment < 5]) >= 5 * 95


def test_a_slow_answer_earns_no_burst():
    time = FakeTime()
    pacer = Pacer(2 / SHARE, time.clock)
    pacer.take()
    time.seconds += 100

    assert [100, 100.5] == [pacer.take(), pacer.take()]


def test_a_pause_is_kept_before_the_pace_goes_on():
    time = FakeTime(seconds=5)
    pacer = Pacer(2 / SHARE, time.clock)

    assert 15 == pacer.hold(10)
    assert [15, 15.5] == [pacer.take(), pacer.take()]


def test_a_pause_shorter_than_another_changes_nothing():
    pacer = Pacer(2 / SHARE, FakeTime().clock)
    pacer.hold(10)
    pacer.hold(1)

    assert 10 == pacer.take()


@pytest.mark.parametrize(("expected", "late"), [(0.5, LATE), (LATE + 1.5, LATE + 1)])
def test_after_a_request_that_leaves_late_the_pace_starts_anew(expected, late):
    time = FakeTime()
    pacer = Pacer(2 / SHARE, time.clock)
    pacer.take()
    time.seconds += late
    pacer.sent()
    time.seconds = 0

    assert pytest.approx(expected) == pacer.take()


def test_a_request_for_something_else_is_not_counted():
    time = FakeTime()
    pacer = Pacer(2 / SHARE, time.clock)
    pacer.take()
    pacer.sent()
    time.seconds = 10
    pacer.sent()

    assert 10 == pacer.take()
