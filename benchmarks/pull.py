"""How fast is a pull, how much memory does it take, and does it keep a vendor's pace?

Every walk goes over the same list of the same server (`pull_server.py`) in a process of its own, one after the other,
in alternating order. Seconds depend on the machine; ratios to the bare walk of the same round are the figures: one
client with httpx that asks for one page after the other, parses it and drops it. Then the same pull is held against
a server that refuses more than 100 requests in any second, alone and beside another run, and against one that takes
50 ms for each answer.

    python benchmarks/pull.py --records 1000000 --publish docs/performance.md
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from pull_server import serving

HERE: Final = Path(__file__).parent
WALKS: Final = ("ceiling", "bare", "bare + Parquet", "ours", "ours, both sides")
"""Those of `pull_walks.py`, as they are called there."""

DLT: Final = "dlt"
DLT_PYTHON: Final = HERE.parent / ".peers" / "dlt" / "bin" / "python"

LIMIT: Final = 100
"""Requests in any second that the strict server lets through, and that the settings say."""
DELAY: Final = 0.05
"""Seconds every answer of the slow server takes."""
DELAYED_PAGES: Final = 200

Run = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured: how many records in pages of which size, how often, and the smaller parts."""

    records: int
    page_size: int
    rounds: int
    paced_records: int
    dlt_records: int
    """None of them: dlt is left out."""


def walk(name: str, url: str, folder: Path, *more: str) -> Run:
    """Walk once, in a process of its own."""
    if name == DLT:
        command = [str(DLT_PYTHON), str(HERE / "pull_dlt.py")]
    else:
        command = [sys.executable, str(HERE / "pull_walks.py"), name]
    command += ["--url", url, "--folder", str(folder), *more]
    answer = subprocess.run(command, check=False, capture_output=True, text=True)
    if answer.returncode:
        sys.exit(f"{name} failed:\n{answer.stderr}")
    run: Run = json.loads(answer.stdout.splitlines()[-1])
    return run


def walk_apart(name: str, url: str, page_size: int, *more: str) -> Run:
    """Walk once, with a folder that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return walk(name, url, Path(folder), "--page-size", str(page_size), *more)


def speed(plan: Plan) -> dict[str, list[Run]]:
    """Let every walk run in every round, and make sure that each of them saw every record."""
    names = [*WALKS, *([DLT] if plan.dlt_records else [])]
    runs: dict[str, list[Run]] = {name: [] for name in names}
    with (
        serving(plan.records, plan.page_size) as url,
        serving(plan.dlt_records or 1, plan.page_size) as smaller,
    ):
        for number in range(plan.rounds):
            for name in names if number % 2 == 0 else reversed(names):
                runs[name].append(walk_apart(name, smaller if name == DLT else url, plan.page_size))
    sides = {"ours, both sides": 2}
    for name, of_one in runs.items():
        expected = (plan.dlt_records if name == DLT else plan.records) * sides.get(name, 1)
        if any(run["records"] != expected for run in of_one):
            sys.exit(f"{name} saw {[run['records'] for run in of_one]} records of {expected}")
    return runs


def summary(runs: Sequence[Run], bare: Sequence[Run]) -> dict[str, float]:
    """Sum the runs of one walk up, beside those of the bare walk in the same rounds."""
    rates = [run["records"] / run["seconds"] for run in runs]
    bare_rates = [run["records"] / run["seconds"] for run in bare]
    cpu = [run["cpu_s"] / run["records"] for run in runs]
    bare_cpu = [run["cpu_s"] / run["records"] for run in bare]
    return {
        "records": runs[0]["records"],
        "records_per_second": statistics.median(rates),
        "slowest": min(rates),
        "fastest": max(rates),
        "ratio": statistics.median(ours / theirs for ours, theirs in zip(rates, bare_rates, strict=True)),
        "cpu_us_per_record": statistics.median(cpu) * 1e6,
        "cpu_ratio": statistics.median(ours / theirs for ours, theirs in zip(cpu, bare_cpu, strict=True)),
        "peak_mib": max(run["peak_mib"] for run in runs),
    }


def paced(plan: Plan, walks: int) -> dict[str, float]:
    """Pull from a server with a limit, by one run or by several that share a home; the server says how it went."""
    pages = plan.paced_records // plan.page_size // walks
    with (
        serving(pages * plan.page_size, plan.page_size, limit=LIMIT) as url,
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        ThreadPoolExecutor(walks) as pool,
    ):
        more = ["--page-size", str(plan.page_size), "--requests-per-second", str(LIMIT), "--attempt"]
        found = [pool.submit(walk, "ours", url, Path(folder), *more, str(number + 1)) for number in range(walks)]
        cpu = sum(future.result()["cpu_s"] for future in found)
        told: dict[str, float] = httpx.get(f"{url}/told", trust_env=False).json()
    # The first request begins the time, so one less than came fits into it.
    rate = (told["came"] - 1) / told["seconds"]
    return {
        **told,
        "runs": walks,
        "requests_per_second": rate,
        "share": rate / LIMIT,
        "cores": cpu / told["seconds"],
    }


def delayed(plan: Plan) -> dict[str, float]:
    """Walk where every answer takes its time, bare and ours."""
    records = min(DELAYED_PAGES * plan.page_size, plan.records)
    with serving(records, plan.page_size, delay=DELAY) as url:
        runs = {name: walk_apart(name, url, plan.page_size) for name in ("bare", "ours")}
    rates = {name: run["records"] / run["seconds"] for name, run in runs.items()}
    return {"delay_s": DELAY, **rates, "ratio": rates["ours"] / rates["bare"]}


def bench(plan: Plan) -> dict[str, Any]:
    """Measure everything."""
    runs = speed(plan)
    return {
        "records": plan.records,
        "page_size": plan.page_size,
        "rounds": plan.rounds,
        "cores": os.cpu_count(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "dlt": runs[DLT][0]["version"] if DLT in runs else None,
        "walks": {name: summary(of_one, runs["bare"]) for name, of_one in runs.items()},
        "pace": {"limit": LIMIT, "alone": paced(plan, 1), "shared": paced(plan, 2)},
        "delayed": delayed(plan),
    }


def table(result: Mapping[str, Any]) -> str:
    """Write the figures as Markdown."""
    what = f"{result['records']:,} records, {result['page_size']} a page, {result['rounds']} rounds"
    lines = [
        f"{what}; {result['cores']} cores, {result['python']}.",
        "",
        "| walk | records/s, median (range) | of bare | CPU µs a record | of bare | peak MiB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in result["walks"].items():
        label = WORDS.get(name, name).format(dlt=result["dlt"])
        label += f", {one['records']:,} records" if one["records"] < result["records"] else ""
        lines.append(
            f"| {label} | {one['records_per_second']:,.0f} ({one['slowest']:,.0f}-{one['fastest']:,.0f}) "
            f"| {one['ratio']:.2f} | {one['cpu_us_per_record']:.1f} | {one['cpu_ratio']:.2f} | {one['peak_mib']:.0f} |"
        )
    pace, slow = result["pace"], result["delayed"]
    lines += [
        "",
        f"| at most {pace['limit']} requests in any second | requests | a second | most in one | refused | cores |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in (("one run", pace["alone"]), ("two runs that share it", pace["shared"])):
        lines.append(
            f"| {name} | {one['came']:,} | {one['requests_per_second']:.1f} "
            f"| {one['most_in_a_second']} | {one['refused']} | {one['cores']:.2f} |"
        )
    answers = f"Where every answer takes {slow['delay_s'] * 1000:.0f} ms, the bare walk reads"
    lines += ["", f"{answers} {slow['bare']:,.0f} records a second and ours {slow['ours']:,.0f} ({slow['ratio']:.2f})."]
    return "\n".join(lines)


WORDS: Final = {
    "ceiling": "what the server can give: one socket, nothing parsed",
    "bare": "bare: httpx, `json.loads`, dropped",
    "bare + Parquet": "bare, and written to Parquet as it came",
    "ours": "**our pull**, one side",
    "ours, both sides": "our pull, both sides at once",
    DLT: "dlt {dlt} `rest_api` to Parquet",
}


def publish(text: str, page: Path) -> None:
    """Put the figures between the markers of a page."""
    before, begins, rest = page.read_text("utf-8").partition("<!-- bench-pull -->\n")
    _, ends, after = rest.partition("<!-- /bench-pull -->")
    if not begins or not ends:
        sys.exit(f"{page} has no markers <!-- bench-pull --> and <!-- /bench-pull -->.")
    page.write_text(f"{before}{begins}{text}\n{ends}{after}", "utf-8")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--paced-records", type=int, help="for the pace; by default as many")
    parser.add_argument("--dlt-records", type=int, help="for dlt; by default as many, 0 leaves it out")
    parser.add_argument("--out", type=Path, default=Path(".recon/bench"), help="folder for pull.json")
    parser.add_argument("--publish", type=Path, help="page whose figures are replaced")
    asked = parser.parse_args()
    dlt_records = asked.records if asked.dlt_records is None else asked.dlt_records
    if dlt_records and not DLT_PYTHON.exists():
        print("dlt is not installed and left out; `make bench-pull` installs it.", file=sys.stderr)
        dlt_records = 0
    paced_records = asked.paced_records or asked.records
    result = bench(Plan(asked.records, asked.page_size, asked.rounds, paced_records, dlt_records))
    text = table(result)
    print(text)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "pull.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"\nfigures: {asked.out / 'pull.json'}")
    if asked.publish:
        publish(text, asked.publish)


if __name__ == "__main__":
    main()
