from collections import Counter

import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.demo.walk import SUBSCRIPTIONS, company_pages, flat, subscription_pages


def test_cancelled_subscriptions_are_left_out_unless_they_are_asked_for(billing):
    default, every = flat(subscription_pages(billing, None)), flat(subscription_pages(billing))

    assert {"active"} == {record["status"] for record in default}
    assert (1_224, 1_301) == (len(default), len(every))


@pytest.mark.parametrize(("status", "count"), [("active", 1_224), ("canceled", 77), ("ended", 77), ("past_due", 0)])
def test_subscriptions_are_filtered_by_status(billing, status, count):
    assert count == len(flat(subscription_pages(billing, status)))


def test_a_list_is_newest_first_and_never_repeats(billing):
    records = flat(subscription_pages(billing))
    created = [record["created"] for record in records]

    assert sorted(created, reverse=True) == created
    assert 1_301 == len({record["id"] for record in records})


def test_a_list_that_fills_its_last_page_exactly_says_that_there_is_no_more(billing):
    assert [77] == [len(page) for page in subscription_pages(billing, "canceled", 77)]


def test_without_a_limit_a_page_has_ten(billing):
    answer = billing.get(SUBSCRIPTIONS).json()

    assert ("list", SUBSCRIPTIONS, True, 10) == (
        answer["object"],
        answer["url"],
        answer["has_more"],
        len(answer["data"]),
    )


def test_a_walk_goes_on_after_a_subscription_that_the_list_itself_leaves_out(billing):
    cancelled = flat(subscription_pages(billing, "canceled"))[0]
    following = billing.get(SUBSCRIPTIONS, params={"starting_after": cancelled["id"], "limit": 1}).json()["data"]

    assert "active" == following[0]["status"]
    assert following[0]["created"] <= cancelled["created"]


def test_a_customer_is_an_id_unless_it_is_expanded(billing):
    (plain,) = billing.get(SUBSCRIPTIONS, params={"limit": 1}).json()["data"]
    (full,) = billing.get(SUBSCRIPTIONS, params={"limit": 1, "expand[]": "data.customer"}).json()["data"]
    alone = billing.get(f"{SUBSCRIPTIONS}/{plain['id']}", params={"expand[]": "customer"}).json()

    assert plain["customer"] == full["customer"]["id"]
    assert full == alone
    assert full["customer"] == billing.get(f"/v1/customers/{plain['customer']}").json()
    assert full["customer"]["metadata"]["customer_number"].startswith("C-")


def test_a_cancelled_subscription_says_since_when(billing):
    cancelled = flat(subscription_pages(billing, "canceled"))

    assert all(record["created"] < record["canceled_at"] == record["ended_at"] for record in cancelled)


def test_prices_are_in_cents_for_a_month_or_a_year(billing):
    prices = {
        (price["nickname"], price["recurring"]["interval"], price["unit_amount"], price["currency"])
        for record in flat(subscription_pages(billing))
        for price in [record["items"]["data"][0]["price"]]
    }

    assert {
        ("starter", "month", 1_900, "eur"),
        ("starter", "year", 21_600, "eur"),
        ("team", "month", 4_900, "eur"),
        ("team", "year", 57_600, "eur"),
        ("business", "month", 9_900, "eur"),
        ("business", "year", 117_600, "eur"),
    } == prices


def test_customers_are_listed_like_subscriptions(billing):
    first = billing.get("/v1/customers", params={"limit": 100}).json()
    second = billing.get("/v1/customers", params={"limit": 1, "starting_after": first["data"][-1]["id"]}).json()

    assert (100, True) == (len(first["data"]), first["has_more"])
    assert second["data"][0]["id"] not in {customer["id"] for customer in first["data"]}


def test_the_account_says_who_it_is(billing):
    assert ("account", "acct_1DemoReconciliation") == tuple(
        billing.get("/v1/account").json()[name] for name in ("object", "id")
    )


def test_the_version_asked_for_is_the_version_answered(billing):
    answer = billing.get("/v1/account", headers={"Stripe-Version": "2024-06-20"})

    assert "2024-06-20" == answer.headers["stripe-version"]
    assert answer.headers["request-id"].startswith("req_")
    assert len(answer.content) == int(answer.headers["content-length"])


@pytest.mark.parametrize("token", [None, "Bearer sk_test_other", "Basic sk_test_demo"])
def test_a_wrong_key_is_refused_in_the_vendors_shape(billing, token):
    del billing.headers["Authorization"]
    answer = billing.get(SUBSCRIPTIONS, headers={"Authorization": token} if token else {})

    assert 401 == answer.status_code
    assert "invalid_request_error" == answer.json()["error"]["type"]


@pytest.mark.parametrize(
    ("params", "code", "param"),
    [
        ({"starting_after": "sub_x"}, "resource_missing", "starting_after"),
        ({"limit": "101"}, "parameter_invalid_integer", "limit"),
        ({"limit": "0"}, "parameter_invalid_integer", "limit"),
        ({"limit": "ten"}, "parameter_invalid_integer", "limit"),
        ({"status": "cancelled"}, None, "status"),
        ({"statuss": "all"}, "parameter_unknown", "statuss"),
        ({"expand[]": "customer"}, None, None),
        ({"expand[]": "data.plans"}, None, None),
    ],
)
def test_what_makes_no_sense_is_a_400_in_the_vendors_shape(billing, params, code, param):
    answer = billing.get(SUBSCRIPTIONS, params=params)
    error = answer.json()["error"]

    assert 400 == answer.status_code
    assert ("invalid_request_error", code, param) == (error["type"], error.get("code"), error.get("param"))


def search(billing, query, what="customers", **params):
    return billing.get(f"/v1/{what}/search", params={"query": query, **params})


def test_a_customer_is_found_by_its_metadata(billing):
    customer = billing.get("/v1/customers", params={"limit": 1}).json()["data"][0]
    number = customer["metadata"]["customer_number"]

    for query in (f"metadata['customer_number']:'{number}'", f'metadata["customer_number"]:"{number}"'):
        answer = search(billing, query).json()

        assert ("search_result", [customer], False, None) == (
            answer["object"],
            answer["data"],
            answer["has_more"],
            answer["next_page"],
        )


@pytest.mark.parametrize("value", ["C-nobody", r"O\'Neil", r"a\\b", ""])
def test_a_search_that_finds_nobody_says_so(billing, value):
    assert [] == search(billing, f"metadata['customer_number']:'{value}'").json()["data"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "email:'a@example.com'",
        "metadata['customer_number']:'O'Neil'",
        "metadata['customer_number']:C-1",
        "metadata['customer_number']:'C-1' OR metadata['customer_number']:'C-2'",
        r"metadata['customer_number']:'C-1\'",
    ],
)
def test_a_query_that_cannot_be_read_is_a_400_and_not_an_empty_answer(billing, query):
    answer = search(billing, query)

    assert (400, "query") == (answer.status_code, answer.json()["error"]["param"])


def test_a_search_without_a_query_is_refused(billing):
    assert "parameter_missing" == billing.get("/v1/customers/search").json()["error"]["code"]


def test_a_search_goes_on_by_a_page_of_its_own(billing):
    # Subscriptions that changed at the same instant are the only ones that share a piece of metadata.
    changes = Counter(record["metadata"]["changed_at"] for record in flat(subscription_pages(billing)))
    ((moment, count),) = changes.most_common(1)
    query = f"metadata['changed_at']:'{moment}'"
    answer = search(billing, query, "subscriptions", limit=1).json()
    found = answer["data"]
    while answer["has_more"]:
        answer = search(billing, query, "subscriptions", limit=1, page=answer["next_page"]).json()
        found += answer["data"]

    assert (count, count) == (len(found), len({record["id"] for record in found}))
    assert search(billing, query, "subscriptions", limit=100).json()["data"] == found


def test_a_found_subscription_has_its_customer_where_it_is_expanded(billing):
    record = flat(subscription_pages(billing))[0]
    query = f"metadata['changed_at']:'{record['metadata']['changed_at']}'"

    found = search(billing, query, "subscriptions", **{"expand[]": "data.customer"}).json()["data"]

    assert record in found


def test_the_items_of_a_subscription_have_a_list_of_their_own(billing):
    record = flat(subscription_pages(billing))[0]
    items = billing.get("/v1/subscription_items", params={"subscription": record["id"]}).json()

    assert (record["items"]["data"], False) == (items["data"], items["has_more"])
    last = {"subscription": record["id"], "starting_after": items["data"][-1]["id"]}
    assert [] == billing.get("/v1/subscription_items", params=last).json()["data"]


@pytest.mark.parametrize(
    ("code", "params"),
    [
        ("parameter_missing", {}),
        ("resource_missing", {"subscription": "sub_x"}),
        ("parameter_unknown", {"subscription": "sub_x", "status": "all"}),
    ],
)
def test_items_are_asked_for_by_an_existing_subscription(billing, code, params):
    answer = billing.get("/v1/subscription_items", params=params)

    assert (400, code) == (answer.status_code, answer.json()["error"]["code"])


@pytest.mark.parametrize("path", ["/v1/subscriptions/sub_x", "/v1/customers/cus_x", "/v1/invoices"])
def test_what_is_not_there_is_a_404_in_the_vendors_shape(billing, path):
    answer = billing.get(path)

    assert 404 == answer.status_code
    assert "invalid_request_error" == answer.json()["error"]["type"]


def test_after_the_accident_a_list_ends_early_as_if_all_was_well(home, demo, billing):
    whole = flat(subscription_pages(billing, "active"))
    control.set_fault(home, "billing", 130)
    pages = subscription_pages(billing)

    assert [100, 30] == [len(page) for page in pages]
    assert whole[:130] == flat(pages)
    assert 200 == billing.get(f"{SUBSCRIPTIONS}/{whole[130]['id']}").status_code


def test_an_accident_of_one_side_leaves_the_other_alone_and_can_be_undone(home, demo, crm, billing):
    control.set_fault(home, "crm", 5)

    assert [5] == [len(page) for page in company_pages(crm)]
    assert 1_301 == len(flat(subscription_pages(billing)))

    control.set_fault(home, "crm", None)

    assert 1_223 == len(flat(company_pages(crm)))


@pytest.mark.parametrize("path", [SUBSCRIPTIONS, "/v1/customers"])
def test_a_list_can_be_asked_for_what_was_created_between_two_seconds(billing, path):
    newest = billing.get(path, params={"limit": 3, "status": "all"} if path == SUBSCRIPTIONS else {"limit": 3}).json()
    last, middle, first = (record["created"] for record in newest["data"])

    def count(**bounds: int) -> int:
        params = {f"created[{name}]": str(second) for name, second in bounds.items()}
        return len(billing.get(path, params={"limit": 100, **params}).raise_for_status().json()["data"])

    assert 3 == count(gte=first)
    assert 2 == count(gt=first)
    assert 2 == count(gte=first, lt=last)
    assert 1 == count(gte=middle, lte=middle)
    assert 1 == len(billing.get(path, params={"created": str(middle)}).json()["data"])


def test_a_bound_that_is_no_number_is_refused(billing):
    answer = billing.get(SUBSCRIPTIONS, params={"created[gte]": "yesterday"})

    assert 400 == answer.status_code
    assert "created[gte]" == answer.json()["error"]["param"]


def test_an_account_that_is_no_platform_lists_no_accounts(billing):
    assert {"object": "list", "data": [], "has_more": False, "url": "/v1/accounts"} == billing.get(
        "/v1/accounts"
    ).json()


@pytest.mark.parametrize(("version", "by_item"), [("2024-06-20", False), ("2025-06-30.basil", True)])
def test_the_billing_period_stands_where_the_version_has_it(billing, demo, version, by_item):
    records = billing.get(SUBSCRIPTIONS, params={"limit": 100}, headers={"Stripe-Version": version}).json()["data"]

    for record in records:
        (item,) = record["items"]["data"]
        holder, other = (item, record) if by_item else (record, item)
        assert holder["current_period_start"] <= demo.clock.timestamp() < holder["current_period_end"]
        assert holder["current_period_start"] >= record["created"]
        assert "current_period_end" not in other
