"""How requests are spaced."""

from collections.abc import Iterator
from random import Random

import pytest

from reconciliation_pipeline.connectors.pacing import LATE, SHARE, Pacer
from reconciliation_pipeline_tests.connectors.builders import FakeTime


def moments(rate: float, count: int, time: FakeTime | None = None) -> list[float]:
    pacer = Pacer(rate, (time or FakeTime()).clock)
    return [pacer.take() for _ in range(count)]


@pytest.mark.parametrize(("rate", "gap"), [(4, 0.25), (0.5, 2.0)])
def test_requests_are_evenly_spaced_from_the_first_on(rate, gap):
    assert pytest.approx([0, gap / SHARE, 2 * gap / SHARE]) == moments(rate, 3)


@pytest.mark.parametrize("rate", [1, 4, 10, 100])
@pytest.mark.parametrize("longest_delay", [0, LATE, 0.3])
def test_no_second_sees_more_requests_than_allowed_however_late_they_are(rate, longest_delay):
    chance = Random(rate)
    time = FakeTime()
    pacer = Pacer(rate, time.clock)
    sent: list[float] = []
    for _ in range(20 * rate + 100):
        time.seconds = max(time.seconds, pacer.take())
        time.seconds += longest_delay * chance.choice([0, 0, 0, chance.random(), 1])
        pacer.sent()
        sent.append(time.seconds)
        time.seconds += chance.choice([0, 0, 0, chance.random() * longest_delay, longest_delay, 2 / rate])

    assert [] == [begun for begun, ended in pairwise_over(sent, rate) if ended - begun <= 1.01]


def pairwise_over(sent: list[float], count: int) -> Iterator[tuple[float, float]]:
    """Each moment with the one so many requests later: had it come within a second, one was too many."""
    return zip(sent, sent[count:], strict=False)


def test_a_busy_machine_sends_as_many_as_an_idle_one():
    time = FakeTime()
    pacer = Pacer(100, time.clock)
    sent = 0
    while time.seconds < 5:
        time.seconds = max(time.seconds, pacer.take())
        sent += 1
        time.seconds += 0.02 if sent % 3 == 0 else 0.004

    assert sent >= 5 * 95


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

    assert pytest.approx(expected) == pacer.take()


def test_a_request_for_something_else_is_not_counted():
    time = FakeTime()
    pacer = Pacer(2 / SHARE, time.clock)
    pacer.take()
    pacer.sent()
    time.seconds = 10
    pacer.sent()

    assert 10 == pacer.take()
