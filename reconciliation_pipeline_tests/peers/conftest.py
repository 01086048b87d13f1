"""One localstripe with all customers in it, and the CRM they belong to, for the tests that change neither."""

from collections.abc import Iterator

import pytest

from reconciliation_pipeline_tests.peers import billing, crm
from reconciliation_pipeline_tests.peers.localstripe import Localstripe, running
from reconciliation_pipeline_tests.peers.population import customers


@pytest.fixture(scope="module")
def stripe(tmp_path_factory) -> Iterator[Localstripe]:
    with running(tmp_path_factory.mktemp("localstripe")) as server:
        with server.client() as client:
            billing.seed(client, customers())
        yield server


@pytest.fixture(scope="module")
def crm_url() -> Iterator[str]:
    with crm.serving(customers()) as url:
        yield url
