"""Is what the demo's servers answer what the two vendors publish? Held against the shapes in `published/`.

Where those come from, and that they are still what the vendors say, is in docs/peers.md.
"""

import json
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from reconciliation_pipeline_tests.demo.conftest import plain_client
from reconciliation_pipeline_tests.demo.walk import (
    COMPANIES,
    PROPERTIES,
    SUBSCRIPTIONS,
    Record,
    company_pages,
    flat,
    subscription_pages,
)

PUBLISHED = Path(__file__).parent / "published"
COMPANY = "SimplePublicObjectWithAssociations"
COMPANY_PAGE = "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"

WITH_STATUS = frozenset({"status"})
"""HubSpot's errors say `status: error` as well, which its specification leaves out."""

formats = FormatChecker(formats=())
formats.checks("date-time", raises=ValueError)(lambda text: bool(datetime.fromisoformat(str(text)).tzinfo))


@cache
def validator(vendor: str, name: str) -> Draft202012Validator:
    published = json.loads((PUBLISHED / f"{vendor}.json").read_text("utf-8"))
    schema = {"$ref": f"#/$defs/{name}", "$defs": published["$defs"]}
    return Draft202012Validator(schema, format_checker=formats)


def departures(vendor: str, name: str, answer: object) -> list[str]:
    """List where an answer is not what the vendor publishes."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(vendor, name).iter_errors(answer)]


def test_a_departure_is_noticed():
    assert [] == departures("stripe", "Error", {"error": {"type": "invalid_request_error"}})
    assert ["$.error: 'type' is a required property"] == departures("stripe", "Error", {"error": {}})
    assert 1 == len(departures("stripe", "Error", {"error": {"type": "invalid_request_error", "kind": 1}}))
    assert 1 == len(departures("hubspot", "NextPage", {"after": 7}))


def test_every_page_of_subscriptions_has_the_published_shape(billing):
    pages = subscription_pages(billing)

    assert 14 == len(pages)
    for page in pages:
        answer = {"object": "list", "data": page, "has_more": False, "url": SUBSCRIPTIONS}
        assert [] == departures("stripe", "SubscriptionList", answer)


@pytest.mark.parametrize(
    ("name", "path", "params"),
    [
        ("SubscriptionList", SUBSCRIPTIONS, {"limit": 100}),
        ("SubscriptionList", SUBSCRIPTIONS, {"limit": 100, "status": "canceled"}),
        ("SubscriptionList", SUBSCRIPTIONS, {"status": "past_due"}),
        ("CustomerList", "/v1/customers", {"limit": 100}),
        ("AccountList", "/v1/accounts", {"limit": 100}),
        ("Account", "/v1/account", {}),
    ],
)
def test_what_stripe_lists_has_the_published_shape(billing, name, path, params):
    assert [] == departures("stripe", name, billing.get(path, params=params).raise_for_status().json())


def test_single_records_of_stripe_have_the_published_shape(billing):
    one = flat(subscription_pages(billing))[0]
    search = {"query": f"metadata['customer_number']:'{one['customer']['metadata']['customer_number']}'"}
    asked = [
        ("Subscription", f"{SUBSCRIPTIONS}/{one['id']}", {}),
        ("Subscription", f"{SUBSCRIPTIONS}/{one['id']}", {"expand[]": "customer"}),
        ("Customer", f"/v1/customers/{one['customer']['id']}", {}),
        ("SubscriptionItemList", "/v1/subscription_items", {"subscription": one["id"]}),
        ("CustomerSearch", "/v1/customers/search", search),
        ("SubscriptionSearch", "/v1/subscriptions/search", {"query": "metadata['nothing']:'like it'"}),
    ]

    for name, path, params in asked:
        assert [] == departures("stripe", name, billing.get(path, params=params).raise_for_status().json()), path


@pytest.mark.parametrize(
    ("status", "path", "params"),
    [
        (400, SUBSCRIPTIONS, {"limit": "many"}),
        (400, SUBSCRIPTIONS, {"shoe_size": 44}),
        (400, SUBSCRIPTIONS, {"starting_after": "sub_x"}),
        (400, "/v1/customers/search", {}),
        (404, f"{SUBSCRIPTIONS}/sub_x", {}),
        (404, "/v1/customers/cus_x", {}),
        (404, "/v1/nothing", {}),
    ],
)
def test_what_stripe_refuses_has_the_published_shape(billing, status, path, params):
    answer = billing.get(path, params=params)

    assert status == answer.status_code
    assert [] == departures("stripe", "Error", answer.json())


def test_a_wrong_key_is_refused_in_the_published_shape(demo):
    with plain_client(demo.billing_url, "sk_wrong") as billing, plain_client(demo.crm_url, "wrong") as crm:
        refused, turned_away = billing.get(SUBSCRIPTIONS), crm.get(COMPANIES)

    assert (401, 401) == (refused.status_code, turned_away.status_code)
    assert [] == departures("stripe", "Error", refused.json())
    assert [] == departures("hubspot", "Error", without_status(turned_away.json()))


@pytest.mark.parametrize("archived", [False, True])
def test_every_page_of_companies_has_the_published_shape(crm, archived):
    for page in company_pages(crm, archived=archived):
        assert [] == departures("hubspot", COMPANY_PAGE, {"results": page})


def test_what_hubspot_answers_has_the_published_shape(crm):
    first = crm.get(COMPANIES, params={"properties": f"{PROPERTIES},shoe_size"}).json()
    one = crm.get(f"{COMPANIES}/{first['results'][0]['id']}").json()

    assert "paging" in first
    assert [] == departures("hubspot", COMPANY_PAGE, first)
    assert [] == departures("hubspot", COMPANY, one)


@pytest.mark.parametrize(
    ("status", "path", "params"),
    [
        (400, COMPANIES, {"limit": 101}),
        (400, COMPANIES, {"after": "here"}),
        (400, COMPANIES, {"archived": "maybe"}),
        (404, f"{COMPANIES}/1", {}),
        (404, "/crm/v3/objects/shoes", {}),
    ],
)
def test_what_hubspot_refuses_has_the_published_shape(crm, status, path, params):
    answer = crm.get(path, params=params)

    assert status == answer.status_code
    assert [] == departures("hubspot", "Error", without_status(answer.json()))


def without_status(error: Record) -> Record:
    return {name: value for name, value in error.items() if name not in WITH_STATUS}
