"""Do the examples of settings load as they stand on their pages?"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import FileSide, Reconciliation, RestSide
from reconciliation_pipeline.settings.presets import PRESETS, VENDORS
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
    said = [preset["base_url"], preset["list"]["path"], f"{preset['requests_per_second']} requests a second"]
    said += [f"{preset['list']['params']['limit']} a page"]
    said += preset["list"].get("headers", {}).values()
    for states in ("active", "out_of_scope"):
        said += preset.get("status", {}).get(states, [])
    return said


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_page_of_connectors_says_what_a_preset_brings(vendor):
    preset = yaml.safe_load((PRESETS / f"{vendor}.yaml").read_text("utf-8"))
    told = pages.section(
        pages.text_of("docs/connectors.md"),
        f"{vendor.replace('hubspot', 'HubSpot').replace('stripe', 'Stripe')}: {vendor}",
    )

    assert [] == [fact for fact in facts(preset) if fact not in told]


def test_the_three_edits_lead_from_the_demo_to_a_pair_of_ones_own():
    lines = (pages.ROOT / "reconciliations/crm_billing.yaml").read_text("utf-8").splitlines()
    demo = ("base_url:", "local:", "requests_per_second:", "updated_at:")
    ours = [line.replace("id: crm_billing", "id: acme") for line in lines if not line.strip().startswith(demo)]

    pair = check("\n".join(ours).encode(), Path("acme.yaml"), {})

    assert "acme" == pair.id
    assert [("https://api.hubapi.com", False), ("https://api.stripe.com", False)] == [
        (side.base_url, side.local) for side in (pair.sides.crm, pair.sides.billing) if isinstance(side, RestSide)
    ]
