"""An installation in which every secret is a canary, and everything that it prints is kept."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import yaml

from reconciliation_pipeline_tests.other_data.company import PROJECT
from reconciliation_pipeline_tests.secrets.canaries import Canary, hatched
from reconciliation_pipeline_tests.secrets.dig import dug_up
from reconciliation_pipeline_tests.secrets.mirror import Mirror, Record, mirroring
from reconciliation_pipeline_tests.secrets.postbox import Postbox, collecting

SLOTS: Final = {
    "BEARER_TOKEN": "",
    "BASIC_USER": "",
    "BASIC_PASSWORD": "/@:",
    "HEADER_KEY": "",
    "OAUTH_CLIENT": "@",
    "OAUTH_SECRET": "/@:%",
    "the access token": "",
    "DATABASE_PASSWORD": "/@:%",
    "SLACK_PATH": "",
    "WEBHOOK_PATH": "",
    "TEAMS_PATH": "",
    "PING_PATH": "",
    "SMTP_PASSWORD": "/@:%",
    "WEBHOOK_SECRET": "/@:%",
    "RECON_POSTGRES_PASSWORD": "/@:%",
    "PROXY_PASSWORD": "",
}
"""Every place for a secret, and what its value has in its middle that addresses escape."""

LONGEST: Final = 120
"""Seconds after which a command hangs."""

AUTH: Final[dict[str, dict[str, Any]]] = {
    "bearer": {"type": "bearer", "token_env": "BEARER_TOKEN"},
    "basic": {"type": "basic", "user_env": "BASIC_USER", "token_env": "BASIC_PASSWORD"},
    "header": {"type": "header", "header": "X-Api-Key", "token_env": "HEADER_KEY"},
    "oauth2": {"type": "oauth2", "client_env": "OAUTH_CLIENT", "token_env": "OAUTH_SECRET", "scope": "read"},
}


def customers(count: int) -> list[Record]:
    times = {"created_at": "2026-01-01T00:00:00Z"}
    return [
        {"id": f"r{index}", "number": f"K{index}", "status": "active", "mrr": 100, **times} for index in range(count)
    ]


@dataclass
class House:
    """One installation.

    Attributes:
        folder: Where everything is kept, and the settings.
        canaries: The secrets, by their slot.
        crm: One system.
        billing: The other, which hands out tokens as well.
        receiver: Where messages go.
        postbox: Where mails go.
        said: What every command printed.
    """

    folder: Path
    canaries: dict[str, Canary]
    crm: Mirror
    billing: Mirror
    receiver: Mirror
    postbox: Postbox
    said: dict[str, str] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def value(self, slot: str) -> str:
        return self.canaries[slot].value

    def url(self, slot: str, host: str) -> str:
        """Spell the address of a Postgres database with the password of a slot."""
        return f"postgresql://postgres:{quote(self.value(slot), safe='')}@{host}"

    def side(self, system: Mirror, auth: str, **changes: Any) -> dict[str, Any]:
        """Write the settings of one side; it gives up soon."""
        how = AUTH[auth]
        basics = {
            "connector": "rest",
            "base_url": system.url,
            "local": True,
            "auth": {**how, "token_url": f"{self.billing.url}/token"} if auth == "oauth2" else how,
            "list": {"path": "/customers", "records": "data"},
            "paging": {"type": "cursor", "next": "next", "param": "after"},
            "account": {"path": "/account"},
            "lookup": {"path": "/customers/{source_id}", "by_key": {"path": "/customers/{key}"}},
            "key": "number",
            "status": {"field": "status", "active": ["active"]},
            "created_at": {"field": "created_at"},
            "requests_per_second": 1000,
            "budget": "3s",
            "fields": {"mrr": {"path": "mrr", "type": "money", "currency": "EUR"}},
        }
        return {**basics, **changes}

    def configure(self, crm: Mapping[str, Any], billing: Mapping[str, Any]) -> None:
        """Write the settings of the pair, with channels of every kind that can be led here, and a monitor."""
        mail = {"to": ["ana@example.com"], "from": "recon@example.com"}
        channels = [
            {"type": "slack", "url_env": "SLACK_URL", "local": True},
            {"type": "webhook", "url_env": "WEBHOOK_URL", "secret_env": "WEBHOOK_SECRET", "local": True},
            {"type": "teams", "url_env": "TEAMS_URL", "local": True},
            {"type": "smtp", "url_env": "SMTP_URL", "local": True, **mail},
        ]
        ping = {"url_env": "PING_URL", "local": True}
        pair = {"id": "pair", "sides": {"crm": dict(crm), "billing": dict(billing)}, "compare": ["mrr"]}
        more = {"timezone": "UTC", "start": "2026-01-01", "channels": channels, "ping": ping}
        self.write(yaml.safe_dump({**pair, **more}))

    def write(self, text: str, name: str = "pair.yaml") -> None:
        (self.folder / "settings").mkdir(exist_ok=True)
        (self.folder / "settings" / name).write_text(text, "utf-8")

    def environ(self, **variables: str) -> dict[str, str]:
        password = quote(self.value("SMTP_PASSWORD"), safe="")
        ours = {slot: canary.value for slot, canary in self.canaries.items() if slot.isupper()}
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("RECON_")},
            **ours,
            "DAGSTER_HOME": str(PROJECT),
            "RECON_HOME": str(self.home),
            "RECON_CONFIG": str(self.folder / "settings"),
            "SLACK_URL": f"{self.receiver.url}/services/{self.value('SLACK_PATH')}",
            "WEBHOOK_URL": f"{self.receiver.url}/hook/{self.value('WEBHOOK_PATH')}",
            "TEAMS_URL": f"{self.receiver.url}/workflows/{self.value('TEAMS_PATH')}",
            "PING_URL": f"{self.receiver.url}/ping/{self.value('PING_PATH')}",
            "SMTP_URL": f"smtp://recon:{password}@{self.postbox.address}",
            **variables,
        }

    def recon(self, *arguments: str, **variables: str) -> int:
        """Run a command of ours, keep what it printed, give its exit code."""
        return self.call("-m", "reconciliation_pipeline.cli", *arguments, **variables)

    def call(self, *arguments: str, **variables: str) -> int:
        """Run a Python program, keep what it printed, give its exit code."""
        command = [sys.executable, "-X", "faulthandler", *arguments]
        pipe, environ = subprocess.PIPE, self.environ(**variables)
        with subprocess.Popen(command, env=environ, cwd=PROJECT, text=True, stdout=pipe, stderr=pipe) as process:
            try:
                data, talk = process.communicate(timeout=LONGEST)
            except subprocess.TimeoutExpired:
                # It says where every thread is, and ends.
                process.send_signal(signal.SIGABRT)
                data, talk = process.communicate()
                raise AssertionError(talk) from None
        self.said[f"{len(self.said) + 1}. {' '.join(arguments[2:])}"] = f"{data}\n{talk}"
        assert "-m dagster" in " ".join(command) or "Traceback" not in talk, talk
        return process.returncode

    @staticmethod
    def today() -> str:
        return datetime.now(UTC).date().isoformat()

    def leaks(self, database: str | None = None) -> list[str]:
        """Look everywhere for every secret."""
        return dug_up(self.canaries.values(), below=self.folder, said=self.said, database=database)


@contextmanager
def a_house(folder: Path) -> Iterator[House]:
    """Furnish an installation with secrets that nobody else has, and serve its systems."""
    chance = random.Random()
    canaries = {slot: hatched(slot, chance, odd=odd) for slot, odd in SLOTS.items()}
    crm, billing, receiver = Mirror(customers(60)), Mirror(customers(60)), Mirror()
    billing.hands_out = canaries["the access token"].value
    with ExitStack() as stack:
        for mirror in (crm, billing, receiver):
            stack.enter_context(mirroring(mirror))
        postbox = stack.enter_context(collecting(Postbox()))
        yield House(folder, canaries, crm, billing, receiver, postbox)
