"""The network, for real: a receiver on loopback, and a few answers no receiver gives on request."""

import logging
import socket
import traceback
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from reconciliation_pipeline.channels.channel import ChannelFailed, ChannelUnavailable
from reconciliation_pipeline.channels.post import LONGEST_WAIT, Poster
from reconciliation_pipeline_tests.channels.receiver import Answer, receiving

SECRET = "SECRET"


def failure(url: str, waits: list[float] | None = None, transport: httpx.BaseTransport | None = None) -> ChannelFailed:
    poster = Poster(url, "slack:HOOK", local=True, transport=transport, sleep=([] if waits is None else waits).append)
    with pytest.raises(ChannelFailed) as caught:
        poster.post(b"{}", meanings={"no_service": "the webhook is gone"})
    return caught.value


def test_an_accepted_message_is_posted_once():
    with receiving() as receiver:
        Poster(receiver.url, "slack:HOOK", local=True).post(b'{"a": 1}', headers={"X-Mine": "1"})

        (got,) = receiver.got
    assert b'{"a": 1}' == got.body
    assert "application/json; charset=utf-8" == got.headers["Content-Type"]
    assert "1" == got.headers["X-Mine"]


@pytest.mark.parametrize(
    ("waited", "header"),
    [(2.0, "2"), (0.0, "0"), (LONGEST_WAIT, "86400"), (1.0, "soon"), (1.0, "-5"), (1.0, "²")],
)
def test_a_busy_receiver_is_given_the_time_it_asks_for_within_reason(waited, header):
    waits: list[float] = []
    with receiving(Answer(429, headers={"Retry-After": header.encode().decode("latin-1")}), Answer()) as receiver:
        Poster(receiver.url, "slack:HOOK", local=True, sleep=waits.append).post(b"{}")

        assert 2 == len(receiver.got)
    assert [waited] == waits


def test_a_busy_receiver_may_name_a_date():
    waits: list[float] = []
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=20), usegmt=True)
    with receiving(Answer(429, headers={"Retry-After": until}), Answer()) as receiver:
        Poster(receiver.url, "slack:HOOK", local=True, sleep=waits.append).post(b"{}")

    assert 18 <= waits[0] <= 20


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (429, "slack:HOOK answered 429: too many messages, also when asked to wait."),
        (500, "slack:HOOK answered 500, also when tried again."),
        (503, "slack:HOOK answered 503, also when tried again."),
    ],
)
def test_a_receiver_in_trouble_is_tried_three_times(status, said):
    waits: list[float] = []
    with receiving(Answer(status)) as receiver:
        found = failure(receiver.url, waits)

        assert 3 == len(receiver.got)
    assert said == found.text
    assert [1.0, 3.0] == waits
    assert found.is_down


def test_a_receiver_that_recovers_gets_the_message():
    with receiving(Answer(500), Answer(502), Answer(204, b"")) as receiver:
        Poster(receiver.url, "slack:HOOK", local=True, sleep=lambda _: None).post(b"{}")

        assert 3 == len(receiver.got)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("slack:HOOK answered 404 (no_service): the webhook is gone.", Answer(404, b"no_service")),
        (
            "slack:HOOK answered 400 (invalid_payload): the address or the message is not accepted.",
            Answer(400, b"invalid_payload\n"),
        ),
        (
            "slack:HOOK answered 403: the address or the message is not accepted.",
            Answer(403, b"<h1>https://hooks.example/SECRET</h1>"),
        ),
    ],
)
def test_a_refusal_is_told_at_once_and_in_words(said, answer):
    with receiving(answer) as receiver:
        found = failure(receiver.url)

        assert 1 == len(receiver.got)
    assert said == found.text
    assert not found.is_down


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(status):
    with receiving() as elsewhere, receiving(Answer(status, headers={"Location": elsewhere.url})) as receiver:
        found = failure(receiver.url)

        assert [] == elsewhere.got
    assert "a redirect; it was not followed" in found.text


def test_a_web_page_is_not_an_acceptance():
    with receiving(Answer(200, b"<html>Sign in</html>", {"Content-Type": "text/html; charset=utf-8"})) as receiver:
        found = failure(receiver.url)

    assert "answered with a web page instead of accepting the message" in found.text


def test_a_refused_connection_is_tried_again_and_then_told():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waits: list[float] = []

    found = failure(f"http://127.0.0.1:{port}/{SECRET}", waits)

    assert "slack:HOOK cannot be reached: no connection." == found.text
    assert [1.0, 3.0] == waits


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ("did not answer in time; the message may have arrived or not.", httpx.ReadTimeout("slow")),
        ("broke the connection off; the message may have arrived or not.", httpx.RemoteProtocolError("cut")),
    ],
)
def test_a_message_that_may_have_arrived_is_not_sent_again_at_once(said, error):
    requests = []

    def answer(request):
        requests.append(request)
        raise error

    found = failure(f"https://hooks.example/{SECRET}", transport=httpx.MockTransport(answer))

    assert f"slack:HOOK {said}" == found.text
    assert 1 == len(requests)


def test_a_bad_certificate_is_named():
    def answer(request):
        message = "[SSL: CERTIFICATE_VERIFY_FAILED]"
        raise httpx.ConnectError(message, request=request)

    found = failure(f"https://hooks.example/{SECRET}", transport=httpx.MockTransport(answer))

    assert "slack:HOOK cannot be reached: its certificate is not accepted." == found.text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example/SECRET",
        "ftp://h/SECRET",
        "https://",
        "https://user:SECRET@h/",
        "https://\x00",
    ],
)
def test_an_unusable_address_is_refused_without_being_repeated(url):
    with pytest.raises(ChannelUnavailable, match="slack:HOOK has no usable address") as caught:
        Poster(url, "slack:HOOK", local=True)

    assert SECRET not in _everything(caught.value)


@pytest.mark.parametrize(("local", "accepted"), [(True, True), (False, False)])
def test_plain_http_is_for_the_own_machine(local, accepted):
    try:
        Poster("http://127.0.0.1/", "slack:HOOK", local=local)
    except ChannelUnavailable:
        assert not accepted
    else:
        assert accepted


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_the_address_is_in_no_log_line_and_no_exception(status, caplog):
    caplog.set_level(logging.DEBUG)
    with receiving(Answer(status)) as receiver:
        poster = Poster(receiver.url, "slack:HOOK", local=True, sleep=lambda _: None)
        with suppress(ChannelFailed):
            poster.post(b"{}")
        found = failure(receiver.url) if status != 200 else None

    assert SECRET not in caplog.text
    assert SECRET not in repr(poster)
    assert found is None or SECRET not in _everything(found)


def test_the_address_is_in_no_exception_of_a_dead_network():
    def answer(request):
        message = f"cannot reach {request.url}"
        raise httpx.ConnectError(message, request=request)

    found = failure(f"https://hooks.example/{SECRET}", transport=httpx.MockTransport(answer))

    assert SECRET not in _everything(found)
    assert found.__context__ is None
    assert found.__cause__ is None


def _everything(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + repr(getattr(error, "text", ""))
