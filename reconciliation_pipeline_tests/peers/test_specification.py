"""Does the demo's Stripe keep the whole of Stripe's OpenAPI specification, for the pages that it has?

The specification is Stripe's own of 2024-06-20 (https://github.com/stripe/openapi, MIT), as airbyte-source-stripe
ships it. A newer version is held against the shapes in `demo/published`, in every test run.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from reconciliation_pipeline_tests.peers.installed import python_of
from reconciliation_pipeline_tests.peers.story import at, shown

pytestmark = pytest.mark.peers

VERSION = "2024-06-20"
STATUSES = ("active", "canceled", "all", "ended", "past_due")


@cache
def specification() -> dict[str, Any]:
    home = python_of("airbyte-stripe").parents[1]
    (path,) = home.glob("lib/python3*/site-packages/source_stripe/schemas/openapi_spec.json")
    found: dict[str, Any] = with_null(json.loads(path.read_text("utf-8")))
    assert VERSION == found["info"]["version"]
    return found


def with_null(part: Any) -> Any:
    """Say `nullable` in the words of JSON Schema."""
    if isinstance(part, list):
        return [with_null(each) for each in part]
    if not isinstance(part, dict):
        return part
    plain = {name: with_null(value) for name, value in part.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if part.get("nullable") is True else plain


def departures(path: str, status: str, answer: object) -> list[str]:
    pointer = f"#/paths/{path.replace('/', '~1')}/get/responses/{status}/content/application~1json/schema"
    validator = Draft202012Validator({**specification(), "$ref": pointer})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


@pytest.fixture(scope="module")
def billing(tmp_path_factory) -> Iterator[httpx.Client]:
    ours = shown(tmp_path_factory.mktemp("specification"))
    headers = {"Authorization": f"Bearer {ours.scene.state.stripe_key}", "Stripe-Version": VERSION}
    with at(ours.billing) as url, httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
        yield client


@pytest.mark.parametrize("status", STATUSES)
def test_lists_of_subscriptions_keep_the_specification(billing, status):
    answer = billing.get("/v1/subscriptions", params={"limit": 100, "status": status, "expand[]": "data.customer"})

    assert VERSION == answer.headers["stripe-version"]
    assert [] == departures("/v1/subscriptions", "200", answer.raise_for_status().json())


def test_everything_about_one_customer_keeps_the_specification(billing):
    (one,) = billing.get("/v1/subscriptions", params={"limit": 1, "expand[]": "data.customer"}).json()["data"]
    query = f"metadata['customer_number']:'{one['customer']['metadata']['customer_number']}'"
    asked = [
        ("/v1/subscriptions/{subscription_exposed_id}", f"/v1/subscriptions/{one['id']}", {}),
        ("/v1/subscriptions/search", "/v1/subscriptions/search", {"query": "metadata['nothing']:'like it'"}),
        ("/v1/subscription_items", "/v1/subscription_items", {"subscription": one["id"]}),
        ("/v1/customers", "/v1/customers", {"limit": "100"}),
        ("/v1/customers/{customer}", f"/v1/customers/{one['customer']['id']}", {}),
        ("/v1/customers/search", "/v1/customers/search", {"query": query}),
        ("/v1/account", "/v1/account", {}),
        ("/v1/accounts", "/v1/accounts", {}),
    ]

    for path, address, params in asked:
        assert [] == departures(path, "200", billing.get(address, params=params).raise_for_status().json()), path


@pytest.mark.parametrize("params", [{"limit": "0"}, {"shoe_size": "44"}, {"starting_after": "sub_x"}])
def test_refusals_keep_the_specification(billing, params):
    answer = billing.get("/v1/subscriptions", params=params)

    assert 400 == answer.status_code
    assert [] == departures("/v1/subscriptions", "default", answer.json())


def test_a_departure_is_noticed(billing):
    answer = billing.get("/v1/subscriptions", params={"limit": 1}).json()
    del answer["data"][0]["current_period_end"]

    (departure,) = departures("/v1/subscriptions", "200", answer)
    assert "'current_period_end' is a required property" in departure


def test_every_parameter_that_the_demo_understands_is_one_of_stripes(billing):
    ours = {"limit", "starting_after", "status", "customer", "created", "expand"}
    theirs = {one["name"] for one in specification()["paths"]["/v1/subscriptions"]["get"]["parameters"]}

    assert ours <= theirs
    assert theirs - ours == {
        *("automatic_tax", "collection_method", "current_period_end", "current_period_start", "ending_before"),
        *("price", "test_clock"),
    }
