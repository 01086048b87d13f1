"""For any records and any page size, every style of paging yields every record exactly once."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciliation_pipeline_tests.connectors.builders import a_source, ids_of, records
from reconciliation_pipeline_tests.connectors.fault_server import Answer, FaultServer, Reply, Request, reply

Records = Sequence[dict[str, object]]


def by_cursor(everything: Records, size: int) -> Answer:
    def answer(request: Request) -> Reply:
        start = int(request.params.get("after", 0))
        following = start + size
        return reply({"data": everything[start:following], "next": following if following < len(everything) else None})

    return answer


def by_has_more(everything: Records, size: int) -> Answer:
    ids = [record["id"] for record in everything]

    def answer(request: Request) -> Reply:
        start = ids.index(request.params["starting_after"]) + 1 if "starting_after" in request.params else 0
        return reply({"data": everything[start : start + size], "has_more": start + size < len(everything)})

    return answer


def by_link(everything: Records, size: int) -> Answer:
    def answer(request: Request) -> Reply:
        start = int(request.params.get("from", 0))
        stop = start + size
        following: dict[str, Any] = {"Link": f'</customers?from={stop}>; rel="next"'} if stop < len(everything) else {}
        return reply({"data": everything[start:stop]}, **following)

    return answer


def by_offset(everything: Records, size: int) -> Answer:
    def answer(request: Request) -> Reply:
        start = int(request.params["offset"])
        return reply({"data": everything[start : start + size], "total": len(everything)})

    return answer


def by_page(everything: Records, size: int) -> Answer:
    def answer(request: Request) -> Reply:
        start = (int(request.params["page"]) - 1) * size
        return reply({"data": everything[start : start + size], "total": len(everything)})

    return answer


def by_range(everything: Records, size: int) -> Answer:
    def answer(request: Request) -> Reply:
        start = int(request.headers["range"].removeprefix("records=").split("-")[0])
        found = everything[start : start + size]
        if not found:
            return Reply(status=416, headers={"Content-Range": f"records */{len(everything)}"})
        return reply({"data": found}, 206, Content_Range=f"records {start}-{start + len(found) - 1}/{len(everything)}")

    return answer


TOTAL = {"total": {"body": "total"}}
STYLES: dict[str, tuple[Callable[[Records, int], Answer], Callable[[int], dict[str, Any]]]] = {
    "cursor": (by_cursor, lambda _size: {"paging": {"type": "cursor", "next": "next", "param": "after"}}),
    "has_more": (by_has_more, lambda _size: {"paging": {"type": "has_more"}}),
    "link": (by_link, lambda _size: {"paging": {"type": "link"}}),
    "offset": (by_offset, lambda size: {"paging": {"type": "offset", "size": size}, **TOTAL}),
    "page": (by_page, lambda size: {"paging": {"type": "page", "size": size}, **TOTAL}),
    "range": (by_range, lambda size: {"paging": {"type": "range", "size": size}}),
}


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ids=st.lists(st.text("abc019", min_size=1, max_size=4), unique=True, max_size=25),
    size=st.integers(min_value=1, max_value=9),
)
def test_every_style_yields_every_record_exactly_once(server: FaultServer, style: str, ids: list[str], size: int):
    serve, changes = STYLES[style]
    server.says(serve(records(*ids), size))

    pages = list(a_source(server.url, **changes(size)).pull())

    assert ids == ids_of(pages)
    assert pages[-1].ended_by
