"""One record, asked for by id or by key over real HTTP: what it says, and what it may never be taken to say."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed, Refused, SourceError
from reconciliation_pipeline.connectors.lookups import filled, segment
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Abilities, By, PointRead
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline_tests.connectors.builders import (
    ENVIRON,
    FakeTime,
    a_record,
    a_rest_side,
    a_source,
    records,
)
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, Request, reply

BY_ID: Mapping[str, Any] = {"lookup": {"path": "/customers/{source_id}"}}
ARCHIVE: Mapping[str, Any] = {
    "list": {
        "path": "/customers",
        "records": "data",
        "also": [{"params": {"archived": "true"}, "state": "archived"}],
    }
}
NOTHING = Reply(b"<html>nothing here", 404, {"Content-Type": "text/html"})


def by_key(**rule: Any) -> dict[str, Any]:
    return {"lookup": {"path": "/customers/{source_id}", "by_key": rule}}


SEARCH = by_key(path="/customers/search", param="number")


def read(server: FaultServer, answer: Answer, *asked: str, by: By = By.ID, **changes: Any) -> list[PointRead]:
    server.says(answer)
    return list(a_source(server.url, **changes).lookup(asked, by=by))


def one(server: FaultServer, answer: Answer, asked: str, by: By = By.ID, **changes: Any) -> PointRead:
    (found,) = read(server, answer, asked, by=by, **changes)
    return found


def ids(found: PointRead) -> list[str]:
    return [row.source_id for row in found.rows]


def code_of(server: FaultServer, answer: Answer, by: By = By.ID, **changes: Any) -> str:
    with pytest.raises(PullFailed) as failed:
        one(server, answer, "a", by, **changes)
    return failed.value.code


def listed(*found: object, **more: object) -> Reply:
    return reply({"data": list(found), **more})


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


def listing(_request: Request) -> Reply:
    return listed(*records("a", "b"))


def archived_only(request: Request) -> Reply:
    return reply(a_record("a")) if request.params.get("archived") == "true" else NOTHING


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


@pytest.mark.parametrize(
    ("expected", "template", "value"),
    [
        ("7", "{key}", "7"),
        ("O'Neil\\", "{key}", "O'Neil\\"),
        ("metadata['n']:'7'", "metadata['n']:'{key}'", "7"),
        ("metadata['n']:'O\\'Neil'", "metadata['n']:'{key}'", "O'Neil"),
        ("metadata['n']:'a\\\\'", "metadata['n']:'{key}'", "a\\"),
        ("metadata['n']:'\\' OR x:\\'y'", "metadata['n']:'{key}'", "' OR x:'y"),
        ("metadata['n']:'{key}'", "metadata['n']:'{key}'", "{key}"),
        ('[["code", "=", "7"]]', '[["code", "=", "{key}"]]', "7"),
        ('[["code", "=", "a\\"b\\\\c\\nd"]]', '[["code", "=", "{key}"]]', 'a"b\\c\nd'),
        ("number eq 7 and {id}", "number eq {key} and {id}", "7"),
        ("'{key}'", "'{key}'", r"{key}"),
    ],
)
def test_a_key_in_a_template_stays_inside_its_quotes(expected, template, value):
    assert {"query": expected} == filled({"query": template}, "key", value)


def test_a_template_may_be_one_of_several_values_and_numbers_stay(server):
    assert {"q": ["a", "7"], "limit": 10, "all": True} == filled(
        {"q": ["a", "{key}"], "limit": 10, "all": True}, "key", "7"
    )


def test_ordinary_ids_are_written_as_they_are():
    assert ["sub_1A-b.c~d", "8471000123"] == [segment(value) for value in ("sub_1A-b.c~d", "8471000123")]


@pytest.mark.parametrize(("by", "changes"), [(By.ID, {}), (By.KEY, {}), (By.KEY, BY_ID)])
def test_what_the_settings_cannot_ask_is_said_at_once(server, by, changes):
    server.says(listing)

    with pytest.raises(Refused, match="no way to ask for one record"):
        a_source(server.url, **changes).lookup(["a"], by=by)

    assert [] == server.requests


@pytest.mark.parametrize(
    "changes",
    [
        {"same": "live[mode"},
        {"account": {"path": "/me", "id": "a..b"}},
        {"account": {"path": "/me\x00"}},
        {"lookup": {"path": "/customers/{source_id}", "record": "data."}},
        by_key(path="/customers", param="number", records="data]"),
    ],
)
def test_a_path_that_is_none_is_said_before_anything_is_asked(changes):
    with pytest.raises(SourceError, match=r"is not a path|do not make an address"):
        RestSource(a_rest_side(**changes), side=Side.CRM, environ=ENVIRON)


def test_a_lookup_is_a_session_of_its_own_with_patience(server):
    time = FakeTime()
    server.says(lambda _: reply({}, 500))

    with pytest.raises(PullFailed):
        list(a_source(server.url, time, **BY_ID).lookup(["a"], by=By.ID))

    assert 7 == len(server.requests)


def test_a_lookup_lasts_five_minutes_at_most(server):
    time = FakeTime()

    def slow(_request: Request) -> Reply:
        time.seconds += 61
        return reply(a_record("a"))

    server.says(slow)

    with pytest.raises(PullFailed) as failed:
        list(a_source(server.url, time, **BY_ID).lookup([str(number) for number in range(9)], by=By.ID))

    assert "refused" == failed.value.code
    assert 5 == len(server.requests)


def test_another_version_is_refused_here_too_where_it_is_said(server):
    sent = {"path": "/customers", "records": "data", "headers": {"X-Version": "1"}}
    asked = {"list": sent, "version_header": "X-Version", **BY_ID}

    assert ["a"] == ids(one(server, lambda _: reply(a_record("a")), "a", **asked))
    assert "version_mismatch" == code_of(server, lambda _: reply(a_record("a"), X_Version="2"), **asked)
    assert "version_mismatch" == code_of(server, lambda _: reply({}, 404, X_Version="2"), **asked)


@pytest.mark.parametrize(
    ("expected", "changes"),
    [
        (
            Abilities(
                "cursor",
                states_total=False,
                answers_for_the_past=False,
                reads_by_id=False,
                reads_by_key=False,
                requests_per_second=1000,
            ),
            {},
        ),
        (
            Abilities(
                "offset",
                states_total=True,
                answers_for_the_past=True,
                reads_by_id=True,
                reads_by_key=True,
                cap=10_000,
                scopes=("read",),
                requests_per_second=5,
            ),
            {
                "paging": {"type": "offset", "size": 2},
                "total": {"body": "total"},
                "as_of": {"param": "as_of"},
                "cap": 10_000,
                "scopes": ["read"],
                "requests_per_second": 5,
                **SEARCH,
            },
        ),
    ],
)
def test_a_source_declares_what_its_settings_say(expected, changes):
    assert expected == a_source("http://127.0.0.1:1", **changes).declares()
