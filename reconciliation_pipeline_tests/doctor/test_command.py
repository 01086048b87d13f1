"""What does `recon doctor` print, and how does it end? The real command, on the demo world and on broken homes."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.demo.conftest import free_port
from reconciliation_pipeline_tests.other_data.company import PROJECT, Answer, Company, rest
from reconciliation_pipeline_tests.other_data.servers import System, served
from reconciliation_pipeline_tests.other_data.test_other_data import customers


def found(answer: Answer) -> dict[str, str]:
    assert all({"reconciliation", "health", "what", "text", "remedy"} == one.keys() for one in answer.data["findings"])
    assert all(one["remedy"] for one in answer.data["findings"] if one["health"] == "warn")
    return {one["what"]: one["health"] for one in answer.data["findings"]}


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A fresh demo world and the environment of its commands."""
    home = tmp_path / "home"
    world = control.serve(home, crm_port=free_port(), billing_port=free_port())
    ours = {name: value for name, value in world.environment.items() if name != "RECON_NOW"}
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("RECON_")}
    try:
        yield {**theirs, **ours, "RECON_HOME": str(home), "DAGSTER_HOME": str(PROJECT)}
    finally:
        control.stop(home)


def test_the_demo_world_is_healthy_and_every_word_is_in_its_place(demo):
    command = [sys.executable, "-m", "reconciliation_pipeline.cli", "doctor", "crm_billing"]
    done = subprocess.run(command, env=demo, capture_output=True, text=True, check=False, timeout=120)

    assert (0, "") == (done.returncode, done.stderr)
    lines = done.stdout.splitlines()
    assert "crm_billing" == lines[0]
    troubles = [line.split(":")[0].removeprefix("  warn ") for line in lines if not line.startswith("  ok   ")]
    assert {"channels", "last trusted morning", "daemon"} <= set(troubles)
    assert not any(line.startswith("  fail") for line in lines)
    for side in ("CRM", "Billing"):
        for what in ("account: it says it is", "by id: it finds record", "by key: it finds record"):
            assert any(line.startswith(f"  ok   {side} {what}") for line in lines), done.stdout


def test_a_remedy_has_a_line_of_its_own_and_its_command_is_never_broken(tmp_path):
    company = Company(tmp_path)
    path = tmp_path / "none.jsonl"
    status = {"field": "status", "active": ["active"]}
    side = {"connector": "file", "path": str(path), "source_id": "id", "key": "number", "status": status}
    company.configure(*[{**side, "fields": {"plan": "plan"}}] * 2, compare=["plan"])

    done = recon(["doctor", "pair", "--quick"], {**company.environ(), "COLUMNS": "40"}, timeout=120)
    lines = done.stdout.splitlines()

    at = next(number for number, line in enumerate(lines) if line.startswith("  warn last trusted morning: "))
    assert "       Run one: `recon run pair`." == lines[at + 1]
    assert [] == [line for line in lines if line.count("`") % 2]
    assert max(map(len, lines)) > 80


def test_a_database_that_is_gone_keeps_nobody_from_looking_at_the_systems(tmp_path):
    company = Company(tmp_path)
    with served(System(customers(3))) as crm, served(System(customers(3), token="another")) as billing:
        company.configure(rest(crm), rest(billing))
        company.write("id: [other\n", "other.yaml")
        url = "postgresql://recon:canary-password@127.0.0.1:9/recon"

        answer = company.recon("doctor", RECON_POSTGRES_URL=url)

    health = found(answer)
    assert 2 == answer.exit
    assert ("ok", "fail", "ok", "fail") == tuple(health[what] for what in ("storage", "database", "CRM", "Billing"))
    assert {"last trusted morning", "daemon", "CRM account"}.isdisjoint(health)
    assert [("other", "settings")] == [
        (one["reconciliation"], one["what"]) for one in answer.data["findings"] if one["what"] == "settings"
    ]
    assert "canary" not in json.dumps(answer.data) + answer.talk


def test_after_a_run_dagsters_records_are_read_as_well(tmp_path):
    company = Company(tmp_path)
    with served(System(customers(30))) as crm, served(System(customers(30))) as billing:
        company.configure(rest(crm), rest(billing))
        company.recon("run", "pair")

        answer = company.recon("doctor", "pair", "--quick")

    health = found(answer)
    assert 0 == answer.exit
    assert ("warn", "ok") == (health["daemon"], health["schedule"])
    (unproven,) = [one for one in answer.data["findings"] if one["what"] == "last trusted morning"]
    assert "nobody has confirmed the counts of CRM and Billing." in unproven["text"]
    assert unproven["remedy"].endswith("--reason WHERE`, and the same with `--side billing`.")
