"""The question to pandas: an outer merge with an indicator, on columns of Arrow.

`dtype_backend="pyarrow"` is what its guide advises for texts and for numbers that may be missing
(https://pandas.pydata.org/docs/user_guide/pyarrow.html); with its classic types an outer merge makes floats of
integers, which then differ from themselves.
"""

from pathlib import Path

import pandas as pd
from timed import FIELDS, Found, main


def compare(crm: Path, billing: Path, folder: Path) -> Found:
    """Merge both sides on the key, keep what differs, write one row a differing value."""
    left, right = (
        pd.read_parquet(path, columns=["key", *FIELDS], engine="pyarrow", dtype_backend="pyarrow")
        for path in (crm, billing)
    )
    merged = left.merge(right, on="key", how="outer", suffixes=("_crm", "_billing"), indicator="kind")
    both = merged[merged["kind"] == "both"]
    parts = [
        merged.loc[merged["kind"] != "both", ["key", "kind"]]
        .assign(kind=lambda one: one["kind"].map({"left_only": "crm_only", "right_only": "billing_only"}))
        .astype({"kind": "string[pyarrow]"})
    ]
    for field in FIELDS:
        ours, theirs = both[f"{field}_crm"], both[f"{field}_billing"]
        differs = (ours != theirs).fillna(value=True) & ~(ours.isna() & theirs.isna())
        rows = both.loc[differs, ["key", f"{field}_crm", f"{field}_billing"]]
        rows.columns = pd.Index(["key", "crm", "billing"])
        parts.append(rows.assign(kind="value_conflict", field=field))
    long = pd.concat(parts, ignore_index=True)
    long.to_parquet(folder / "pandas.parquet")
    kinds = long.drop_duplicates(["key", "kind"])["kind"].value_counts()
    return {**{str(kind): int(count) for kind, count in kinds.items()}, "values": int(long["field"].notna().sum())}


if __name__ == "__main__":
    main(compare, f"pandas {pd.__version__}")
