"""What does one walk over a list take? Each runs in a process of its own, so that its memory is its own.

python benchmarks/pull_walks.py bare --url http://127.0.0.1:8000 --folder /tmp/bench
"""

import argparse
import json
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    import pyarrow.parquet as pq

    from reconciliation_pipeline.domain.attempts import Attempt
    from reconciliation_pipeline.settings.model import Reconciliation
    from reconciliation_pipeline.steps.pull import Pulled
    from reconciliation_pipeline.steps.work import Work

BATCH: Final = 32_768
"""Records in one row group of the bare walk's file, as many as in ours."""

WITHOUT_LIMIT: Final = 1_000_000.0
"""A pace that never waits."""

_MORNING: Final = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a walk goes, how it asks, and what it keeps: in which folder, as which attempt at a morning."""

    url: str
    folder: Path
    page_size: int = 100
    requests_per_second: float = WITHOUT_LIMIT
    attempt: int = 1


Walk = Callable[[], int]
"""Walks to the end and counts the records; everything it needs was made before."""


def _pages(asked: Asked) -> Iterator[list[dict[str, Any]]]:
    """Walk as a careful script would: one client, one page after the other, parsed and no more."""
    with httpx.Client(timeout=60, trust_env=False) as client:
        params: dict[str, Any] = {"limit": asked.page_size}
        while True:
            answer = client.get(f"{asked.url}/customers", params=params)
            answer.raise_for_status()
            body = json.loads(answer.content)
            yield body["data"]
            if body["next"] is None:
                return
            params["after"] = body["next"]


@contextmanager
def bare(asked: Asked) -> Iterator[Walk]:
    """Walk, parse, drop: what whoever asks with httpx spends at the very least."""
    yield lambda: sum(len(records) for records in _pages(asked))


@contextmanager
def bare_parquet(asked: Asked) -> Iterator[Walk]:
    """Walk, parse, and write into one Parquet file what came, as it came."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    def write(writer: "pq.ParquetWriter | None", records: list[dict[str, Any]]) -> "pq.ParquetWriter":
        table = pa.Table.from_pylist(records, None if writer is None else writer.schema)
        if writer is None:
            writer = pq.ParquetWriter(asked.folder / "bare.parquet", table.schema, compression="zstd")
        writer.write_table(table)
        return writer

    def walk() -> int:
        writer: pq.ParquetWriter | None = None
        waiting: list[dict[str, Any]] = []
        count = 0
        for records in _pages(asked):
            waiting += records
            count += len(records)
            if len(waiting) >= BATCH:
                writer = write(writer, waiting)
                waiting = []
        write(writer, waiting).close()
        return count

    yield walk


@contextmanager
def ours(asked: Asked) -> Iterator[Walk]:
    """Pull one side as a morning does: asked, checked, mapped, written, counted in its file."""
    from reconciliation_pipeline.domain.records import Side
    from reconciliation_pipeline.steps import pull
    from reconciliation_pipeline.steps.watch import Board

    with _work(asked) as work, pull.open_sources(work, _MORNING) as sources:

        def walk() -> int:
            kept = pull._Walk(work, _attempt(work, asked), Side.CRM, Board(), Event())  # noqa: SLF001 - half of a real pull
            pulled = pull._pull_side(work, sources[Side.CRM], kept, None)  # noqa: SLF001 - the same
            return _whole(pulled)

        yield walk


@contextmanager
def both_sides(asked: Asked) -> Iterator[Walk]:
    """Pull two sides at once, as every morning does: two threads of one process."""
    from reconciliation_pipeline.steps import pull
    from reconciliation_pipeline.steps.watch import Progress

    class Nobody:
        def moved(self, progress: Progress) -> None:
            """Look away."""

    with _work(asked) as work, pull.open_sources(work, _MORNING) as sources:
        yield lambda: sum(
            _whole(pulled)
            for pulled in pull.pull_both(work, sources, _attempt(work, asked), as_of=None, watch=Nobody()).values()
        )


def _whole(pulled: "Pulled") -> int:
    """Count what was pulled, all of it different records."""
    receipt = pulled.receipt
    assert receipt.failure is None, receipt.failure
    assert receipt.pulled == receipt.distinct
    return receipt.pulled


@contextmanager
def _work(asked: Asked) -> Iterator["Work"]:
    from reconciliation_pipeline.steps.work import Work
    from reconciliation_pipeline.storage.store import Store

    with Store.open(asked.folder, None) as store:
        yield Work(_settings(asked), store, {"TOKEN": "bench"})


def _settings(asked: Asked) -> "Reconciliation":
    from reconciliation_pipeline.settings.model import Reconciliation

    texts = ("company", "email", "plan", "country", "city", "segment")
    side = {
        "connector": "rest",
        "base_url": asked.url,
        "local": True,
        "auth": {"token_env": "TOKEN"},
        "list": {"path": "/customers", "params": {"limit": asked.page_size}, "records": "data"},
        "paging": {"type": "cursor", "next": "next", "param": "after"},
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
        "created_at": {"field": "createdAt"},
        "updated_at": {"field": "updatedAt"},
        "requests_per_second": asked.requests_per_second,
        "fields": {
            **{name: name for name in texts},
            "seats": {"path": "seats", "type": "decimal"},
            "mrr": {"path": "mrr", "type": "money", "currency": {"path": "currency"}},
        },
    }
    return Reconciliation.model_validate({"id": "bench", "sides": {"crm": side, "billing": side}})


def _attempt(work: "Work", asked: Asked) -> "Attempt":
    from reconciliation_pipeline.domain.attempts import Attempt

    return Attempt(work.id, _MORNING, asked.attempt, "bench", live=True, started_at=datetime.now(UTC))


@contextmanager
def ceiling(asked: Asked) -> Iterator[Walk]:
    """Receive every page on one socket and look for its length only: what the server can give."""

    def walk() -> int:
        host, port = asked.url.removeprefix("http://").split(":")
        buffer = bytearray(4 * 1024 * 1024)
        count, after = 0, 0
        with socket.create_connection((host, int(port)), timeout=60) as line:
            while True:
                line.sendall(b"GET /customers?after=%d HTTP/1.1\r\nHost: bench\r\n\r\n" % after)
                got = line.recv_into(buffer)
                body = buffer.index(b"\r\n\r\n") + 4
                length = re.search(rb"Content-Length: (\d+)", memoryview(buffer)[:body])
                assert length
                whole = body + int(length[1])
                while got < whole:
                    got += line.recv_into(memoryview(buffer)[got:])
                count += buffer.count(b'"id":', body, whole)
                if buffer.endswith(b'"next":null}', body, whole):
                    return count
                after += 1

    yield walk


WALKS: Final[dict[str, Callable[[Asked], AbstractContextManager[Walk]]]] = {
    "ceiling": ceiling,
    "bare": bare,
    "bare + Parquet": bare_parquet,
    "ours": ours,
    "ours, both sides": both_sides,
}


def measure(name: str, asked: Asked) -> dict[str, float]:
    """Time one walk in this process.

    Returns:
        `records` it counted, `seconds` it took, `cpu_s` of this process in that time, and `peak_mib` of the process.
    """
    with WALKS[name](asked) as walk:
        used, began = time.process_time(), time.perf_counter()
        records = walk()
        seconds, cpu = time.perf_counter() - began, time.process_time() - used
    return {"records": records, "seconds": seconds, "cpu_s": cpu, "peak_mib": peak_mib()}


def peak_mib() -> float:
    """Give the most memory this process ever held, in MiB.

    `ru_maxrss` would also count what the process that started this one held at that moment
    (https://man7.org/linux/man-pages/man2/getrusage.2.html), so it is only asked where there is no /proc.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Walk once and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("walk", choices=WALKS)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--requests-per-second", type=float, default=WITHOUT_LIMIT)
    parser.add_argument(
        "--attempt", type=int, default=1, help="of several walks that keep what they pull in one folder"
    )
    asked = vars(parser.parse_args())
    print(json.dumps(measure(asked.pop("walk"), Asked(**asked))))


if __name__ == "__main__":
    main()
