"""How long is waited when a system asks for it, and what is said of a page that never came?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.transport import Transport
from reconciliation_pipeline_tests.connectors.builders import FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import (
    Reply,
    reply,
)
from reconciliation_pipeline_tests.connectors.wires import GOOD, ask, code_of


@contextmanager
def a_wire(time: FakeTime, *, budget: int = 1800, **more: object) -> Iterator[Transport]:
    settings: dict[str, object] = {"headers": {}, "local": True, "requests_per_second": 1000, **more}
    wire = Transport(budget=timedelta(seconds=budget), clock=time.clock, **settings)  # type: ignore[arg-type]
    try:
        yield wire
    finally:
        wire.close()


def test_too_many_requests_waits_as_long_as_asked(server):
    time = FakeTime()

    assert "ok" == code_of(server, reply({}, 429, Retry_After="7"), GOOD, time=time)
    assert [7.0] == [wait for wait in time.slept if wait > 0.01]


def test_too_many_requests_for_ever_ends_after_three_minutes_not_with_the_budget(server):
    time = FakeTime()

    assert "rate_limited" == code_of(server, reply({}, 429, Retry_After="86400"), time=time)
    assert 180 == time.seconds


def test_a_wait_beyond_the_budget_is_not_begun(server):
    time = FakeTime()
    server.says(lambda _request: reply({}, 429, Retry_After="30"))

    with pytest.raises(PullFailed) as failed:
        ask(server.url, time, budget=29)

    assert ("rate_limited", 0.0) == (failed.value.code, time.seconds)


def waits(time: FakeTime) -> list[float]:
    return [wait for wait in time.slept if wait > 0.02]


@pytest.mark.parametrize(
    "headers",
    [
        {"X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "20"},
        {"RateLimit": '"default";r=1;t=20'},
        {"X_HubSpot_RateLimit_Remaining": "0", "X_HubSpot_RateLimit_Interval_Milliseconds": "20000"},
    ],
)
def test_the_next_page_waits_until_requests_are_allowed_again(server, headers):
    server.says(lambda _request: reply({}, **headers))
    time = FakeTime()
    with a_wire(time) as wire:
        wire.get(httpx.URL(server.url))
        assert [] == waits(time)
        wire.get(httpx.URL(server.url))

    assert [20] == waits(time)


def test_too_many_requests_without_a_wait_last_until_the_limit_ends(server):
    time = FakeTime()

    assert "ok" == code_of(server, reply({}, 429, X_RateLimit_Remaining="0", X_RateLimit_Reset="9"), GOOD, time=time)
    assert [9] == waits(time)


def test_a_limit_that_ends_after_the_budget_is_not_waited_for(server):
    server.says(lambda _request: reply({}, X_RateLimit_Remaining="0", X_RateLimit_Reset="3600"))
    time = FakeTime()
    with a_wire(time, budget=59) as wire:
        wire.get(httpx.URL(server.url))
        with pytest.raises(PullFailed, match="no more requests are allowed before the budget is used up") as failed:
            wire.get(httpx.URL(server.url))

    assert ("rate_limited", 1) == (failed.value.code, failed.value.requests)
    assert [] == waits(time)


def test_a_pace_slower_than_the_budget_is_said_at_once(server):
    server.says(lambda _request: GOOD)
    time = FakeTime()
    with a_wire(time, budget=60, requests_per_second=0.01) as wire:
        wire.get(httpx.URL(server.url))
        with pytest.raises(PullFailed, match="budget of 0:01:00"):
            wire.get(httpx.URL(server.url))

    assert 0 == time.seconds


def test_what_one_run_is_told_holds_for_every_run_of_the_connection(server, tmp_path):
    server.says(lambda request: reply({}, 429, Retry_After="30") if request.number == 0 else GOOD)
    time = FakeTime()

    def one_page(credential: str, budget: int = 1800) -> None:
        with a_wire(time, credential=credential, pace_folder=tmp_path, budget=budget) as wire:
            wire.get(httpx.URL(server.url))

    with pytest.raises(PullFailed):
        one_page("CRM_TOKEN", budget=1)
    one_page("OTHER_TOKEN")
    assert [] == waits(time)
    one_page("CRM_TOKEN")
    one_page("CRM_TOKEN")

    assert [30] == waits(time)
    assert 2 == len(list(tmp_path.iterdir()))


def test_a_failed_page_says_how_many_requests_were_spent(server):
    server.says(lambda request: GOOD if request.number < 2 else reply({}, 503))
    with a_wire(FakeTime()) as wire:
        wire.get(httpx.URL(server.url))
        wire.get(httpx.URL(server.url))
        with pytest.raises(PullFailed) as failed:
            wire.get(httpx.URL(server.url))

    assert 9 == failed.value.requests


def test_an_error_page_that_answers_says_no_more_than_its_status(server):
    server.says(lambda _request: Reply(b"<html>", 404, {"Content-Type": "text/html"}))
    with a_wire(FakeTime()) as wire:
        found = wire.get(httpx.URL(server.url), accept=frozenset({404}))

    assert (404, None) == (found.status, found.body)


def test_what_is_refused_here_costs_no_request():
    time = FakeTime()
    with a_wire(time, local=False, resolve=lambda _host: ["127.0.0.1"]) as wire, pytest.raises(PullFailed) as failed:
        wire.get(httpx.URL("https://crm.example/"))

    assert 0 == failed.value.requests


def test_a_name_nobody_knows_is_named_as_such():
    with (
        a_wire(FakeTime(), local=False, resolve=lambda _host: []) as wire,
        pytest.raises(PullFailed, match="cannot be reached: nobody knows its name"),
    ):
        wire.get(httpx.URL("https://crm.example/"))
