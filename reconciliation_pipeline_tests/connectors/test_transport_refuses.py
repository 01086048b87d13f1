"""What is not believed, not followed, not asked and not logged?"""

import gzip
import json
import logging
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline_tests.connectors.builders import TOKEN, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import (
    Reply,
    Request,
    reply,
    running_server,
    zipped,
)
from reconciliation_pipeline_tests.connectors.wires import BODY, GOOD, ask


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
