"""What do we publish about crashes and faults? Plays everything in full and writes the figures into the page.

python -m reconciliation_pipeline_tests.crashes.report
python -m reconciliation_pipeline_tests.crashes.report "kills SQLite"
"""

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from reconciliation_pipeline_tests.crashes import faults, real
from reconciliation_pipeline_tests.crashes.kills import Result, Uninterrupted, deeds, kill, uninterrupted
from reconciliation_pipeline_tests.crashes.points import COMMIT, DAGSTER, operation_of
from reconciliation_pipeline_tests.crashes.published import DATABASES, FAULTS, KILLS, Part, keep
from reconciliation_pipeline_tests.crashes.scenes import MEMORY, MORNING, SCENES, Stage, a_stage
from reconciliation_pipeline_tests.postgres import server, stoppable

PARTS: Final = tuple(f"{kind} {database}" for kind in (KILLS, FAULTS) for database in DATABASES)
WHAT_POSTGRES_SEES: Final = frozenset({COMMIT, "POST"})
LOCKED_AT: Final = ("before steps.pull._pull_side: GET crm /customers", "before storage.diffs.keep: replace N.json")
"""Points at which we hold no lock ourselves."""

Job = Callable[[], Result]


@contextmanager
def staged(database: str) -> Iterator[Stage]:
    """Build everything that nights begin from, on one database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="recon-crashes-", dir=MEMORY)))
        running = stack.enter_context(server()) if database == "Postgres" else None
        yield stack.enter_context(a_stage(folder, running))


def kills_of(stage: Stage, only: str) -> Iterator[Job]:
    """Give every kill: in a morning at all points, in other scenes at those that no scene before passed."""
    known: set[str] = set()
    for scene in SCENES:
        plain = uninterrupted(stage, scene)
        for deed in deeds(plain.reached):
            speaks = scene.tells and operation_of(deed.point) in WHAT_POSTGRES_SEES
            if (deed.point in known and not speaks) or (scene is not MORNING and DAGSTER in deed.point):
                continue
            # Files are the same on both: on Postgres each is killed where it becomes visible.
            matters = stage.world.postgres is None or operation_of(deed.point) in WHAT_POSTGRES_SEES
            if (matters or "replace" in deed.point) and re.search(only, f"{scene.title}, {deed.what}, {deed.point}"):
                yield partial(kill, stage, scene, deed, plain)
        known |= set(plain.reached)


def faults_of(stage: Stage, plain: Uninterrupted, only: str, *, is_postgres: bool) -> Iterator[Job]:
    """Give every fault that is raised, and every length at which files are cut off."""
    for deed in faults.spoilings(plain.reached, is_postgres=is_postgres):
        # Files and requests do not know which database there is.
        matters = not is_postgres or deed.what == faults.LOST
        if matters and re.search(only, f"{MORNING.title}, {deed.what}, {deed.point}"):
            yield partial(faults.spoil, stage, MORNING, deed, plain)
    for longest in () if is_postgres else faults.CUT_OFF:
        if re.search(only, f"{MORNING.title}, {faults.cutting(longest)}, every file"):
            yield partial(faults.cut_off, stage, MORNING, longest, plain)


def disks(stage: Stage, plain: Uninterrupted, only: str) -> Iterator[Job]:
    """Give every night on a real disk that fails, and those in which somebody else keeps the database locked."""
    every: list[tuple[str, Job]] = [
        *(
            (f"a disk with {spare:,} KiB left", partial(real.too_small, stage, MORNING, spare, plain))
            for spare in real.SPARE
        ),
        ("read-only disk", partial(real.read_only, stage, MORNING, None, plain)),
        *(
            (f"disk full from then on, {point}", partial(real.read_only, stage, MORNING, point, plain))
            for point in plain.reached
            if point.startswith("before ") and "storage." in point and operation_of(point) in {COMMIT, "replace"}
        ),
        *((f"{real.LOCKED}, {point}", partial(real.kept_locked, stage, MORNING, point, plain)) for point in LOCKED_AT),
    ]
    yield from (job for name, job in every if re.search(only, f"{MORNING.title}, {name}"))


def play(jobs: Iterable[Job], title: str, at_once: int) -> list[Result]:
    """Play everything, tell how far it has come, and name at once what is wrong."""
    began, results = time.monotonic(), []
    with ThreadPoolExecutor(at_once) as pool:
        for result in pool.map(lambda job: job(), list(jobs)):
            results.append(result)
            for one in result.wrong:
                _say(f"WRONG {result.scene}, {result.what}, {result.point} ({result.nth}): {one}")
            if len(results) % 25 == 0:
                _say(f"{title}: {len(results):,}, {time.monotonic() - began:,.0f} s")
    _say(f"{title}: {len(results):,}, {time.monotonic() - began:,.0f} s")
    return results


def kills(database: str, at_once: int, only: str) -> Part:
    """Kill a process at every point of every scene."""
    began = time.monotonic()
    with staged(database) as stage:
        results = play(kills_of(stage, only), f"kills on {database}", at_once)
    return Part(KILLS, database, round(time.monotonic() - began), results)


def faults_on(database: str, at_once: int, only: str) -> Part:
    """Let everything fail that can fail, one thing a night."""
    began, skipped = time.monotonic(), []
    is_postgres = database == "Postgres"
    with staged(database) as stage:
        plain = uninterrupted(stage, MORNING)
        results = play(faults_of(stage, plain, only, is_postgres=is_postgres), f"faults on {database}", at_once)
        why = "" if is_postgres else real.why_no_mounts()
        if why:
            skipped = [f"Real disks: {why}."]
        elif not is_postgres:
            results += play(disks(stage, plain, only), "real disks", at_once)
    if is_postgres:
        results += stops(only)
    return Part(FAULTS, database, round(time.monotonic() - began), results, skipped)


def stops(only: str) -> list[Result]:
    """Stop a real Postgres server at every commit of ours and half way through each list, one night after the other."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="recon-crashes-", dir=MEMORY)))
        running = stack.enter_context(stoppable())
        stage = stack.enter_context(a_stage(folder, running, only="yesterday"))
        plain = uninterrupted(stage, MORNING)
        ways = [("fast", True), ("immediate", True), ("fast", False), ("immediate", False)]
        jobs = []
        for turn, deed in enumerate(real.stops(plain.reached)):
            mode, stays = ways[turn % len(ways)]
            if not re.search(only, f"{MORNING.title}, {real.stopping(mode, stays=stays)}, {deed.point}"):
                continue
            jobs.append(partial(real.stopped, stage, MORNING, deed, plain, server=running, mode=mode, stays=stays))
        return play(jobs, "Postgres stopped", 1)


def wrong(parts: Sequence[Part]) -> list[str]:
    """Name everything that must not be."""
    return [
        f"{part.kind} {part.database}, {one.scene}, {one.what}, {one.point} ({one.nth}): {said}"
        for part in parts
        for one in part.results
        for said in one.wrong
    ]


def main() -> int:
    """Play what was asked for; say what went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of: {', '.join(PARTS)}; all by default")
    parser.add_argument(
        "--only", default="", help="a regular expression: only these are played again, and put in place"
    )
    parser.add_argument("--at-once", type=int, default=2, help="how many nights are played side by side")
    asked = parser.parse_args()
    parts = []
    for name in asked.parts or PARTS:
        kind, database = name.split()
        parts.append((kills if kind == KILLS else faults_on)(database, asked.at_once, asked.only))
        keep(parts[-1], asked.only)
    found = wrong(parts)
    for one in found:
        _say(one)
    return 1 if found else 0


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
