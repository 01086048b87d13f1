"""Does `recon` find exactly the planted differences between a Tryton and a localstripe, or refuse clearly?

Neither side is ours: an ERP system over its own REST API, and a Stripe server from elsewhere.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.source import By, Source
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline_tests.peers import tryton
from reconciliation_pipeline_tests.peers.desk import NAME, Desk, Said, from_tryton
from reconciliation_pipeline_tests.peers.findings import counts, created, found, planted, pulled, reasons
from reconciliation_pipeline_tests.peers.population import Customer, Is, customers
from reconciliation_pipeline_tests.peers.tryton import Tryton

pytestmark = pytest.mark.peers


@pytest.fixture(scope="module")
def erp(tmp_path_factory) -> Iterator[Tryton]:
    with tryton.running(tmp_path_factory.mktemp("tryton"), customers()) as server:
        yield server


@dataclass(frozen=True)
class Morning:
    """One morning with both, and the desk it happened at."""

    desk: Desk
    run: Said
    key: str


@pytest.fixture(scope="module")
def morning(erp, stripe, tmp_path_factory) -> Morning:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    desk.configure(crm=from_tryton(erp.url), billing=stripe.url, compare="")
    return Morning(desk, desk.recon("run", TRYTON_KEY=erp.key), erp.key)


def source(erp: Tryton, tmp_path, more: str = "") -> Source:
    desk = Desk(tmp_path).configure(crm=from_tryton(erp.url, more), billing="http://127.0.0.1:1", compare="")
    settings = load_one(desk.config, NAME, {}).sides.crm
    return build_source(settings, side=Side.CRM, environ={"TRYTON_KEY": erp.key}, morning=datetime.now(UTC).date())


def known(*, active: bool) -> Customer:
    """Pick a customer that the CRM calls active, or not."""
    return next(one for one in customers() if one.case.crm and active == (one.case.crm.status is Is.ACTIVE))


def test_exactly_the_planted_differences_are_found(morning):
    assert 1 == morning.run.code, morning.run
    assert [("unproven", "crm"), ("unproven", "billing")] == reasons(morning.run)
    assert created() == pulled(morning.run)
    # It knows a number and whether a customer is active: 23 of the 29 differences are about these.
    assert 23 == morning.run.data["differences"]["open"] == morning.run.data["differences"]["total"]
    assert planted(archive=False, values=False) == found(morning.desk.items())


def test_a_confirmed_morning_is_followed_by_a_trusted_one_that_finds_the_same(morning):
    assert [morning.run.data["date"]] == morning.desk.confirm(morning.run, counts())

    again = morning.desk.recon("run", TRYTON_KEY=morning.key)

    assert (1, []) == (again.code, again.data["reasons"])
    assert planted(archive=False, values=False) == found(morning.desk.items())


def test_a_key_that_tryton_does_not_accept_refuses_the_morning_and_loses_nothing(morning):
    before = morning.desk.items()

    refused = morning.desk.recon("run", TRYTON_KEY="wrong-and-secret")

    assert 3 == refused.code, refused
    assert ("unauthorised", "crm") in reasons(refused)
    assert "wrong-and-secret" not in f"{refused.data}{refused.talk}"
    assert before == morning.desk.items()


def test_every_party_arrives_once_whatever_the_size_of_a_page(erp, tmp_path):
    pages = list(source(erp, tmp_path, "paging: {size: 20}").pull())

    # The end of a range is not in it, and how many there are in all is not counted ten pages ahead.
    assert [*[19] * 15, 9] == [len(page.rows) for page in pages]
    assert (None, 294) == (pages[0].total, pages[-1].total)
    assert "Content-Range total of 294 reached" == pages[-1].ended_by
    assert Counter(one.number for one in customers() if one.case.crm) == Counter(
        row.key for page in pages for row in page.rows
    )


@pytest.mark.parametrize(("active", "state"), [(True, State.ACTIVE), (False, State.CANCELLED)])
def test_a_party_is_found_by_its_code_and_by_its_id_active_or_not(erp, tmp_path, active, state):
    number, asked = known(active=active).number, source(erp, tmp_path)

    (by_key,) = asked.lookup([number], by=By.KEY)
    (by_id,) = asked.lookup([by_key.rows[0].source_id], by=By.ID)

    assert [(number, state)] == [(row.key, row.state) for row in by_key.rows]
    assert by_key.rows == by_id.rows


def test_a_party_that_nobody_has_is_not_found(erp, tmp_path):
    asked = source(erp, tmp_path)

    (by_key,) = asked.lookup(["no such code"], by=By.KEY)
    (by_id,) = asked.lookup(["99999999"], by=By.ID)

    assert ((), ()) == (by_key.rows, by_id.rows)


def test_tryton_leaves_out_what_is_inactive_unless_it_is_asked(erp):
    with erp.client() as client:
        default = client.get("/rest/model/party.party", params={"f": "active"}).json()

    assert {1} == {int(one["active"]) for one in default}
    assert created()["crm"][1] == len(default)


def test_a_stopped_tryton_refuses_the_morning_in_a_sentence(erp, morning):
    # The last test with this Tryton.
    before = morning.desk.items()
    erp.stop()

    refused = morning.desk.recon("run", TRYTON_KEY=erp.key)

    assert 3 == refused.code, refused
    assert ("refused", "crm") in reasons(refused)
    assert "Traceback" not in refused.talk
    assert before == morning.desk.items()
