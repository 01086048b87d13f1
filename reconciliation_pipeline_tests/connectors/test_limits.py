"""How long an answer asks us to wait."""

from datetime import UTC, datetime

import httpx
import pytest

from reconciliation_pipeline.connectors.limits import http_date, retry_after, used_up
from reconciliation_pipeline_tests.connectors.builders import NOON


@pytest.mark.parametrize(
    ("expected", "header"),
    [
        (None, None),
        (0.0, "0"),
        (30.0, " 30 "),
        (60.0, "86400"),
        (60.0, "9" * 400),
        (None, "-5"),
        (None, "soon"),
        (None, "²"),
        (45.0, "Sun, 22 Nov 2026 12:00:45 GMT"),
        (60.0, "Sun, 22 Nov 2026 13:00:00 GMT"),
        (None, "Sun, 22 Nov 2026 11:00:00 GMT"),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_never_long(expected, header):
    assert expected == retry_after(header, NOON)


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T04:00:00Z"])
def test_a_senseless_date_is_no_clock(text):
    assert None is http_date(text)


def test_a_date_without_a_zone_is_utc():
    assert datetime(2026, 11, 22, 12, tzinfo=UTC) == http_date("Sun, 22 Nov 2026 12:00:00 -0000")


NOON_S = int(NOON.timestamp())


@pytest.mark.parametrize(
    ("expected", "headers"),
    [
        (20, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "20"}),
        (20, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "20"}),
        (None, {"X-RateLimit-Remaining": "2", "X-RateLimit-Reset": "20"}),
        (20, {"X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(NOON_S + 20)}),
        (20, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str((NOON_S + 20) * 1000)}),
        (None, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(NOON_S - 20)}),
        (20, {"RateLimit-Remaining": "0", "RateLimit-Reset": "20"}),
        (20, {"RateLimit": "limit=100, remaining=0, reset=20"}),
        (None, {"RateLimit": "limit=0, remaining=50, reset=20"}),
        (20, {"RateLimit": '"default";r=0;t=20'}),
        (30, {"RateLimit": '"burst";r=50;t=20, "daily";r=0;t=30'}),
        (None, {"RateLimit": '"burst";r=50;t=20, "daily";r=9;t=30'}),
        (10, {"X-HubSpot-RateLimit-Remaining": "0", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}),
        (None, {"X-HubSpot-RateLimit-Remaining": "2", "X-HubSpot-RateLimit-Interval-Milliseconds": "10000"}),
        (60, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "86400"}),
        (None, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}),
        (1.5, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1.5"}),
        (20, {"X-RateLimit-Remaining": "90, 0", "X-RateLimit-Reset": "1, 20"}),
    ],
)
def test_a_limit_that_is_used_up_is_waited_for(expected, headers):
    assert expected == used_up(httpx.Headers(headers), NOON)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Reset": "20"},
        {"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "20"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "-20"},
        {"X-RateLimit-Remaining": "NaN", "X-RateLimit-Reset": "20"},
        {"X-RateLimit-Remaining": "none", "X-RateLimit-Reset": "soon"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9" * 400},
        {"X-RateLimit-Remaining": "", "X-RateLimit-Reset": ""},
        {"RateLimit": "r"},
        {"RateLimit": '"default";r=-1;t=20'},
        {"RateLimit-Policy": '"default";q=100;w=60'},
    ],
)
def test_a_limit_that_says_nothing_sensible_changes_nothing(headers):
    assert None is used_up(httpx.Headers(headers), NOON)


def test_the_end_of_a_limit_is_read_by_the_clock_of_whoever_set_it():
    ahead = {"Date": "Sun, 22 Nov 2026 12:05:00 GMT", "X-RateLimit-Remaining": "0"}
    headers = httpx.Headers({**ahead, "X-RateLimit-Reset": str(NOON_S + 5 * 60 + 20)})

    assert 20 == used_up(headers, NOON)
