"""How is every contestant timed, ours and those of others? The same few lines, with nothing but the standard library.

The clock begins after the imports and ends when the answer is written. Memory is the peak of the whole process, as the
kernel counts it.
"""

import argparse
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

FIELDS: Final = (
    *("field_company", "field_email", "field_plan", "field_country"),
    *("field_seats", "field_mrr", "field_mrr_currency"),
)
"""The compared columns of `generate.py`, kind `plain`. All are texts, and in this data two texts that differ mean
different values, so that whoever compares them as they are written is right, and spared the reading of numbers."""

Found = Mapping[str, int]
"""How many keys are `crm_only`, `billing_only`, and in `value_conflict`; further counts where there are any."""


def timed(run: Callable[[], Found]) -> dict[str, Any]:
    """Time one call.

    Returns:
        `seconds` of the call, `peak_mib` of the whole process, and what it `found`.
    """
    began = time.perf_counter()
    found = run()
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak_mib": peak_mib(), "found": dict(found)}


def peak_mib() -> float:
    """Say how much memory this process had at most.

    The kernel's own count of what the process had since it began: `ru_maxrss` also knows the size of the process that
    started it (https://man7.org/linux/man-pages/man2/getrusage.2.html), and is taken where there is no other.
    """
    status = Path("/proc/self/status")
    found = re.search(r"^VmHWM:\s+(\d+) kB$", status.read_text(), re.MULTILINE) if status.exists() else None
    if found:
        return int(found[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def main(compare: Callable[[Path, Path, Path], Found], version: str) -> None:
    """Run a peer once and print its figures as JSON: two snapshots in, an answer into a folder."""
    parser = argparse.ArgumentParser()
    parser.add_argument("crm", type=Path)
    parser.add_argument("billing", type=Path)
    parser.add_argument("folder", type=Path, help="where the answer is written")
    asked = parser.parse_args()
    result = timed(lambda: compare(asked.crm, asked.billing, asked.folder))
    print(json.dumps({**result, "version": version}))
