"""Which object, version and key of a vendor is meant, and what is said of one that it does not have?"""

import pytest

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.mistakes import SettingsBroken
from reconciliation_pipeline.settings.presets import PRESETS
from reconciliation_pipeline.settings.variants import unknown, variant
from reconciliation_pipeline_tests.settings.builders import SHOWN, a_file

PRESET = {
    "choices": {
        "object": {"companies": None, "contacts": None},
        "api": {"v3": {"root": "/v3"}, "v4": {"root": "/v4/crm"}},
    },
    "list": {"path": "{root}/{object}", "params": {"limit": 100, "names": ["{object}.id"]}},
    "lookup": {"path": "{root}/{object}/{source_id}"},
    "by_key": {
        "properties.{name}": {"path": "{root}/{object}/{key}", "params": {"idProperty": "{name}"}},
        "{path}": {"path": "{root}", "param": "{path}"},
    },
}


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("/v3/companies", {}),
        ("/v3/contacts", {"object": "contacts"}),
        ("/v4/crm/companies", {"api": "v4"}),
        ("/v4/crm/contacts", {"api": "v4", "object": "contacts"}),
        ("/v3/companies", {"object": "deals"}),
        ("/v3/companies", {"object": 7, "api": None}),
    ],
)
def test_a_choice_is_filled_into_every_text_and_the_first_is_meant_where_none_is_written(path, written):
    filled = variant(PRESET, written)

    assert {"path": path, "params": {"limit": 100, "names": [f"{path.rpartition('/')[2]}.id"]}} == filled["list"]
    assert {"path": f"{path}/{{source_id}}"} == filled["lookup"]
    assert {"list", "lookup", "object", "api"} == set(filled)


def test_what_was_chosen_can_be_read_off_afterwards():
    assert ("companies", "v4") == tuple(variant(PRESET, {"api": "v4"})[key] for key in ("object", "api"))
    assert {} == variant({}, {"object": "contacts"})


@pytest.mark.parametrize(
    ("expected", "key"),
    [
        ({"path": "/v3/companies/{key}", "params": {"idProperty": "number"}}, "properties.number"),
        ({"path": "/v3/companies/{key}", "params": {"idProperty": "Customer No-1"}}, "properties.Customer No-1"),
        ({"path": "/v3", "param": "properties.a.b"}, "properties.a.b"),
        ({"path": "/v3", "param": "number"}, "number"),
        (None, "numbers[0]"),
        (None, "properties.O'Neil"),
        (None, "properties.número"),
        (None, 7),
        (None, None),
    ],
)
def test_the_way_to_a_key_follows_from_where_the_key_stands(expected, key):
    lookup = variant(PRESET, {"key": key})["lookup"]

    assert isinstance(lookup, dict)
    assert expected == lookup.get("by_key")


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        ([], {}),
        ([], {"object": "contacts", "api": "v4"}),
        ([], {"object": 7}),
        (
            [("object", "this connector knows companies, contacts, and no other object", "did you mean `contacts`?")],
            {"object": "contact"},
        ),
        (
            [("api", "this connector knows v3, v4, and no other api", "choose one of v3, v4")],
            {"api": "2026-03"},
        ),
    ],
)
def test_a_choice_that_the_vendor_does_not_have_is_told_with_those_it_has(expected, written):
    assert expected == list(unknown(PRESET, written))


def test_any_name_may_be_allowed():
    preset = {"choices": {"object": {"party.party": None, "*": None}}, "list": {"path": "/{object}"}}

    assert [] == list(unknown(preset, {"object": "sale.subscription"}))
    assert {"path": "/sale.subscription"} == variant(preset, {"object": "sale.subscription"})["list"]
    assert {"path": "/party.party"} == variant(preset, {})["list"]


def told(*changes: tuple[str, str]) -> list[str]:
    with pytest.raises(SettingsBroken) as broken:
        check(a_file(*changes).encode(), SHOWN, {}, PRESETS)
    return [str(mistake).removeprefix(f"{SHOWN}:") for mistake in broken.value.mistakes]


def test_the_mistake_stands_where_the_choice_is_written():
    assert ["16:13  sides.billing.object: this connector has nothing to choose here; remove the key"] == told(
        ("    auth: {token_env: STRIPE", "    object: contacts\n    auth: {token_env: STRIPE")
    )
    assert ["7:13  sides.crm.object: this connector has nothing to choose here; remove the key"] == told(
        ("    auth: {token_env: CRM", "    object: contacts\n    auth: {token_env: CRM")
    )


def test_hubspots_choices_are_told():
    status = "status: {field: x, active: [y]}"
    fields = "fields: {plan: plan, mrr: {path: mrr, type: money, currency: EUR}}"
    written = f"connector: hubspot\n    api: v2\n    {status}\n    {fields}"

    (line,) = told(("connector: stripe", written))

    assert "knows v3, 2026-09, 2026-03, and no other api" in line
