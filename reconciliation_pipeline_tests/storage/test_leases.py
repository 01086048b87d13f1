"""One run at a time works on a morning, and one that died keeps nobody waiting."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from reconciliation_pipeline.storage.leases import TERM, AlreadyRunning, Lease
from reconciliation_pipeline.storage.process import NOWHERE, here, is_gone
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import MORNING, NOW

SECOND = timedelta(seconds=1)


def take(store: Store, run_id: str, *, at=NOW, morning=MORNING, **known) -> Lease | None:
    return store.leases.take("pair", morning, run_id=run_id, at=at, **known)


def test_a_morning_is_worked_on_by_one_run_and_the_other_hears_which(store):
    assert take(store, "first") is None

    with pytest.raises(AlreadyRunning) as told:
        take(store, "second")

    assert "first" == told.value.holder.run_id
    assert "A run of pair for 2026-11-22 is under way already: first, since 03:00 UTC. So this one did not begin." == (
        told.value.text
    )
    assert "its turn ends by itself at 03:02:00 UTC" in told.value.remedy


def test_another_morning_is_free(store):
    take(store, "first")

    assert take(store, "second", morning=MORNING - timedelta(days=1)) is None


def test_a_morning_that_was_let_go_of_is_free(store):
    take(store, "first")
    store.leases.release("pair", MORNING, run_id="first")

    assert take(store, "second") is None


def test_nobody_lets_go_of_what_another_run_holds(store):
    take(store, "first")
    store.leases.release("pair", MORNING, run_id="second")

    assert store.leases.of("pair", MORNING).run_id == "first"


def test_the_same_run_may_ask_again_and_is_heard_of_by_that(store):
    take(store, "first")

    assert take(store, "first", at=NOW + SECOND) is None
    assert (NOW, NOW + SECOND + TERM) == (
        store.leases.of("pair", MORNING).taken_at,
        store.leases.of("pair", MORNING).ends_at,
    )


def test_a_holder_that_is_not_heard_of_for_a_whole_term_is_followed(store):
    take(store, "first")

    with pytest.raises(AlreadyRunning):
        take(store, "second", at=NOW + TERM - SECOND)
    followed = take(store, "second", at=NOW + TERM)

    assert followed is not None
    assert "first" == followed.run_id


def test_a_holder_that_is_heard_of_keeps_its_morning_and_one_that_was_followed_lost_it(store):
    take(store, "first")

    assert store.leases.renew("pair", MORNING, run_id="first", at=NOW + TERM - SECOND)
    with pytest.raises(AlreadyRunning):
        take(store, "second", at=NOW + TERM)
    take(store, "second", at=NOW + TERM + TERM)
    assert not store.leases.renew("pair", MORNING, run_id="first", at=NOW + TERM + TERM)


def test_a_holder_that_is_known_to_have_ended_is_followed_at_once(store):
    take(store, "first")

    followed = take(store, "second", has_ended=lambda run_id: run_id == "first")

    assert followed is not None
    assert "first" == followed.run_id


def test_of_many_that_follow_a_dead_run_one_does(store):
    take(store, "dead")

    def follow(number: int) -> str:
        try:
            return "followed" if take(store, f"run {number}", at=NOW + TERM) else "found it free"
        except AlreadyRunning as other:
            return "told" if other.holder.run_id != "dead" else "told of the dead one"

    with ThreadPoolExecutor(8) as pool:
        ended = sorted(pool.map(follow, range(8)))

    assert ["followed", *["told"] * 7] == ended


ANOTHER = "from reconciliation_pipeline.storage.process import here; print(here())"


@pytest.mark.skipif(here() == NOWHERE, reason="this system does not tell which processes there are")
def test_a_process_that_ended_is_certainly_gone_and_this_one_is_not():
    place = subprocess.run([sys.executable, "-c", ANOTHER], check=True, capture_output=True, text=True).stdout.strip()

    assert is_gone(place)
    assert not is_gone(here())


@pytest.mark.skipif(here() == NOWHERE, reason="this system does not tell which processes there are")
def test_a_number_that_was_used_again_is_another_process():
    assert is_gone(f"{here()}0")


@pytest.mark.parametrize("changed", [0, 1])
def test_nobody_is_certainly_gone_on_another_machine_or_in_another_container(changed):
    parts = f"{here() or 'boot/space/1/1'}0".split("/")
    parts[changed] = "elsewhere"

    assert not is_gone("/".join(parts))


def test_where_the_system_does_not_tell_nobody_is_certainly_gone():
    assert not is_gone(NOWHERE)
