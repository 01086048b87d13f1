"""The question to datacompy: one comparison of two frames of polars or of pandas.

As its guides show it (https://capitalone.github.io/datacompy/polars_usage.html,
https://capitalone.github.io/datacompy/pandas_usage.html), over the compared columns alone. It has no long form: what
it writes are its own three tables, the rows of either side alone and whole rows of both where they differ.
"""

import sys
from pathlib import Path
from typing import Any

import datacompy
from timed import FIELDS, Found, main

COLUMNS = ["key", *FIELDS]


def of_polars(crm: Path, billing: Path, folder: Path) -> Found:
    """Compare two frames of polars."""
    frames = (pl.read_parquet(path, columns=COLUMNS) for path in (crm, billing))
    compared = datacompy.PolarsCompare(*frames, join_columns="key", df1_name="crm", df2_name="billing")
    differing = compared.all_mismatch()
    compared.df1_unq_rows.write_parquet(folder / "crm_only.parquet")
    compared.df2_unq_rows.write_parquet(folder / "billing_only.parquet")
    differing.write_parquet(folder / "value_conflict.parquet")
    return _found(compared, differing)


def of_pandas(crm: Path, billing: Path, folder: Path) -> Found:
    """Compare two frames of pandas."""
    frames = (pd.read_parquet(path, columns=COLUMNS) for path in (crm, billing))
    compared = datacompy.PandasCompare(*frames, join_columns="key", df1_name="crm", df2_name="billing")
    differing = compared.all_mismatch()
    compared.df1_unq_rows.to_parquet(folder / "crm_only.parquet")
    compared.df2_unq_rows.to_parquet(folder / "billing_only.parquet")
    differing.to_parquet(folder / "value_conflict.parquet")
    return _found(compared, differing)


def _found(compared: Any, differing: Any) -> Found:  # noqa: ANN401 - datacompy is not installed where types are checked
    return {
        "crm_only": len(compared.df1_unq_rows),
        "billing_only": len(compared.df2_unq_rows),
        "value_conflict": len(differing),
        "values": sum(int(one["unequal_cnt"]) for one in compared.column_stats),
    }


if __name__ == "__main__":
    which = sys.argv.pop(1)
    # Only the one that is timed: importing pandas takes memory of its own.
    if which == "polars":
        import polars as pl

        main(of_polars, f"datacompy {datacompy.__version__}, polars {pl.__version__}")
    else:
        import pandas as pd

        main(of_pandas, f"datacompy {datacompy.__version__}, pandas {pd.__version__}")
