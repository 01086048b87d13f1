"""How does the answer of the comparison become what somebody gets back, in their own words and names?"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from reconciliation_pipeline.api.asked import Answer
from reconciliation_pipeline.api.result import Reconciled
from reconciliation_pipeline.api.wanted import SIDES
from reconciliation_pipeline.domain.comparison import SideBalance
from reconciliation_pipeline.domain.records import Side

Sums = Mapping[str, Mapping[Side, Decimal | float]]
"""By field of numbers and side, what it adds up to."""


def outcome(
    answer: Answer,
    labels: Mapping[Side, str],
    names: Sequence[str],
    originals: Mapping[Side, pd.DataFrame],
    sums: Sums,
) -> Reconciled:
    """Put the answer into the words of whoever asked.

    Args:
        answer: What the comparison came to.
        labels: What people call the sides.
        names: The compared fields, in the order in which they were asked for.
        originals: By side, the rows that the other side does not have.
        sums: What fields of numbers add up to.
    """
    by_number = {f"c{place}": name for place, name in enumerate(names)}
    long = answer.differences.rename(columns={side.value: labels[side] for side in Side})
    long.insert(1, "field", long["place"].map(dict(enumerate(names))).astype("str"))
    shown = ["key", "field", *(labels[side] for side in Side), "format_only"]
    conflicts, formats = (
        long.loc[long["verdict"] == verdict, shown].reset_index(drop=True)
        for verdict in ("value_conflict", "format_only")
    )
    unknown = _sided(answer.unknown_value, labels)
    unknown.insert(2, "field", unknown.pop("place").map(by_number).astype("str"))
    return Reconciled(
        left_name=labels[Side.CRM],
        right_name=labels[Side.BILLING],
        counts=_counts(answer),
        totals={
            name: {**_totals(answer.balances[side]), "sums": {field: each[side] for field, each in sums.items()}}
            for name, side in SIDES.items()
        },
        conflicts=conflicts,
        left_only=originals[Side.CRM],
        right_only=originals[Side.BILLING],
        format_only=formats,
        no_key=_sided(answer.no_key, labels),
        duplicate_key=_sided(answer.duplicate_key, labels),
        unknown_value=unknown,
        fields=_fields(long, names, sums),
    )


def _sided(frame: pd.DataFrame, labels: Mapping[Side, str]) -> pd.DataFrame:
    return frame.assign(side=frame["side"].map({side.value: labels[side] for side in Side}).astype("str"))


def _counts(answer: Answer) -> dict[str, int]:
    left, right = (answer.balances[side] for side in Side)
    counts = {
        "equal": left.equal,
        "differ": left.conflict,
        "format_only": left.format_only,
        "left_only": left.one_sided,
        "right_only": right.one_sided,
        "no_key": left.no_key + right.no_key,
        "duplicate_key": left.duplicate_key + right.duplicate_key,
        "unknown_value": left.unknown_value,
    }
    return {"records": sum(counts.values()), **counts}


def _totals(balance: SideBalance) -> dict[str, object]:
    return {
        "rows": balance.pulled,
        "equal": balance.equal,
        "differ": balance.conflict,
        "format_only": balance.format_only,
        "only_here": balance.one_sided,
        "no_key": balance.no_key,
        "duplicate_key": balance.duplicate_key,
        "unknown_value": balance.unknown_value,
        # Here not active, on the other side active or not.
        "not_active": balance.counterpart + balance.out_of_scope,
    }


def _fields(long: pd.DataFrame, names: Sequence[str], sums: Sums) -> pd.DataFrame:
    counted = long.groupby(["place", "format_only"]).size().to_dict()
    return pd.DataFrame(
        {
            "field": pd.Series(names, dtype="str"),
            "differ": pd.Series([counted.get((place, False), 0) for place in range(len(names))], dtype="int64"),
            "format_only": pd.Series([counted.get((place, True), 0) for place in range(len(names))], dtype="int64"),
            **{
                f"{word}_sum": pd.Series([sums.get(name, {}).get(side) for name in names], dtype="object")
                for word, side in SIDES.items()
            },
        }
    )
