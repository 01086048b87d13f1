"""The vendors' presets, walked against answers of the vendors' published shape."""

from dataclasses import replace
from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Abilities, By, PointRead
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.presets import with_presets
from reconciliation_pipeline_tests.connectors.builders import ENVIRON, FakeTime
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, Request, reply


def a_vendor_side(connector: str, **written: Any) -> RestSide:
    sides = with_presets({"sides": {"crm": {"connector": connector, "auth": {"token_env": "TOKEN"}, **written}}})[
        "sides"
    ]
    assert isinstance(sides, dict)
    return RestSide.model_validate(sides["crm"])


def hubspot(**written: Any) -> RestSide:
    status = {"field": "properties.stage", "active": ["customer"]}
    mrr = {"path": "properties.mrr", "type": "money", "currency": "EUR"}
    basics = {"key": "properties.number", "status": status, "fields": {"mrr": mrr}}
    return a_vendor_side("hubspot", **{**basics, **written})


def stripe(**written: Any) -> RestSide:
    return a_vendor_side("stripe", **{"key": "customer.metadata.number", **written})


def source_of(settings: RestSide) -> RestSource:
    return RestSource(settings, side=Side.CRM, environ=ENVIRON, clock=FakeTime().clock)


def rows_of(settings: RestSide) -> list[Row]:
    return [row for page in source_of(settings).pull() for row in page.rows]


def found_by(settings: RestSide, by: By, asked: str) -> PointRead:
    (found,) = source_of(settings).lookup([asked], by=by)
    return found


def vendor(answer: Answer) -> Answer:
    """Answer for the account as well, and echo the version, as both vendors do."""

    def answered(request: Request) -> Reply:
        if request.path.endswith("/details"):
            return reply({"portalId": 62515})
        if request.path == "/v1/account":
            return reply({"id": "acct_1", "object": "account"})
        said = answer(request)
        version = request.headers.get("stripe-version")
        return said if version is None else replace(said, headers={**said.headers, "Stripe-Version": version})

    return answered


def nothing(_request: Request) -> Reply:
    return Reply(b"{}", 404)


def asked_of(server: FaultServer) -> list[Request]:
    """Every request but those for the account."""
    return [one for one in server.requests if one.path != "/v1/account" and not one.path.endswith("/details")]


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
        "livemode": True,
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


def test_hubspot_says_whose_portal_it_is_and_what_it_can_do(server):
    server.says(vendor(lambda _request: reply({"results": []})))
    source = source_of(hubspot(base_url=server.url, local=True))

    assert ["62515", "62515"] == [page.account for page in source.pull()]
    assert (
        Abilities(
            paging="cursor",
            states_total=False,
            answers_for_the_past=False,
            reads_by_id=True,
            reads_by_key=True,
            scopes=("crm.objects.companies.read",),
            requests_per_second=8,
        )
        == source.declares()
    )


def test_a_hubspot_company_is_read_by_id_with_the_properties_of_the_list(server):
    server.says(lambda _request: reply(a_company(7)))

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert [("7", "C-7", State.ACTIVE)] == [(row.source_id, row.key, row.state) for row in found.rows]
    assert [("/crm/v3/objects/companies/7", {"properties": "number,stage,mrr"})] == [
        (request.path, request.params) for request in server.requests
    ]


def test_an_archived_hubspot_company_is_read_where_archived_ones_are(server):
    def only_archived(request: Request) -> Reply:
        return reply(a_company(7, archived=True)) if request.params.get("archived") == "true" else nothing(request)

    server.says(only_archived)

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert [State.ARCHIVED] == [row.state for row in found.rows]


def test_a_merged_hubspot_company_is_recognised_by_what_it_became(server):
    # https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
    server.says(lambda _request: reply(a_company(99)))

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert ("7", ["99"]) == (found.asked, [row.source_id for row in found.rows])


def test_a_hubspot_company_is_found_by_the_property_that_is_the_key(server):
    server.says(lambda _request: reply(a_company(7)))

    found = found_by(hubspot(base_url=server.url, local=True), By.KEY, "C-7")

    assert ["7"] == [row.source_id for row in found.rows]
    assert ("/crm/v3/objects/companies/C-7", "number") == (
        server.requests[0].path,
        server.requests[0].params["idProperty"],
    )


def test_a_hubspot_property_that_is_not_unique_is_said_and_can_be_left_out(server):
    server.says(lambda _request: reply({"status": "error", "category": "VALIDATION_ERROR"}, 400))

    with pytest.raises(PullFailed):
        found_by(hubspot(base_url=server.url, local=True), By.KEY, "C-7")

    without = source_of(hubspot(lookup={"by_key": None})).declares()
    assert (True, False) == (without.reads_by_id, without.reads_by_key)


def test_a_company_that_is_archived_between_the_walks_comes_twice_and_both_times_with_its_id(server):
    """What the next step tells as duplicate_source_id."""

    def companies(request: Request) -> Reply:
        archived = request.params["archived"] == "true"
        return reply({"results": [a_company(1, archived=True)] if archived else [a_company(1), a_company(2)]})

    server.says(vendor(companies))

    ids = [row.source_id for row in rows_of(hubspot(base_url=server.url, local=True))]

    assert ["1", "2", "1"] == ids


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


def items(*numbers: int, more: bool = False) -> dict[str, object]:
    recurring = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
    price = {"nickname": "seat", "unit_amount": 100, "recurring": recurring}
    data = [{"id": f"si_{number}", "quantity": 1, "price": {**price, "nickname": f"p{number}"}} for number in numbers]
    return {"object": "list", "has_more": more, "data": data}


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
