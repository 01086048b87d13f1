"""Is a morning judged by what the ledger knows, and told as it should be: a line, an alarm, or nothing?"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.decisions import Retraction
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.messages import Message
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.spikes import Level
from reconciliation_pipeline.steps.spikes import gather, judge_morning
from reconciliation_pipeline.steps.tell import tell_morning, tell_spike
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.defs.builders import a_pair
from reconciliation_pipeline_tests.storage.builders import BOTH, MORNING, NOW, a_row, an_observation

DAY = timedelta(days=1)
OLD = 4
"""Differences that were there from the start."""


@pytest.fixture
def work(tmp_path) -> Iterator[Work]:
    with Store.open(tmp_path, None) as store:
        yield Work(a_pair(), store, {}, clock=lambda: NOW)


def items(first: int, count: int, *, owner: str = "finance-ops") -> list[Observation]:
    return [
        replace(
            an_observation(f"{number:012x}", key=f"C{number}"),
            source_ids={Side.BILLING: str(number)},
            changed_at={Side.BILLING: NOW - timedelta(hours=12)},
            owner=owner,
        )
        for number in range(first, first + count)
    ]


def record(work: Work, back: int, observed: Sequence[Observation], *, epoch: str = "e") -> None:
    """Record a trusted morning so many days ago, of 200 customers, every tenth of whom is on the plan `team`."""
    morning = MORNING - back * DAY
    moment = NOW - back * DAY
    attempt = work.store.attempts.begin("pair", morning, run_id="run", started_at=moment, live=True)
    snapshots = dict(BOTH)
    if not back:
        with work.store.archive.writer("pair", morning, attempt.number, Side.BILLING, ("plan",)) as writer:
            plans = ("team" if number % 10 == OLD else "starter" for number in range(200))
            writer.write(a_row(str(number), plan=plan) for number, plan in enumerate(plans))
        snapshots[Side.BILLING] = replace(BOTH[Side.BILLING], path=writer.path, sha256=writer.sha256)
    attempt = replace(attempt, standing=Standing.TRUSTED, snapshots=snapshots, as_of=moment)
    work.store.attempts.conclude(attempt, at=NOW)
    work.store.ledger.record(attempt, observed, epoch=epoch)


def lived(work: Work, today: Sequence[Observation], *, mornings: int = 20) -> None:
    for back in range(mornings, 0, -1):
        record(work, back, items(0, OLD))
    record(work, 0, [*items(0, OLD), *today])


def told(work: Work) -> dict[str, Message]:
    return {str(one.message.topic): one.message for one in work.store.outbox.all()}


def test_a_notice_is_a_line_of_the_message_that_goes_out_anyway(work):
    for back in range(20, 0, -1):
        record(work, back, items(0, OLD + (20 - back) // 2))
    record(work, 0, items(0, OLD + 9 + 3))

    tell_morning(work, MORNING)

    assert ["drift"] == list(told(work))
    assert told(work)["drift"].lines[1].startswith("Unusual: 3 new only in billing; usual is 0.47 a day; chance 1.")


def test_an_ordinary_morning_has_no_such_line(work):
    lived(work, items(10, 2))

    tell_morning(work, MORNING)

    assert not any(line.startswith("Unusual") for line in told(work)["drift"].lines)


def test_an_alarm_is_a_message_of_its_own_beside_the_mornings(work):
    lived(work, items(10, 6))

    first, again = tell_morning(work, MORNING), tell_spike(work, MORNING)

    assert ("pair/2026-11-22/drift", "pair/2026-11-22/spike") == first.stored
    assert () == again.stored
    assert told(work)["drift"].lines[1].startswith("Unusual: 6 new only in billing")


def test_the_alarm_goes_to_whoever_answers_for_most_of_them(work):
    lived(work, [*items(10, 4, owner="ana"), *items(20, 2)])
    tell_morning(work, MORNING)

    assert ("ana", "finance-ops") == (told(work)["spike"].owner, told(work)["drift"].owner)


def test_what_the_new_ones_share_is_read_from_the_snapshot(work):
    lived(work, [one for number in range(14, 74, 10) for one in items(number, 1)])
    tell_morning(work, MORNING)

    assert "6 of 6 have plan team in billing, as 10 % of all records." in told(work)["spike"].lines


def test_where_the_snapshot_was_given_up_the_alarm_is_told_without_it(work):
    lived(work, items(10, 6))
    work.store.archive.give_up("pair", MORNING)
    tell_morning(work, MORNING)

    lines = told(work)["spike"].lines
    assert "They share no plan, status or hour of creation that others do not share." in lines
    assert any("they were last changed at 2026-11-21 15:00 UTC." in line for line in lines)


def test_a_past_morning_raises_no_alarm(work):
    lived(work, items(10, 6))
    tomorrow = replace(work, clock=lambda: NOW + DAY)

    assert () == tell_morning(tomorrow, MORNING).stored
    assert () == tell_spike(tomorrow, MORNING).stored


def test_a_backfilled_morning_whose_differences_are_still_there_makes_today_ordinary(work):
    for back in range(20, 1, -1):
        record(work, back, items(0, OLD))
    record(work, 0, items(0, OLD + 6))
    before = judge_morning(work, MORNING)
    record(work, 1, items(0, OLD + 6))
    after = judge_morning(work, MORNING)

    assert before
    assert after
    assert (Level.ALARM, Level.NONE) == (before.judgement.level, after.judgement.level)


def test_a_morning_that_was_taken_back_plays_no_part(work):
    lived(work, items(10, 6))
    known = Retraction("pair", MORNING - 3 * DAY, "ana", "half a side", NOW)

    assert work.store.retractions.keep(known)
    judged = judge_morning(work, MORNING)

    assert judged
    assert (20, 18) == (judged.judgement.run, judged.judgement.kinds[0].usual.mornings)
    assert 19.0 == judged.judgement.kinds[0].usual.past.days
    assert None is judge_morning(work, MORNING - 3 * DAY)


def test_where_keys_are_read_in_another_way_everything_is_inventory_again(work):
    for back in range(20, 0, -1):
        record(work, back, items(0, OLD))
    record(work, 0, items(100, 50), epoch="another")

    judged = judge_morning(work, MORNING)

    assert judged
    assert judged.judgement.is_inventory
    assert Level.NONE is judged.judgement.level


def test_lag_is_not_new_until_it_is_old_enough(work):
    young = [replace(one, settling=True) for one in items(10, 6)]
    for back in range(20, 1, -1):
        record(work, back, items(0, OLD))
    record(work, 1, [*items(0, OLD), *young])
    lag = judge_morning(work, MORNING - DAY)
    record(work, 0, [*items(0, OLD), *young])
    real = judge_morning(work, MORNING)

    assert lag
    assert real
    assert (0, 6) == (lag.judgement.new, real.judgement.new)


def test_a_morning_nobody_vouched_for_is_inventory_as_the_first_and_not_judged_later(work):
    attempt = work.store.attempts.begin("pair", MORNING, run_id="run", started_at=NOW, live=True)
    unproven = replace(attempt, standing=Standing.UNPROVEN, snapshots=BOTH, as_of=NOW)
    work.store.attempts.conclude(unproven, at=NOW)
    work.store.ledger.record(unproven, items(0, 60))
    first = judge_morning(work, MORNING)
    record(work, 1, items(0, OLD))

    assert first
    assert first.judgement.is_inventory
    assert None is judge_morning(work, MORNING)
    assert () == tell_spike(work, MORNING).stored


def test_nothing_is_gathered_of_what_does_not_ring(work):
    lived(work, items(10, 2))
    judged = judge_morning(work, MORNING)

    assert judged
    assert () == gather(work, judged).common
