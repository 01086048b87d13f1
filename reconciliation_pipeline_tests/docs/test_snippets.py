"""Do the examples of settings load as they stand on their pages?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciliation_pipeline.connectors import vendors
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import FileSide, Reconciliation, RestSide
from reconciliation_pipeline.settings.presets import PRESETS, VENDORS
from reconciliation_pipeline.settings.variants import variant
from reconciliation_pipeline_tests.docs import pages

ENVIRON = {"CRM_URL": "http://127.0.0.1:9", "BILLING_URL": "http://127.0.0.1:9"}

SIDE = """\
connector: rest
base_url: https://billing.example.com
auth: {token_env: BILLING_TOKEN}
list: {path: /contracts, records: data}
paging: {type: cursor, next: next, param: after}
key: number
status: {field: state, active: [running]}
fields: {plan: plan, mrr: {path: amount, type: money, currency: EUR}}
"""
"""What a part of a side stands in; a part of the same name takes its place."""

SIDES = {"crm", "billing"}


def snippets() -> list[tuple[str, str]]:
    """Give every YAML example, with its page."""
    return [
        (pages.name_of(page), snippet)
        for page in pages.PAGES
        for snippet in pages.fenced(page.read_text("utf-8"), "yaml")
    ]


def around(part: Mapping[str, Any]) -> dict[str, Any]:
    """Put a part of a file where it belongs, into a file that is valid without it."""
    side = yaml.safe_load(SIDE)
    if set(part) <= SIDES:
        return a_file(sides={"crm": side, "billing": side, **part})
    if set(part) <= {*RestSide.model_fields, *FileSide.model_fields}:
        return a_file(sides={"crm": side, "billing": {**side, **part}})
    return a_file(sides={"crm": side, "billing": side}, **part)


def a_file(**parts: Any) -> dict[str, Any]:
    return {"id": "example", "compare": ["plan", "mrr"], **parts}


def loaded(snippet: str) -> Reconciliation:
    parsed = yaml.safe_load(snippet)
    content = snippet if "sides" in parsed else yaml.safe_dump(around(parsed))
    return check(content.encode(), Path("example.yaml"), ENVIRON)


@pytest.mark.parametrize(("page", "snippet"), snippets())
def test_an_example_loads_as_it_stands(page, snippet):
    assert loaded(snippet).id


def test_every_style_of_paging_has_an_example():
    styles = {
        side.paging.type
        for page, snippet in snippets()
        if page == "docs/connectors.md"
        for side in (loaded(snippet).sides.crm, loaded(snippet).sides.billing)
        if isinstance(side, RestSide)
    }

    assert {"cursor", "has_more", "link", "offset", "page", "range"} == styles


def facts(preset: Mapping[str, Any]) -> list[str]:
    """Give what a page must say of a preset, in its own spelling."""
    said = [preset["list"]["path"], f"{preset['requests_per_second']} requests a second"]
    said += [preset[key] for key in ("base_url", "version_header") if key in preset]
    said += [f"{limit} a page" for name, limit in preset["list"].get("params", {}).items() if name == "limit"]
    said += [name if name.startswith("X-") else value for name, value in preset["list"].get("headers", {}).items()]
    said += [preset[key][part] for key, part in (("account", "path"), ("account", "id")) if part in preset.get(key, {})]
    said += preset["scopes"][:1] if preset["scopes"][0].count(".") > 1 else []
    for states in ("active", "out_of_scope"):
        said += preset.get("status", {}).get(states, [])
    return said


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_page_of_vendors_says_what_a_preset_brings(vendor):
    preset = variant(yaml.safe_load((PRESETS / f"{vendor}.yaml").read_text("utf-8")), {})
    name = {"hubspot": "HubSpot"}.get(vendor, vendor.capitalize())
    told = pages.section(pages.text_of("docs/connectors/vendors.md"), f"{name}: {vendor}")

    assert [] == [fact for fact in facts(preset) if fact not in told]


def test_the_page_of_vendors_names_every_choice_of_a_preset():
    told = pages.text_of("docs/connectors/vendors.md")
    choices = [
        choice
        for vendor in VENDORS
        for options in yaml.safe_load((PRESETS / f"{vendor}.yaml").read_text("utf-8")).get("choices", {}).values()
        for choice in options
    ]

    assert {"contacts", "2026-09", "party.party"} <= set(choices)
    assert [] == [choice for choice in choices if choice not in told]


def test_every_hook_of_a_vendor_is_explained_to_those_who_write_a_preset():
    page = pages.section(pages.text_of("docs/connectors/writing-a-preset.md"), "The little code")
    hooks = {name for name in vars(vendors) if name.isupper()}

    assert {"ENRICH", "FOLLOW"} <= hooks
    assert hooks == set(pages.first_column(page))


def test_the_three_edits_lead_from_the_demo_to_a_pair_of_ones_own():
    lines = (pages.ROOT / "reconciliations/crm_billing.yaml").read_text("utf-8").splitlines()
    demo = ("base_url:", "local:", "requests_per_second:", "updated_at:")
    ours = [line.replace("id: crm_billing", "id: acme") for line in lines if not line.strip().startswith(demo)]

    pair = check("\n".join(ours).encode(), Path("acme.yaml"), {})

    assert "acme" == pair.id
    assert [("https://api.hubapi.com", False), ("https://api.stripe.com", False)] == [
        (side.base_url, side.local) for side in (pair.sides.crm, pair.sides.billing) if isinstance(side, RestSide)
    ]
