"""What does dlt's `rest_api` source take for the same list? Runs in a virtual environment of its own.

Set up as its manual advises for one large resource: pages instead of rows, larger buffers, rotated files so that
normalising runs in parallel, Parquet for the load, no compression of what lies in between
(https://dlthub.com/docs/reference/performance).

    .peers/dlt/bin/python benchmarks/pull_dlt.py --url http://127.0.0.1:8000 --folder /tmp/bench
"""

import argparse
import json
import os
import re
import resource
import time
from pathlib import Path
from typing import Any, Final

SETTINGS: Final = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
    "DATA_WRITER__BUFFER_MAX_ITEMS": "50000",
    "DATA_WRITER__FILE_MAX_ITEMS": "100000",
    "NORMALIZE__WORKERS": "2",
    "NORMALIZE__DATA_WRITER__DISABLE_COMPRESSION": "true",
    "LOAD__DELETE_COMPLETED_JOBS": "true",
}
os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})

import dlt  # noqa: E402 - reads its settings when it is imported
from dlt.sources.rest_api import rest_api_source  # noqa: E402


def measure(url: str, folder: Path, page_size: int, destination: str) -> dict[str, Any]:
    """Run the pipeline once.

    Returns:
        `records` that are in the destination, `seconds`, `cpu_s` and `peak_mib` of the largest of its processes, and
        the seconds of each `stage`.
    """
    source = rest_api_source(
        {
            "client": {
                "base_url": url,
                "paginator": {"type": "cursor", "cursor_path": "next", "cursor_param": "after"},
            },
            "resources": [
                {
                    "name": "customers",
                    "endpoint": {"path": "customers", "params": {"limit": page_size}, "data_selector": "data"},
                    "write_disposition": "replace",
                }
            ],
        },
        max_table_nesting=0,
    )
    bucket = dlt.destinations.filesystem(bucket_url=(folder / "bucket").as_uri())
    target = bucket if destination == "filesystem" else dlt.destinations.duckdb(str(folder / "bench.duckdb"))
    pipeline = dlt.pipeline("bench", pipelines_dir=str(folder), destination=target, dataset_name="pulled")
    began, stages, used = time.perf_counter(), {}, _cpu()
    for name, run in (
        ("extract", lambda: pipeline.extract(source, loader_file_format="parquet")),
        ("normalize", pipeline.normalize),
        ("load", pipeline.load),
    ):
        started = time.perf_counter()
        run()
        stages[name] = time.perf_counter() - started
    seconds = time.perf_counter() - began
    cpu = _cpu() - used
    peak = max(_peak_mib(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)
    return {"records": _rows(pipeline), "seconds": seconds, "cpu_s": cpu, "peak_mib": peak, "stages": stages}


def _rows(pipeline: Any) -> int:  # noqa: ANN401 - dlt is not installed where types are checked
    counts = pipeline.last_trace.last_normalize_info.row_counts
    return int(counts["customers"])


def _cpu() -> float:
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, who))


def _peak_mib() -> float:
    found = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def main() -> None:
    """Run once and print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--destination", choices=["filesystem", "duckdb"], default="filesystem")
    asked = parser.parse_args()
    result = measure(asked.url, asked.folder, asked.page_size, asked.destination)
    print(json.dumps({**result, "version": dlt.__version__}))


if __name__ == "__main__":
    main()
