"""Whatever two sides hold: is one compared with the other the mirror of the other compared with the one?"""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation_pipeline import reconcile
from reconciliation_pipeline_tests.api.frames import lines

keys = st.sampled_from(["a", "b", "c", "A", "é", "", None])
texts = st.sampled_from(["x", "X", "x ", "7", "07", "", None])
numbers = st.sampled_from([0.0, 0.3, 0.1 + 0.2, 1.0, 1.005, 2.0, 1e-12, float("nan")])
rows = st.lists(st.tuples(keys, texts, numbers, st.booleans()), max_size=8)
rules = st.sampled_from(
    [
        None,
        ["text"],
        [{"field": "number", "tolerance": {"absolute": "0.005"}}],
        ["number", {"field": "text", "case": "ignore"}],
    ]
)
MIRRORED = {"left": "right", "right": "left"}


def side(records):
    columns = list(zip(*records, strict=True)) or [(), (), (), ()]
    text = {name: pd.Series(values, dtype="str") for name, values in zip(("id", "text"), columns[:2], strict=True)}
    return pd.DataFrame(
        {**text, "number": pd.Series(columns[2], dtype="float64"), "on": pd.Series(columns[3], dtype="bool")}
    )


def swapped(frame):
    return frame.rename(columns=MIRRORED)[list(frame.columns)]


def sides(frame):
    return sorted(((MIRRORED[row[0]], *row[1:]) for row in lines(frame)), key=str)


@settings(max_examples=8)
@given(rows, rows, rules, st.sampled_from([None, {"column": "on", "values": [True]}]))
def test_swapping_the_sides_mirrors_the_result(one, other, compare, active):
    said = {"key": "id", "compare": compare, "active": active}
    there, back = reconcile(side(one), side(other), **said), reconcile(side(other), side(one), **said)

    mirrored = {
        MIRRORED.get(name.removesuffix("_only"), "") + "_only" if name in {"left_only", "right_only"} else name: count
        for name, count in back.counts.items()
    }
    assert there.counts == mirrored
    assert there.totals["left"] == back.totals["right"]
    assert there.agrees == back.agrees
    for name in ("conflicts", "format_only"):
        assert lines(getattr(there, name)) == lines(swapped(getattr(back, name)))
    assert lines(there.left_only) == lines(back.right_only)
    for name in ("no_key", "duplicate_key"):
        assert sorted(lines(getattr(there, name)), key=str) == sides(getattr(back, name))


@settings(max_examples=8)
@given(rows)
def test_a_side_compared_with_itself_differs_in_nothing(records):
    result = reconcile(side(records), side(records), key="id")

    assert {"equal", "no_key", "duplicate_key"} >= {name for name, count in result.counts.items() if count} - {
        "records"
    }
