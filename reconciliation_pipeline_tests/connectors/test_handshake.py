"""Whose records are these, and in which version are they written? Asked over real HTTP."""

from collections.abc import Mapping
from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed, SourceError
from reconciliation_pipeline_tests.connectors.builders import TOKEN, a_record, a_source
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, reply

ACCOUNT: Mapping[str, Any] = {"account": {"path": "/account"}}
SAME: Mapping[str, Any] = {"same": "livemode"}
VERSION: Mapping[str, Any] = {
    "version_header": "X-Version",
    "list": {"path": "/customers", "records": "data", "headers": {"x-version": "2026-01"}},
}


def page(*found: object, next: object = None, **headers: str) -> Reply:  # noqa: A002 - the name of the envelope
    return reply({"data": list(found), "next": next}, 200, **headers)


def live(source_id: str, **changes: object) -> dict[str, object]:
    return a_record(source_id, livemode=True, **changes)


def pages_in_turn(*pages: Reply, accounts: tuple[Reply, ...] = ()) -> Answer:
    """Answer the list with its pages, and every other path with the accounts, each in turn."""
    listed, named = iter(pages), iter(accounts)
    return lambda request: next(listed) if request.path == "/customers" else next(named)


def an_account(source_id: object) -> Reply:
    return reply({"id": source_id})


def failure(server: FaultServer, answer: Answer, **changes: Any) -> PullFailed:
    server.says(answer)
    with pytest.raises(PullFailed) as failed:
        list(a_source(server.url, **changes).pull())
    assert TOKEN not in f"{failed.value.text} {failed.value.remedy}"
    return failed.value


def accounts_of(server: FaultServer, answer: Answer, **changes: Any) -> list[str | None]:
    server.says(answer)
    return [page.account for page in a_source(server.url, **changes).pull()]


def test_the_account_is_asked_before_the_first_page_and_after_the_last(server):
    twice = (an_account("acct_1"), an_account("acct_1"))
    answer = pages_in_turn(page(live("a"), next="x"), page(live("b")), accounts=twice)

    assert ["acct_1", "acct_1"] == accounts_of(server, answer, **ACCOUNT)
    assert ["/account", "/customers", "/customers", "/account"] == [request.path for request in server.requests]


def test_every_request_of_a_pull_is_counted_those_for_the_account_as_well(server):
    server.says(pages_in_turn(page(live("a")), accounts=(an_account("acct_1"), an_account("acct_1"))))

    assert [3] == [page.requests for page in a_source(server.url, **ACCOUNT).pull()]


def test_further_walks_are_inside_the_handshake(server):
    listing = {"path": "/customers", "records": "data", "also": [{"params": {"archived": "true"}}]}
    twice = (an_account("acct_1"), an_account("acct_1"))
    answer = pages_in_turn(page(live("a")), page(live("b")), accounts=twice)

    assert ["acct_1", "acct_1"] == accounts_of(server, answer, list=listing, **ACCOUNT)
    assert ["/account", "/customers", "/customers", "/account"] == [request.path for request in server.requests]


def test_the_account_is_text_whatever_it_was(server):
    answer = pages_in_turn(page(), accounts=(reply({"me": {"portal": 62515}}), reply({"me": {"portal": 62515}})))

    assert ["62515"] == accounts_of(server, answer, account={"path": "/me", "id": "me.portal"})


def test_an_account_that_changes_while_it_is_read_is_refused(server):
    failed = failure(
        server, pages_in_turn(page(live("a")), accounts=(an_account("acct_1"), an_account("acct_2"))), **ACCOUNT
    )

    assert "wrong_account" == failed.code
    assert "The account changed while it was read: acct_1 at first, acct_2 in the end." == failed.text


def test_another_account_than_the_expected_one_is_refused_before_the_first_page(server):
    expected = {"account": {"path": "/account", "expect": "acct_1"}}

    failed = failure(server, pages_in_turn(accounts=(an_account("acct_2"),)), **expected)

    assert "wrong_account" == failed.code
    assert "This is the account acct_2, not acct_1 as account.expect says." == failed.text
    assert ["/account"] == [request.path for request in server.requests]


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": ""}, {"id": True}, {"id": 1.5}, {"id": {}}, [], {"id": []}])
def test_an_account_without_an_id_is_no_account(server, body):
    assert "bad_shape" == failure(server, pages_in_turn(accounts=(reply(body),)), **ACCOUNT).code


@pytest.mark.parametrize(("told", "status"), [("`account: null`", 403), ("the token in TOKEN: is it valid", 401)])
def test_credentials_that_may_not_read_the_account_are_told_what_to_do(server, told, status):
    refused = Reply(b"<html>", status, {"Content-Type": "text/html"})

    failed = failure(server, lambda _request: refused, **ACCOUNT)

    assert "unauthorised" == failed.code
    assert told in failed.remedy


def test_a_look_asks_for_the_account_too(server):
    server.says(pages_in_turn(page(live("a"), next="x"), accounts=(an_account("acct_1"),)))

    assert "acct_1 livemode=true" == a_source(server.url, **ACCOUNT, **SAME).check().account


@pytest.mark.parametrize(
    ("expected", "values"),
    [
        ("livemode=true", [True, True]),
        ("livemode=false", [False, False]),
        ("livemode=7", [7, 7]),
        ("livemode=eu", ["eu", "eu"]),
        (None, [None, None]),
    ],
)
def test_a_value_that_all_records_share_is_part_of_who_they_are(server, expected, values):
    first, second = values
    answer = pages_in_turn(page(a_record("a", livemode=first), next="x"), page(a_record("b", livemode=second)))

    assert [expected, expected] == accounts_of(server, answer, **SAME)


def test_account_and_shared_value_stand_together_on_the_last_page(server):
    twice = (an_account("acct_1"), an_account("acct_1"))
    answer = pages_in_turn(page(next="x"), page(live("a")), accounts=twice)

    assert ["acct_1", "acct_1 livemode=true"] == accounts_of(server, answer, **ACCOUNT, **SAME)


def test_records_that_say_nothing_leave_the_account_alone(server):
    answer = pages_in_turn(page(a_record("a")), accounts=(an_account("acct_1"), an_account("acct_1")))

    assert ["acct_1"] == accounts_of(server, answer, **ACCOUNT, **SAME)


@pytest.mark.parametrize(
    ("told", "first", "second"),
    [
        ("livemode true and others with false", {"livemode": True}, {"livemode": False}),
        ("livemode true and others with 1", {"livemode": True}, {"livemode": 1}),
        ("livemode true and others with missing", {"livemode": True}, {}),
        ("livemode missing and others with true", {}, {"livemode": True}),
        ("livemode missing and others with true", {"livemode": None}, {"livemode": True}),
        ("livemode a and others with A", {"livemode": "a"}, {"livemode": "A"}),
    ],
)
def test_records_of_two_accounts_are_refused_by_both_values(server, told, first, second):
    for pages in (
        [page(a_record("a", **first), a_record("b", **second))],
        [page(a_record("a", **first), next="x"), page(a_record("b", **second))],
    ):
        failed = failure(server, pages_in_turn(*pages), **SAME)

        assert ("wrong_account", f"Some records have {told}; those of one account have the same.") == (
            failed.code,
            failed.text,
        )


def test_a_shared_value_that_is_an_object_is_a_mistake_in_the_settings(server):
    assert "bad_shape" == failure(server, pages_in_turn(page(a_record("a", livemode={}))), **SAME).code


def test_a_version_that_comes_back_as_it_was_sent_is_fine(server):
    server.says(pages_in_turn(page(live("a"), X_Version="2026-01")))

    assert 1 == len(list(a_source(server.url, **VERSION).pull()))


@pytest.mark.parametrize(
    ("told", "headers"),
    [
        ("is in version 2027-01 (X-Version); 2026-01 was asked for", {"X_Version": "2027-01"}),
        ("does not say in which version (X-Version); 2026-01 was asked for", {}),
    ],
)
@pytest.mark.parametrize("later", [False, True])
def test_a_page_in_another_version_is_refused(server, told, headers, later):
    before = [page(live("a"), next="x", X_Version="2026-01")] if later else []

    failed = failure(server, pages_in_turn(*before, page(live("b"), **headers)), **VERSION)

    assert "version_mismatch" == failed.code
    assert told in failed.text


def test_the_account_answers_in_the_same_version_or_does_not_say(server):
    whole = (reply({"id": "acct_1"}), reply({"id": "acct_1"}, X_Version="2026-01"))
    other = (reply({"id": "acct_1"}, X_Version="2027-01"),)
    listed = page(live("a"), X_Version="2026-01")

    assert ["acct_1"] == accounts_of(server, pages_in_turn(listed, accounts=whole), **VERSION, **ACCOUNT)
    assert "version_mismatch" == failure(server, pages_in_turn(accounts=other), **VERSION, **ACCOUNT).code


def test_a_version_that_no_request_carries_is_a_mistake_in_the_settings(server):
    with pytest.raises(SourceError, match="X-Version, which no request carries"):
        a_source(server.url, version_header="X-Version")


def test_what_was_asked_beside_the_list_carries_the_version_as_well(server):
    server.says(
        pages_in_turn(page(X_Version="2026-01"), accounts=(an_account("acct_1"), an_account("acct_1"))),
    )
    list(a_source(server.url, **VERSION, **ACCOUNT).pull())

    assert {"2026-01"} == {request.headers["x-version"] for request in server.requests}
