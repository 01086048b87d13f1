"""Which server can no client outrun? One that made every page before the first request, and only sends.

Answers are byte-identical from run to run: `GET /customers` is the first page, `?after=7` the eighth, and the last one
has `"next":null`. With `--limit` whatever goes beyond so many requests in any second is refused with 429, and
`GET /told` says how many came, how many were refused and how close together they were. Of a request nothing but its
first line is read.

    python benchmarks/pull_server.py --records 100000 --page-size 100
"""

import argparse
import asyncio
import json
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

PATH: Final = "/customers"

_AFTER: Final = re.compile(rb"[?&]after=(\d+)")
_END_OF_HEAD: Final = b"\r\n\r\n"
_PLANS: Final = ("starter", "team", "business", "enterprise")
_COUNTRIES: Final = ("DE", "AT", "CH", "FR", "NL")
_SECOND: Final = 1.0


def record(number: int) -> str:
    """Write one record, about 315 bytes: id, customer number, status, two moments, and values for eight fields."""
    status = "cancelled" if number % 10 == 0 else "active"
    segment = "null" if number % 7 == 0 else f'"segment {number % 7}"'
    return (
        f'{{"id":"rec_{number:09d}","number":"C{number:09d}","status":"{status}",'
        f'"createdAt":"2020-{1 + number % 12:02d}-{1 + number % 28:02d}T08:{number % 60:02d}:00Z",'
        f'"updatedAt":"2026-{1 + number % 11:02d}-{1 + number % 28:02d}T03:{number % 60:02d}:07.250Z",'
        f'"company":"Company {number} of the list","email":"info{number}@firm{number % 5000}.com",'
        f'"plan":"{_PLANS[number % 4]}","country":"{_COUNTRIES[number % 5]}","city":"City {number % 997}",'
        f'"segment":{segment},"seats":{1 + number % 90},"mrr":{number % 500}.{number % 100:02d},"currency":"EUR"}}'
    )


def answer(body: bytes, status: str = "200 OK", more: str = "") -> bytes:
    """Put a head before a body; the date never changes, so that every run is sent the same bytes."""
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nDate: Sun, 22 Nov 2026 03:00:00 GMT\r\n"
        f"{more}Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def pages(records: int, size: int) -> list[bytes]:
    """Make every page of the list, ready to be sent."""
    starts = range(0, records, size)
    return [
        answer(
            b'{"data":[%s],"next":%s}'
            % (
                ",".join(record(number) for number in range(start, min(start + size, records))).encode(),
                b'"%d"' % (index + 1) if index + 1 < len(starts) else b"null",
            )
        )
        for index, start in enumerate(starts)
    ]


class Gate:
    """Counts requests and knows which of them are too many: a window of one second that slides."""

    def __init__(self, limit: int | None) -> None:
        """Open a gate that lets `limit` requests through in any second; None lets all through."""
        self._limit = limit
        self._recent: deque[float] = deque()
        self._first = self._last = 0.0
        self._came = self._refused = self._most = 0

    def passes(self, now: float) -> bool:
        """Count a request that came now (monotonic seconds), and say whether it may pass."""
        while self._recent and self._recent[0] <= now - _SECOND:
            self._recent.popleft()
        self._first, self._last = self._first or now, now
        self._came += 1
        if self._limit is not None and len(self._recent) >= self._limit:
            self._refused += 1
            return False
        self._recent.append(now)
        self._most = max(self._most, len(self._recent))
        return True

    def told(self) -> dict[str, float]:
        """Say what came, how many were refused, the most let through in one second, and the seconds it took."""
        seconds = self._last - self._first
        return {"came": self._came, "refused": self._refused, "most_in_a_second": self._most, "seconds": seconds}


class Desk:
    """What all connections share: the pages and the gate."""

    def __init__(self, prepared: list[bytes], limit: int | None, delay: float) -> None:
        self.delay = delay
        self._pages = prepared
        self._limit = limit
        self._gate = Gate(limit)
        self._too_many = answer(b'{"error":"too many"}', "429 Too Many Requests", "Retry-After: 1\r\n")

    def reply(self, line: bytes) -> bytes:
        """Answer the first line of a request; to have told ends the count and begins another."""
        if line.startswith(b"GET /told"):
            told, self._gate = self._gate.told(), Gate(self._limit)
            return answer(json.dumps(told).encode())
        if not self._gate.passes(time.monotonic()):
            return self._too_many
        found = _AFTER.search(line)
        return self._pages[int(found[1]) if found else 0]


class Connection(asyncio.Protocol):
    """One connection that stays open."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what is written to."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that has come in whole."""
        self._waiting += data
        while (end := self._waiting.find(_END_OF_HEAD)) >= 0:
            line, self._waiting = self._waiting[: self._waiting.index(b"\r")], self._waiting[end + len(_END_OF_HEAD) :]
            reply = self._desk.reply(line)
            if self._desk.delay:
                asyncio.get_running_loop().call_later(self._desk.delay, self._transport.write, reply)
            else:
                self._transport.write(reply)


@contextmanager
def serving(records: int, page_size: int, *, limit: int | None = None, delay: float = 0) -> Iterator[str]:
    """Run a server in a process of its own, which ends with the block or with whoever runs it.

    Args:
        records: How many records it holds.
        page_size: Records a page.
        limit: Most requests in any second; None for no limit.
        delay: Seconds every answer takes.

    Yields:
        Its address.
    """
    asked = ["--records", str(records), "--page-size", str(page_size), "--delay", str(delay)]
    asked += [] if limit is None else ["--limit", str(limit)]
    command = [sys.executable, __file__, *asked]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.stdin.close()


async def serve(desk: Desk) -> None:
    """Serve on a free port, say which, and go on until standard input ends."""
    loop, done = asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(lambda: Connection(desk), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop.add_reader(sys.stdin.fileno(), done.set)
    await done.wait()
    server.close()


def main() -> None:
    """Make the pages and serve them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--limit", type=int, help="most requests in any second")
    parser.add_argument("--delay", type=float, default=0, help="seconds every answer takes")
    asked: Any = parser.parse_args()
    asyncio.run(serve(Desk(pages(asked.records, asked.page_size), asked.limit, asked.delay)))


if __name__ == "__main__":
    main()
