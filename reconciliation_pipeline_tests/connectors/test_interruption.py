"""How a pull ends at once, whatever it is waiting for, when somebody closes it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import httpx
import pytest

from reconciliation_pipeline.connectors.errors import Interrupted, PullFailed, SourceError
from reconciliation_pipeline.connectors.line import Line
from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.transport import Transport
from reconciliation_pipeline_tests.connectors.builders import a_source
from reconciliation_pipeline_tests.connectors.fault_server import Reply, reply

AT_ONCE = 5.0
"""Seconds; everything here would otherwise wait for a minute."""


def a_wire(clock: Clock | None = None, **more: object) -> Transport:
    settings: dict[str, object] = {"headers": {}, "local": True, "requests_per_second": 1000, **more}
    return Transport(budget=timedelta(minutes=30), clock=clock, **settings)  # type: ignore[arg-type]


class Pull:
    """Asks in a thread of its own, page after page, until something goes wrong."""

    def __init__(self, wire: Transport, url: str) -> None:
        self.failed: SourceError | None = None
        self._wire = wire
        self._url = httpx.URL(url)
        self._thread = threading.Thread(target=self._walk, daemon=True)
        self._thread.start()

    def ended(self) -> SourceError | None:
        self._thread.join(AT_ONCE)
        assert not self._thread.is_alive(), "still waiting"
        return self.failed

    def _walk(self) -> None:
        try:
            while True:
                self._wire.get(self._url)
        except SourceError as failed:
            self.failed = failed


class Waiting:
    """A clock whose first long wait is noticed; it waits for real."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def sleep(self, seconds: float, stop: threading.Event) -> None:
        if seconds > 1:
            self.begun.set()
        Clock().sleep(seconds, stop)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(AT_ONCE)
        yield server


def address_of(server: socket.socket) -> str:
    return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize(
    ("answer", "rate"),
    [
        (reply({}), 0.01),
        (reply({}, 429, Retry_After="60"), 1000),
        (reply({}, 503, Retry_After="60"), 1000),
        (reply({}, X_RateLimit_Remaining="0", X_RateLimit_Reset="60"), 1000),
    ],
)
def test_a_wait_ends_when_the_connection_is_closed(server, answer, rate):
    server.says(lambda _request: answer)
    waiting = Waiting()
    wire = a_wire(Clock(sleep=waiting.sleep), requests_per_second=rate)
    pull = Pull(wire, server.url)
    assert waiting.begun.wait(AT_ONCE)

    wire.close()

    assert isinstance(pull.ended(), Interrupted)
    assert 1 == len(server.requests)


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Type: applica",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
    ],
)
def test_a_request_under_way_ends_when_the_connection_is_closed(silent, begun):
    wire = a_wire()
    pull = Pull(wire, f"http://{address_of(silent)}/")
    connection, _ = silent.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(begun)
        wire.close()

        assert isinstance(pull.ended(), Interrupted)
        assert b"" == connection.recv(1)


def test_a_handshake_under_way_ends_when_the_connection_is_closed(silent):
    wire = a_wire()
    pull = Pull(wire, f"https://{address_of(silent)}/")
    connection, _ = silent.accept()
    with connection:
        connection.recv(65536)
        wire.close()

        assert isinstance(pull.ended(), Interrupted)


def test_a_request_on_a_kept_connection_ends_as_well(silent):
    wire = a_wire()
    pull = Pull(wire, f"http://{address_of(silent)}/")
    connection, _ = silent.accept()
    with connection:
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        connection.recv(65536)
        wire.close()

        assert isinstance(pull.ended(), Interrupted)


def test_a_closed_connection_asks_nothing_more(server):
    server.says(lambda _request: reply({}))
    wire = a_wire()
    wire.close()
    wire.close()

    with pytest.raises(Interrupted, match="closed"):
        wire.get(httpx.URL(server.url))

    assert [] == server.requests


def test_a_closed_source_ends_its_walk_though_another_thread_is_waiting(server):
    asked, go_on = threading.Event(), threading.Event()

    def hesitant(_request: object) -> Reply:
        asked.set()
        go_on.wait(AT_ONCE)
        return reply({})

    server.says(hesitant)
    source = a_source(server.url)
    failures: list[SourceError] = []

    def walk() -> None:
        try:
            list(source.pull())
        except SourceError as failed:
            failures.append(failed)

    thread = threading.Thread(target=walk, daemon=True)
    thread.start()
    assert asked.wait(AT_ONCE)
    source.close()
    thread.join(AT_ONCE)
    go_on.set()

    assert [Interrupted] == [type(failed) for failed in failures]
    assert not isinstance(failures[0], PullFailed)


def test_a_server_that_never_answers_ends_with_the_budget(silent):
    wire = Transport(headers={}, local=True, requests_per_second=1000, budget=timedelta(seconds=0.2))
    with closing(wire):
        failed = Pull(wire, f"http://{address_of(silent)}/").ended()

    assert failed is not None
    assert "The system was still answering when the budget of 0:00:00.200000 was used up." == failed.text


def test_a_connection_that_comes_about_after_the_cut_is_cut_as_well(silent):
    line = Line(None)
    line.cut()

    broken = (httpx.NetworkError, httpx.ProtocolError)
    with httpx.Client(transport=line, timeout=AT_ONCE) as client, pytest.raises(broken):
        client.get(f"http://{address_of(silent)}/")
