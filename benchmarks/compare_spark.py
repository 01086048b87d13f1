"""How fast is the comparison on Spark, beside the one in DuckDB, on the same snapshots and the same machine?

Both read the snapshots whole: no digests were written before. Spark's seconds include its start and its stop.

    .venv/bin/python benchmarks/compare_spark.py --rows 1000000 --master 'local[2]'
"""

import argparse
import tempfile
import time
from pathlib import Path
from typing import Final

from generate import generate

from reconciliation_pipeline.compare.engine import compare_and_trace
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles
from reconciliation_pipeline.compare.spark import SparkEngine
from reconciliation_pipeline.domain.rules import FieldRule

RULES: Final = ComparisonRules(
    (
        *(FieldRule(name) for name in ("company", "email", "plan", "country")),
        FieldRule("seats", numeric=True),
        FieldRule("mrr", numeric=True, money=True),
    ),
    "mrr",
    reduce={},
)


def main() -> None:
    """Generate two sides, let both engines compare them, and hold the results against each other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000, help="records a side")
    parser.add_argument("--master", default="local[2]")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = generate(Path(folder), asked.rows)
        files = SnapshotFiles(made.crm, made.billing)
        found = []
        for name, compare in (("DuckDB", compare_and_trace), ("Spark", SparkEngine(asked.master).compare_and_trace)):
            began = time.perf_counter()
            found.append(compare(files, RULES))
            print(f"{name:8}{time.perf_counter() - began:8.1f} s")
    differences = len(found[0][0].discrepancies)
    print(f"{asked.rows:,} x {asked.rows:,} records, {differences:,} differences: the same is {found[0] == found[1]}")


if __name__ == "__main__":
    main()
