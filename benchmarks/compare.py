"""How fast is the comparison, next to what the engine must do at the very least, and next to others?

Two sides are generated (`generate.py`), and every contestant runs over the same files in every round, each in a process
of its own, in alternating order: ours and the bare join (`contestants.py`), and other tools (`peers/`), each from a
virtual environment of its own. What anyone found is held against what was planted. Seconds depend on the machine; the
ratios within one round are the figures.

    python benchmarks/compare.py --rows 1000000 --publish docs/performance.md
    python benchmarks/compare.py --large --publish docs/performance.md
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from contestants import truth
from generate import KINDS, PLAIN, Sizes, files_of
from table import COMPARE, LARGE, RESULTS, publish, written

HERE: Final = Path(__file__).parent
PEERS: Final = HERE.parent / ".peers"

SLOW_ROUNDS: Final = 3
"""Rounds in which slow peers take part."""
BIGGEST: Final = 50_000_000
ROOM: Final = 40 * 10**9
"""Bytes free on the disk without which the biggest size is left out: its files are 8 GB, the bare join spills 20."""

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Peer:
    """A tool of others.

    Attributes:
        environment: Its virtual environment below `.peers`.
        script: Its file below `peers`, with what it is called with.
        is_slow: Takes part in the first rounds only.
    """

    environment: str
    script: tuple[str, ...]
    is_slow: bool = False

    @property
    def python(self) -> Path:
        """The interpreter it runs in."""
        return PEERS / self.environment / "bin" / "python"


ALL_PEERS: Final[Mapping[str, Peer]] = {
    "polars": Peer("polars", ("polars_streaming.py",)),
    "pandas": Peer("pandas", ("pandas_merge.py",)),
    "datacompy, polars": Peer("datacompy", ("datacompy_frames.py", "polars")),
    "datacompy, pandas": Peer("datacompy", ("datacompy_frames.py", "pandas"), is_slow=True),
    "fastrecon": Peer("fastrecon", ("fastrecon_files.py",), is_slow=True),
    "reladiff": Peer("reladiff", ("reladiff_joindiff.py",), is_slow=True),
}

_EACH: Final = ("limit", "compare", "compare afresh", "digests", "step")
OURS: Final = tuple((kind, name) for kind in KINDS for name in _EACH)
OURS_LARGE: Final = (*OURS, (PLAIN, "limit in 2 GB"))
OURS_BIGGEST: Final = tuple((PLAIN, name) for name in _EACH)


@dataclass(frozen=True, slots=True)
class Plan:
    """One size: how many records a side, how often, and who takes part.

    Attributes:
        rows: Records of a side.
        rounds: Rounds.
        ours: By kind of data, our contestants and limits.
        peers: Tools of others, over the plain data.
    """

    rows: int
    rounds: int
    ours: Sequence[tuple[str, str]] = OURS
    peers: tuple[str, ...] = ()

    def contestants(self, number: int) -> Iterator[tuple[str, str]]:
        """Name who takes part in a round, in its order."""
        there = [name for name in self.peers if number < SLOW_ROUNDS or not ALL_PEERS[name].is_slow]
        named = [*self.ours, *(("peer", name) for name in there)]
        return iter(named) if number % 2 == 0 else reversed(named)


def bench(plan: Plan, place: Path | None) -> dict[str, Any]:
    """Measure one size.

    Returns:
        `rows`, `bytes` of each file, `truth`, and under `runs` each run of each contestant.
    """
    runs: dict[str, list[Run]] = {f"{kind}/{name}": [] for kind, name in plan.contestants(0)}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as made:
        folder = Path(made)
        for kind in dict.fromkeys(kind for kind, _ in plan.ours):
            _script("generate.py", kind, "--rows", str(plan.rows), "--folder", made)
            _ours(kind, "digests", plan.rows, folder)
        for number in range(plan.rounds):
            for kind, name in plan.contestants(number):
                run = _peer(name, folder, plan.rows) if kind == "peer" else _ours(kind, name, plan.rows, folder)
                runs[f"{kind}/{name}"].append({"round": number, **run})
                told = run.get("trouble") or f"{run['seconds']:.2f} s, {run['peak_mib']:.0f} MiB"
                print(f"{plan.rows:,} round {number + 1}: {kind}/{name}: {told}", file=sys.stderr)
        sizes = {path.stem: path.stat().st_size for path in sorted(folder.glob("*.parquet"))}
    return {"rows": plan.rows, "rounds": plan.rounds, "bytes": sizes, "truth": Sizes(plan.rows).truth, "runs": runs}


def _ours(kind: str, name: str, rows: int, folder: Path) -> Run:
    run: Run = json.loads(_script("contestants.py", name, kind, "--rows", str(rows), "--folder", str(folder)))
    if run["found"] != truth(name, rows):
        sys.exit(f"{kind}/{name} found {run['found']}, to be found were {truth(name, rows)}")
    return run


def _script(*command: str) -> str:
    answer = subprocess.run(
        [sys.executable, str(HERE / command[0]), *command[1:]], check=False, capture_output=True, text=True
    )
    if answer.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{answer.stderr}")
    return answer.stdout


def _peer(name: str, folder: Path, rows: int) -> Run:
    """Run a tool of others; what it says wrongly, or that it failed, is a result."""
    peer, files = ALL_PEERS[name], files_of(folder, PLAIN)
    script, *how = peer.script
    with tempfile.TemporaryDirectory(prefix="answer-", dir=folder) as answered:
        command = [peer.python, HERE / "peers" / script, *how, files.crm, files.billing, answered]
        answer = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True)
    if answer.returncode:
        return {"trouble": f"failed: {(answer.stderr.strip().splitlines() or ['without a word'])[-1]}"}
    # Some of them say more than was asked.
    run: Run = json.loads(answer.stdout.splitlines()[-1])
    expected = Sizes(rows).truth
    wanted = expected | ({"values": expected["value_conflict"]} if "values" in run["found"] else {})
    if run["found"] != wanted:
        run["trouble"] = f"wrong: found {run['found']} instead of {wanted}"
    return run


def installed() -> tuple[tuple[str, ...], list[str]]:
    """Say which peers can take part, and which cannot."""
    there = tuple(name for name, peer in ALL_PEERS.items() if peer.python.exists())
    return there, [f"{name}: not installed; `make bench` installs it" for name in ALL_PEERS if name not in there]


def machine() -> dict[str, Any]:
    """Say on what was measured."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(pages * size / 2**30),
        "system": f"{platform.system()} {platform.machine()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "duckdb": duckdb.__version__,
        "load_before": os.getloadavg()[0],
    }


def plans_of_large(biggest: int, place: Path | None, rounds: int) -> tuple[list[Plan], list[str]]:
    """Plan a fiftieth, a fifth and all of the biggest size; all of it only where the disk has room."""
    plans = [Plan(biggest // 50, rounds), Plan(biggest // 5, rounds, OURS_LARGE)]
    free = shutil.disk_usage(place or tempfile.gettempdir()).free
    if biggest < BIGGEST or free > ROOM:
        return [*plans, Plan(biggest, min(rounds, SLOW_ROUNDS), OURS_BIGGEST)], []
    return plans, [f"{biggest:,} records: {free / 1e9:.0f} GB free on the disk, of {ROOM / 1e9:.0f} GB needed"]


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records a side")
    parser.add_argument("--large", action="store_true", help="1, 10 and 50 million instead, without peers")
    parser.add_argument("--biggest", type=int, default=BIGGEST, help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--no-peers", action="store_true", help="ours and the limit alone")
    parser.add_argument("--go-on", action="store_true", help="sizes that were measured before are not measured again")
    parser.add_argument("--folder", type=Path, help="where the data lies meanwhile")
    parser.add_argument("--out", type=Path, help="folder for the JSON; else .recon/bench, or where it is committed")
    parser.add_argument("--publish", type=Path, help="page whose figures are replaced")
    asked = parser.parse_args()
    out = asked.out or (RESULTS if asked.publish else Path(".recon/bench"))
    peers, left_out = ((), []) if asked.no_peers or asked.large else installed()
    plans = [Plan(asked.rows, asked.rounds, peers=peers)]
    if asked.large:
        plans, left_out = plans_of_large(asked.biggest, asked.folder, asked.rounds)
    sizes: list[dict[str, Any]] = []
    result = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "sizes": sizes,
        "left_out": left_out,
    }
    out.mkdir(parents=True, exist_ok=True)
    path = out / (LARGE if asked.large else COMPARE)
    if asked.go_on and path.exists():
        sizes += json.loads(path.read_text("utf-8"))["sizes"]
    done = {size["rows"] for size in sizes}
    for plan in (one for one in plans if one.rows not in done):
        sizes.append(bench(plan, asked.folder))
        # After each size: the next one may take an hour.
        path.write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    text = written(out)
    print(text)
    print(f"\nfigures: {path}")
    if asked.publish:
        publish(text, "bench-compare", asked.publish)


if __name__ == "__main__":
    main()
