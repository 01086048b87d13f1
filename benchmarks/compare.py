"""How fast is the comparison, next to what the engine must do at the very least?

Two sides of `--rows` records are generated: 0.5 % one-sided on each, 1 % changed, billing in another order. Each
round runs the comparison, with differences planted into it as on every morning, and the bare limit (one wide full
outer join over the same columns, folded to a checksum: nothing compared, nothing kept), each in a process of its
own, in alternating order. Seconds depend on the machine; the ratio within one run is the figure.

    python benchmarks/compare.py --rows 1000000
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import duckdb

from reconciliation_pipeline.compare import engine
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, scan
from reconciliation_pipeline.domain.conservation import adds_up
from reconciliation_pipeline.domain.judgement import JudgementPolicy, judge
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.rules import amount_field, rules
from reconciliation_pipeline.steps.plant import compare_planted

_SIDE: Final = """{
    connector: file, path: export.csv, key: key, source_id: source_id, status: {field: status, active: [active]},
    created_at: {field: created_at}, updated_at: {field: updated_at},
    fields: {
      company: company, email: email, plan: plan, country: country,
      seats: {path: seats, type: decimal}, mrr: {path: mrr, type: money, currency: {path: mrr_currency}}}}"""
PAIR: Final = check(
    f"""
id: bench
sides: {{crm: {_SIDE}, billing: {_SIDE}}}
compare: [company, email, plan, country, seats, {{field: mrr, tolerance: {{absolute: "0.01"}}}}]
""".encode(),
    Path("bench.yaml"),
    {},
)
RULES: Final = ComparisonRules(rules(PAIR), amount_field(PAIR), reduce={})
NOON: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)

COLUMNS: Final = (
    *("source_id", "key", "status", "state", "created_at", "updated_at"),
    *("field_company", "field_email", "field_plan", "field_country", "field_seats", "field_mrr", "field_mrr_currency"),
)


def generate(folder: Path, rows: int) -> SnapshotFiles:
    """Write both sides: `rows` records each, 0.5 % of them unknown to the other, 1 % with another plan or amount."""
    files = SnapshotFiles(crm=folder / "crm.parquet", billing=folder / "billing.parquet")
    with duckdb.connect(":memory:") as connection:
        for side in Side:
            # CRM has the numbers from 0 on; billing begins 0.5 % later, so that each lacks a stretch of the other.
            start = 0 if side is Side.CRM else one_sided(rows)
            changed = "false" if side is Side.CRM else "n % 100 = 7"
            connection.execute(f"""
                COPY (
                    SELECT
                        '{side}_' || md5('{side}' || n) AS source_id,
                        printf('C%09d', n) AS key,
                        'active' AS status,
                        'active' AS state,
                        TIMESTAMPTZ '2020-01-01 00:00:00+00' + to_minutes(n) AS created_at,
                        TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(n) AS updated_at,
                        'Company number ' || n || ' of the long list' AS field_company,
                        'office' || n || '@example' || n % 5000 || '.com' AS field_email,
                        CASE WHEN {changed} AND n % 200 = 7 THEN 'other' ELSE 'plan ' || n % 7 END AS field_plan,
                        ['DE', 'AT', 'CH', 'FR', 'NL'][1 + n % 5] AS field_country,
                        CAST(1 + n % 90 AS VARCHAR) AS field_seats,
                        printf('%d.%02d', n % 500 + if({changed} AND n % 200 <> 7, 1, 0), n % 100) AS field_mrr,
                        'EUR' AS field_mrr_currency
                    FROM range({start}, {start + rows}) numbers(n)
                    ORDER BY {"n" if side is Side.CRM else "hash(n)"}
                ) TO '{files[side]}' (FORMAT parquet, COMPRESSION zstd)""")  # noqa: S608 - our own numbers
    return files


def one_sided(rows: int) -> int:
    """Count the records of each side that the other does not have."""
    return rows // 200


def changed(rows: int) -> int:
    """Count the records both sides have with different values."""
    return sum(1 for n in range(one_sided(rows), rows) if n % 100 == 7)  # noqa: PLR2004 - the planted remainder


def compare(files: SnapshotFiles) -> Mapping[str, int]:
    """Run the comparison of a morning and count what it found."""
    until, policy = NOON + timedelta(minutes=1), JudgementPolicy(PAIR.settling, "nobody", RULES.amount_field)
    comparison = compare_planted(
        PAIR,
        files,
        RULES,
        as_of=NOON,
        until=until,
        judge=lambda found: judge(PAIR.id, found, as_of=NOON, until=until, policy=policy),
    )
    found = [difference.kind for difference in comparison.discrepancies]
    is_proof = comparison.planted is not None and comparison.planted.is_proof
    return {kind: found.count(kind) for kind in Kind} | {
        "broken_laws": len(adds_up(comparison)),
        "unproven": int(not is_proof),
    }


def limit(files: SnapshotFiles) -> Mapping[str, int]:
    """Join both files on the key with every column and fold the result, with the engine's own settings."""
    columns = ", ".join(f"{side}.{column}" for side in Side for column in COLUMNS)
    with engine.started(engine.DEFAULT_LIMITS) as connection:
        answer = connection.execute(f"""
            SELECT count(*), bit_xor(hash({columns}))
            FROM {scan(files.crm)} crm FULL JOIN {scan(files.billing)} billing ON crm.key = billing.key
        """).fetchone()  # noqa: S608 - our own columns
    return {"rows": answer[0] if answer else 0}


CONTESTANTS: Final = {"limit: wide join": limit, "compare": compare}


def measure(name: str, files: SnapshotFiles) -> dict[str, Any]:
    """Time one contestant in this process.

    Returns:
        `seconds` of the call, `peak_mib` of the whole process, and what it `found`.
    """
    began = time.perf_counter()
    found = CONTESTANTS[name](files)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mib": peak, "found": dict(found)}


def measure_apart(name: str, files: SnapshotFiles) -> dict[str, Any]:
    """Time one contestant in a fresh process, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--contestant", name, "--files", str(files.crm), str(files.billing)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(answer.stdout)
    return result


def bench(rows: int, rounds: int) -> dict[str, Any]:
    """Generate the data, run every contestant in every round, and check that what was planted was found."""
    planted = {"crm_only": one_sided(rows), "billing_only": one_sided(rows), "value_conflict": changed(rows)}
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in CONTESTANTS}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        files = generate(Path(folder), rows)
        for number in range(rounds):
            names = list(CONTESTANTS) if number % 2 == 0 else list(reversed(CONTESTANTS))
            for name in names:
                runs[name].append(measure_apart(name, files))
        sizes = {str(side): files[side].stat().st_size for side in Side}
    for run in runs["compare"]:
        if run["found"] != planted | {"broken_laws": 0, "unproven": 0}:
            sys.exit(f"compare found {run['found']}, planted were {planted}")
    pairs = zip(runs["compare"], runs["limit: wide join"], strict=True)
    return {
        "rows": rows,
        "rounds": rounds,
        "duckdb": duckdb.__version__,
        "bytes": sizes,
        "planted": planted,
        "contestants": {name: _summary(of_one) for name, of_one in runs.items()},
        "ratio": statistics.median(ours["seconds"] / bare["seconds"] for ours, bare in pairs),
    }


def _summary(runs: list[dict[str, Any]]) -> dict[str, float]:
    seconds = [run["seconds"] for run in runs]
    return {
        "median_s": statistics.median(seconds),
        "fastest_s": min(seconds),
        "slowest_s": max(seconds),
        "peak_mib": max(run["peak_mib"] for run in runs),
    }


def show(result: Mapping[str, Any]) -> None:
    """Print the figures as a table."""
    print(f"{result['rows']:,} x {result['rows']:,} records, {result['rounds']} rounds, DuckDB {result['duckdb']}")
    print(f"{'':18}{'median s':>10}{'range':>16}{'peak MiB':>10}")
    for name, figures in result["contestants"].items():
        spread = f"{figures['fastest_s']:.2f}-{figures['slowest_s']:.2f}"
        print(f"{name:18}{figures['median_s']:>10.2f}{spread:>16}{figures['peak_mib']:>10.0f}")
    print(f"compare takes {result['ratio']:.2f} x the bare join (median of the rounds); all planted differences found")


def main() -> None:
    """Run the benchmark, or one contestant of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records a side")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path(".recon/bench"), help="folder for compare.json")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--files", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.contestant:
        print(json.dumps(measure(asked.contestant, SnapshotFiles(*asked.files))))
        return
    result = bench(asked.rows, asked.rounds)
    show(result)
    asked.out.mkdir(parents=True, exist_ok=True)
    (asked.out / "compare.json").write_text(json.dumps(result, indent=2) + "\n")
    print(f"figures: {asked.out / 'compare.json'}")


if __name__ == "__main__":
    main()
