"""Do the vendors' own clients take the demo for their vendor? And is what the demo's tests call published still so?"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from reconciliation_pipeline_tests import demo
from reconciliation_pipeline_tests.peers.installed import python_of
from reconciliation_pipeline_tests.peers.story import Shown, at, shown
from reconciliation_pipeline_tests.peers.vendor_clients import hubspot_reads, published, stripe_reads

pytestmark = pytest.mark.peers

PUBLISHED = Path(demo.__path__[0]) / "published"


@dataclass(frozen=True)
class Reading:
    """What both clients read of the same morning, and what the morning was."""

    shown: Shown
    stripe: dict[str, Any]
    hubspot: dict[str, Any]


@pytest.fixture(scope="module")
def reading(tmp_path_factory) -> Iterator[Reading]:
    python, ours = python_of("vendor-clients"), shown(tmp_path_factory.mktemp("vendors"))
    state = ours.scene.state
    with at(ours.crm) as crm, at(ours.billing) as billing:
        stripe = stripe_reads(python, billing, state.stripe_key)
        yield Reading(ours, stripe, hubspot_reads(python, crm, state.crm_token))


def test_the_published_shapes_are_what_the_vendors_clients_say():
    said = published(python_of("vendor-clients"))

    assert sorted(path.name for path in PUBLISHED.iterdir()) == sorted(said)
    for name, shapes in said.items():
        assert json.loads((PUBLISHED / name).read_text("utf-8")) == shapes, name


def test_stripes_client_reads_every_subscription_and_customer(reading):
    story, read = reading.shown.scene.state.story, reading.stripe
    held = reading.shown.scene.view.billing

    assert [entry.customer.subscription_id for entry in held] == [one["id"] for one in read["subscriptions"]]
    assert [entry.customer.customer_id for entry in held] == read["customers"]
    assert story.billing_running == read["running"]
    assert {"active": story.billing_running, "canceled": story.billing_pulled - story.billing_running} == Counter(
        one["status"] for one in read["subscriptions"]
    )


def test_stripes_client_finds_single_records(reading):
    read = reading.stripe
    first = read["subscriptions"][0]

    assert first == read["one"]
    assert [first["items"]["data"][0]["id"]] == read["items"]
    assert [first["customer"]["id"]] == read["found"]
    assert first["id"] in read["recent"]
    assert read["account"].startswith("acct_")


def test_stripes_client_understands_every_refusal(reading):
    read = reading.stripe

    assert ["InvalidRequestError", 404, "resource_missing", "id"] == read["missing"]
    assert ["InvalidRequestError", 400, "parameter_unknown", "shoe_size"] == read["unknown"]
    assert ["AuthenticationError", 401, None, None] == read["wrong_key"]


def test_hubspots_client_reads_every_company(reading):
    read, held = reading.hubspot, reading.shown.scene.view.crm
    listed = [str(entry.customer.company_id) for entry in held if not entry.version.archived]

    assert listed == [one["id"] for one in read["companies"]]
    assert len(held) == len(read["companies"]) + len(read["archived"])
    assert {False} == {one["archived"] for one in read["companies"]}
    assert {True} == {one["archived"] for one in read["archived"]}


def test_hubspots_client_finds_single_records_and_understands_refusals(reading):
    read = reading.hubspot

    assert read["companies"][0] == read["one"] == read["by_number"]
    assert read["changed"].endswith("+00:00")
    assert [404, "OBJECT_NOT_FOUND"] == read["missing"]
    assert [401, "INVALID_AUTHENTICATION"] == read["wrong_token"]


def test_both_clients_read_the_same_running_customers_that_agree(reading):
    story = reading.shown.scene.state.story
    crm = {
        one["properties"]["customer_number"]: one["properties"]["plan"]
        for one in reading.hubspot["companies"]
        if "active" == one["properties"]["customer_status"]
    }
    billing = {
        one["customer"]["metadata"]["customer_number"]: one["items"]["data"][0]["price"]["nickname"]
        for one in reading.stripe["subscriptions"]
        if "active" == one["status"]
    }

    assert story.crm_active == len(crm)
    assert story.billing_running == len(billing)
    # The one that is still on its way from the CRM to billing is the settling conflict.
    assert story.agreeing <= sum(crm[number] == billing[number] for number in crm.keys() & billing.keys())
