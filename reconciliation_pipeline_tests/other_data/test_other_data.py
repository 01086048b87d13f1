"""Does it hold for a company nobody here has seen? Other keys, counts, styles and accidents, by real commands only.

Each run of a morning costs some four seconds, so that one company answers several questions.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import pytest

from reconciliation_pipeline_tests.other_data.company import Company, rest
from reconciliation_pipeline_tests.other_data.servers import Record, System, served

Serve = Callable[[System], System]


@pytest.fixture
def company(tmp_path) -> Company:
    return Company(tmp_path)


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda system: stack.enter_context(served(system))


def customer(index: int, number: object = None, **changes: Any) -> Record:
    number = f"K{index:05d}" if number is None else number
    plain = {"id": f"r{index}", "number": number, "status": "active", "plan": "SML"[index % 3], "mrr": 1900}
    return {**plain, **changes}


def customers(count: int) -> list[Record]:
    return [customer(index) for index in range(count)]


@pytest.mark.parametrize(
    ("styles", "count", "more"),
    [
        (("cursor", "has_more"), 101, {"packed": True}),
        (("link", "offset"), 300, {"chunked": True, "page": 17}),
        (("page", "range"), 1203, {"packed": True, "chunked": True, "date": "real"}),
    ],
)
def test_every_style_of_paging_brings_every_record_once(company, serve, styles, count, more):
    mine, theirs = customers(count), customers(count)[1:]
    mine[2]["status"] = "churned"
    theirs[3]["mrr"] += 2
    systems = (System(held, style=style, **more) for held, style in zip((mine, theirs), styles, strict=True))
    company.configure(*(rest(serve(system)) for system in systems))

    company.confirm(count, count - 1)

    answer = company.run()

    assert (3, 3, 1, 1, 1) == answer.counts("total", "open", "crm_only", "billing_only", "value_conflict")
    assert (count, count - 1) == tuple(answer.data["sides"][side]["pulled"] for side in ("crm", "billing"))
    assert {
        ("crm_only", "K00000", "unknown", "19.00"),
        ("billing_only", "K00002", "cancelled", "19.00"),
        ("value_conflict", "K00004", None, "0.02"),
    } == {(one["kind"], one["key"], one["reason"], one["money"]["amount"]) for one in company.items()}


def company_of_hubspot(index: int, **properties: Any) -> Record:
    own = {"customer_number": f"{index:04d}", "customer_status": "active", "plan": "Pro", "mrr": "49.00"}
    times = {"createdAt": "2025-01-01T00:00:00.000Z", "updatedAt": "2025-06-01T10:00:00.123Z"}
    return {"id": str(9_000_000_000 + index), "properties": {**own, **properties}, **times}


def subscription(index: int, *, place: int = 0, amount: int = 4900, interval: str = "month", **more: Any) -> Record:
    currency = more.get("currency", "eur")
    price = {"nickname": "Pro", "currency": currency, "unit_amount": amount}
    price["recurring"] = {"interval": interval, "interval_count": 1, "usage_type": "licensed"}
    plain = {
        "id": f"sub_{index}_{place}",
        "object": "subscription",
        "status": "active",
        "created": 1_735_689_600 + index * 10 + place,
        "currency": currency,
        "customer": {"id": f"cus_{index}", "object": "customer", "metadata": {"customer_number": f"{index:04d}"}},
        "items": {"object": "list", "has_more": False, "data": [{"id": "si", "quantity": 1, "price": price}]},
    }
    return {**plain, **more}


def test_vendors_are_read_with_their_defaults(company, serve):
    count = 250
    crm: list[Record] = [company_of_hubspot(index) for index in range(count)]
    billing = [subscription(index) for index in range(count)]
    crm[0]["archived"] = True
    billing[1]["status"] = "canceled"
    billing[2] = subscription(2, amount=58800, interval="year")
    billing[3:4] = [subscription(3, amount=2450), subscription(3, place=1, amount=2450)]
    billing.append(subscription(4, place=1, status="canceled"))
    billing.append(subscription(5, place=1, currency="usd"))
    crm[6]["properties"]["mrr"] = "50"
    vendor = {"local": True, "auth": {"token_env": "A_TOKEN"}, "requests_per_second": 1000}
    fields = {
        "plan": "properties.plan",
        "mrr": {"path": "properties.mrr", "type": "money", "currency": "EUR", "unit": "major"},
    }
    company.configure(
        {
            **vendor,
            "connector": "hubspot",
            "base_url": serve(System(crm, style="hubspot")).url,
            "key": "properties.customer_number",
            "status": {"field": "properties.customer_status", "active": ["active"]},
            "fields": fields,
        },
        {
            **vendor,
            "connector": "stripe",
            "base_url": serve(System(billing, style="stripe")).url,
            "key": "customer.metadata.customer_number",
        },
    )

    company.confirm(len(crm), len(billing))

    answer = company.run()

    assert {
        ("billing_only", "0000", "archived", "49.00"),
        ("crm_only", "0001", "cancelled", "49.00"),
        ("value_conflict", "0006", None, "1.00"),
    } == {(one["kind"], one["key"], one["reason"], one["money"]["amount"]) for one in company.items()}
    # Two subscriptions in two currencies make no sum: set apart, and said.
    assert (0, 2) == answer.counts("no_key", "duplicate_key")


def test_a_first_morning_is_unproven_until_both_counts_are_confirmed(company, serve):
    company.configure(rest(serve(System(customers(120)))), rest(serve(System(customers(119)))))

    first = company.run(now="2026-11-01T04:00:00Z")
    shown = company.items()
    by_one = company.confirm(120, 300, on="2026-11-01")
    by_both = company.confirm(120, 119, on="2026-11-01")
    second = company.run(now="2026-11-02T04:00:00Z")

    assert (1, {"unproven"}) == (first.exit, first.codes)
    assert {"unproven"} == {first.data["sides"][side]["certificate"] for side in ("crm", "billing")}
    assert ["K00119"] == [one["key"] for one in shown]
    assert ([], ["2026-11-01"]) == (by_one, by_both)
    assert [("2026-11-01", "complete")] * 2 == [
        (side["baseline"]["date"], side["certificate"]) for side in second.data["sides"].values()
    ]
    assert (1, 0) == second.counts("open", "new")


def test_a_first_morning_without_a_difference_is_not_clean_as_long_as_nobody_vouches_for_it(company, serve):
    company.configure(rest(serve(System(customers(120)))), rest(serve(System(customers(120)))))

    unproven = company.recon("run", "pair", now="2026-11-01T04:00:00Z")
    company.confirm(120, 120, on="2026-11-01")
    again = company.run(now="2026-11-01T05:00:00Z")

    assert (3, "not_trustworthy", {"unproven"}) == (unproven.exit, unproven.data["outcome"], unproven.codes)
    assert 0 == unproven.data["differences"]["total"]
    assert (0, "clean") == (again.exit, again.data["outcome"])


def test_several_mornings_tell_new_from_old_and_a_refused_one_loses_nothing(company, serve):
    crm, billing = System(customers(200)), System(customers(200))
    company.configure(rest(serve(crm)), rest(serve(billing)))
    crm.records = [*crm.records[:199], customer(199, status="left")]

    company.confirm(200, 200, on="2026-11-01")
    first = company.run(now="2026-11-01T04:00:00Z")
    # One below 80 % of the 199 active ones.
    crm.records = crm.records[:159]
    floor = company.run(now="2026-11-02T04:00:00Z")
    kept = company.items()
    crm.records = customers(199)
    third = company.run(now="2026-11-03T04:00:00Z")

    assert {"floor", "vanished"} == floor.codes
    assert [("K00199", "cancelled", "2026-11-01")] == [(one["key"], one["reason"], one["first_seen"]) for one in kept]
    assert (1, 1, 0) == first.counts("open", "new", "resolved")
    assert (1, 0, 0) == third.counts("open", "new", "resolved")
    assert "2026-11-01" == third.data["sides"]["crm"]["baseline"]["date"]
    assert [("K00199", "unknown", "2026-11-01", "2026-11-03")] == [
        (one["key"], one["reason"], one["first_seen"], one["last_seen"]) for one in company.items()
    ]


def test_a_person_can_accept_a_genuine_drop_for_one_morning(company, serve):
    crm, billing = System(customers(200)), System(customers(200))
    company.configure(rest(serve(crm)), rest(serve(billing)))
    company.confirm(200, 200, on="2026-11-01")
    company.run(now="2026-11-01T04:00:00Z")
    crm.records, billing.records = customers(60), customers(60)
    refused = company.run(now="2026-11-02T04:00:00Z")
    word = ("--date", "2026-11-02", "--count", "60", "--by", "a person", "--reason", "the old contracts were moved")
    for side in ("crm", "billing"):
        company.recon("accept-count", "pair", "--side", side, *word)

    believed = company.run(now="2026-11-02T04:00:00Z")

    assert {"floor", "vanished"} == refused.codes
    assert 0 == believed.exit
    assert all("60 accepted by a person: " in str(side["remarks"]) for side in believed.data["sides"].values())


def test_odd_keys_stay_what_they_are_and_an_hour_is_an_hour(company, serve):
    odd = ["007", "7", 8, "with space", "日本語", "O'Brien", "a" * 3000, "550e8400-e29b-41d4-a716-446655440000", "%41"]
    old = {"created_at": "2026-01-01T00:00:00Z"}
    both = [customer(index, key, **old) for index, key in enumerate([*odd, *range(100, 130)])]
    ages = {"young": "2026-11-22T03:00:01Z", "hour": "2026-11-22T05:00:00+02:00", "naive": "2026-11-22 04:30:00"}
    fresh = [customer(500 + place, key, created_at=at) for place, (key, at) in enumerate(ages.items())]
    times = {"created_at": {"field": "created_at", "timezone": "Europe/Berlin"}}
    company.configure(rest(serve(System([*both, *fresh])), **times), rest(serve(System(both)), **times))

    company.confirm(42, 39, on="2026-11-22")

    answer = company.run(now="2026-11-22T04:00:00Z")

    assert (3, 2, 1) == answer.counts("crm_only", "settling", "open")
    # 04:30 in Berlin is 03:30 here.
    assert {"young": "settling", "hour": "open", "naive": "settling"} == {
        one["key"]: one["state"] for one in company.items()
    }


def test_a_pretended_now_is_believed_only_where_every_side_is_local(company, serve):
    file = company.folder / "billing.csv"
    rows = [f"{one['id']},{one['number']},active,{one['plan']},{one['mrr']}\n" for one in customers(3)]
    file.write_text("id,number,status,plan,mrr\n" + "".join(rows), "utf-8")
    crm = rest(serve(System(customers(3))))
    shared = {name: crm[name] for name in ("source_id", "key", "status", "fields")}
    company.configure(crm, {"connector": "file", "path": str(file), **shared})

    company.confirm(3, 3)

    answer = company.run(now="2026-02-03T04:00:00Z")

    assert 0 == answer.exit
    assert "2026-02-03" != answer.data["date"]


def test_a_key_that_the_rules_leave_nothing_of_is_a_record_without_a_key(company, serve):
    crm = [customer(index, f"C-K{index:05d}") for index in range(40)] + [customer(40, "C-")]
    company.configure(rest(serve(System(crm))), rest(serve(System(customers(39)))), keys={"prefix": {"crm": "C-"}})
    company.confirm(41, 39)

    answer = company.run()

    assert (1, 1, 1) == (answer.exit, *answer.counts("crm_only", "no_key"))


def test_two_runs_at_once_are_one_run_and_a_clear_word(company, serve):
    company.configure(rest(serve(System(customers(300)))), rest(serve(System(customers(299)))))
    company.confirm(300, 299)

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: company.run(), range(2)))

    ended = sorted(answers, key=lambda answer: answer.exit)
    assert [1, 3] == [answer.exit for answer in ended]
    assert "already_running" == ended[1].error["code"]
    assert ["K00299"] == [one["key"] for one in company.items()]
    assert 1 == len(company.recon("outbox").data["messages"])


def test_bad_settings_and_places_end_in_one_sentence_with_place_and_remedy(company, serve):
    side = rest(serve(System(customers(3))))
    company.configure(side, side)
    good = (company.folder / "settings" / "pair.yaml").read_text("utf-8")
    answers = [
        company.recon("run", "pair", A_TOKEN=""),
        company.recon("run", "pair", RECON_HOME="/dev/null/home"),
        company.recon("list", "pear", now="noon"),
    ]
    for text in (good.replace("key: number", "key: a..b", 1), "id: [pair\n"):
        company.write(text)
        answers.append(company.recon("run", "pair"))

    codes = ["secret_missing", "storage", "environment", "settings", "settings"]
    assert codes == [answer.error["code"] for answer in answers]
    assert {2} == {answer.exit for answer in answers}
    assert all(answer.error["place"] and answer.error["remedy"] for answer in answers)
