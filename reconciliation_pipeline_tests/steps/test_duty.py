"""One run works on a morning, and whoever follows a dead one tidies up after it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.steps.duty import DIED, on_duty
from reconciliation_pipeline.storage.leases import TERM, AlreadyRunning
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.steps.test_given_up import NOBODY, a_pair
from reconciliation_pipeline_tests.storage.builders import begin, trusted


@pytest.fixture
def work(store):
    return a_pair(store, NOBODY, NOBODY)


def holder(work):
    found = work.store.leases.of("pair", MORNING)
    return found and found.run_id


def test_inside_the_block_nobody_else_works_and_after_it_anybody_may(work):
    with on_duty(work, MORNING, run_id="first"):
        with pytest.raises(AlreadyRunning), on_duty(work, MORNING, run_id="second"):
            pytest.fail("two runs at once")
        assert "first" == holder(work)

    assert holder(work) is None


def test_between_two_steps_of_a_run_the_morning_stays_its_own(work):
    with on_duty(work, MORNING, run_id="first", lets_go=False):
        pass
    with pytest.raises(AlreadyRunning), on_duty(work, MORNING, run_id="second"):
        pytest.fail("two runs at once")
    with on_duty(work, MORNING, run_id="first"):
        pass

    assert holder(work) is None


def test_a_step_that_breaks_leaves_the_morning_free(work):
    with pytest.raises(KeyboardInterrupt), on_duty(work, MORNING, run_id="first", lets_go=False):
        raise KeyboardInterrupt

    assert holder(work) is None


def test_whoever_follows_a_dead_run_gives_its_attempt_up_and_says_whom_it_follows(work):
    store = work.store
    followed: list[str] = []
    kept = trusted(store)
    dead = begin(store, run_id="dead")
    store.leases.take("pair", MORNING, run_id="dead", at=NOW - TERM)
    left = store.archive.root / "pair" / "2026-11-22" / f"{dead.number:03d}" / "crm.parquet.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")

    with on_duty(work, MORNING, run_id="second", follows=followed.append):
        assert ["dead"] == followed
        assert [(Standing.REFUSED, [DIED])] == [
            (one.standing, [reason.text for reason in one.reasons]) for one in [store.attempts.of_run("dead")]
        ]
        assert not left.parent.exists()
        assert kept.number == store.attempts.latest_trusted("pair", MORNING).number


def test_its_own_attempt_is_nobody_elses_to_give_up(work):
    begin(work.store, run_id="first")

    with on_duty(work, MORNING, run_id="first"):
        assert Standing.BEGUN is work.store.attempts.of_run("first").standing


def test_a_holder_says_that_it_is_alive_for_as_long_as_it_works(work):
    moments = iter(NOW + TERM * number / 2 for number in range(100))
    late = replace(work, clock=lambda: next(moments))

    with on_duty(late, MORNING, run_id="first", pulse=timedelta(milliseconds=1)):
        # Each sign of life takes the next moment, so that its lease outlives one that was only taken.
        assert eventually(lambda: work.store.leases.of("pair", MORNING).ends_at > NOW + 2 * TERM)


def eventually(is_so: Callable[[], bool]) -> bool:
    return any(is_so() or Event().wait(0.01) for _ in range(1_000))
