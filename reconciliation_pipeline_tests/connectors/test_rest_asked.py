"""What is asked of a system, how often, and what is refused before anything is?"""

import base64
from datetime import date

import pytest

from reconciliation_pipeline.connectors.errors import (
    Interrupted,
    PastIsNotPullable,
    PullFailed,
    SecretMissing,
    SourceError,
)
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.connectors.builders import (
    MORNING,
    FakeTime,
    a_record,
    a_rest_side,
    a_source,
    ids_of,
    records,
)
from reconciliation_pipeline_tests.connectors.fault_server import reply
from reconciliation_pipeline_tests.connectors.walks import code_of, in_turn, page


def test_only_mapped_fields_are_asked_for(server):
    answer = {"data": [{"id": "a", "properties": {"number": "1", "status": "active", "mrr": "1"}}], "next": None}
    server.says(lambda _request: reply(answer))
    listing = {"path": "/c", "records": "data", "fields_param": "properties", "fields_prefix": "properties."}

    source = a_source(
        server.url,
        list=listing,
        key="properties.number",
        status={"field": "properties.status", "active": ["active"]},
        fields={
            "again": "properties.number",
            "mrr": {"path": "properties.mrr", "type": "money", "currency": "EUR"},
        },
    )

    assert ["a"] == ids_of(list(source.pull()))
    assert "number,status,mrr" == server.requests[0].params["properties"]


def test_the_past_is_asked_only_of_a_system_that_can_answer(server):
    server.says(in_turn(page("a")))
    list(a_source(server.url, as_of={"param": "as_of"}).pull(date(2026, 11, 20)))

    assert "2026-11-20" == server.requests[0].params["as_of"]
    assert a_source(server.url, as_of={"param": "as_of"}).declares().answers_for_the_past
    with pytest.raises(PastIsNotPullable, match="only knows how things are now"):
        next(a_source(server.url).pull(MORNING))
    assert 1 == len(server.requests)


def test_a_look_takes_one_page_and_little_patience(server):
    server.says(in_turn(page("a", next="x")))
    assert ["a"] == ids_of([a_source(server.url).check()])
    assert 1 == len(server.requests)

    time = FakeTime()
    server.says(in_turn(reply({}, 500)))
    with pytest.raises(PullFailed):
        a_source(server.url, time).check()
    assert 2 == len(server.requests)

    server.says(in_turn(reply({}, 429, Retry_After="20")))
    with pytest.raises(PullFailed):
        a_source(server.url, time).check()
    assert time.seconds < 30


def test_a_count_is_the_sum_of_what_every_walk_claims(server):
    listing = {"path": "/customers", "records": "data", "also": [{"params": {"archived": "true"}}]}
    server.says(lambda request: page("a", next="x", total=7 if "archived" in request.params else 1217))

    assert 1224 == a_source(server.url, list=listing, total={"body": "total"}).count()
    assert 2 == len(server.requests)


def test_a_count_by_ranges_is_the_total_of_the_header(server):
    server.says(lambda _request: reply({"data": records("a")}, 206, Content_Range="records 0-0/1224"))

    assert 1224 == a_source(server.url, paging={"type": "range", "size": 1}).count()


def test_a_source_without_a_total_is_not_asked_for_one(server):
    server.says(in_turn(page("a")))

    assert None is a_source(server.url).count()
    assert [] == server.requests


def test_a_count_that_was_promised_and_does_not_come_is_a_failure(server):
    server.says(in_turn(page("a")))

    with pytest.raises(PullFailed, match="no whole number at total"):
        a_source(server.url, total={"body": "total"}).count()


def test_retries_are_counted_as_requests(server):
    server.says(in_turn(reply({}, 500), page("a")))

    assert [2] == [page.requests for page in a_source(server.url).pull()]


@pytest.mark.parametrize("environ", [{}, {"TOKEN": ""}, {"TOKEN": "  \n"}, {"TOKEN": "tök"}, {"TOKEN": "a\nb"}])
def test_a_missing_secret_is_named_and_never_shown(environ):
    with pytest.raises(SecretMissing, match="TOKEN") as missing:
        RestSource(a_rest_side(), side=Side.CRM, environ=environ)

    assert "tök" not in str(missing.value)


@pytest.mark.parametrize(
    ("expected", "auth"),
    [
        ({"authorization": "Bearer s3"}, {"token_env": "TOKEN"}),
        ({"x-api-key": "s3"}, {"type": "header", "token_env": "TOKEN", "header": "X-Api-Key"}),
        (
            {"authorization": f"Basic {base64.b64encode(b'me:s3').decode()}"},
            {"type": "basic", "token_env": "TOKEN", "user_env": "USER_NAME"},
        ),
        ({}, {"type": "none"}),
    ],
)
def test_every_kind_of_credential_is_one_header(server, expected, auth):
    server.says(in_turn(page("a")))
    settings = a_rest_side(server.url, auth=auth)
    list(RestSource(settings, side=Side.CRM, environ={"TOKEN": " s3\n", "USER_NAME": "me"}).pull())

    sent = server.requests[0].headers
    assert expected == {name: sent[name] for name in ("authorization", "x-api-key") if name in sent}


@pytest.mark.parametrize(
    "changes",
    [{"key": "a..b"}, {"source_id": "[0]"}, {"key": "a[b]"}, {"base_url": "http://a..b"}, {"base_url": "http://"}],
)
def test_settings_that_lead_nowhere_are_refused_before_anything_is_asked(changes):
    settings = a_rest_side().model_copy(update=changes)

    with pytest.raises(SourceError):
        RestSource(settings, side=Side.CRM, environ={"TOKEN": "x"})


@pytest.mark.parametrize("header", [{"X-Team": "Büro"}, {"X-Team": "a\r\nb"}, {"": "x"}])
def test_a_header_that_cannot_be_sent_is_refused_before_anything_is_asked(header):
    listing = {"path": "/customers", "records": "data", "headers": header}

    with pytest.raises(SourceError, match=r"list\.headers"):
        RestSource(a_rest_side(list=listing), side=Side.CRM, environ={"TOKEN": "x"})


def test_a_field_that_no_record_carries_is_a_mistake_not_an_empty_field(server):
    fields = {"fields": {"plan": "plann"}}
    many = [a_record(number, plan="pro") for number in range(50)]

    assert "bad_shape" == code_of(server, in_turn(reply({"data": many, "next": None})), **fields)
    assert "ok" == code_of(server, in_turn(reply({"data": many[1:], "next": None})), **fields)
    some = [*many, a_record("x", plann=None)]
    assert "ok" == code_of(server, in_turn(reply({"data": some, "next": None})), **fields)


@pytest.mark.parametrize(("expected", "answers"), [(3, ("a", "b", "a")), (9, ("a", "b"))])
def test_a_failed_walk_says_how_many_requests_it_spent(server, expected, answers):
    pages = [page(name, next=f"after {name}") for name in answers]
    server.says(lambda request: pages[request.number] if request.number < len(pages) else reply({}, 500))

    with pytest.raises(PullFailed) as failed:
        list(a_source(server.url).pull())

    assert expected == failed.value.requests


def test_a_closed_source_lets_go_of_its_connections(server):
    server.says(in_turn(page("a", next="x"), page("b")))
    source = a_source(server.url)
    pages = source.pull()
    next(pages)

    source.close()

    with pytest.raises(Interrupted, match="closed"):
        next(pages)
