"""One company as its operator knows it: a folder of settings, a home, two systems, and the `recon` command.

Every answer is held to what is promised about every answer, whatever the population.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.other_data.servers import System

PROJECT = Path(__file__).parents[2]
PAGING: dict[str, dict[str, Any]] = {
    "cursor": {"type": "cursor", "next": "next", "param": "after"},
    "has_more": {"type": "has_more", "more": "has_more", "cursor": "id", "param": "starting_after"},
    "link": {"type": "link"},
    "offset": {"type": "offset", "param": "offset", "size": 100},
    "page": {"type": "page", "param": "page", "size": 100},
    "range": {"type": "range"},
}
BUCKETS = ("settling", "open", "quarantined", "accepted")
KINDS = ("crm_only", "billing_only", "value_conflict")
EXITS = {"clean": 0, "drift": 1, "not_trustworthy": 3}


def rest(system: System, **more: Any) -> dict[str, Any]:
    """Write the settings of one side as they are documented."""
    side = {
        "connector": "rest",
        "base_url": system.url,
        "local": True,
        "auth": {"type": "bearer", "token_env": "A_TOKEN"} if system.token else {"type": "none"},
        "list": {"path": "/customers", "params": {"limit": 100}, "records": "data"},
        "paging": PAGING[system.style],
        "source_id": "id",
        "key": "number",
        "status": {"field": "status", "active": ["active"]},
        "requests_per_second": 1000,
        "fields": {"plan": "plan", "mrr": {"path": "mrr", "type": "money", "currency": "EUR", "unit": "minor"}},
    }
    if system.style != "range":
        side["total"] = {"body": "total"}
    if system.style in {"offset", "page", "link"}:
        side["total"] = {"header": "X-Total-Count"}
    return {**side, **more}


@dataclass(frozen=True)
class Answer:
    """How one command ended."""

    exit: int
    data: dict[str, Any]
    talk: str

    @property
    def error(self) -> dict[str, str]:
        assert {"schema", "error"} == set(self.data)
        assert {"code", "text", "place", "remedy"} == set(self.data["error"])
        return self.data["error"]  # type: ignore[no-any-return]

    @property
    def codes(self) -> set[str]:
        return {reason["code"] for reason in self.data["reasons"]}

    def counts(self, *names: str) -> tuple[int, ...]:
        return tuple(self.data["differences"][name] for name in names)


@dataclass(frozen=True)
class Company:
    """A folder with settings, and one with everything that is kept."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def configure(self, crm: Mapping[str, Any], billing: Mapping[str, Any], **more: Any) -> None:
        """Write the one file of settings."""
        mrr = {"field": "mrr", "tolerance": {"absolute": "0.01"}}
        pair = {"id": "pair", "timezone": "UTC", "sides": {"crm": dict(crm), "billing": dict(billing)}}
        self.write(yaml.safe_dump({"compare": ["plan", mrr], **pair, **more}, allow_unicode=True))

    def write(self, text: str, name: str = "pair.yaml") -> None:
        """Write a file of settings as it is."""
        (self.folder / "settings").mkdir(exist_ok=True)
        (self.folder / "settings" / name).write_text(text, "utf-8")

    def environ(self, now: str = "", **variables: str) -> dict[str, str]:
        """Give the environment of a command."""
        return {
            **os.environ,
            "DAGSTER_HOME": str(PROJECT),
            "RECON_HOME": str(self.home),
            "RECON_CONFIG": str(self.folder / "settings"),
            "RECON_NOW": now,
            "RECON_POSTGRES_URL": "",
            "A_TOKEN": "let-me-in",
            **variables,
        }

    def recon(self, *arguments: str, now: str = "", **variables: str) -> Answer:
        """Run a command with --json, as a process of its own."""
        environ = self.environ(now, **variables)
        done = recon([*arguments, "--json"], environ, timeout=300)
        assert "Traceback" not in done.stderr + done.stdout, done.stderr
        data = json.loads(done.stdout)
        assert 1 == data["schema"]
        answer = Answer(done.returncode, data, done.stderr)
        if "error" in data:
            assert answer.error["text"]
            assert answer.exit in {2, 3}
        return answer

    def run(self, *arguments: str, now: str = "", **variables: str) -> Answer:
        """Run a morning and hold its answer to what every answer promises."""
        answer = self.recon("run", "pair", *arguments, now=now, **variables)
        if "error" not in answer.data:
            hold_to_contract(answer)
        return answer

    def confirm(self, crm: int, billing: int, *, on: str = "") -> list[str]:
        """Confirm what both systems' screens show, as a person does; give the mornings trusted by it."""
        day = on or datetime.now(UTC).date().isoformat()
        who = ("--date", day, "--by", "Ana", "--reason", "its own screen")
        self.recon("confirm-count", "pair", "--side", "crm", "--count", str(crm), *who)
        last = self.recon("confirm-count", "pair", "--side", "billing", "--count", str(billing), *who)
        return last.data["trusted"]  # type: ignore[no-any-return]

    def items(self, *arguments: str) -> list[dict[str, Any]]:
        """List the differences of the latest morning."""
        return self.recon("list", "pair", *arguments).data["items"]  # type: ignore[no-any-return]


def hold_to_contract(answer: Answer) -> None:
    """Check what is promised about the answer of every run."""
    data = answer.data
    assert EXITS[data["outcome"]] == answer.exit
    unproven = "unproven" in {data["sides"][side]["certificate"] for side in ("crm", "billing")}
    assert (3 == answer.exit or unproven) == bool(data["reasons"])
    for side in ("crm", "billing"):
        assert {"pulled", "active", "pages", "requests", "certificate", "baseline", "sha256"} <= data["sides"][
            side
        ].keys()
        assert data["sides"][side]["certificate"] in {"complete", "incomplete", "unproven"}
    assert {"found", "of"} == data["planted"].keys()
    assert isinstance(data["attempt"], int)
    assert isinstance(data["run_id"], str)
    for reason in data["reasons"]:
        assert {"code", "side", "text"} <= reason.keys()
    if 3 == answer.exit:
        assert data["differences"] is None
        return
    counts = data["differences"]
    assert sum(counts[name] for name in BUCKETS) == counts["total"] == sum(counts[name] for name in KINDS)
    assert (1 == answer.exit) == (counts["open"] > 0)
    assert {"new", "resolved", "format_only", "no_key", "duplicate_key"} <= counts.keys()
    for line in data["money"]:
        assert {"class", "currency", "amount", "count", "unknown"} == line.keys()
        assert line["amount"] is None or isinstance(line["amount"], str)
