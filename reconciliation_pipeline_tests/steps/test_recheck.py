"""Two systems are pulled and compared, and move on meanwhile: whom does a second question clear? Over real HTTP."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from typing import Any

import pytest

from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.result import to_json
from reconciliation_pipeline.reporting.terminal import summary
from reconciliation_pipeline.steps.describe import describe
from reconciliation_pipeline.steps.morning import gather
from reconciliation_pipeline.steps.recheck import recheck
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MINUTE
from reconciliation_pipeline_tests.faults.run import Nobody, Pair
from reconciliation_pipeline_tests.faults.server import two_servers
from reconciliation_pipeline_tests.faults.system import Asked, Reply, System
from reconciliation_pipeline_tests.faults.world import BILLING, CRM, NOW, a_world, stamp
from reconciliation_pipeline_tests.steps.moving import OLD, OURS, SINCE_THEN, TODAY, Morning


@pytest.fixture(scope="module")
def servers():
    with two_servers() as listening:
        yield listening


@pytest.fixture
def morning(servers, tmp_path) -> Iterator[Morning]:
    world = a_world(60, drift=0)
    systems = {side: servers[side].serves(System(world.today[side])) for side in (CRM, BILLING)}
    with Store.open(tmp_path, None) as store:
        yield Morning(Pair("pair", store, systems))
    assert [None, None] == [system.broken for system in systems.values()]


@pytest.fixture
def conflict(morning):
    """The CRM has changed a plan two hours ago, and billing does not know it yet."""
    morning.held(CRM).update(plan="legacy", updated=stamp(OLD))
    morning.compared()
    return morning


@pytest.fixture
def unbilled(morning):
    """The CRM has changed a customer two hours ago whom billing does not know yet."""
    morning.held(CRM).update(updated=stamp(OLD))
    morning.late = morning.lose(BILLING)
    morning.compared()
    return morning


def test_a_change_that_arrives_behind_the_pull_is_lag_with_its_length(conflict):
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))

    conflict.ask()

    assert [("value_conflict", True, SINCE_THEN)] == conflict.found()


def test_a_record_that_arrives_behind_the_pull_is_lag_with_its_length(unbilled):
    unbilled.pair.systems[BILLING].held.append({**unbilled.late, "updated": stamp(NOW + MINUTE)})

    unbilled.ask()

    assert [("crm_only", True, SINCE_THEN)] == unbilled.found()


def test_what_is_still_there_stays_as_it_was_found(conflict):
    asked = conflict.ask()

    assert (1, (), ()) == (asked.asked, asked.cleared, asked.remarks)
    assert [("value_conflict", False, None)] == conflict.found()


def test_another_value_than_the_one_that_was_waited_for_clears_nothing(conflict):
    conflict.held(BILLING).update(plan="gold", updated=stamp(NOW + MINUTE))

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


def test_what_ended_on_both_sides_has_cleared(unbilled):
    unbilled.held(CRM).update(status="churned")

    unbilled.ask()

    assert [("crm_only", True, SINCE_THEN)] == unbilled.found()


def test_what_both_sides_have_removed_has_cleared(conflict):
    conflict.pair.systems[BILLING].held.remove(conflict.held(BILLING))
    conflict.lose(CRM)

    conflict.ask()

    assert [("value_conflict", True, SINCE_THEN)] == conflict.found()


def test_what_only_one_side_does_not_find_any_more_clears_nothing(conflict):
    conflict.lose(BILLING)

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


def test_what_ended_on_one_side_and_is_not_found_on_the_other_clears_nothing(conflict):
    conflict.held(CRM).update(status="churned")
    lost = next(one for one in conflict.pair.systems[BILLING].held if one["number"] == conflict.held(CRM)["number"])
    conflict.pair.systems[BILLING].held.remove(lost)

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


def test_a_system_that_finds_nobody_by_id_clears_nothing(unbilled):
    unbilled.pair.systems[CRM].singles = []

    unbilled.ask()

    assert [("crm_only", False, None)] == unbilled.found()


def test_a_record_that_was_merged_into_another_clears_nothing(conflict):
    other = conflict.held(BILLING, 1)
    conflict.pair.systems[BILLING].merged[conflict.held(BILLING)["id"]] = other["id"]

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


def test_a_record_that_was_merged_under_the_same_number_clears_nothing_yet(conflict):
    twin = {**conflict.held(BILLING), "id": "b-twin", "plan": "legacy"}
    conflict.pair.systems[BILLING].merged[conflict.held(BILLING)["id"]] = "b-twin"
    conflict.pair.systems[BILLING].held.append(twin)

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


def test_a_record_that_is_hidden_by_now_clears_nothing(conflict):
    conflict.pair.systems[BILLING].closed[conflict.held(BILLING)["id"]] = 403
    conflict.lose(CRM)

    conflict.ask()

    assert [("value_conflict", False, None)] == conflict.found()


@pytest.mark.parametrize(("added", "is_lag"), [(100, True), (101, True), (200, False)])
def test_rows_that_become_one_are_read_again_all_of_them(morning, added, is_lag):
    morning.pair.more = {BILLING: {"reduce": {"active": "any", "money": "sum", "updated_at": "max"}}}
    price = morning.held(CRM)["mrr"]
    morning.held(CRM).update(mrr=price + 200, updated=stamp(OLD))
    second = {**morning.held(BILLING), "id": "b-second", "mrr": 100}
    morning.pair.systems[BILLING].held.append(second)
    morning.pair.systems[BILLING].place(second)
    # Its search does not know the second one: what the pull had is read by its id all the same.
    morning.pair.systems[BILLING].unsearched.add("b-second")
    morning.compared()
    second.update(mrr=100 + added, updated=stamp(NOW + MINUTE))

    morning.ask()

    assert [("value_conflict", is_lag, SINCE_THEN if is_lag else None)] == morning.found()


def test_a_record_that_has_another_number_by_now_clears_nothing(unbilled):
    unbilled.held(CRM).update(number="another", status="churned")

    unbilled.ask()

    assert [("crm_only", False, None)] == unbilled.found()


def test_a_second_record_of_the_same_number_clears_nothing(unbilled):
    late = {**unbilled.late, "updated": stamp(NOW + MINUTE)}
    unbilled.pair.systems[BILLING].held += [late, {**late, "id": "b-twin"}]

    unbilled.ask()

    assert [("crm_only", False, None)] == unbilled.found()


@pytest.mark.parametrize("side", [CRM, BILLING])
def test_a_side_that_answers_500_excuses_nobody_and_a_remark_says_so(conflict, side):
    def fails(asked: Asked, reply: Reply) -> Reply:
        return Reply({"message": "let-me-in"}, 500) if asked.what == "one" else reply

    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    conflict.pair.systems[side].spoils.append(fails)

    asked = conflict.ask()

    (remark,) = asked.remarks
    assert remark.startswith(f"{side} was asked once more, and gave no answer about 1 difference. ")
    assert "let-me-in" not in remark
    assert [("value_conflict", False, None)] == conflict.found()
    told = summary(
        describe(conflict.work, conflict.work.store.attempts.latest("pair", TODAY)), conflict.work.reconciliation
    )
    assert remark in told


def test_requests_are_counted_and_shown(conflict):
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    before = {side: system.requests for side, system in conflict.pair.systems.items()}

    conflict.ask()

    spent = {side: system.requests - before[side] for side, system in conflict.pair.systems.items()}
    conflict.recorded()
    said: Any = to_json(describe(conflict.work, conflict.work.store.attempts.latest("pair", TODAY)))
    assert {"asked": 1, "cleared": 1, "left": 0, "requests": spent, "remarks": []} == said["recheck"]
    assert {"crm": 4, "billing": 4} == spent
    assert (1, 1) == (said["differences"]["settling"], said["differences"]["cleared"])


def test_recording_again_asks_nobody_and_gives_the_same(conflict):
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    conflict.ask()
    first, asked = conflict.recorded(), conflict.requests()

    conflict.held(BILLING).update(plan="gold")
    again = conflict.recorded()

    assert first == again
    assert asked == conflict.requests()


def test_one_attempt_is_asked_about_once(conflict):
    first, asked = conflict.ask(), conflict.requests()
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))

    assert first == conflict.ask()
    assert asked == conflict.requests()


@pytest.mark.parametrize("days", [0, 1], ids=["the same day", "the day after"])
def test_a_run_that_has_not_pulled_the_morning_asks_nobody(conflict, days):
    conflict.now += timedelta(days=days)
    asked = conflict.requests()
    gather(conflict.work, TODAY, run_id="backfill", watch=Nobody(), connect=nobody) if days else None

    assert recheck(conflict.work, TODAY, run_id="backfill", connect=nobody) is None
    assert asked == conflict.requests()
    assert [("value_conflict", False, None)] == conflict.found()


def nobody(_work: Work, _morning: date) -> AbstractContextManager[dict[Side, Source]]:
    pytest.fail("a system was to be asked")


def test_what_is_settling_is_not_asked_about(morning):
    morning.held(CRM).update(plan="legacy", updated=stamp(NOW - MINUTE))
    morning.compared()

    assert recheck(morning.work, TODAY, run_id=OURS, connect=nobody) is None
    assert [("value_conflict", True, None)] == morning.found()


@pytest.mark.parametrize("side", [CRM, BILLING])
def test_where_a_side_cannot_be_asked_nobody_is(morning, side):
    morning.pair.more = {side: {"lookup": None}}
    morning.held(CRM).update(plan="legacy", updated=stamp(OLD))
    morning.compared()
    asked = morning.requests()

    assert morning.ask() is None
    assert asked == morning.requests()


def test_at_most_fifty_records_are_asked_about(morning):
    for place in range(51):
        morning.held(CRM, place).update(plan="legacy", updated=stamp(OLD))
    morning.compared()

    asked = morning.ask()

    assert (50, 1) == (asked.asked, asked.left)
    assert ("Nobody was asked once more about 1 new difference.",) == asked.remarks


def test_under_other_rules_than_it_was_asked_under_nothing_is_excused(conflict):
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    conflict.ask()
    (plan, mrr) = conflict.work.reconciliation.compare

    conflict.more = {"compare": [plan, mrr.model_copy(update={"tolerance": None})]}

    assert [("value_conflict", False, None)] == conflict.found()


def test_an_answer_that_cannot_be_read_any_more_excuses_nobody(conflict, tmp_path):
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    conflict.ask()
    (kept,) = tmp_path.rglob("recheck.json")

    kept.write_text("{", "utf-8")

    assert [("value_conflict", False, None)] == conflict.found()


def test_nothing_but_counts_and_fingerprints_is_kept(conflict, tmp_path):
    number = conflict.held(CRM)["number"]
    conflict.held(BILLING).update(plan="legacy", updated=stamp(NOW + MINUTE))
    conflict.ask()
    (kept,) = tmp_path.rglob("recheck.json")

    assert not any(one in kept.read_text("utf-8") for one in (number, "legacy", "let-me-in"))
