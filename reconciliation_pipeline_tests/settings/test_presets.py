"""What lies under a side, and how does the user's own writing lie on top of it?"""

import pytest

from reconciliation_pipeline.settings.calls import Total
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.paging import LinkPaging, OffsetPaging
from reconciliation_pipeline.settings.presets import PRESETS, VENDORS, underlay
from reconciliation_pipeline_tests.settings.builders import SHOWN, a_file, load


def billing(extra: str) -> RestSide:
    side = load(a_file(("    auth: {token_env: STRIPE", f"    {extra}\n    auth: {{token_env: STRIPE"))).sides.billing
    assert isinstance(side, RestSide)
    return side


@pytest.mark.parametrize(
    ("written", "default", "joined"),
    [
        ({}, {"a": 1}, {"a": 1}),
        ({"a": 2}, {"a": 1}, {"a": 2}),
        ({"a": {"x": 2}}, {"a": {"x": 1, "y": 1}}, {"a": {"x": 2, "y": 1}}),
        ({"a": [2]}, {"a": [1, 1]}, {"a": [2]}),
        ({"a": "text"}, {"a": {"x": 1}}, {"a": "text"}),
        ({"a": None}, {"a": {"x": 1}}, {"a": None}),
        ({"a": {"type": "new"}}, {"a": {"type": "old", "x": 1}}, {"a": {"type": "new"}}),
        ({"a": {"type": "old"}}, {"a": {"type": "old", "x": 1}}, {"a": {"type": "old", "x": 1}}),
        ({"a": {"y": 2}}, {"a": {"type": "old", "x": 1}}, {"a": {"type": "old", "x": 1, "y": 2}}),
        ({"total": {"header": "X"}}, {"total": {"body": "x"}}, {"total": {"header": "X"}}),
    ],
)
def test_a_default_lies_under_what_was_written(written, default, joined):
    assert joined == underlay(written, default)


def test_the_users_keys_keep_their_order_and_come_first():
    assert ["z", "b", "a"] == list(underlay({"z": 1, "b": 1}, {"a": 1, "b": 2}))


def test_a_preset_is_joined_key_by_key():
    side = billing("list: {params: {limit: 10}}")

    assert {"limit": 10, "status": "all"} == side.list.params
    assert "/v1/subscriptions" == side.list.path


def test_another_paging_replaces_the_presets_as_a_whole():
    assert LinkPaging(type="link") == billing("paging: {type: link}").paging
    assert OffsetPaging(type="offset", size=5) == billing("paging: {type: offset, size: 5}").paging


def test_a_total_stands_in_the_users_place_only():
    assert Total(header="X-Total") == billing("total: {header: X-Total}").total


WHAT_A_USER_KNOWS = """\
    status: {field: status, active: [active]}
    fields: {plan: plan, mrr: {path: mrr, type: money, unit: minor, currency: EUR}}
    key: customer"""


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_real_presets_need_only_what_a_user_knows(vendor):
    # Tryton is run by its users, so only they know where.
    own = f"{vendor}\n    base_url: https://erp.example.com/acme" if vendor == "tryton" else vendor
    text = a_file(("connector: stripe", f"connector: {own}"), ("    key: customer", WHAT_A_USER_KNOWS))

    side = check(text.encode(), SHOWN, {}, PRESETS).sides.billing

    assert isinstance(side, RestSide)
    assert side.base_url.startswith("https://")
    assert side.lookup is not None


def test_another_field_replaces_the_presets_meaning_and_format_as_a_whole():
    default = {"updated_at": {"field": "last_change", "format": "epoch_s"}}

    assert {"updated_at": {"field": "changed_at"}} == underlay({"updated_at": {"field": "changed_at"}}, default)
