"""Tryton's ways, against a server that answers as trytond 8.2 was seen to."""

import json
from base64 import urlsafe_b64decode
from typing import Any

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import By
from reconciliation_pipeline.connectors.tryton import encoded, enrich, fields
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, Request, reply
from reconciliation_pipeline_tests.connectors.preset_sides import a_vendor_side, source_of

MODEL = "/acme/rest/model/party.party"
MOMENT = {"__class__": "datetime", "year": 2026, "month": 11, "day": 22, "hour": 3, "minute": 4, "second": 5}


def tryton(url: str, **written: Any) -> RestSide:
    status = {"field": "active", "active": ["true"]}
    basics = {"base_url": f"{url}/acme", "local": True, "key": "code", "status": status, "requests_per_second": 1000}
    return a_vendor_side("tryton", **{**basics, **written})


def a_party(number: int, *, active: bool = True) -> dict[str, object]:
    times = {name: {**MOMENT, "microsecond": 678_000} for name in ("create_date", "write_date")}
    return {"id": number, "__name__": "party.party", "code": f"C-{number:03d}", "active": active, **times}


def decoded(text: str) -> Any:
    return json.loads(urlsafe_b64decode(text))


def trytond(everything: list[dict[str, object]]) -> Answer:
    """Answer as it does: the end of a range is not counted in, and more than ten pages are not counted ahead."""

    def answer(request: Request) -> Reply:
        if request.path != MODEL:
            found = [one for one in everything if f"{MODEL}/{one['id']}" == request.path]
            return reply(found[0]) if found else Reply(b"<html>", 404, {"Content-Type": "text/html"})
        matching = everything
        for field, _, value in decoded(request.params["d"]) if "d" in request.params else []:
            matching = [one for one in matching if one[field] == value]
        assert [["id", "ASC"]] == decoded(request.params["o"])
        start, stop = (int(part) for part in request.headers["range"].removeprefix("records=").split("-"))
        page = matching[start:stop]
        if not page and start:
            return Reply(status=416)
        total = "*" if len(matching) >= 10 * stop and len(page) == stop - start else str(len(matching))
        return reply(page, Content_Range=f"records {start}-{start + len(page)}/{total}")

    return answer


@pytest.mark.parametrize("count", [0, 1, 998, 999, 1000, 2500])
def test_every_record_is_read_whatever_tryton_takes_for_the_end_of_a_range(server: FaultServer, count: int):
    server.says(trytond([a_party(number) for number in range(count)]))

    pages = list(source_of(tryton(server.url)).pull())

    assert [str(number) for number in range(count)] == [row.source_id for page in pages for row in page.rows]
    assert (count, f"Content-Range total of {count} reached") == (pages[-1].total, pages[-1].ended_by)


def test_more_than_it_counts_ahead_is_still_walked_to_its_total(server: FaultServer):
    server.says(trytond([a_party(number) for number in range(250)]))
    source = source_of(tryton(server.url, paging={"size": 11}))

    pages = list(source.pull())

    assert [None, None, 250] == [pages[0].total, pages[1].total, pages[-1].total]
    assert [str(number) for number in range(250)] == [row.source_id for page in pages for row in page.rows]
    assert None is source.count()


def test_a_record_of_tryton_is_a_row_like_any_other(server: FaultServer):
    amount = {"credit": {"__class__": "Decimal", "decimal": "1234.50"}}
    server.says(trytond([{**a_party(1), **amount}, {**a_party(2, active=False), **amount}]))
    money = {"path": "credit", "type": "money", "currency": "EUR"}

    ((first, second),) = [page.rows for page in source_of(tryton(server.url, fields={"credit": money})).pull()]

    assert ("1", "C-001", State.ACTIVE, {"credit": "1234.50", "credit_currency": "EUR"}) == (
        first.source_id,
        first.key,
        first.state,
        first.values,
    )
    assert "2026-11-22T03:04:05.678000+00:00" == (first.updated_at.isoformat() if first.updated_at else "")
    assert State.CANCELLED is second.state


def test_it_is_asked_for_inactive_records_as_well_and_for_each_field_by_itself(server: FaultServer):
    server.says(trytond([]))
    list(source_of(tryton(server.url, fields={"city": "addresses[0].city"})).pull())

    (request,) = server.requests
    assert {"active_test": False} == decoded(request.headers["x-tryton-context"])
    # The last of several parameters of one name.
    assert "addresses.city" == request.params["f"]


def test_single_records_are_read_by_id_and_by_key(server: FaultServer):
    odd = 'a"b\\c'
    server.says(trytond([a_party(1), a_party(2), {**a_party(3), "code": odd}]))
    source = source_of(tryton(server.url))

    by_id = list(source.lookup(["2", "9"], by=By.ID))
    by_key = list(source.lookup(["C-002", odd, "nobody"], by=By.KEY))

    assert [["2"], []] == [[row.source_id for row in found.rows] for found in by_id]
    assert [["2"], ["3"], []] == [[row.source_id for row in found.rows] for found in by_key]


def test_another_model_has_another_path_and_a_key_may_stand_in_a_relation():
    side = tryton("http://127.0.0.1:1", object="sale.subscription", key="party.code")

    assert "/rest/model/sale.subscription" == side.list.path
    assert side.lookup is not None
    assert side.lookup.by_key is not None
    assert '[["party.code", "=", "{key}"]]' == side.lookup.by_key.params["d"]


def test_a_wrong_key_is_said_as_such(server: FaultServer):
    server.says(lambda _request: Reply(b"<html>", 401, {"Content-Type": "text/html"}))

    with pytest.raises(PullFailed) as failed:
        list(source_of(tryton(server.url)).pull())

    assert "unauthorised" == failed.value.code


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("2026-11-22", {"__class__": "date", "year": 2026, "month": 11, "day": 22}),
        ("2026-11-22T03:04:05", {**MOMENT, "microsecond": 0}),
        ("2026-11-22T03:04:05.000007", {**MOMENT, "microsecond": 7}),
        ("03:04:05", {"__class__": "time", "hour": 3, "minute": 4, "second": 5, "microsecond": 0}),
        ("0.10", {"__class__": "Decimal", "decimal": "0.10"}),
        (90, {"__class__": "timedelta", "seconds": 90}),
        ({"code": "2026-01-02"}, {"code": {"__class__": "date", "year": 2026, "month": 1, "day": 2}}),
        (["2026-01-02", 1], [{"__class__": "date", "year": 2026, "month": 1, "day": 2}, 1]),
        (None, None),
        (True, True),
        ("text", "text"),
    ],
)
def test_what_json_has_no_form_for_becomes_plain_text(expected, value):
    assert {"field": expected} == enrich({"field": value})


@pytest.mark.parametrize(
    "value",
    [
        {"__class__": "date", "year": 2026, "month": 13, "day": 22},
        {"__class__": "date", "year": 2026, "month": 11},
        {"__class__": "date", "year": "2026", "month": 11, "day": 22},
        {"__class__": "date", "year": 2026, "month": True, "day": 22},
        {"__class__": "Decimal"},
        {"__class__": "bytes", "base64": "AA=="},
        {"__class__": 7},
    ],
)
def test_what_is_no_such_object_stays_what_it_is(value):
    assert {"field": value} == enrich({"field": value})


def test_only_conditions_and_order_are_encoded():
    assert {"d": "W10=", "o": "W10=", "f": ["d"], "s": 5} == encoded({"d": "[]", "o": "[]", "f": ["d"], "s": 5})


def test_a_field_is_named_once():
    assert ["id", "lines.amount"] == fields(["id", "lines[0].amount", "lines[1].amount"])
