"""Where does the time of a whole daily run go, from the command to its last word?

Two systems export their records to Parquet files, and `recon run` reconciles them twice, on two mornings, as it is run
every day: a real Dagster run, with an archive and a database in a home of its own. The second morning is the one that
counts, as it has an earlier one to be held against. Each stage is a share of that one run.

    python benchmarks/morning.py --rows 1000000 --publish docs/performance.md
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from compare import machine
from contestants import PLAIN_SIDE, settings_of
from generate import PLAIN, Sizes, generate
from table import RESULTS, publish
from table import machine as told_machine

from reconciliation_pipeline.domain.records import Side

HERE: Final = Path(__file__).parent
FILE: Final = "morning.json"
MARK: Final = "bench-morning"
MORNINGS: Final = ("2026-11-21", "2026-11-22")
DRIFT: Final = 1

VENDORS: Final = (
    ("100 requests a second, 100 records a page", 100, 100),
    ("25 requests a second, 100 records a page", 25, 100),
    ("10 requests a second, 100 records a page", 10, 100),
)
"""Limits of 100 and 25: Stripe, of an account in live mode and of one endpoint (https://docs.stripe.com/rate-limits);
of 10: no vendor's, an example of a stricter one."""


def export(folder: Path, rows: int) -> dict[Side, Path]:
    """Write what the two systems would export: typed columns under their own names."""
    files, exported = generate(folder, rows, PLAIN), {}
    with duckdb.connect(":memory:") as connection:
        for side in Side:
            exported[side] = folder / f"export-{side}.parquet"
            connection.execute(f"""
                COPY (
                    SELECT source_id, key, status, created_at, updated_at, field_company AS company,
                        field_email AS email, field_plan AS plan, field_country AS country,
                        CAST(field_seats AS INTEGER) AS seats, CAST(field_mrr AS DECIMAL(18, 2)) AS mrr,
                        field_mrr_currency AS mrr_currency
                    FROM read_parquet('{files[side]}')
                ) TO '{exported[side]}' (FORMAT parquet, COMPRESSION zstd)""")  # noqa: S608 - our own files
            files[side].unlink()
    return exported


def run_twice(rows: int, place: Path | None) -> dict[str, Any]:
    """Run two mornings and hand out what the second one's clock said."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=place) as made:
        folder = Path(made)
        exported = export(folder, rows)
        sides = ", ".join(f"{side}: {_side(exported[side])}" for side in Side)
        (folder / "settings").mkdir()
        (folder / "settings" / "bench.yaml").write_text(settings_of(sides), "utf-8")
        told = []
        for morning in MORNINGS:
            told.append(_run(folder, morning))
            for side in Side:
                said = f"--side {side} --date {morning} --count {rows} --by bench --reason generated".split()
                _recon(folder, morning, "-m", "reconciliation_pipeline.cli", "confirm-count", "bench", *said)
        sizes = {str(side): path.stat().st_size for side, path in exported.items()}
    return {**told[-1], "bytes": sizes}


def _side(exported: Path) -> str:
    # Only a local side may be told what day it is.
    return PLAIN_SIDE.replace("connector: file", "connector: file, local: true").replace("export.csv", str(exported))


def _recon(folder: Path, morning: str, *command: str) -> subprocess.CompletedProcess[str]:
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("RECON_", "DAGSTER_"))},
        "RECON_HOME": str(folder / "home"),
        "RECON_CONFIG": str(folder / "settings"),
        "RECON_NOW": f"{morning}T04:00:00+00:00",
        "DAGSTER_HOME": str(HERE.parent),
    }
    return subprocess.run([sys.executable, *command], env=environ, check=False, capture_output=True, text=True)


def _run(folder: Path, morning: str) -> dict[str, Any]:
    target, called = folder / f"{morning}.json", time.time()
    answer = _recon(folder, morning, str(HERE / "morning_run.py"), str(target), "run", "bench", "--json")
    told: dict[str, Any] = json.loads(target.read_text("utf-8")) if target.exists() else {"exit": None}
    if told["exit"] != DRIFT:
        sys.exit(f"The run of {morning} ended with {told['exit']}:\n{answer.stdout}\n{answer.stderr}")
    return {**told, "called": called, "said": json.loads(answer.stdout)}


def stages(told: Mapping[str, Any]) -> dict[str, float]:
    """Divide the time of a run among its stages, in seconds; together they are the whole.

    Both sides are pulled at the same time, so of the pull the side counts that took longer.
    """
    spans, events = told["spans"], told["events"]

    def took(what: str, within: Mapping[str, Any] | None = None) -> float:
        return sum(
            span["ended"] - span["began"]
            for span in spans
            if span["what"] == what and (within is None or span["thread"] == within["thread"])
        )

    slower = max((span for span in spans if span["what"] == "steps.pull._pull_side"), key=lambda one: one["ended"])
    counting, digests = took("steps.pull.counts", slower), took("steps.pull.digests_of", slower)
    pull, examine, prove = (took(f"steps.morning.{name}") for name in ("pull_both", "examine", "prove"))
    steps = _steps(events)
    asset = {name.rpartition("__")[2]: seconds for name, seconds in steps.items()}
    kept, planted = took("steps.compare.digests_of"), took("steps.compare.compare_planted")
    found, settled = took("steps.engines.compare_and_trace"), took("compare.engine.settle")
    ran = took("cli.morning._execute")
    parts = {
        "Python starts, the command is imported": told["ready"] - told["called"],
        "pull: both exports read, mapped, written to the archive": pull - counting - digests,
        "pull: counted in its file": counting,
        "pull: digests written": digests,
        "examine: who is missing since yesterday": examine,
        "prove: counts, history, certificates": prove,
        "compare: kept digests found and checked": kept,
        "compare: settled by digests": settled,
        "compare: the rest looked at": found - settled,
        "compare: planted, and held against the plan": planted - found,
        "compare: kept, balances": asset.get("diff", 0.0) - kept - planted,
        "record: judged, into the ledger": asset.get("ledger", 0.0),
        "tell: messages": asset.get("notifications", 0.0),
        "Dagster: imports, checks, its own database": ran
        - pull
        - examine
        - prove
        - sum(seconds for name, seconds in asset.items() if name in {"diff", "ledger", "notifications"}),
    }
    whole = told["ended"] - told["called"]
    return {**parts, "the result read and shown": whole - sum(parts.values()), "whole": whole}


def _steps(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    began: dict[str, float] = {}
    took: dict[str, float] = {}
    for event in events:
        if event["type"] == "STEP_START":
            began[event["step"]] = event["at"]
        elif event["type"].startswith("STEP_"):
            took[event["step"]] = event["at"] - began[event["step"]]
    return took


def table(result: Mapping[str, Any]) -> str:
    """Write the figures as Markdown."""
    whole = result["stages"]["whole"]
    lines = [
        f"{told_machine(result)} {result['rows']:,} records a side, peak {math.ceil(result['peak_mib']):,} MiB.",
        "",
        "| stage | seconds | of the whole |",
        "|---|---:|---:|",
        *(f"| {name} | {took:.2f} | {took / whole:.1%} |" for name, took in result["stages"].items()),
        "",
        f"Reckoned, not measured: {result['rows']:,} records from a vendor take",
        "",
        "| limit | seconds, at the very least | this run without its reading |",
        "|---|---:|---:|",
    ]
    rest = whole - result["stages"]["pull: both exports read, mapped, written to the archive"]
    for limit, rate, page in VENDORS:
        lines.append(f"| {limit} | {math.ceil(result['rows'] / page) / rate:,.0f} | {rest:.2f} |")
    return "\n".join(lines)


def written(folder: Path) -> str:
    """Write what the figures in a folder say."""
    path = folder / FILE
    return table(json.loads(path.read_text("utf-8"))) if path.exists() else "Not measured yet: `make bench`."


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records a side")
    parser.add_argument("--folder", type=Path, help="where the data lies meanwhile")
    parser.add_argument("--out", type=Path, help="folder for the JSON; else .recon/bench, or where it is committed")
    parser.add_argument("--publish", type=Path, help="page whose figures are replaced")
    parser.add_argument("--show", type=Path, help="only write what the JSON of this folder says")
    asked = parser.parse_args()
    if asked.show:
        print(written(asked.show))
        return
    out = asked.out or (RESULTS if asked.publish else Path(".recon/bench"))
    before = machine()
    told = run_twice(asked.rows, asked.folder)
    if told["said"]["reasons"]:
        sys.exit(f"the second morning was not trusted: {told['said']['reasons']}")
    result = {
        "measured": datetime.now(UTC).date().isoformat(),
        "machine": before,
        "rows": asked.rows,
        "truth": Sizes(asked.rows).truth,
        "found": {name: told["said"]["differences"][name] for name in Sizes(asked.rows).truth},
        "outcome": told["said"]["outcome"],
        "bytes": told["bytes"],
        "peak_mib": told["peak_mib"],
        "stages": stages(told),
        "steps": _steps(told["events"]),
    }
    if result["found"] != result["truth"]:
        sys.exit(f"the run found {result['found']}, to be found were {result['truth']}")
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(json.dumps(result, indent=1) + "\n", "utf-8")
    print(table(result))
    print(f"\nfigures: {out / FILE}")
    if asked.publish:
        publish(written(out), MARK, asked.publish)


if __name__ == "__main__":
    main()
