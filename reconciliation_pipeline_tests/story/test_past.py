"""The past is read from the archive or left alone; today's data never gets there."""

import hashlib
from datetime import timedelta
from pathlib import Path

from reconciliation_pipeline_tests.story.conftest import Installation, days_before


def fingerprint(archive: Path) -> dict[str, str]:
    files = (path for path in sorted(archive.rglob("*")) if path.is_file())
    return {str(path.relative_to(archive)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_backfill_of_archived_mornings_asks_nobody_and_changes_no_byte(small_installation: Installation):
    ours = small_installation
    week = days_before(ours.today, 7)
    ran = ours.recon("demo", "--mornings", "7")
    listed = {day: ours.recon("list", "crm_billing", "--date", day.isoformat()).data["items"] for day in week[-2:]}
    archive, asked = fingerprint(ours.home / "snapshots"), ours.requests()
    told = ours.recon("outbox").data["messages"]

    again = ours.recon("backfill", "crm_billing", "--from", week[0].isoformat(), "--to", week[-2].isoformat())

    assert ["drift"] * 6 == [one["outcome"] for one in again.data["mornings"]], (ran.talk, again.talk)
    assert (0, 1) == (ran.exit, again.exit)
    assert 0 == ours.requests() - asked
    assert archive == fingerprint(ours.home / "snapshots")
    assert told == ours.recon("outbox").data["messages"]
    assert listed == {
        day: ours.recon("list", "crm_billing", "--date", day.isoformat()).data["items"] for day in week[-2:]
    }


def test_a_past_morning_that_nobody_kept_stays_empty(small_installation: Installation):
    ours = small_installation
    ours.recon("run", "crm_billing")
    asked = ours.requests()

    past = ours.recon("run", "crm_billing", "--date", (ours.today - timedelta(days=3)).isoformat())

    assert (3, ["past_not_pullable"]) == (past.exit, [reason["code"] for reason in past.data["reasons"]])
    assert 0 == ours.requests() - asked
    assert ["drift"] == [one["topic"] for one in ours.recon("outbox").data["messages"]]
    assert [] == ours.recon("list", "crm_billing", "--date", (ours.today - timedelta(days=3)).isoformat()).data["items"]


def test_a_morning_that_has_not_come_is_a_mistake_of_the_caller(small_installation: Installation):
    ahead = small_installation.recon("run", "crm_billing", "--date", "2999-01-01")

    assert (2, "usage") == (ahead.exit, ahead.data["error"]["code"])
