"""What Stripe says of itself, of one subscription asked for by name, and of its items."""

from dataclasses import replace

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import By
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.fault_server import Reply, Request, reply
from reconciliation_pipeline_tests.connectors.preset_sides import (
    a_subscription,
    found_by,
    items,
    rows_of,
    source_of,
    stripe,
    vendor,
)


def test_stripe_says_whose_account_it_is_and_in_which_mode(server):
    server.says(vendor(lambda _request: reply({"data": [a_subscription(1)], "has_more": False})))

    pages = list(source_of(stripe(base_url=server.url, local=True)).pull())

    assert "acct_1 livemode=true" == pages[-1].account


def test_test_data_among_live_data_is_refused(server):
    both = [a_subscription(1), a_subscription(2, livemode=False)]
    server.says(vendor(lambda _request: reply({"data": both, "has_more": False})))

    with pytest.raises(PullFailed) as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "wrong_account" == failed.value.code


def test_an_answer_in_another_version_of_stripe_is_refused(server):
    def upgraded(request: Request) -> Reply:
        said = vendor(lambda _request: reply({"data": [], "has_more": False}))(request)
        return replace(said, headers={**said.headers, "Stripe-Version": "2026-01-01.later"})

    server.says(upgraded)

    with pytest.raises(PullFailed) as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "version_mismatch" == failed.value.code


def test_a_subscription_is_read_by_id_with_its_customer(server):
    server.says(lambda _request: reply(a_subscription(7)))

    found = found_by(stripe(base_url=server.url, local=True), By.ID, "sub_7")

    assert [("sub_7", "C-7")] == [(row.source_id, row.key) for row in found.rows]
    assert [("/v1/subscriptions/sub_7", {"expand[]": "customer"})] == [
        (request.path, request.params) for request in server.requests
    ]


def test_the_subscriptions_of_a_customer_are_found_by_its_number(server):
    def search(request: Request) -> Reply:
        if request.path == "/v1/customers/search":
            return reply({"object": "search_result", "data": [{"id": "cus_7"}], "has_more": False})
        ended = a_subscription(8, "canceled", customer={"id": "cus_7", "metadata": {"number": "C-7"}})
        return reply({"object": "list", "data": [a_subscription(7), ended], "has_more": False})

    server.says(search)

    found = found_by(stripe(base_url=server.url, local=True), By.KEY, "C-7")

    assert [("sub_7", State.ACTIVE), ("sub_8", State.CANCELLED)] == [(row.source_id, row.state) for row in found.rows]
    assert [
        ("/v1/customers/search", {"query": "metadata['number']:'C-7'", "limit": "100"}),
        (
            "/v1/subscriptions",
            {"customer": "cus_7", "status": "all", "limit": "100", "expand[]": "data.customer"},
        ),
    ] == [(request.path, request.params) for request in server.requests]


def test_a_number_of_the_subscription_itself_is_searched_there(server):
    mine = a_subscription(7, metadata={"number": "C-7"})
    server.says(lambda _request: reply({"object": "search_result", "data": [mine], "has_more": False}))

    found = found_by(stripe(base_url=server.url, local=True, key="metadata.number"), By.KEY, "C-7")

    assert ["sub_7"] == [row.source_id for row in found.rows]
    assert ["/v1/subscriptions/search"] == [request.path for request in server.requests]
    assert "data.customer" == server.requests[0].params["expand[]"]


def test_a_number_that_stripe_cannot_search_for_is_not_looked_up():
    by_email = source_of(stripe(key="customer.email")).declares()

    assert (True, False) == (by_email.reads_by_id, by_email.reads_by_key)


def test_the_items_that_a_subscription_leaves_out_are_asked_for_to_the_end(server):
    def shop(request: Request) -> Reply:
        if request.path == "/v1/subscriptions":
            return reply({"data": [a_subscription(1, items=items(3, 1, more=True))], "has_more": False})
        if "starting_after" in request.params:
            return reply(items(5))
        return reply(items(1, 2, 3, 4, more=True))

    server.says(vendor(shop))

    (row,) = rows_of(stripe(base_url=server.url, local=True))

    assert {"plan": "p3", "mrr": "5.00", "mrr_currency": "EUR"} == row.values
    assert [
        {"subscription": "sub_1", "limit": "100"},
        {"subscription": "sub_1", "limit": "100", "starting_after": "si_4"},
    ] == [request.params for request in server.requests if request.path == "/v1/subscription_items"]


def test_a_subscription_that_shows_all_of_its_items_asks_for_none(server):
    server.says(vendor(lambda _request: reply({"data": [a_subscription(1)], "has_more": False})))
    rows_of(stripe(base_url=server.url, local=True))

    assert ["/v1/account", "/v1/subscriptions", "/v1/account"] == [request.path for request in server.requests]


@pytest.mark.parametrize(
    "answer",
    [
        reply({}),
        reply({"data": [], "has_more": True}),
        reply({"data": None, "has_more": False}),
        reply({**items(1), "has_more": None}),
        reply(items(1, more=True)),
        reply([]),
    ],
)
def test_items_that_do_not_come_to_an_end_are_no_amount(server, answer: Reply):
    def shop(request: Request) -> Reply:
        if request.path == "/v1/subscription_items":
            return answer
        return reply({"data": [a_subscription(1, items=items(1, more=True))], "has_more": False})

    server.says(vendor(shop))

    with pytest.raises(PullFailed, match="do not come to an end") as failed:
        rows_of(stripe(base_url=server.url, local=True))

    assert "bad_shape" == failed.value.code


@pytest.mark.parametrize(
    ("expected", "currency", "cents"),
    [
        ("49.00", "eur", 4900),
        ("4900", "jpy", 4900),
        ("4.900", "kwd", 4900),
        # Whole units, written as hundredths: https://docs.stripe.com/currencies#special-cases
        ("49", "isk", 4900),
        ("49", "ugx", 4900),
        # Whole units for payouts only.
        ("49.00", "huf", 4900),
        ("49.00", "twd", 4900),
        # ISO 4217 knows fifths of it, Stripe does not.
        ("4900.00", "mga", 4900),
    ],
)
def test_an_amount_has_the_digits_stripe_gives_its_currency(server, expected, currency, cents):
    one = a_subscription(1, currency=currency, items=items(1))
    one["items"]["data"][0]["price"]["unit_amount"] = cents  # type: ignore[index]
    server.says(vendor(lambda _request: reply({"data": [one], "has_more": False})))

    (row,) = rows_of(stripe(base_url=server.url, local=True))

    assert (expected, currency.upper()) == (row.values["mrr"], row.values["mrr_currency"])


def test_what_a_user_writes_about_a_lookup_is_kept():
    own = {"path": "/mine/{source_id}", "by_key": {"path": "/mine", "param": "number"}}
    side = stripe(lookup=own)

    assert side.lookup is not None
    assert side.lookup.by_key is not None
    assert ("/mine/{source_id}", "/mine", {}, None) == (
        side.lookup.path,
        side.lookup.by_key.path,
        side.lookup.by_key.params,
        side.lookup.by_key.then,
    )
    assert None is stripe(lookup=None).lookup
