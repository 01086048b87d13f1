"""What people decide, as they decide it: at the terminal, on either database, seen in Dagster and told no more."""

import os
from datetime import timedelta
from typing import Any

import dagster as dg
import pytest

from reconciliation_pipeline_tests.story.conftest import Installation, Outcome, days_before, installed

BY = ("--by", "Ana", "--reason", "known since Monday")


def listed(ours: Installation, *arguments: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ours.recon("list", "crm_billing", *arguments).data["items"]
    return items


def counts(ours: Installation) -> dict[str, int]:
    done = ours.morning(ours.today)
    return {name: done.data["differences"][name] for name in ("total", "settling", "open", "accepted", "quarantined")}


def refusal(done: Outcome) -> tuple[int, str]:
    return done.exit, done.data["error"]["code"]


def test_what_is_accepted_or_quarantined_leaves_the_list_stays_counted_and_comes_back(installation: Installation):
    ours = installation
    ours.morning(ours.today)
    dearest = next(one["id"] for one in listed(ours) if one["state"] == "open")
    until = (ours.today + timedelta(days=7)).isoformat()

    accepted = ours.recon("accept", dearest, "--until", until, *BY).data["items"][0]
    aside = ours.recon("quarantine", "--among", "crm_billing", "--kind", "billing_only", *BY).data["items"]
    assigned = ours.recon("assign", dearest, "--to", "sales-ops", *BY).data["items"][0]

    assert ("accepted", until) == (accepted["state"], accepted["accepted_until"])
    assert (43, {"quarantined"}) == (len(aside), {one["state"] for one in aside})
    assert "sales-ops" == assigned["owner"]
    assert {"settling"} == {one["state"] for one in listed(ours)}
    assert [dearest] == [one["id"] for one in listed(ours, "--state", "accepted")]
    assert {"total": 61, "settling": 17, "open": 0, "accepted": 1, "quarantined": 43} == counts(ours)

    ours.recon("reopen", dearest, *BY)
    ours.recon("release", "--among", "crm_billing", *BY)
    assert {"total": 61, "settling": 17, "open": 44, "accepted": 0, "quarantined": 0} == counts(ours)
    shown = ours.recon("show", dearest).data["item"]
    assert ["accept", "assign", "reopen"] == [one["action"] for one in shown["decisions"]]
    assert "Ana: quarantine 43 differences" in _on_the_timeline(ours)


def _on_the_timeline(ours: Installation) -> list[str]:
    before = dict(os.environ)
    os.environ.update(ours.environ)
    try:
        with dg.DagsterInstance.from_config(ours.environ["DAGSTER_HOME"]) as instance:
            found = instance.fetch_observations(dg.AssetKey(["crm_billing", "ledger"]), limit=50).records
            return [str(one.asset_observation.description) for one in found if one.asset_observation]
    finally:
        os.environ.clear()
        os.environ.update(before)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["accept", "{id}", "--until", "2020-01-01", *BY], "cannot_decide"),
        (["accept", "{id}", *BY], "cannot_decide"),
        (["assign", "{id}", *BY], "cannot_decide"),
        (["note", "{id}", "--to", "sales", *BY], "usage"),
        (["note", "{id}", "--by", " ", "--reason", "x"], "cannot_decide"),
        (["release", "{id}", *BY], "cannot_decide"),
        (["note", "nobody", *BY], "unknown_id"),
        (["note", *BY], "usage"),
        (["note", "{id}", "--among", "crm_billing", *BY], "usage"),
        (["note", "{id}", "--kind", "crm_only", *BY], "usage"),
        (["note", "--among", "crm_billing", "--owner", "nobody", *BY], "nothing_fits"),
        (["retract", "crm_billing", "--date", "2020-01-01", *BY], "nothing_to_retract"),
        (["retract", "crm_billing", "--date", "2020-01-01", "--by", "", "--reason", "x"], "usage"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_a_sentence(told: Installation, one_id: str, arguments, code):
    assert (2, code) == refusal(told.recon(*(part.format(id=one_id) for part in arguments)))


def test_a_morning_taken_back_counts_no_more_until_it_is_given_back(small_installation: Installation):
    ours = small_installation
    ours.recon("demo", "--mornings", "3")
    days = [day.isoformat() for day in days_before(ours.today, 3)]
    digest = ours.recon("verify", "crm_billing").data["digest"]

    back = ours.recon("retract", "crm_billing", "--date", days[-1], *BY)
    left = ours.recon("verify", "crm_billing").data

    assert (True, days[-2]) == (back.data["retracted"], back.data["baseline"])
    assert (2, True) == (left["mornings"], left["digest"] != digest)
    assert days[:-1] == [one["date"] for one in ours.recon("history", "crm_billing").data["mornings"]]
    ours.recon("retract", "crm_billing", "--date", days[-1], "--undo", *BY)
    assert digest == ours.recon("verify", "crm_billing").data["digest"]


def test_a_snapshot_that_was_changed_is_found_and_one_that_was_given_up_is_not_missed(small_installation: Installation):
    ours = small_installation
    ours.morning(ours.today)
    assert (0, True) == ((good := ours.recon("verify", "crm_billing")).exit, good.data["ok"])
    assert [] == ours.recon("prune", "crm_billing", "--really").data["dates"]

    path = next((ours.home / "snapshots").rglob("crm.parquet"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    bad = ours.recon("verify", "crm_billing")

    assert (3, False, ours.today.isoformat()) == (bad.exit, bad.data["ok"], bad.data["first_bad"])


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory):
    """An installation that has had one morning; nothing is decided on it."""
    for ours in installed(tmp_path_factory.mktemp("told") / "home", None):
        ours.morning(ours.today)
        yield ours


@pytest.fixture(scope="module")
def one_id(told: Installation) -> str:
    return str(listed(told)[0]["id"])
