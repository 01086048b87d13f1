import json
import os
import socket
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline.demo.state import DemoError, State, request_log, save, state_file
from reconciliation_pipeline_tests.demo.conftest import TODAY, free_port, health, plain_client
from reconciliation_pipeline_tests.demo.test_story import SMALL

START = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    control.stop(tmp_path)


def serve_again(home: Path, demo: State, **changes: Any) -> State:
    asked: dict[str, Any] = {"now": TODAY, "crm_port": demo.crm_port, "billing_port": demo.billing_port}
    return control.serve(home, **(asked | changes))


def first_page(demo: State) -> bytes:
    with plain_client(demo.billing_url, demo.stripe_key) as client:
        return client.get("/v1/subscriptions?limit=100&status=all").content


def test_serving_twice_is_serving_once(home, demo):
    again = serve_again(home, demo)

    assert (demo, demo.pid) == (again, again.pid)


def test_the_same_seed_gives_the_same_bytes_in_another_process(home, demo):
    before = first_page(demo)
    again = serve_again(home, demo, fresh=True)

    assert demo.pid != again.pid
    assert before == first_page(again)


def test_a_stopped_world_goes_on_where_it_was(empty):
    ports: dict[str, Any] = {"crm_port": free_port(), "billing_port": free_port()}
    control.serve(empty, story=SMALL, seed=4, now=TODAY, **ports)
    control.advance(empty, timedelta(hours=2))

    assert control.stop(empty)
    assert not control.stop(empty)

    stopped = control.status(empty)
    again = control.serve(empty, now=TODAY + timedelta(days=3), **ports)

    assert stopped is not None
    assert (False, True) == (stopped.alive, again.alive)
    assert (START + timedelta(hours=2), 4, SMALL) == (again.clock, again.seed, again.story)


def test_a_story_of_yesterday_that_nobody_moved_begins_anew_today(home, demo):
    tomorrow = serve_again(home, demo, now=TODAY + timedelta(days=1))

    assert START + timedelta(days=1) == tomorrow.start == tomorrow.clock
    assert demo.pid == tomorrow.pid


def test_a_story_of_yesterday_that_was_moved_goes_on(home, demo):
    control.advance(home, timedelta(hours=2))

    assert START + timedelta(hours=2) == serve_again(home, demo, now=TODAY + timedelta(days=1)).clock


def test_another_seed_begins_anew_and_without_accidents(home, demo):
    control.set_fault(home, "billing", 130)
    again = serve_again(home, demo, seed=5)

    assert (5, {}, demo.pid) == (again.seed, again.faults, again.pid)


def test_other_ports_move_the_servers(empty):
    first = control.serve(empty, story=SMALL, now=TODAY, crm_port=free_port(), billing_port=free_port())
    second = control.serve(empty, now=TODAY, crm_port=free_port(), billing_port=free_port())

    assert first.pid != second.pid
    assert 200 == health(second.crm_url).status_code
    with pytest.raises(httpx.ConnectError):
        health(first.crm_url)


def test_a_taken_port_is_named_with_what_to_do(empty):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(DemoError, match=rf"port {taken} .*Another program has it: end that one"):
            control.serve(empty, now=TODAY, crm_port=free_port(), billing_port=taken)

    assert control.status(empty) is not None
    assert not control.stop(empty)


def test_the_next_answer_shows_the_moved_clock(home, demo):
    for hours in (1, 26):
        instant = control.advance(home, timedelta(hours=hours))
        date = health(demo.crm_url).headers["date"]

        assert instant.strftime("%a, %d %b %Y %H:%M:%S GMT") == date


def test_a_clock_without_a_time_zone_is_refused(home, demo):
    with pytest.raises(DemoError, match="has no time zone"):
        control.set_clock(home, datetime(2026, 11, 22, 4))  # noqa: DTZ001 - the point of the test


def test_a_dead_server_is_noticed_and_replaced(empty):
    ports: dict[str, Any] = {"crm_port": free_port(), "billing_port": free_port()}
    first = control.serve(empty, story=SMALL, now=TODAY, **ports)
    assert first.pid is not None
    os.kill(first.pid, 9)
    while (state := control.status(empty)) is not None and state.alive:
        pass

    assert control.serve(empty, now=TODAY, **ports).pid not in {None, first.pid}


def test_nothing_is_there_before_the_first_start(tmp_path):
    assert control.status(tmp_path) is None
    assert not control.stop(tmp_path)
    for command in (
        lambda: control.advance(tmp_path, timedelta(hours=1)),
        lambda: control.set_clock(tmp_path, START),
        lambda: control.set_fault(tmp_path, "crm", 1),
    ):
        with pytest.raises(DemoError, match=r"no demo world.*recon demo --serve"):
            command()
    assert [] == list(tmp_path.iterdir())


def test_a_state_that_cannot_be_understood_is_said_plainly(tmp_path, demo):
    save(tmp_path, demo)
    for text in ("", "[]", "{}", '{"seed": 1, "story": 2}'):
        state_file(tmp_path).write_text(text)
        with pytest.raises(DemoError, match=r"state\.json cannot be understood.*delete that file"):
            control.status(tmp_path)


def test_only_the_owner_may_read_the_state_and_its_text_holds_no_token(home, demo):
    assert 0o600 == stat.S_IMODE(state_file(home).stat().st_mode)
    assert demo.crm_token not in repr(demo)
    assert demo.stripe_key not in repr(demo)


def test_a_run_finds_everything_it_needs_in_the_environment(demo):
    assert {
        "CRM_URL": demo.crm_url,
        "BILLING_URL": demo.billing_url,
        "CRM_TOKEN": "demo-crm-token",
        "STRIPE_API_KEY": "sk_test_demo",
        "RECON_NOW": "2026-11-22T03:00:00+00:00",
    } == demo.environment


def test_every_request_leaves_one_line_and_health_checks_leave_none(home, demo, crm, billing):
    request_log(home).unlink(missing_ok=True)
    health(demo.crm_url)
    crm.get("/crm/v3/objects/companies", params={"limit": 3})
    billing.get("/v1/subscriptions", params={"limit": 101})

    lines = [json.loads(line) for line in request_log(home).read_text("utf-8").splitlines()]
    assert [
        ("crm", "GET", "/crm/v3/objects/companies", "limit=3", 200),
        ("billing", "GET", "/v1/subscriptions", "limit=101", 400),
    ] == [(line["side"], line["method"], line["path"], line["query"], line["status"]) for line in lines]
    assert "sk_test" not in request_log(home).read_text("utf-8")
