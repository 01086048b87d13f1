"""Is the connector led astray where localstripe forgets a cursor? It answers with its first page, and 200."""

from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.errors import PageRepeated
from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.completeness import CompletenessPolicy, Said, certify
from reconciliation_pipeline.domain.records import Certificate, Receipt, Side
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline_tests.peers import billing
from reconciliation_pipeline_tests.peers.desk import NAME, Desk, from_file
from reconciliation_pipeline_tests.peers.localstripe import KEY
from reconciliation_pipeline_tests.peers.population import customers

pytestmark = pytest.mark.peers

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def source(stripe, tmp_path, more="") -> Source:
    desk = Desk(tmp_path).configure(crm=from_file(tmp_path / "none.csv"), billing=stripe.url, more=more)
    settings = load_one(desk.config, NAME, {}).sides.billing
    return build_source(settings, side=Side.BILLING, environ={"STRIPE_API_KEY": KEY}, morning=NOW.date())


def test_every_page_is_walked_to_the_explicit_end(stripe, tmp_path):
    pages = list(source(stripe, tmp_path).pull())

    assert [100, 100, 97] == [len(page.rows) for page in pages]
    assert "has_more is false" == pages[-1].ended_by
    assert {one.number for one in customers() if one.case.billing} == {row.key for page in pages for row in page.rows}


def test_localstripe_answers_an_unknown_cursor_with_its_first_page(stripe):
    with stripe.client() as client:
        first, lost = (client.get("/v1/subscriptions", params=params) for params in ({}, {"starting_after": "sub_x"}))

    assert (200, first.json()) == (lost.status_code, lost.json())


def test_an_unknown_cursor_is_refused_instead_of_walked_in_circles(stripe, tmp_path):
    # The id of the customer is no cursor of a list of subscriptions.
    walk = source(stripe, tmp_path, more="paging: {type: has_more, cursor: customer.id}").pull()
    next(walk)

    with pytest.raises(PageRepeated, match="same page of 100 records twice"):
        next(walk)


def test_a_cursor_that_leaves_the_list_between_two_pages_is_noticed(stripe, tmp_path):
    # A list of running subscriptions only, and the last one of the page is cancelled meanwhile.
    walk = source(stripe, tmp_path, more="list: {params: {status: active}}").pull()
    first = next(walk)
    with stripe.client() as client:
        billing.cancel(client, first.rows[-1].source_id)

    served = [row.source_id for page in (first, *walk) for row in page.rows]
    assert 99 == len(served) - len(set(served))
    assert ["duplicate_source_id"] == [reason.code for reason in judged(served).reasons]


def judged(served: list[str]) -> Certificate:
    receipt = Receipt(
        side=Side.BILLING,
        label="Billing",
        started_at=NOW,
        finished_at=NOW,
        source_clock=None,
        pages=4,
        requests=4,
        pulled=len(served),
        active=len(served),
        distinct=len(set(served)),
        no_key=0,
        duplicate_key=0,
        ended_by="has_more is false",
    )
    policy = CompletenessPolicy(floor=0.8, side_ratio=0.5)
    said = Said(confirmed=AcceptedCount("pair", receipt.side, NOW.date(), len(served), "Ana", "its screen", NOW))
    return certify(receipt, baseline=None, policy=policy, said=said)
