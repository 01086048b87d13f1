"""One side is half loaded: nothing may be believed, compared, closed, or made a baseline."""

from datetime import timedelta
from pathlib import Path

import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.story.conftest import Installation, Outcome

HALF = 130


def reasons(run: Outcome) -> set[tuple[str, str]]:
    return {(reason["code"], reason["side"]) for reason in run.data["reasons"]}


def test_a_half_loaded_side_is_refused_and_the_next_good_morning_stands_on_the_last_trusted_one(
    installation: Installation,
):
    day = installation.today - timedelta(days=2)
    good = installation.morning(day)
    listed = installation.recon("list", "crm_billing").data["items"]

    control.set_fault(installation.home, "billing", HALF)
    bad = installation.morning(day + timedelta(days=1))
    again = installation.morning(day + timedelta(days=1))
    control.set_fault(installation.home, "billing", None)

    assert (3, "not_trustworthy", HALF) == (bad.exit, bad.data["outcome"], bad.data["sides"]["billing"]["pulled"])
    assert {
        ("floor", "billing"),
        ("side_ratio", "billing"),
        ("vanished", "billing"),
        ("counterpart_exists", "billing"),
    } <= reasons(bad)
    assert reasons(bad) == reasons(again)
    assert bad.data["differences"] is None
    assert listed == installation.recon("list", "crm_billing").data["items"]
    told = [one for one in installation.recon("outbox").data["messages"] if one["topic"] == "not_trustworthy"]
    assert [f"crm_billing/{day + timedelta(days=1)}/not_trustworthy"] == [one["id"] for one in told]

    next_good = installation.morning(day + timedelta(days=2))

    baseline = next_good.data["sides"]["billing"]["baseline"]
    before = good.data["sides"]["billing"]
    assert {"date": day.isoformat(), "pulled": before["pulled"], "active": before["active"]} == baseline
    assert "drift" == next_good.data["outcome"]


def test_nobody_can_accept_a_drop_that_the_system_itself_denies(small_installation: Installation):
    ours, day = small_installation, small_installation.today
    ours.morning(day - timedelta(days=1))
    control.set_fault(ours.home, "billing", HALF)
    word = ("--by", "a person", "--reason", "the old contracts were moved")
    accepted = ours.recon(
        "accept-count", "crm_billing", "--side", "billing", "--date", day.isoformat(), "--count", str(HALF), *word
    )
    still = ours.morning(day)

    assert (0, 3) == (accepted.exit, still.exit)
    assert {("vanished", "billing"), ("counterpart_exists", "billing")} == reasons(still)


@pytest.mark.parametrize(
    ("variables", "exit_code", "code"),
    [
        ({"CRM_TOKEN": "not the token"}, 3, "unauthorised"),
        ({"BILLING_URL": "http://127.0.0.1:9"}, 3, "refused"),
    ],
)
def test_a_system_that_does_not_answer_ends_in_one_sentence_and_loses_nothing(
    small_installation: Installation, tmp_path: Path, variables: dict[str, str], exit_code: int, code: str
):
    small_installation.recon("run", "crm_billing")
    before = small_installation.recon("list", "crm_billing").data["items"]
    # Half a minute of patience is for mornings, not for tests.
    shipped = Path(small_installation.environ["RECON_CONFIG"], "crm_billing.yaml").read_text("utf-8")
    hurried = tmp_path / "crm_billing.yaml"
    hurried.write_text(shipped.replace("    base_url:", "    budget: 3s\n    base_url:"), "utf-8")
    assert 2 == hurried.read_text("utf-8").count("budget")

    failed = small_installation.recon("run", "crm_billing", variables={**variables, "RECON_CONFIG": str(tmp_path)})

    assert exit_code == failed.exit
    assert [code] == [reason["code"] for reason in failed.data["reasons"]]
    assert all(reason["text"] and reason["remedy"] for reason in failed.data["reasons"])
    assert before == small_installation.recon("list", "crm_billing").data["items"]


def test_a_missing_token_is_a_matter_of_configuration(small_installation: Installation, tmp_path):
    config = tmp_path / "reconciliations"
    config.mkdir()
    shipped = Path(small_installation.environ["RECON_CONFIG"], "crm_billing.yaml").read_text("utf-8")
    (config / "pair.yaml").write_text(shipped.replace("CRM_TOKEN", "TOKEN_NOBODY_SET"), "utf-8")

    failed = small_installation.recon("run", "crm_billing", variables={"RECON_CONFIG": str(config)})

    assert (2, "secret_missing") == (failed.exit, failed.data["error"]["code"])
    assert "TOKEN_NOBODY_SET" in failed.data["error"]["text"]
