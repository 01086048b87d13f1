"""The vendors' presets, walked against answers of the vendors' published shape."""

from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.presets import with_presets
from reconciliation_pipeline_tests.connectors.builders import ENVIRON, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import FaultServer, Reply, Request, reply


def a_vendor_side(connector: str, **written: Any) -> RestSide:
    sides = with_presets({"sides": {"crm": {"connector": connector, "auth": {"token_env": "TOKEN"}, **written}}})[
        "sides"
    ]
    assert isinstance(sides, dict)
    return RestSide.model_validate(sides["crm"])


def hubspot(**written: Any) -> RestSide:
    status = {"field": "properties.stage", "active": ["customer"]}
    mrr = {"path": "properties.mrr", "type": "money", "currency": "EUR"}
    return a_vendor_side("hubspot", key="properties.number", status=status, fields={"mrr": mrr}, **written)


def stripe(**written: Any) -> RestSide:
    return a_vendor_side("stripe", key="customer.metadata.number", **written)


def rows_of(settings: RestSide) -> list[Row]:
    source = RestSource(settings, side=Side.CRM, environ=ENVIRON, clock=FakeTime().clock)
    return [row for page in source.pull() for row in page.rows]


def a_company(number: int, *, archived: bool = False) -> dict[str, object]:
    properties = {"number": f"C-{number}", "stage": "customer", "mrr": "49", "hs_object_id": str(number)}
    times = {"createdAt": "2024-01-02T03:04:05.678Z", "updatedAt": "2026-11-22T02:00:00Z"}
    return {"id": str(number), "properties": properties, "archived": archived, **times}


def a_subscription(number: int, status: str = "active", **more: object) -> dict[str, object]:
    price = {
        "id": "price_1",
        "nickname": "team",
        "unit_amount": 4900,
        "unit_amount_decimal": "4900",
        "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    }
    return {
        "id": f"sub_{number}",
        "status": status,
        "currency": "eur",
        "created": 1795316400,
        "canceled_at": None,
        "ended_at": None,
        "customer": {"id": f"cus_{number}", "metadata": {"number": f"C-{number}"}},
        "items": {"object": "list", "has_more": False, "data": [{"id": "si_1", "quantity": 2, "price": price}]},
        **more,
    }


def test_hubspot_is_read_in_full_with_its_archive(server: FaultServer):
    def companies(request: Request) -> Reply:
        if request.params["archived"] == "true":
            return reply({"results": [a_company(9, archived=True)]})
        if "after" in request.params:
            return reply({"results": [a_company(3)]})
        following = {"next": {"after": "3", "link": f"{server.url}/ignored"}}
        return reply({"results": [a_company(1), a_company(2)], "paging": following})

    server.says(companies)

    rows = rows_of(hubspot(base_url=server.url, local=True))

    assert [("1", "C-1"), ("2", "C-2"), ("3", "C-3"), ("9", "C-9")] == [(row.source_id, row.key) for row in rows]
    assert [State.ACTIVE, State.ACTIVE, State.ACTIVE, State.ARCHIVED] == [row.state for row in rows]
    assert {("mrr", "49.00"), ("mrr_currency", "EUR")} == set(rows[0].values.items())
    assert {"/crm/v3/objects/companies"} == {request.path for request in server.requests}
    assert [None, "3", None] == [request.params.get("after") for request in server.requests]
    assert {"number,stage,mrr"} == {request.params["properties"] for request in server.requests}
    assert {"100"} == {request.params["limit"] for request in server.requests}


def test_stripe_is_read_in_full_with_what_was_cancelled(server: FaultServer):
    def subscriptions(request: Request) -> Reply:
        if "starting_after" in request.params:
            ended = a_subscription(3, "canceled", canceled_at=1795320000, ended_at=1795323600)
            return reply({"object": "list", "data": [ended], "has_more": False})
        return reply({"object": "list", "data": [a_subscription(1), a_subscription(2, "incomplete")], "has_more": True})

    server.says(subscriptions)

    rows = rows_of(stripe(base_url=server.url, local=True))

    assert [State.ACTIVE, State.OUT_OF_SCOPE, State.CANCELLED] == [row.state for row in rows]
    assert {"plan": "team", "mrr": "98.00", "mrr_currency": "EUR"} == rows[0].values
    assert "2026-11-22T05:00:00+00:00" == (rows[2].updated_at.isoformat() if rows[2].updated_at else "")
    assert [None, "sub_2"] == [request.params.get("starting_after") for request in server.requests]
    first = server.requests[0]
    assert ("all", "data.customer", "100") == tuple(first.params[name] for name in ("status", "expand[]", "limit"))
    assert "2025-06-30.basil" == first.headers["stripe-version"]


@pytest.mark.parametrize(
    ("expected", "status"), [("active", "trialing"), ("active", "past_due"), ("cancelled", "unpaid")]
)
def test_stripes_words_for_running(server, expected, status):
    server.says(lambda _request: reply({"data": [a_subscription(1, status)], "has_more": False}))

    assert [expected] == [row.state for row in rows_of(stripe(base_url=server.url, local=True))]


def test_a_deleted_stripe_customer_leaves_a_subscription_without_key(server):
    gone = a_subscription(1, "canceled", customer={"id": "cus_1", "deleted": True})
    server.says(lambda _request: reply({"data": [gone], "has_more": False}))

    assert [None] == [row.key for row in rows_of(stripe(base_url=server.url, local=True))]


def test_a_stripe_customer_that_was_not_expanded_is_said(server):
    server.says(lambda _request: reply({"data": [a_subscription(1, customer="cus_1")], "has_more": False}))

    with pytest.raises(PullFailed, match="customer is not an object") as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "expand" in failed.value.remedy


def test_a_pager_that_stripe_imitators_get_wrong_is_caught(server):
    first = [a_subscription(1), a_subscription(2)]
    server.says(lambda _request: reply({"data": first, "has_more": True}))

    with pytest.raises(PullFailed) as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "page_repeat" == failed.value.code


def test_the_real_addresses_are_the_default():
    assert ["https://api.hubapi.com", "https://api.stripe.com"] == [hubspot().base_url, stripe().base_url]
    assert [False, False] == [hubspot().local, stripe().local]
