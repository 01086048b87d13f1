"""Whatever anybody writes into the settings: no pair is accused of missing what was planted."""

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.settings.mistakes import SettingsBroken
from reconciliation_pipeline_tests.planting.bench import of
from reconciliation_pipeline_tests.planting.pairs import CSV, LINES, PARQUET, REST, SQL, STRIPE, pair

NAMES = ("plan", "mrr", "seats")
SHARED = {
    "nested": ("id", "number", "status", "created_at", "plan", "mrr", "mrr[0]", "plan.a", "c[1].d", "c[0]", "currency"),
    "flat": ("id", "number", "status", "created_at", "plan", "mrr", "plan.a", "currency"),
    "stripe": (
        *("id", "status", "created", "canceled_at", "last_change", "monthly_amount", "currency", "metadata.number"),
        *("items.data[0].quantity", "items.data[0].price.unit_amount", "items.data[0].price.nickname"),
        *(
            "items.data[1].price",
            "items.data[0].price.recurring.interval",
            "items.data[0].plan.amount",
            "items.has_more",
        ),
    ),
}
"""Places at which two things may come to stand."""

words = st.lists(st.sampled_from(["active", "on", "1", ""]), min_size=1, max_size=3, unique=True)
currencies = st.sampled_from(["EUR", "USD", "JPY", "ISK"])
types = st.tuples(*(st.sampled_from(["text", "decimal", "money"]) for _ in NAMES))


def paths(style: str, own: str):
    """Most things have a place of their own."""
    return st.one_of(*[st.just(own)] * 9, st.sampled_from(SHARED[style]))


@st.composite
def fields(draw, kinds: Mapping[str, str], style: str):
    mapped = {}
    for name, kind in kinds.items():
        mapped[name] = {"path": draw(paths(style, name)), "type": kind}
        if kind == "money":
            mapped[name]["currency"] = draw(currencies | paths(style, "currency").map(lambda path: {"path": path}))
            mapped[name]["unit"] = draw(st.sampled_from(["major", "minor"]))
    return mapped


@st.composite
def sides(draw, kinds: Mapping[str, str]):
    base, style = draw(
        st.sampled_from(
            [
                *((one, "nested") for one in (REST, LINES)),
                *((one, "flat") for one in (CSV, PARQUET, SQL)),
                *[(STRIPE, "stripe")] * 2,
            ]
        )
    )
    side: dict[str, Any] = {**base, "fields": draw(fields(kinds, style))}
    side["key"], side["source_id"] = draw(paths(style, "number")), draw(paths(style, "id"))
    side["status"] = {"field": draw(paths(style, "status")), "active": draw(words), "out_of_scope": []}
    if draw(st.booleans()):
        side["status"]["out_of_scope"] = [word for word in draw(words) if word not in side["status"]["active"]]
    for stamp in ("created_at", "updated_at"):
        if draw(st.booleans()):
            written = draw(st.sampled_from([None, "iso", "epoch_s", "epoch_ms"]))
            zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Kathmandu"]))
            side[stamp] = {"field": draw(paths(style, stamp)), "format": written, "timezone": zone}
    if draw(st.booleans()):
        side["reduce"] = {"active": "any"}
    return side


@st.composite
def pairs(draw):
    kinds = dict(zip(NAMES, draw(types), strict=True))
    compared: list[Any] = draw(st.lists(st.sampled_from(NAMES), unique=True))
    for position, name in enumerate(compared):
        if kinds[name] != "text" and draw(st.booleans()):
            tolerance = draw(st.decimals(0, 10_000, places=12))
            compared[position] = {"field": name, "tolerance": {"absolute": str(tolerance)}}
    windows = st.sampled_from(["0s", "1h", "2d", "90000d"])
    settling, by_kind = draw(windows), {kind.value: draw(windows) for kind in Kind if draw(st.booleans())}
    settling_for = {**by_kind, "fields": {name: draw(windows) for name in NAMES if draw(st.booleans())}}
    try:
        return pair(draw(sides(kinds)), draw(sides(kinds)), *compared, settling=settling, settling_for=settling_for)
    except SettingsBroken:
        assume(condition=False)


@settings(max_examples=12, derandomize=True)
@given(made=pairs())
def test_no_pair_is_accused(bench, made):
    assert () == of(bench.plant(made)).missed
