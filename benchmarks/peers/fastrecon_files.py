"""The question to fastrecon: its keyed comparison of two Parquet files.

With what its settings call cheaper for sides that differ: one hash a row instead of every column, no fingerprint of
the whole beforehand, and no guessing of types (https://www.fastrecon.net/, and the comments of its `ReconConfig`). Its
answer are counts and a hundred samples of each kind, so that is all it writes; the other contestants list everything.
"""

from importlib.metadata import version
from pathlib import Path

import fastrecon
from fastrecon import api
from fastrecon.engines import DuckDBEngine
from timed import FIELDS, Found, main

# Each engine of its own looks for extensions on the network when it starts, which no comparison of local files needs.
STARTED = DuckDBEngine()
api.DuckDBEngine = lambda: STARTED


def compare(crm: Path, billing: Path, folder: Path) -> Found:
    """Compare both files by key."""
    settings = fastrecon.ReconConfig(row_hash=True, fast_path=False, infer_logical_types=False)
    files = (fastrecon.ParquetFile(str(path)) for path in (crm, billing))
    result = fastrecon.compare(*files, keys=["key"], columns=["key", *FIELDS], config=settings)
    if result.error:
        raise RuntimeError(result.error)
    (folder / "fastrecon.json").write_text(result.to_json(), "utf-8")
    return {
        "crm_only": result.missing_in_right,
        "billing_only": result.missing_in_left,
        "value_conflict": result.changed_rows,
    }


if __name__ == "__main__":
    main(compare, f"fastrecon {version('fastrecon')}")
