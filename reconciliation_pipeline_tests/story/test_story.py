"""The article's story, told by the real commands over real HTTP, on both databases."""

from datetime import timedelta
from pathlib import Path

from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.story.conftest import Installation, Outcome


def numbers(run: Outcome) -> dict[str, int]:
    found = run.data["differences"]
    groups = {line["class"]: line["count"] for line in run.data["money"]}
    return {
        "crm": run.data["sides"]["crm"]["active"],
        "billing": run.data["sides"]["billing"]["active"],
        "total": found["total"],
        "settling": found["settling"],
        "open": found["open"],
        "cancelled in the CRM, still billed": groups.get("charged_after_cancellation", 0),
        "unknown to the CRM": groups.get("billed_unknown_to_crm", 0),
    }


def test_the_first_morning_finds_61_differences_and_the_second_run_leaves_44(installation: Installation):
    first = installation.recon("run", "crm_billing")

    assert {
        "crm": 1180,
        "billing": 1224,
        "total": 61,
        "settling": 17,
        "open": 44,
        "cancelled in the CRM, still billed": 31,
        "unknown to the CRM": 13,
    } == numbers(first)
    assert (1, "drift", 1) == (first.exit, first.data["outcome"], first.data["attempt"])
    assert {"1488.00", "637.00"} == {line["amount"] for line in first.data["money"]}
    listed = installation.recon("list", "crm_billing", "--state", "open").data["items"]

    control.advance(installation.home, timedelta(hours=2))
    second = installation.recon("run", "crm_billing")

    assert (44, 0, 44) == tuple(second.data["differences"][name] for name in ("total", "settling", "open"))
    again = installation.recon("list", "crm_billing").data["items"]
    assert [(one["id"], one["key"], one["first_seen"]) for one in listed] == [
        (one["id"], one["key"], one["first_seen"]) for one in again
    ]
    assert ["crm_billing/" + installation.today.isoformat() + "/drift"] == [
        one["id"] for one in installation.recon("outbox").data["messages"]
    ]


def test_another_seed_tells_the_same_story_with_other_customers(small_installation: Installation, tmp_path: Path):
    ours = small_installation
    before = ours.recon("run", "crm_billing")
    keys = {one["key"] for one in ours.recon("list", "crm_billing").data["items"]}
    world = ours.world
    control.stop(ours.home)
    control.serve(tmp_path / "other", seed=7, crm_port=world.crm_port, billing_port=world.billing_port)
    other = Installation(tmp_path / "other", {**ours.environ, "RECON_HOME": str(tmp_path / "other")})
    other.confirm(other.today)
    after = other.recon("run", "crm_billing")
    control.stop(other.home)

    assert numbers(before) == numbers(after)
    assert len(keys) > len(keys & {one["key"] for one in other.recon("list", "crm_billing").data["items"]})


def test_another_companys_customers_are_never_taken_for_a_morning_of_this_one(small_installation: Installation):
    ours = small_installation
    ours.recon("run", "crm_billing")
    control.serve(ours.home, seed=7, crm_port=ours.world.crm_port, billing_port=ours.world.billing_port, fresh=True)

    after = ours.recon("run", "crm_billing")

    assert (3, "not_trustworthy") == (after.exit, after.data["outcome"])
    assert {("vanished", "crm"), ("vanished", "billing")} == {
        (reason["code"], reason["side"]) for reason in after.data["reasons"]
    }


def test_both_sides_are_counted_in_one_go_without_keeping_anything(small_installation: Installation):
    counted = small_installation.recon("count", "crm_billing")

    assert (1, 44) == (counted.exit, counted.data["difference"])
    assert {"crm": 1180, "billing": 1224} == {side: one["active"] for side, one in counted.data["sides"].items()}
    assert [] == list(small_installation.home.glob("snapshots/**/*.parquet"))
