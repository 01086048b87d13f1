"""Does `recon` find exactly the planted differences between localstripe and a CRM, or refuse clearly?"""

from decimal import Decimal

import pytest

from reconciliation_pipeline_tests.peers import billing, crm
from reconciliation_pipeline_tests.peers.desk import Desk, Said, from_file, over_http
from reconciliation_pipeline_tests.peers.findings import counts, created, found, planted, pulled, reasons
from reconciliation_pipeline_tests.peers.localstripe import running
from reconciliation_pipeline_tests.peers.population import customers

pytestmark = pytest.mark.peers

MONEY = {
    # 5 times 98.00 and 2 times 19.00
    "charged_after_cancellation": (Decimal("528.00"), 7),
    # 7 times 49.00
    "billed_unknown_to_crm": (Decimal("343.00"), 7),
    # 4 times 19.00, 3 times 49.00, 2 times 19.00
    "used_unbilled": (Decimal("261.00"), 9),
    # 3 times 30.00 and 3 times 1.00
    "amount_differs": (Decimal("93.00"), 6),
}


def money(run: Said) -> dict[str, tuple[Decimal, int]]:
    assert {"EUR"} == {line["currency"] for line in run.data["money"]}
    return {line["class"]: (Decimal(line["amount"]), line["count"]) for line in run.data["money"]}


@pytest.fixture(scope="module")
def first_morning(stripe, crm_url, tmp_path_factory) -> tuple[Desk, Said]:
    """One morning that a person has confirmed."""
    desk = Desk(tmp_path_factory.mktemp("desk")).configure(crm=over_http(crm_url), billing=stripe.url)
    run = desk.recon("run")
    assert [run.data["date"]] == desk.confirm(run, counts())
    return desk, run


def test_exactly_the_planted_differences_are_found_against_a_crm_over_http(first_morning):
    desk, run = first_morning

    assert 1 == run.code, run
    # What was found is compared and told at once; that it is all there is, a person had to say.
    assert [("unproven", "crm"), ("unproven", "billing")] == reasons(run)
    assert created() == pulled(run)
    assert planted(archive=True) == found(desk.items())
    assert 29 == run.data["differences"]["open"] == run.data["differences"]["total"]
    assert MONEY == money(run)


def test_the_morning_after_a_confirmed_one_is_trusted_and_finds_the_same(first_morning):
    desk, _ = first_morning

    run = desk.recon("run")

    assert 1 == run.code, run
    assert [] == run.data["reasons"]
    assert {"complete"} == {side["certificate"] for side in run.data["sides"].values()}
    assert planted(archive=True) == found(desk.items())


def test_exactly_the_planted_differences_are_found_against_a_csv_export(stripe, tmp_path):
    export = tmp_path / "companies.csv"
    crm.export(customers(), export)
    desk = Desk(tmp_path).configure(crm=from_file(export), billing=stripe.url)

    run = desk.recon("run")

    assert 1 == run.code, run
    assert created() == pulled(run)
    assert planted(archive=False) == found(desk.items())
    assert MONEY == money(run)


def test_what_was_created_a_moment_ago_is_still_settling_and_nobody_is_accused_of_it(stripe, crm_url, tmp_path):
    desk = Desk(tmp_path).configure(crm=over_http(crm_url), billing=stripe.url, settling="1h")

    run = desk.recon("run")

    open_ones = {item["key"] for item in desk.items() if item["state"] == "open"}
    assert {one.number for one in customers() if one.case.kind and not one.case.billing} == open_ones
    assert (29, 25, 4) == tuple(run.data["differences"][name] for name in ("total", "settling", "open"))
    assert 1 == run.code


def test_a_key_that_localstripe_does_not_accept_refuses_the_morning_and_loses_nothing(first_morning):
    desk, _ = first_morning
    before = desk.items()

    refused = desk.recon("run", STRIPE_API_KEY="rk_wrong_and_secret")

    assert 3 == refused.code, refused
    assert ["unauthorised"] == [reason["code"] for reason in refused.data["reasons"]]
    assert "STRIPE_API_KEY" in refused.data["reasons"][0]["remedy"]
    assert "rk_wrong_and_secret" not in f"{refused.data}{refused.talk}"
    assert "Traceback" not in refused.talk
    assert planted(archive=True) == found(before)
    assert before == desk.items()


def test_a_stopped_localstripe_refuses_the_morning_in_a_sentence_and_loses_nothing(crm_url, tmp_path):
    with running(tmp_path) as stripe:
        with stripe.client() as client:
            billing.seed(client, customers())
        desk = Desk(tmp_path).configure(crm=over_http(crm_url), billing=stripe.url)
        desk.confirm(desk.recon("run"), counts())
        before = desk.items()
        stripe.stop()

        refused = desk.recon("run")

    assert 3 == refused.code, refused
    assert ["refused"] == [reason["code"] for reason in refused.data["reasons"]]
    text = refused.data["reasons"][0]["text"]
    assert text.startswith("Billing: "), text
    assert "cannot be reached" in text
    assert "Traceback" not in refused.talk
    assert planted(archive=True) == found(before)
    assert before == desk.items()
