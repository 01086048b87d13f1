"""The question to polars: lazy, only the columns it needs, on the streaming engine.

Set up as its guide advises for data of this size (https://docs.pola.rs/user-guide/concepts/streaming/). The few rows
that differ become the long form afterwards, so that nothing is exploded over the many that agree.
"""

from pathlib import Path

import polars as pl
from timed import FIELDS, Found, main


def compare(crm: Path, billing: Path, folder: Path) -> Found:
    """Join both sides on the key, keep what differs, write one row a differing value."""
    left = pl.scan_parquet(crm).select("key", *FIELDS, in_crm=True)
    right = pl.scan_parquet(billing).select("key", *FIELDS, in_billing=True)
    one_sided = pl.col("in_crm").is_null() | pl.col("in_billing").is_null()
    differs = [pl.col(field).ne_missing(pl.col(f"{field}_right")) for field in FIELDS]
    found = (
        left.join(right, on="key", how="full", coalesce=True)
        .filter(one_sided | pl.any_horizontal(differs))
        .collect(engine="streaming")
    )
    kind = (
        pl.when(pl.col("in_billing").is_null())
        .then(pl.lit("crm_only"))
        .when(pl.col("in_crm").is_null())
        .then(pl.lit("billing_only"))
        .otherwise(pl.lit("value_conflict"))
    )
    found = found.with_columns(kind=kind)
    nothing = pl.lit(None, pl.String)
    conflicts = found.filter(pl.col("kind") == "value_conflict")
    long = pl.concat(
        [
            found.filter(pl.col("kind") != "value_conflict").select(
                "key", "kind", field=nothing, crm=nothing, billing=nothing
            ),
            *(
                conflicts.filter(differ).select(
                    "key", "kind", field=pl.lit(field), crm=pl.col(field), billing=pl.col(f"{field}_right")
                )
                for field, differ in zip(FIELDS, differs, strict=True)
            ),
        ]
    )
    long.write_parquet(folder / "polars.parquet")
    counts = dict(found["kind"].value_counts().iter_rows())
    return {**counts, "values": long["field"].count()}


if __name__ == "__main__":
    main(compare, f"polars {pl.__version__}")
