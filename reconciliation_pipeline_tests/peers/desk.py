"""How does a test sit down at `recon`? A folder with settings, an environment, and the real command."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciliation_pipeline_tests.peers.crm import TOKEN
from reconciliation_pipeline_tests.peers.installed import PROJECT
from reconciliation_pipeline_tests.peers.localstripe import KEY

NAME = "crm_localstripe"

_PAIR = """\
id: {name}
settling: {settling}
sides:
  crm: {crm}
  billing:
    connector: stripe
    base_url: {url}
    local: true
    auth: {{token_env: STRIPE_API_KEY}}
    budget: 10s
    key: customer.metadata.customer_number
    # localstripe has no account and says no version.
    account: null
    version_header: null
    # Nor can it be searched, so the missing cannot be asked for by name.
    lookup: {{by_key: null}}
    # It speaks of plans, as Stripe did before it had prices.
    fields:
      plan: items.data[0].plan.nickname
      mrr: {{currency: {{path: "items.data[0].plan.currency"}}}}
    {more}
{compare}
"""

PLAN_AND_MRR = """\
compare:
  - plan
  - {field: mrr, tolerance: {absolute: "0.01"}}
"""

_API = """
    connector: hubspot
    base_url: {url}
    local: true
    auth: {{token_env: CRM_TOKEN}}
    key: properties.customer_number
    status: {{field: properties.customer_status, active: [active]}}
    fields:
      plan: properties.plan
      mrr: {{path: properties.mrr, type: money, currency: EUR}}
"""

_FILE = """
    connector: file
    path: {path}
    source_id: Record ID
    key: Customer number
    status: {{field: Status, active: [active]}}
    fields:
      plan: Plan
      mrr: {{path: MRR, type: money, currency: EUR}}
"""

_TRYTON = """
    connector: tryton
    base_url: {url}
    local: true
    auth: {{token_env: TRYTON_KEY}}
    key: code
    # Whether it is 1 or true depends on Tryton's database.
    status: {{field: active, active: ["1", "true"]}}
    {more}
"""


def over_http(url: str) -> str:
    """Describe a CRM that is asked over HTTP."""
    return _API.format(url=url)


def from_file(path: Path) -> str:
    """Describe a CRM that exports to a file."""
    return _FILE.format(path=path)


def from_tryton(url: str, more: str = "") -> str:
    """Describe a CRM that is a Tryton; `more` is another line of its side."""
    return _TRYTON.format(url=url, more=more)


@dataclass(frozen=True, slots=True)
class Said:
    """What a command came to: its exit code, its object on stdout, its talk on stderr."""

    code: int
    data: dict[str, Any]
    talk: str


@dataclass(frozen=True, slots=True)
class Desk:
    """One installation: settings, archive and ledger in a folder of their own."""

    folder: Path

    @property
    def config(self) -> Path:
        """The folder of reconciliations."""
        return self.folder / "reconciliations"

    def configure(
        self, *, crm: str, billing: str, settling: str = "0s", more: str = "", compare: str = PLAN_AND_MRR
    ) -> "Desk":
        """Write the reconciliation.

        Args:
            crm: The CRM's side, from `over_http`, `from_file` or `from_tryton`.
            billing: Where localstripe is.
            settling: The settling window. Everything in localstripe was created a moment ago.
            more: Another line of the billing side.
            compare: The fields that are compared; empty for none.
        """
        self.config.mkdir(parents=True, exist_ok=True)
        pair = {"crm": crm.rstrip(), "url": billing, "settling": settling, "more": more, "compare": compare}
        text = _PAIR.format(name=NAME, **pair)
        (self.config / f"{NAME}.yaml").write_text(text, "utf-8")
        return self

    def recon(self, command: str, *options: str, **environment: str) -> Said:
        """Run `recon COMMAND NAME --json` as a person would."""
        done = subprocess.run(
            [Path(sys.executable).with_name("recon"), command, NAME, *options, "--json"],
            cwd=PROJECT,
            env={**self._environment(), **environment},
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        try:
            data = json.loads(done.stdout)
        except ValueError:
            message = f"recon {command} said {done.stdout!r}\n{done.stderr}"
            raise AssertionError(message) from None
        return Said(done.returncode, data, done.stderr)

    def confirm(self, run: Said, counts: Mapping[str, int]) -> list[str]:
        """Confirm the counts of a first morning, and give the mornings that are trusted now.

        Args:
            run: The morning.
            counts: By side, what its own screen shows.
        """
        trusted: list[str] = []
        for side, count in counts.items():
            about = ("--side", side, "--date", run.data["date"], "--count", str(count))
            said = self.recon("confirm-count", *about, "--by", "Ana", "--reason", "the list on its screen")
            assert 0 == said.code, said
            trusted = said.data["trusted"]
        return trusted

    def items(self) -> list[dict[str, Any]]:
        """List the differences that the ledger holds."""
        listed = self.recon("list")
        assert 0 == listed.code, listed
        found: list[dict[str, Any]] = listed.data["items"]
        return found

    def _environment(self) -> Mapping[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RECON_HOME": str(self.folder / "home"),
            "RECON_CONFIG": str(self.config),
            "CRM_TOKEN": TOKEN,
            "STRIPE_API_KEY": KEY,
            "NO_COLOR": "1",
        }
