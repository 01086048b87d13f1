"""How requests are spaced."""

import pytest

from reconciliation_pipeline.connectors.pacing import Pacer
from reconciliation_pipeline_tests.connectors.builders import FakeTime


@pytest.mark.parametrize(("rate", "gap"), [(4, 0.25), (0.5, 2.0)])
def test_requests_are_evenly_spaced_from_the_first_on(rate, gap):
    time = FakeTime()
    pacer = Pacer(rate, time.clock)

    for _ in range(4):
        pacer.wait()

    assert [gap, gap, gap] == time.slept


def test_a_slow_answer_earns_no_burst():
    time = FakeTime()
    pacer = Pacer(2, time.clock)
    pacer.wait()
    time.seconds += 100

    pacer.wait()
    pacer.wait()

    assert [0.5] == time.slept
