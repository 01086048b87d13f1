"""What the network can do to one page, and the reason code it must end in."""

import gzip
import json
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.transport import Answer, Transport
from reconciliation_pipeline_tests.connectors.builders import TOKEN, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import (
    FaultServer,
    Reply,
    Request,
    reply,
    running_server,
    zipped,
)

GOOD = reply({"data": [{"id": "a"}], "next": None})
BODY = json.dumps({"data": [{"id": str(number)} for number in range(200)]}).encode()


@contextmanager
def a_wire(time: FakeTime, *, budget: int = 1800, **more: object) -> Iterator[Transport]:
    settings: dict[str, object] = {"headers": {}, "local": True, "requests_per_second": 1000, **more}
    wire = Transport(budget=timedelta(seconds=budget), clock=time.clock, **settings)  # type: ignore[arg-type]
    try:
        yield wire
    finally:
        wire.close()


def ask(url: str, time: FakeTime | None = None, *, budget: int = 1800, local: bool = True, **more: object) -> Answer:
    wire = Transport(
        headers={"Authorization": f"Bearer {TOKEN}"},
        local=local,
        requests_per_second=1000,
        budget=timedelta(seconds=budget),
        credential="CRM_TOKEN",
        clock=(time or FakeTime()).clock,
        **more,  # type: ignore[arg-type]
    )
    try:
        return wire.get(httpx.URL(f"{url}/customers"), {"secret": "query-canary"})
    finally:
        wire.close()


def code_of(server: FaultServer, *answers: Reply, time: FakeTime | None = None) -> str:
    """Let the server give these answers in turn, the last one for ever, and say how the pull ends."""
    server.says(lambda request: answers[min(request.number, len(answers) - 1)])
    try:
        ask(server.url, time)
    except PullFailed as failure:
        failed = failure
    else:
        return "ok"
    assert TOKEN not in f"{failed.text} {failed.remedy}"
    assert "canary" not in f"{failed.text} {failed.remedy}"
    assert failed.__context__ is None
    return failed.code


def typed(kind: str, body: bytes = b"{}") -> Reply:
    return Reply(body, headers={"Content-Type": kind})


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ("ok", GOOD),
        ("ok", zipped(BODY)),
        ("ok", typed("application/problem+json; charset=utf-8")),
        ("bad_shape", typed("text/html", b"<html>Please log in</html>")),
        ("bad_shape", typed("application/json", b"<html>")),
        ("bad_shape", Reply(b"{}", headers={})),
        ("bad_shape", Reply(status=204)),
        ("bad_shape", Reply(b"")),
        ("bad_shape", Reply(b'{"mrr": NaN}')),
        ("bad_shape", Reply(b'{"mrr": -Infinity}')),
        ("bad_shape", Reply(b'{"id": 1, "id": 2}')),
        ("bad_shape", Reply(b'{"a": {"id": 1, "\\u0069d": 2}}')),
        ("bad_shape", Reply(b"[" * 100_000)),
        ("bad_shape", Reply(b'{"a":' * 100_000 + b"1" + b"}" * 100_000)),
        ("bad_shape", Reply(b"[" + b"9" * 5000 + b"]")),
        ("bad_shape", Reply(b"[1e99999999999999999999]")),
        ("bad_shape", Reply(b"[01]")),
        ("bad_shape", Reply(b"\xef\xbb\xbf{}")),
        ("bad_encoding", Reply("{}".encode("utf-16"))),
        ("bad_shape", Reply(b'{"data": []} trailing')),
        ("bad_encoding", Reply(b'{"name": "M\xfcller"}')),
        ("bad_encoding", Reply(b'{"name": "\\ud800"}')),
        ("unauthorised", reply({}, 401)),
        ("unauthorised", reply({}, 403)),
        ("refused", reply({}, 404)),
        ("refused", reply({}, 301, Location="https://elsewhere.example/")),
        ("refused", reply({}, 308)),
    ],
)
def test_an_answer_ends_in_its_reason_at_once(server, expected, answer):
    time = FakeTime()

    assert expected == code_of(server, answer, time=time)
    assert 1 == len(server.requests)
    assert [] == time.slept


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ("refused", reply({}, 500)),
        ("refused", reply({}, 503)),
        ("truncated", Reply(BODY, sent=100)),
        ("truncated", Reply(BODY, sent=0)),
        ("truncated", Reply(zipped(BODY).body[:-30], headers=zipped(BODY).headers)),
        ("truncated", Reply(zipped(BODY).body[:-1], headers=zipped(BODY).headers)),
    ],
)
def test_a_passing_fault_is_asked_again_and_a_lasting_one_is_named(server, expected, answer):
    assert "ok" == code_of(server, answer, answer, GOOD)

    time = FakeTime()
    assert expected == code_of(server, answer, time=time)
    assert 7 == len(server.requests)
    assert [0.5, 1, 2, 4, 8, 16] == [round(wait, 3) for wait in time.slept if wait > 0.01]


def test_an_answer_without_a_length_is_not_believed_even_if_it_parses(server):
    assert "truncated" == code_of(server, Reply(GOOD.body, says_length=False))


def test_a_chunked_answer_is_believed_only_with_its_last_chunk(server):
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    whole = Reply(b"2\r\n{}\r\n0\r\n\r\n", headers=headers, says_length=False)
    cut = Reply(b"2\r\n{}\r\n", headers=headers, says_length=False)

    assert "ok" == code_of(server, whole)
    assert "truncated" == code_of(server, cut)


def test_a_broken_or_padded_gzip_body_is_refused(server):
    good = zipped(BODY)
    wrong_checksum = bytearray(good.body)
    wrong_checksum[-8] ^= 1

    wrong_size = bytearray(good.body)
    wrong_size[-1] ^= 1

    assert "bad_shape" == code_of(server, Reply(bytes(wrong_checksum), headers=good.headers))
    assert "bad_shape" == code_of(server, Reply(bytes(wrong_size), headers=good.headers))
    assert "bad_shape" == code_of(server, Reply(good.body * 2, headers=good.headers))
    assert "bad_shape" == code_of(server, Reply(good.body + b"more", headers=good.headers))
    assert "bad_shape" == code_of(server, Reply(b"not gzip", headers=good.headers))
    assert "bad_shape" == code_of(server, Reply(BODY, headers={**good.headers, "Content-Encoding": "br"}))


def test_a_zip_bomb_is_refused_before_it_fills_the_memory(server):
    bomb = zipped(b"[" + b" " * 30_000_000 + b"]")

    assert len(bomb.body) < 100_000
    assert "bad_shape" == code_of(server, bomb)


def test_a_high_ratio_is_fine_on_a_small_page(server):
    assert "ok" == code_of(server, zipped(b"[" + b" " * 900_000 + b"]"))


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


@dataclass(frozen=True)
class Raw(Reply):
    """Exactly these bytes."""

    def on_the_wire(self) -> bytes:
        return self.body


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: -2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"{}",
        b"",
    ],
)
def test_what_does_not_speak_http_is_not_believed(server, answer):
    server.says(lambda _request: Raw(answer))

    with pytest.raises(PullFailed, match="hung up without an answer, or does not speak HTTP"):
        ask(server.url)

    assert 7 == len(server.requests)


def test_a_server_that_is_down_is_named_without_a_traceback():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(PullFailed, match="cannot be reached: no connection") as failed:
        ask(f"http://127.0.0.1:{port}")

    assert "refused" == failed.value.code
    assert failed.value.__context__ is None


def test_the_token_never_follows_a_redirect(server):
    with running_server() as other:
        server.says(lambda _request: reply({}, 302, Location=f"{other.url}/customers"))

        with pytest.raises(PullFailed, match="redirect"):
            ask(server.url)

        assert [] == other.requests
    assert f"Bearer {TOKEN}" == server.requests[0].headers["authorization"]


def test_only_gzip_is_offered(server):
    server.says(lambda _request: GOOD)
    ask(server.url)

    assert "gzip" == server.requests[0].headers["accept-encoding"]


def test_the_client_logs_no_address(server, caplog):
    server.says(lambda _request: GOOD)
    with caplog.at_level(logging.DEBUG):
        ask(server.url)

    assert "canary" not in caplog.text


def test_a_refused_token_names_the_variable_to_look_at(server):
    server.says(lambda _request: reply({}, 401))

    with pytest.raises(PullFailed) as failed:
        ask(server.url)

    assert "CRM_TOKEN" in failed.value.remedy
    assert f"{server.host}/customers answered 401 Unauthorized." == failed.value.text


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:192.168.0.1", "fe80::1%eth0"]
)
def test_a_private_address_is_asked_only_when_declared_local(server, address):
    server.says(lambda _request: GOOD)

    with pytest.raises(PullFailed, match="private network") as failed:
        ask(server.url, local=False, resolve=lambda _host: ["93.184.216.34", address])

    assert "local: true" in failed.value.remedy
    assert [] == server.requests


def test_the_sources_clock_is_its_date_header(server):
    server.says(lambda _request: reply({}, Date="Sun, 22 Nov 2026 03:59:58 GMT"))

    assert datetime(2026, 11, 22, 3, 59, 58, tzinfo=UTC) == ask(server.url).source_clock


def test_a_slow_drip_ends_with_the_budget(server):
    time = FakeTime()

    def drip(_request: Request) -> Reply:
        time.seconds += 3600
        return GOOD

    server.says(drip)

    with pytest.raises(PullFailed, match="budget of 0:30:00"):
        ask(server.url, time)


def test_a_good_gzip_page_arrives_whole(server):
    server.says(lambda _request: zipped(BODY))

    assert json.loads(BODY) == ask(server.url).body
    assert BODY == gzip.decompress(zipped(BODY).body)
