"""A whole pull over real HTTP: what it yields, and the reason code each broken walk must end in."""

from typing import Any

import pytest

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import (
    TOKEN,
    a_source,
    ids_of,
    records,
)
from reconciliation_pipeline_tests.connectors.fault_server import Reply, Request, reply
from reconciliation_pipeline_tests.connectors.walks import code_of, in_turn, page

HAS_MORE = {"type": "has_more"}


OFFSET = {"paging": {"type": "offset", "size": 2}, "total": {"body": "total"}}


def test_a_walk_yields_every_page_and_says_what_ended_it(server):
    server.says(in_turn(page("a", "b", next="c2"), page("c", "d", next="c3"), page("e")))

    pages = list(a_source(server.url).pull())

    assert ["a", "b", "c", "d", "e"] == ids_of(pages)
    assert [None, None, "next is null"] == [page.ended_by for page in pages]
    assert [1, 2, 3] == [page.requests for page in pages]
    assert [None, "c2", "c3"] == [request.params.get("after") for request in server.requests]
    assert {"2"} == {request.params["limit"] for request in server.requests}
    assert {f"Bearer {TOKEN}"} == {request.headers["authorization"] for request in server.requests}


def test_an_empty_system_is_one_empty_page_with_an_end(server):
    server.says(in_turn(page()))

    (only,) = a_source(server.url).pull()

    assert ((), "next is null") == (only.rows, only.ended_by)


@pytest.mark.parametrize(
    ("expected", "answers"),
    [
        ("cursor_repeat", [page("a", next="x"), page("b", next="x")]),
        ("cursor_repeat", [page("a", next="x"), page("b", next="y"), page("c", next="x")]),
        ("page_repeat", [page("a", "b", next="x"), page("a", "b", next="y")]),
        ("page_repeat", [page("a", "b", next="x"), page("a", "b")]),
        ("ok", [page("a", next="x"), page(next="y"), page("b")]),
        ("ok", [page("a", next="1"), page(next="2"), page(next="3"), page(next="4"), page("b")]),
        ("walk_not_ended", [page("a", next="1"), *(page(next=str(number)) for number in range(2, 7))]),
        ("bad_shape", [page("a", next="x"), reply({"next": None})]),
        ("bad_shape", [page("a", next="x"), reply({"data": None, "next": None})]),
        ("bad_shape", [page("a", next="x"), reply({"data": {}, "next": None})]),
        ("bad_shape", [page("a", next="x"), reply({"data": ["b"], "next": None})]),
        ("bad_shape", [page("a", next="x"), reply({"success": False, "data": []})]),
        ("bad_shape", [page("a", next="x"), reply({"error": {"message": "x"}, "data": []})]),
        ("bad_shape", [page("a", next={"after": "x"})]),
        ("bad_shape", [page("a", next=False)]),
        ("bad_shape", [page("a", next="x"), reply([])]),
        ("bad_shape", [page("a", next="x"), Reply(b"<html>", headers={"Content-Type": "text/html"})]),
        ("bad_shape", [page("a", next="x"), Reply(status=204)]),
        ("unauthorised", [page("a", next="x"), reply({}, 403)]),
        ("unauthorised", [page("a", next="x"), reply({}, 401)]),
        ("refused", [page("a", next="x"), reply({}, 400)]),
        ("refused", [page("a", next="x"), reply({}, 500)]),
        ("rate_limited", [page("a", next="x"), reply({}, 429)]),
        ("truncated", [page("a", next="x"), Reply(page("b").body, sent=9)]),
        ("foreign_next", [page("a", next="https://elsewhere.example/customers?page=2")]),
        ("bad_shape", [page("a", next="x"), reply({"data": [{"number": "1"}], "next": None})]),
    ],
)
def test_a_cursor_walk_ends_whole_or_with_its_reason(server, expected, answers):
    assert expected == code_of(server, in_turn(*answers))


@pytest.mark.parametrize(
    ("expected", "second"),
    [
        ("ok", {"has_more": False}),
        ("bad_shape", {}),
        ("bad_shape", {"has_more": None}),
        ("bad_shape", {"has_more": "false"}),
        ("bad_shape", {"has_more": 0}),
        ("cursor_repeat", {"has_more": True, "data": records("c", "b")}),
        ("page_repeat", {"has_more": True, "data": records("a", "b")}),
        ("walk_not_ended", {"has_more": True, "data": []}),
    ],
)
def test_has_more_must_be_said_and_must_lead_on(server, expected, second):
    first = reply({"data": records("a", "b"), "has_more": True})
    answers = in_turn(first, reply({"data": records("c"), **second}))

    assert expected == code_of(server, answers, paging=HAS_MORE)
    assert "b" == server.requests[1].params["starting_after"]


@pytest.mark.parametrize(
    ("expected", "totals"),
    [
        ("ok", [(2, 5), (2, 5), (1, 5)]),
        ("ok", [(1, 5), (2, 5), (2, 5)]),
        ("ok", [(2, 5), (2, 6), (1, 6), (1, 6)]),
        ("walk_not_ended", [(2, 5), (2, 5), (0, 5)]),
        ("ok", [(0, 0)]),
        ("bad_shape", [(2, 5), (2, None)]),
        ("bad_shape", [(2, "5")]),
        ("bad_shape", [(2, True)]),
    ],
)
@pytest.mark.parametrize("style", ["offset", "page"])
def test_pages_by_number_end_only_at_the_sources_own_total(server, style, expected, totals):
    numbers = iter(range(100))
    answers = [
        reply({"data": records(*(next(numbers) for _ in range(size))), "total": total}) for size, total in totals
    ]

    result = code_of(server, in_turn(*answers), paging={"type": style, "size": 2}, total={"body": "total"})

    assert expected == result


def test_the_offset_moves_by_what_came_so_that_a_short_page_loses_nothing(server):
    everything = records(*range(7))

    def short(request: Request) -> Reply:
        start = int(request.params["offset"])
        return reply({"data": everything[start : start + (1 if start else 2)], "total": 7})

    assert "ok" == code_of(server, short, **OFFSET)
    assert ["0", "2", "3", "4", "5", "6"] == [request.params["offset"] for request in server.requests]


def test_a_total_in_a_header_travels_with_every_page(server):
    server.says(lambda _request: reply({"data": records("a"), "next": None}, X_Total_Count="1224"))

    assert [1224] == [page.total for page in a_source(server.url, total={"header": "x-total-count"}).pull()]


@pytest.mark.parametrize("header", ["", "many", "-1", "1.5"])
def test_a_total_that_was_promised_and_is_none_is_a_broken_contract(server, header):
    answer = reply({"data": records("a"), "next": None}, X_Total_Count=header)

    assert "bad_shape" == code_of(server, in_turn(answer), total={"header": "X-Total-Count"})


@pytest.mark.parametrize(
    ("expected", "link"),
    [
        ("ok", '</customers?page=2>; rel="next", </customers?page=9>; rel="last"'),
        ("ok", "<HERE/customers?page=2>; rel=next"),
        ("ok", '<HERE/customers?page=2&q=a,b>; title="a, b; c"; rel="last next"'),
        ("foreign_next", '<https://elsewhere.example/customers?page=2>; rel="next"'),
        ("foreign_next", '<//elsewhere.example/customers?page=2>; rel="next"'),
        ("foreign_next", '<http://user:pass@HOST/customers?page=2>; rel="next"'),
        ("foreign_next", '<https://HOST/customers?page=2>; rel="next"'),
        ("foreign_next", '<http://127.0.0.1:1/customers?page=2>; rel="next"'),
        ("foreign_next", '<http://HOST@elsewhere.example/>; rel="next"'),
        ("foreign_next", '<file:///etc/passwd>; rel="next"'),
        ("cursor_repeat", "</customers?page=2>; rel=next"),
    ],
)
def test_a_link_is_followed_only_on_the_same_scheme_host_and_port(server, expected, link):
    spelt = link.replace("HERE", server.url).replace("HOST", server.host)
    first, second = reply(records("a"), Link=spelt), reply(records("b"))
    answers = [first, reply(records("b"), Link=spelt)] if expected == "cursor_repeat" else [first, second]

    result = code_of(server, in_turn(*answers), list={"path": "/customers", "records": ""}, paging={"type": "link"})

    assert expected == result
    assert (1 if expected == "foreign_next" else 2) == len(server.requests)


def test_a_range_walk_ends_at_the_total_or_past_it(server):
    everything = records(*range(5))

    def ranged(request: Request) -> Reply:
        start, stop = (int(text) for text in request.headers["range"].removeprefix("records=").split("-"))
        found = everything[start : stop + 1]
        return reply({"data": found}, 206, Content_Range=f"records {start}-{start + len(found) - 1}/5")

    ranges: dict[str, Any] = {"paging": {"type": "range", "size": 2}}
    assert "ok" == code_of(server, ranged, **ranges)
    assert ["records=0-1", "records=2-3", "records=4-5"] == [request.headers["range"] for request in server.requests]

    past = Reply(status=416, headers={"Content-Range": "records */0"})
    assert "ok" == code_of(server, in_turn(past), **ranges)
    first = reply({"data": records("a", "b")}, 206, Content_Range="records 0-1/9")
    assert "walk_not_ended" == code_of(
        server, in_turn(first, Reply(status=416, headers={"Content-Range": "records */9"})), **ranges
    )
    assert "bad_shape" == code_of(server, in_turn(reply({"data": records("a")})), **ranges)
    assert "bad_shape" == code_of(server, in_turn(reply({"data": []}, 206, Content_Range="records 0-1/*")), **ranges)


def test_a_range_walk_goes_on_while_the_total_is_unknown_and_ends_only_at_one(server):
    ranges: dict[str, Any] = {"paging": {"type": "range", "size": 2}}
    unknown = reply({"data": records("a", "b")}, 206, Content_Range="records 0-1/*")
    last = reply({"data": records("c")}, 206, Content_Range="records 2-2/3")

    assert "ok" == code_of(server, in_turn(unknown, last), **ranges)
    assert ["records=0-1", "records=2-3"] == [request.headers["range"] for request in server.requests]
    for never in (
        reply({"data": []}, 206, Content_Range="records 2-1/*"),
        reply({"data": []}, 206, Content_Range="records */*"),
        reply({}, 416, Content_Range="records */*"),
        reply({}, 416),
    ):
        assert "bad_shape" == code_of(server, in_turn(unknown, never), **ranges)
    server.says(in_turn(unknown))
    assert None is a_source(server.url, **ranges).count()


def test_archived_records_get_a_walk_of_their_own(server):
    def by_archive(request: Request) -> Reply:
        return page("z") if request.params["archived"] == "true" else page("a", "b")

    server.says(by_archive)
    listing = {
        "path": "/customers",
        "records": "data",
        "params": {"archived": False},
        "also": [{"params": {"archived": "true"}, "state": "archived"}],
    }

    pages = list(a_source(server.url, list=listing).pull())

    assert [State.ACTIVE, State.ACTIVE, State.ARCHIVED] == [row.state for page in pages for row in page.rows]
    assert [(0, None), (1, "next is null")] == [(page.walk, page.ended_by) for page in pages]
    assert ["false", "true"] == [request.params["archived"] for request in server.requests]


def test_a_second_walk_that_is_the_first_again_is_noticed(server):
    listing = {"path": "/customers", "records": "data", "also": [{"params": {"archived": "true"}}]}

    assert "page_repeat" == code_of(server, in_turn(page("a", "b")), list=listing)
