"""What HubSpot says of itself, and of one company asked for by name."""

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import Abilities, By
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.fault_server import Reply, Request, reply
from reconciliation_pipeline_tests.connectors.preset_sides import (
    a_company,
    found_by,
    hubspot,
    rows_of,
    source_of,
    vendor,
)


def nothing(_request: Request) -> Reply:
    return Reply(b"{}", 404)


def test_hubspot_says_whose_portal_it_is_and_what_it_can_do(server):
    server.says(vendor(lambda _request: reply({"results": []})))
    source = source_of(hubspot(base_url=server.url, local=True))

    assert ["62515", "62515"] == [page.account for page in source.pull()]
    assert (
        Abilities(
            paging="cursor",
            states_total=False,
            answers_for_the_past=False,
            reads_by_id=True,
            reads_by_key=True,
            scopes=("crm.objects.companies.read",),
            requests_per_second=8,
        )
        == source.declares()
    )


def test_a_hubspot_company_is_read_by_id_with_the_properties_of_the_list(server):
    server.says(lambda _request: reply(a_company(7)))

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert [("7", "C-7", State.ACTIVE)] == [(row.source_id, row.key, row.state) for row in found.rows]
    assert [("/crm/v3/objects/companies/7", {"properties": "number,stage,mrr"})] == [
        (request.path, request.params) for request in server.requests
    ]


def test_an_archived_hubspot_company_is_read_where_archived_ones_are(server):
    def only_archived(request: Request) -> Reply:
        return reply(a_company(7, archived=True)) if request.params.get("archived") == "true" else nothing(request)

    server.says(only_archived)

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert [State.ARCHIVED] == [row.state for row in found.rows]


def test_a_merged_hubspot_company_is_recognised_by_what_it_became(server):
    # https://developers.hubspot.com/changelog/updated-merge-functionality-for-contacts-and-companies
    server.says(lambda _request: reply(a_company(99)))

    found = found_by(hubspot(base_url=server.url, local=True), By.ID, "7")

    assert ("7", ["99"]) == (found.asked, [row.source_id for row in found.rows])


def test_a_hubspot_company_is_found_by_the_property_that_is_the_key(server):
    server.says(lambda _request: reply(a_company(7)))

    found = found_by(hubspot(base_url=server.url, local=True), By.KEY, "C-7")

    assert ["7"] == [row.source_id for row in found.rows]
    assert ("/crm/v3/objects/companies/C-7", "number") == (
        server.requests[0].path,
        server.requests[0].params["idProperty"],
    )


def test_a_hubspot_property_that_is_not_unique_is_said_and_can_be_left_out(server):
    server.says(lambda _request: reply({"status": "error", "category": "VALIDATION_ERROR"}, 400))

    with pytest.raises(PullFailed):
        found_by(hubspot(base_url=server.url, local=True), By.KEY, "C-7")

    without = source_of(hubspot(lookup={"by_key": None})).declares()
    assert (True, False) == (without.reads_by_id, without.reads_by_key)


def test_a_company_that_is_archived_between_the_walks_comes_twice_and_both_times_with_its_id(server):
    """What the next step tells as duplicate_source_id."""

    def companies(request: Request) -> Reply:
        archived = request.params["archived"] == "true"
        return reply({"results": [a_company(1, archived=True)] if archived else [a_company(1), a_company(2)]})

    server.says(vendor(companies))

    ids = [row.source_id for row in rows_of(hubspot(base_url=server.url, local=True))]

    assert ["1", "2", "1"] == ids
