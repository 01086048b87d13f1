"""What the network can do to one page, and the reason code it must end in."""

import pytest

from reconciliation_pipeline_tests.connectors.builders import FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import (
    Reply,
    reply,
    zipped,
)
from reconciliation_pipeline_tests.connectors.wires import BODY, GOOD, code_of


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
