"""How is a question for one record put, and how long is it asked?"""

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed, Refused, SourceError
from reconciliation_pipeline.connectors.lookups import filled, segment
from reconciliation_pipeline.connectors.rest import RestSource
from reconciliation_pipeline.connectors.source import Abilities, By
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline_tests.connectors.builders import (
    ENVIRON,
    FakeTime,
    a_record,
    a_rest_side,
    a_source,
)
from reconciliation_pipeline_tests.connectors.fault_server import Reply, Request, reply
from reconciliation_pipeline_tests.connectors.lookup_asking import BY_ID, SEARCH, by_key, code_of, ids, listing, one


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
