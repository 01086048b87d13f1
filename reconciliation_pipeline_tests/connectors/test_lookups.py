"""One record, asked for by id over real HTTP: what it says, and what it may never be taken to say."""

import json

import pytest

from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import (
    a_record,
)
from reconciliation_pipeline_tests.connectors.fault_server import Reply, reply
from reconciliation_pipeline_tests.connectors.lookup_asking import (
    ARCHIVE,
    BY_ID,
    NOTHING,
    SEARCH,
    archived_only,
    code_of,
    ids,
    listing,
    one,
    read,
)


def test_a_record_is_read_again_as_the_walk_reads_it(server):
    found = one(server, lambda _: reply(a_record("a", status="closed")), "a", **BY_ID)

    assert ("a", ["a"], [State.CANCELLED], ["C-a"], False) == (
        found.asked,
        ids(found),
        [row.state for row in found.rows],
        [row.key for row in found.rows],
        found.hidden,
    )
    assert ["/customers/a"] == [request.path for request in server.requests]


def test_every_one_asked_for_gets_its_answer_in_turn(server):
    known = {"/customers/a": reply(a_record("a")), "/customers/c": reply({}, 403)}

    answers = read(server, lambda request: known.get(request.path, NOTHING), "a", "b", "c", **BY_ID)

    assert [("a", ["a"], False), ("b", [], False), ("c", [], True)] == [
        (found.asked, ids(found), found.hidden) for found in answers
    ]


def test_every_answer_says_how_many_requests_it_took_by_then(server):
    known = {"/customers/a": reply(a_record("a"))}

    answers = read(server, lambda request: known.get(request.path, NOTHING), "a", "b", **BY_ID, **ARCHIVE)

    assert [1, 3] == [found.requests for found in answers]


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize("body", [b"", b"<html>", b"{}"])
def test_there_is_none_is_an_answer_whatever_is_written_below_it(server, status, body):
    gone = Reply(body, status, {"Content-Type": "text/html"}, says_length=False)

    assert PointRead("a") == one(server, lambda _: gone, "a", **BY_ID)


@pytest.mark.parametrize(
    ("expected", "answer"),
    [
        ("unauthorised", reply({}, 401)),
        ("refused", reply({}, 400)),
        ("refused", reply({}, 301)),
        ("refused", reply({}, 500)),
        ("rate_limited", reply({}, 429)),
        ("bad_shape", Reply(status=204)),
        ("bad_shape", reply([a_record("a")])),
        ("bad_shape", reply(None)),
        ("bad_shape", reply({})),
        ("bad_shape", Reply(b"<html>", headers={"Content-Type": "text/html"})),
        ("truncated", Reply(json.dumps(a_record("a")).encode(), sent=5)),
    ],
)
def test_everything_else_is_a_failure_and_never_an_absence(server, expected, answer):
    assert expected == code_of(server, lambda _: answer, **BY_ID)


def test_a_record_may_stand_inside_the_answer_and_need_parameters(server):
    rule = {"path": "/customers/{source_id}", "params": {"expand": "plan"}, "record": "data"}

    found = one(server, lambda _: listed_one("a"), "a", lookup=rule)

    assert ["a"] == ids(found)
    assert {"expand": "plan"} == server.requests[0].params


def listed_one(source_id: str) -> Reply:
    return reply({"data": a_record(source_id)})


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": []}])
def test_an_answer_without_its_record_is_no_absence(server, body):
    rule = {"path": "/customers/{source_id}", "record": "data"}

    assert "bad_shape" == code_of(server, lambda _: reply(body), lookup=rule)


def test_the_query_of_a_path_and_the_parameters_are_both_sent(server):
    rule = {"path": "/customers/{source_id}?expand=plan", "params": {"view": "full"}}
    one(server, lambda _: reply(a_record("a")), "a", lookup=rule)

    assert {"expand": "plan", "view": "full"} == server.requests[0].params


@pytest.mark.parametrize(
    ("expected", "source_id"),
    [
        ("/customers/a%2Fb", "a/b"),
        ("/customers/%2E%2E", ".."),
        ("/customers/%2E", "."),
        ("/customers/..%2F..%2Fadmin", "../../admin"),
        ("/customers/%252e%252e", "%2e%2e"),
        ("/customers/50%25", "50%"),
        ("/customers/a%3Fb%23c", "a?b#c"),
        ("/customers/a%20b", "a b"),
        ("/customers/%C3%BC%7B0%7D", "ü{0}"),
        ("/customers/a%0D%0AX%3A%20y", "a\r\nX: y"),
    ],
)
@pytest.mark.parametrize("by", By)
def test_an_id_or_key_stays_one_segment_of_the_path(server, expected, source_id, by):
    rule = {"path": "/customers/{source_id}", "by_key": {"path": "/customers/{key}"}}

    one(server, lambda _: NOTHING, source_id, by, lookup=rule)

    assert [(expected, {})] == [(request.path, request.params) for request in server.requests]


def test_an_empty_id_or_key_is_nobodys_and_is_not_asked(server):
    for by in By:
        assert [PointRead(""), PointRead("  ")] == read(server, listing, "", "  ", by=by, **SEARCH)
    assert [] == server.requests


def test_an_archived_record_is_found_in_the_walk_it_is_listed_in(server):
    found = one(server, archived_only, "a", **BY_ID, **ARCHIVE)

    assert [State.ARCHIVED] == [row.state for row in found.rows]
    assert [None, "true"] == [request.params.get("archived") for request in server.requests]


def test_a_record_that_is_in_no_walk_is_none(server):
    assert PointRead("a") == one(server, lambda _: NOTHING, "a", **BY_ID, **ARCHIVE)
    assert 2 == len(server.requests)


def test_what_is_not_archived_is_not_looked_for_in_the_archive(server):
    found = one(server, lambda _: reply(a_record("a")), "a", **BY_ID, **ARCHIVE)

    assert [State.ACTIVE] == [row.state for row in found.rows]
    assert 1 == len(server.requests)


def test_a_merged_record_answers_with_the_one_it_became_part_of(server):
    found = one(server, lambda _: reply(a_record("winner")), "loser", **BY_ID)

    assert ("loser", ["winner"]) == (found.asked, ids(found))


def test_the_note_left_by_a_deleted_record_is_none(server):
    stub = {"id": "a", "object": "customer", "deleted": True}

    assert PointRead("a") == one(server, lambda _: reply(stub), "a", **BY_ID)


def test_a_record_that_is_marked_as_deleted_and_still_there_is_a_record(server):
    found = one(server, lambda _: reply(a_record("a", status="closed", deleted=True)), "a", **BY_ID)

    assert [State.CANCELLED] == [row.state for row in found.rows]


def test_only_mapped_fields_are_asked_for_here_too(server):
    asked = {"path": "/customers", "records": "data", "fields_param": "properties"}
    one(server, lambda _: reply(a_record("a")), "a", list=asked, **BY_ID)

    assert "id,number,status" == server.requests[0].params["properties"]
