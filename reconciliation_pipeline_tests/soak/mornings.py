"""What does one process look like that runs one morning after the other, as a worker would that nobody restarts?

The demo world lives through as many days; each morning is the real Dagster job. The systems are another process.

python -m reconciliation_pipeline_tests.soak.mornings FOLDER NUMBER
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour
from pathlib import Path
from typing import Final

from reconciliation_pipeline.cli.desk import open_store, settings
from reconciliation_pipeline.cli.morning import run_morning
from reconciliation_pipeline.demo import control, screens
from reconciliation_pipeline.demo.story import ZONE, Story
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.demo.conftest import free_port

PROJECT: Final = Path(__file__).parents[2]
PAIR: Final = "crm_billing"
FIRST: Final = date(2026, 1, 5)
PARTS: Final = ("ledger", "snapshots", "diffs", "digests", "reports", "dagster", "other")
"""What a home is divided into; the demo world's own files are left out."""


@dataclass(frozen=True)
class Measured:
    """One morning, and the process and its home after it.

    Attributes:
        number: 1 for the first.
        seconds: How long it took, the systems' answers and whatever else the machine did meanwhile included.
        busy: Seconds that this process itself was computing.
        outcome: What it came to.
        pulled: Records of both sides.
        open: Differences to act on.
        rss: Memory of the process that is in use (bytes).
        handles: Open files and sockets.
        threads: Threads, the main one among them.
        children: Processes it started that are still there.
        files: Files in its home.
        bytes: What they take, by part.
        temporary: Files and folders in its temporary folder.
    """

    number: int
    seconds: float
    busy: float
    outcome: str
    pulled: int
    open: int
    rss: int
    handles: int
    threads: int
    children: int
    files: int
    bytes: dict[str, int]
    temporary: int


def play(folder: Path, mornings: int) -> Iterator[Measured]:
    """Live through mornings in a process of its own, below an empty folder."""
    home, temporary = folder / "home", folder / "tmp"
    home.mkdir()
    temporary.mkdir()
    begins = datetime.combine(FIRST, hour(4), ZONE)
    story = Story(days_after=mornings + 1)
    world = control.serve(home, now=begins, story=story, crm_port=free_port(), billing_port=free_port())
    environ = {
        **os.environ,
        "RECON_HOME": str(home),
        "RECON_CONFIG": str(PROJECT / "reconciliations"),
        "RECON_POSTGRES_URL": "",
        "DAGSTER_HOME": str(PROJECT),
        "TMPDIR": str(temporary),
        **{name: value for name, value in world.environment.items() if name != "RECON_NOW"},
    }
    command = [sys.executable, "-m", __name__, str(folder), str(mornings)]
    try:
        with (
            (folder / "said").open("w") as said,
            subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=said, text=True) as process,
        ):
            assert process.stdout is not None
            for line in process.stdout:
                yield Measured(**json.loads(line))
        if process.returncode:
            raise RuntimeError((folder / "said").read_text("utf-8")[-2000:])
    finally:
        control.stop(home)


def _live(folder: Path, mornings: int) -> Iterator[Measured]:
    home = folder / "home"
    pair, environ = settings(PAIR)
    for number in range(1, mornings + 1):
        instant = datetime.combine(FIRST + timedelta(days=number - 1), hour(4), ZONE)
        control.set_clock(home, instant)
        began = time.perf_counter(), time.process_time()
        with open_store() as store:
            work = Work(pair, store, environ, pretended_now=instant)
            if number == 1:
                _vouch(work, home, instant.date())
            result = run_morning(work, instant.date(), quiet=True)
        took = time.perf_counter() - began[0], time.process_time() - began[1]
        pulled = sum(one.receipt.pulled for one in result.attempt.snapshots.values())
        count = result.differences.open if result.differences else 0
        yield _measured(folder, number, took, result.outcome.value, pulled, count)


def _vouch(work: Work, home: Path, morning: date) -> None:
    """Read the first counts off the systems' own screens, as a person does once."""
    for side, count in screens.running(home).items():
        said = AcceptedCount(work.id, Side(side), morning, count, "Ana", "its own screen", datetime.now(UTC))
        work.store.confirmed_counts.keep(said)


def _measured(  # noqa: PLR0913, PLR0917 - what a morning came to
    folder: Path, number: int, took: tuple[float, float], outcome: str, pulled: int, count: int
) -> Measured:
    itself = Path("/proc/self")
    pages = int((itself / "statm").read_text("ascii").split()[1])
    files = [path for path in (folder / "home").rglob("*") if path.is_file() and _part(folder, path) is not None]
    taken = dict.fromkeys(PARTS, 0)
    for path in files:
        taken[_part(folder, path) or "other"] += path.stat().st_size
    return Measured(
        number=number,
        seconds=round(took[0], 3),
        busy=round(took[1], 3),
        outcome=outcome,
        pulled=pulled,
        open=count,
        rss=pages * os.sysconf("SC_PAGE_SIZE"),
        # One of them is the look itself.
        handles=_count(itself / "fd") - 1,
        threads=_count(itself / "task"),
        children=sum(len(one.read_text("ascii").split()) for one in itself.glob("task/*/children")),
        files=len(files),
        bytes=taken,
        temporary=sum(1 for _ in (folder / "tmp").rglob("*")),
    )


def _count(folder: Path) -> int:
    return len(os.listdir(folder))  # noqa: PTH208 - what is listed may be gone when it is looked at


def _part(folder: Path, path: Path) -> str | None:
    """Say to which part of a home a file belongs; None for the demo world's own."""
    top = path.relative_to(folder / "home").parts[0]
    if top == "demo":
        return None
    name = "ledger" if top.startswith("ledger.") else top
    return name if name in PARTS else "other"


def main(folder: Path, mornings: int) -> Iterable[str]:
    """Live, and give a line a morning."""
    return (json.dumps(asdict(one)) for one in _live(folder, mornings))


if __name__ == "__main__":
    for line in main(Path(sys.argv[1]), int(sys.argv[2])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
