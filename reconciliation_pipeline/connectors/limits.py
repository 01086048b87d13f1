"""How long does an answer ask us to wait? The headers in which systems speak of their rate limits.

What is done about it belongs in `transport.py`.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

LONGEST_WAIT = 60.0
"""Seconds one wait may take, whatever a header says."""
RESERVE = 1
"""Requests left at which we stop: the last one may be on its way from another run already."""
SHORTEST_WINDOW = 1.0
"""Seconds; a window no longer than this is kept by the pace itself, and whole seconds cannot describe it."""

_PAIRS = (
    # Used by many and specified by nobody: seconds from now at some, a moment at others.
    ("x-ratelimit-remaining", "x-ratelimit-reset", 1.0),
    ("x-rate-limit-remaining", "x-rate-limit-reset", 1.0),
    # https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/06/
    ("ratelimit-remaining", "ratelimit-reset", 1.0),
    # A rolling window and its length: https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
    ("x-hubspot-ratelimit-remaining", "x-hubspot-ratelimit-interval-milliseconds", 0.001),
)
# `limit=100, remaining=50, reset=5` up to draft 07, `"default";r=50;t=5` from draft 08 on.
_REMAINING = re.compile(r"(?:^|[;,\s])(?:r|remaining)\s*=\s*(\d{1,15})\b", re.IGNORECASE | re.ASCII)
_RESET = re.compile(r"(?:^|[;,\s])(?:t|reset)\s*=\s*(\d{1,15})\b", re.IGNORECASE | re.ASCII)
_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,9})?", re.ASCII)
_A_MOMENT = 1e9
_IN_MILLISECONDS = 1e12


def http_date(text: str) -> datetime | None:
    """Read an HTTP date as aware UTC; None when it is none."""
    try:
        found = parsedate_to_datetime(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Read `Retry-After`, seconds or a date, as seconds; None when it is missing or senseless."""
    if header is None:
        return None
    if header.strip().isascii() and header.strip().isdigit():
        return min(float(header.strip()[:9]), LONGEST_WAIT)
    moment = http_date(header)
    return None if moment is None or moment < now else min((moment - now).total_seconds(), LONGEST_WAIT)


def used_up(headers: httpx.Headers, now: datetime) -> float | None:
    """Read how many seconds to wait because hardly a request is left; None when there is no need to.

    Args:
        headers: Those of an answer.
        now: The wall clock, for limits that end at a moment; that of the answer itself is believed more.
    """
    clock = http_date(headers.get("date", "")) or now
    waits = [_seconds(reset, clock) for remaining, reset in _windows(headers) if remaining <= RESERVE]
    longest = max(waits, default=0.0)
    return min(longest, LONGEST_WAIT) if longest > SHORTEST_WINDOW else None


def _windows(headers: httpx.Headers) -> Iterator[tuple[float, float]]:
    """Yield, for each limit an answer speaks of, what remains and when it ends, as written but in seconds."""
    for name_of_remaining, name_of_reset, unit in _PAIRS:
        remaining, reset = _numbers(headers.get(name_of_remaining)), _numbers(headers.get(name_of_reset))
        if remaining and reset:
            yield min(remaining), max(reset) * unit
    combined = headers.get("ratelimit", "")
    for item in combined.split(",") if '"' in combined else [combined]:
        left, end = _REMAINING.search(item), _RESET.search(item)
        if left and end:
            yield float(left[1]), float(end[1])


def _numbers(header: str | None) -> list[float]:
    parts = [part.strip() for part in (header or "").split(",")]
    return [float(part) for part in parts] if all(_NUMBER.fullmatch(part) for part in parts) else []


def _seconds(reset: float, clock: datetime) -> float:
    if reset < _A_MOMENT:
        return reset
    return reset / (1000 if reset >= _IN_MILLISECONDS else 1) - clock.timestamp()
