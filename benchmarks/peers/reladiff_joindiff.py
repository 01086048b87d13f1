"""The question to reladiff: its join inside one database, over two tables of DuckDB.

As its guide shows it for two tables of one database
(https://reladiff.readthedocs.io/en/latest/how-to-use.html), without the check for keys that are there twice, which it
calls very slow. It reads no files, so the tables are loaded before, outside of the time: that is in its favour.
"""

import csv
import sys
from pathlib import Path

import duckdb
import reladiff
from timed import FIELDS, Found, main


def loaded(crm: Path, billing: Path, folder: Path) -> str:
    """Put both files into a database, and give its address."""
    database = folder / "reladiff.duckdb"
    columns = ", ".join(["key", *FIELDS])
    with duckdb.connect(str(database)) as connection:
        for name, path in (("crm", crm), ("billing", billing)):
            connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM read_parquet('{path}')")  # noqa: S608 - our own files
    return f"duckdb://main@/{database}"


def compare(address: str, folder: Path) -> Found:
    """Join both tables on the key and write what it says about each row: - for the CRM's, + for billing's."""
    crm = reladiff.connect_to_table(address, "crm", "key", extra_columns=FIELDS)
    billing = reladiff.TableSegment(crm.database, ("billing",), ("key",), extra_columns=FIELDS)
    signs: dict[str, str] = {}
    with (folder / "reladiff.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        for sign, (key, *values) in reladiff.diff_tables(
            crm, billing, algorithm=reladiff.Algorithm.JOINDIFF, validate_unique_key=False
        ):
            rows.writerow([sign, key, *values])
            signs[key] = signs.get(key, "") + sign
    said = list(signs.values())
    conflicts = sum(len(sign) > 1 for sign in said)
    return {"crm_only": said.count("-"), "billing_only": said.count("+"), "value_conflict": conflicts}


if __name__ == "__main__":
    address = loaded(*(Path(argument) for argument in sys.argv[1:4]))
    versions = f"reladiff {reladiff.__version__}, DuckDB {duckdb.__version__}"
    main(lambda _crm, _billing, folder: compare(address, folder), versions)
