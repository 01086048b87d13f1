"""The records of a key, asked for over real HTTP: whose are believed, and what is no absence."""

import pytest

from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import (
    a_record,
)
from reconciliation_pipeline_tests.connectors.fault_server import Reply, Request, reply
from reconciliation_pipeline_tests.connectors.lookup_asking import (
    ARCHIVE,
    NOTHING,
    SEARCH,
    archived_only,
    by_key,
    code_of,
    ids,
    listed,
    one,
)


def test_a_key_is_searched_for_and_only_its_own_records_are_believed(server):
    several = [
        a_record("a", number="7"),
        a_record("b", number="77"),
        a_record("c", number="7"),
        a_record("d", number=7),
    ]

    found = one(server, lambda _: listed(*several), "7", By.KEY, **SEARCH)

    assert ("7", ["a", "c", "d"]) == (found.asked, ids(found))
    assert [("/customers/search", {"number": "7"})] == [(one.path, one.params) for one in server.requests]


def test_a_search_that_finds_nothing_is_an_answer(server):
    assert PointRead("7") == one(server, lambda _: listed(), "7", By.KEY, **SEARCH)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ("refused", NOTHING),
        ("refused", reply({}, 410)),
        ("unauthorised", reply({}, 403)),
        ("bad_shape", reply({})),
        ("bad_shape", reply({"data": None})),
        ("bad_shape", reply({"error": "busy", "data": []})),
    ],
)
def test_a_search_that_cannot_be_asked_is_no_absence(server, expected, answer):
    assert expected == code_of(server, lambda _: answer, By.KEY, **SEARCH)


def test_every_page_of_what_is_found_is_read(server):
    def pages(request: Request) -> Reply:
        if "after" in request.params:
            return listed(a_record("b", number="7"), next=None)
        return listed(a_record("a", number="7"), next="x")

    assert ["a", "b"] == ids(one(server, pages, "7", By.KEY, **SEARCH))
    assert ["7", "7"] == [request.params["number"] for request in server.requests]


def test_a_key_that_finds_pages_without_end_is_no_key(server):
    endless = lambda request: listed(a_record(request.number, number="7"), next=f"c{request.number}")  # noqa: E731 - one line of a server

    assert "walk_not_ended" == code_of(server, endless, By.KEY, **SEARCH)
    assert 10 == len(server.requests)


def test_the_key_may_stand_in_the_path_and_then_one_record_answers(server):
    rule = by_key(path="/customers/{key}", params={"idProperty": "number"})

    found = one(server, lambda _: reply(a_record("a", number="7")), "7", By.KEY, **rule)

    assert ["a"] == ids(found)
    assert [("/customers/7", {"idProperty": "number"})] == [(one.path, one.params) for one in server.requests]


def test_the_record_of_a_key_may_stand_inside_the_answer_alone_or_in_a_list(server):
    rule = by_key(path="/customers/{key}", records="data")

    assert ["a"] == ids(one(server, lambda _: reply({"data": a_record("a", number="7")}), "7", By.KEY, **rule))
    assert ["a"] == ids(one(server, lambda _: listed(a_record("a", number="7")), "7", By.KEY, **rule))
    assert "bad_shape" == code_of(server, lambda _: reply({"data": None}), By.KEY, **rule)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        (PointRead("7"), NOTHING),
        (PointRead("7"), reply({}, 410)),
        (PointRead("7", hidden=True), reply({}, 403)),
        (PointRead("7", others=("a",)), reply(a_record("a", number="007"))),
    ],
)
def test_a_key_in_the_path_may_have_no_record_or_a_hidden_one(server, expected, answer):
    assert expected == one(server, lambda _: answer, "7", By.KEY, **by_key(path="/customers/{key}"))


def test_records_that_a_search_shows_along_with_the_one_are_named(server):
    answer = listed(a_record("a", number="7"), a_record("b", number="17"), a_record("c", number="27"))

    found = one(server, lambda _: answer, "7", By.KEY, **SEARCH)

    assert (["a"], ("b", "c")) == (ids(found), found.others)


def test_a_key_in_the_path_is_looked_for_in_the_archive_too(server):
    rule = by_key(path="/by-number/{key}")

    found = one(server, archived_only, "C-a", By.KEY, **rule, **ARCHIVE)

    assert [State.ARCHIVED] == [row.state for row in found.rows]


def test_the_list_itself_is_searched_in_every_walk(server):
    def filtered(request: Request) -> Reply:
        return listed(a_record(f"r{request.number}", number="7"), next=None)

    found = one(server, filtered, "7", By.KEY, **by_key(path="/customers", param="number"), **ARCHIVE)

    assert [State.ACTIVE, State.ARCHIVED] == [row.state for row in found.rows]
    assert [None, "true"] == [request.params.get("archived") for request in server.requests]


def test_a_search_has_parameters_of_its_own(server):
    one(server, lambda _: listed(next=None), "7", By.KEY, **SEARCH, **ARCHIVE)

    assert [{"number": "7"}] == [request.params for request in server.requests]


def test_where_something_else_is_found_a_second_question_follows(server):
    then = {"path": "/customers", "params": {"owner": "{id}", "status": "all"}}
    rule = by_key(path="/owners", params={"query": "number:'{key}'"}, records="owners", then=then)

    def answer(request: Request) -> Reply:
        if request.path == "/owners":
            return reply({"owners": [{"id": "o1"}, {"id": 2}], "next": None})
        return listed(a_record(f"of-{request.params['owner']}", number="7"), next=None)

    found = one(server, answer, "7", By.KEY, **rule)

    assert ["of-o1", "of-2"] == ids(found)
    assert [
        {"query": "number:'7'"},
        {"owner": "o1", "status": "all"},
        {"owner": "2", "status": "all"},
    ] == [request.params for request in server.requests]


def test_the_second_question_may_have_the_id_in_its_path(server):
    rule = by_key(path="/owners", param="number", then={"path": "/owners/{id}/customers"})

    one(server, lambda request: listed({"id": "a/b"}) if request.number == 0 else listed(), "7", By.KEY, **rule)

    assert ["/owners", "/owners/a%2Fb/customers"] == [request.path for request in server.requests]


@pytest.mark.parametrize("thing", [{}, {"id": None}, {"id": ""}, {"id": True}, {"id": {}}])
def test_something_without_an_id_leads_nowhere(server, thing):
    rule = by_key(path="/owners", param="number", then={"path": "/customers"})

    assert "bad_shape" == code_of(server, lambda _: listed(thing), By.KEY, **rule)
