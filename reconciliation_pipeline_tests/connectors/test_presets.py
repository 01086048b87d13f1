"""The vendors' presets, walked against answers of the vendors' published shape."""

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.fault_server import FaultServer, Reply, Request, reply
from reconciliation_pipeline_tests.connectors.preset_sides import (
    a_company,
    a_subscription,
    hubspot,
    rows_of,
    stripe,
    vendor,
)


def asked_of(server: FaultServer) -> list[Request]:
    """Every request but those for the account."""
    return [one for one in server.requests if one.path != "/v1/account" and not one.path.endswith("/details")]


def test_hubspot_is_read_in_full_with_its_archive(server: FaultServer):
    def companies(request: Request) -> Reply:
        if request.params["archived"] == "true":
            return reply({"results": [a_company(9, archived=True)]})
        if "after" in request.params:
            return reply({"results": [a_company(3)]})
        following = {"next": {"after": "3", "link": f"{server.url}/ignored"}}
        return reply({"results": [a_company(1), a_company(2)], "paging": following})

    server.says(vendor(companies))

    rows = rows_of(hubspot(base_url=server.url, local=True))

    assert [("1", "C-1"), ("2", "C-2"), ("3", "C-3"), ("9", "C-9")] == [(row.source_id, row.key) for row in rows]
    assert [State.ACTIVE, State.ACTIVE, State.ACTIVE, State.ARCHIVED] == [row.state for row in rows]
    assert {("mrr", "49.00"), ("mrr_currency", "EUR")} == set(rows[0].values.items())
    assert "/account-info/v3/details" == server.requests[0].path == server.requests[-1].path
    asked = asked_of(server)
    assert {"/crm/v3/objects/companies"} == {request.path for request in asked}
    assert [None, "3", None] == [request.params.get("after") for request in asked]
    assert {"number,stage,mrr"} == {request.params["properties"] for request in asked}
    assert {"100"} == {request.params["limit"] for request in asked}


def test_stripe_is_read_in_full_with_what_was_cancelled(server: FaultServer):
    def subscriptions(request: Request) -> Reply:
        if "starting_after" in request.params:
            ended = a_subscription(3, "canceled", canceled_at=1795320000, ended_at=1795323600)
            return reply({"object": "list", "data": [ended], "has_more": False})
        return reply({"object": "list", "data": [a_subscription(1), a_subscription(2, "incomplete")], "has_more": True})

    server.says(vendor(subscriptions))

    rows = rows_of(stripe(base_url=server.url, local=True))

    assert [State.ACTIVE, State.OUT_OF_SCOPE, State.CANCELLED] == [row.state for row in rows]
    assert {"plan": "team", "mrr": "98.00", "mrr_currency": "EUR"} == rows[0].values
    assert "2026-11-22T05:00:00+00:00" == (rows[2].updated_at.isoformat() if rows[2].updated_at else "")
    assert [None, "sub_2"] == [request.params.get("starting_after") for request in asked_of(server)]
    first = asked_of(server)[0]
    assert ("all", "data.customer", "100") == tuple(first.params[name] for name in ("status", "expand[]", "limit"))
    assert "2025-06-30.basil" == first.headers["stripe-version"]


@pytest.mark.parametrize(
    ("expected", "status"), [("active", "trialing"), ("active", "past_due"), ("cancelled", "unpaid")]
)
def test_stripes_words_for_running(server, expected, status):
    server.says(vendor(lambda _request: reply({"data": [a_subscription(1, status)], "has_more": False})))

    assert [expected] == [row.state for row in rows_of(stripe(base_url=server.url, local=True))]


def test_a_deleted_stripe_customer_leaves_a_subscription_without_key(server):
    gone = a_subscription(1, "canceled", customer={"id": "cus_1", "deleted": True})
    server.says(vendor(lambda _request: reply({"data": [gone], "has_more": False})))

    assert [None] == [row.key for row in rows_of(stripe(base_url=server.url, local=True))]


def test_a_stripe_customer_that_was_not_expanded_is_said(server):
    server.says(vendor(lambda _request: reply({"data": [a_subscription(1, customer="cus_1")], "has_more": False})))

    with pytest.raises(PullFailed, match="customer is not an object") as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "expand" in failed.value.remedy


def test_a_pager_that_stripe_imitators_get_wrong_is_caught(server):
    first = [a_subscription(1), a_subscription(2)]
    server.says(vendor(lambda _request: reply({"data": first, "has_more": True})))

    with pytest.raises(PullFailed) as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "page_repeat" == failed.value.code


def test_the_real_addresses_are_the_default():
    assert ["https://api.hubapi.com", "https://api.stripe.com"] == [hubspot().base_url, stripe().base_url]
    assert [False, False] == [hubspot().local, stripe().local]


@pytest.mark.parametrize(
    ("listed", "account", "written"),
    [
        ("/crm/v3/objects/companies", "/account-info/v3/details", {}),
        ("/crm/v3/objects/contacts", "/account-info/v3/details", {"object": "contacts"}),
        ("/crm/objects/2026-09/companies", "/account-info/2026-09/details", {"api": "2026-09"}),
        (
            "/crm/objects/2026-03/contacts",
            "/account-info/2026-03/details",
            {"api": "2026-03", "object": "contacts"},
        ),
    ],
)
def test_hubspots_objects_and_versions_have_their_own_paths(listed, account, written):
    side = hubspot(**written)

    assert side.lookup is not None
    assert side.lookup.by_key is not None
    assert side.account is not None
    assert (listed, f"{listed}/{{source_id}}", f"{listed}/{{key}}", account) == (
        side.list.path,
        side.lookup.path,
        side.lookup.by_key.path,
        side.account.path,
    )
    assert [f"crm.objects.{listed.rpartition('/')[2]}.read"] == side.scopes
