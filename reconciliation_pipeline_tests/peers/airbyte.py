"""How does airbyte-source-stripe read? The commands of a connector nobody here wrote, and what it says.

It runs as published (https://pypi.org/project/airbyte-source-stripe/): its manifest, its addresses,
its paging. It reaches api.stripe.com through a proxy, which is an environment variable, and trusts
the authority of the test in place of the ones that certifi lists: it knows no variable for those.
What it says is one JSON object a line (https://docs.airbyte.com/platform/understanding-airbyte/airbyte-protocol).
"""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HOST = "api.stripe.com"

PATIENCE = 600.0
"""Seconds one command may take. A full read of the demo costs some thirty seconds of processor time."""

_RUN = """
import sys, certifi
authority = sys.argv.pop(1)
certifi.where = lambda: authority
from source_stripe.run import run
run()
"""

Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Connector:
    """One connector with its settings in a folder.

    Attributes:
        python: The interpreter it is installed for.
        folder: Where its settings lie.
        proxy: The proxy it is told to use.
        authority: The only authority it trusts.
        key: The key it shows.
    """

    python: Path
    folder: Path
    proxy: str
    authority: Path
    key: str

    def check(self) -> tuple[str, list[str]]:
        """Ask whether it can connect: its status, and what it said on the way."""
        said = self._say("check")
        (status,) = (one["connectionStatus"]["status"] for one in said if one["type"] == "CONNECTION_STATUS")
        return status, _talk(said)

    def read(self, *streams: str) -> "Read":
        """Read streams from scratch, all records of each."""
        (catalog,) = (one["catalog"]["streams"] for one in self._say("discover") if one["type"] == "CATALOG")
        wanted = [
            {"stream": one, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
            for one in catalog
            if one["name"] in streams
        ]
        path = self.folder / "catalog.json"
        path.write_text(json.dumps({"streams": wanted}), "utf-8")
        return Read(self._say("read", "--catalog", str(path)))

    def _say(self, command: str, *arguments: str) -> list[Message]:
        settings = {"client_secret": self.key, "account_id": "acct_1DemoReconciliation"}
        path = self.folder / "settings.json"
        path.write_text(json.dumps(settings), "utf-8")
        done = subprocess.run(
            [self.python, "-c", _RUN, self.authority, command, "--config", path, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "HOME": str(self.folder), "HTTPS_PROXY": self.proxy},
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert 0 == done.returncode, done.stdout[-2000:] + done.stderr[-2000:]
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


@dataclass(frozen=True, slots=True)
class Read:
    """All that one read said."""

    said: Sequence[Message]

    @property
    def talk(self) -> list[str]:
        """What it logged."""
        return _talk(self.said)

    def records(self, stream: str) -> list[dict[str, Any]]:
        """List the records of one stream."""
        return [
            one["record"]["data"] for one in self.said if one["type"] == "RECORD" and one["record"]["stream"] == stream
        ]

    def ids(self, stream: str) -> set[str]:
        """Give the ids of one stream."""
        return {record["id"] for record in self.records(stream)}

    def ended(self) -> dict[str, str]:
        """Say how it says that each stream ended."""
        statuses = [one["trace"]["stream_status"] for one in self.said if one["type"] == "TRACE"]
        return {one["stream_descriptor"]["name"]: one["status"] for one in statuses}


def _talk(said: Sequence[Message]) -> list[str]:
    return [one["log"]["message"] for one in said if one["type"] == "LOG"]
