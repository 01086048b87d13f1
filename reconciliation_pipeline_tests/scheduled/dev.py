"""`dagster dev` as people start it: web server and daemon in a process group of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import httpx

from reconciliation_pipeline_tests.demo.conftest import free_port

PROJECT: Final = Path(__file__).parents[2]
LOCATION: Final = {"repositoryName": "__repository__", "repositoryLocationName": "reconciliation"}

UP: Final = 120.0
"""Longest a start may take, in seconds; on an idle machine it takes fifteen."""

DOWN: Final = 30.0
"""Seconds the group has to end by itself before it is ended."""

T = TypeVar("T")


@dataclass(frozen=True)
class Dev:
    """A running `dagster dev`."""

    url: str
    log: Path

    def ask(self, query: str, **variables: object) -> Any:
        """Ask the web server's GraphQL, as the UI does."""
        answer = httpx.post(f"{self.url}/graphql", json={"query": query, "variables": variables}, timeout=30).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def until(self, look: Callable[[], T | None], seconds: float, what: str) -> T:
        """Look again and again until there is something to see."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.1)
        message = f"{what} did not come within {seconds:.0f} s:\n{self.log.read_text('utf-8')[-6_000:]}"
        raise AssertionError(message)

    def ticks(self, name: str) -> list[dict[str, Any]]:
        """List the ticks of a schedule or sensor, the newest first."""
        query = """query Ticks($selector: InstigationSelector!) {
          instigationStateOrError(instigationSelector: $selector) {
            ... on InstigationState { ticks(limit: 20) { status runIds skipReason timestamp } }
          }
        }"""
        found = self.ask(query, selector={**LOCATION, "name": name})["instigationStateOrError"]
        ticks: list[dict[str, Any]] = found.get("ticks", [])
        return ticks

    def run(self, run_id: str) -> dict[str, Any]:
        """Look a run up."""
        query = """query Run($id: ID!) { runOrError(runId: $id) { ... on Run { status tags { key value } } } }"""
        found: dict[str, Any] = self.ask(query, id=run_id)["runOrError"]
        return found

    def materialised(self, path: list[str], partition: str) -> list[str]:
        """List the runs that filled a partition of an asset."""
        query = """query Filled($key: AssetKeyInput!, $partitions: [String!]) {
          assetOrError(assetKey: $key) { ... on Asset { assetMaterializations(partitions: $partitions) { runId } } }
        }"""
        found = self.ask(query, key={"path": path}, partitions=[partition])["assetOrError"]
        return [one["runId"] for one in found.get("assetMaterializations", [])]


@contextmanager
def dagster_dev(log: Path, environment: Mapping[str, str]) -> Iterator[Dev]:
    """Start it, wait for its first page, and end the whole group afterwards."""
    port = free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name("dagster")), "dev", "-w", "workspace.yaml", "-p", str(port)],
            cwd=PROJECT,
            env=dict(environment),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        dev = Dev(f"http://127.0.0.1:{port}", log)
        dev.until(lambda: _answers(dev, process), UP, "The first page")
        yield dev
    finally:
        _end(process)


def _answers(dev: Dev, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, dev.log.read_text("utf-8")[-6_000:]
    with suppress(httpx.HTTPError):
        return httpx.get(f"{dev.url}/server_info", timeout=5).status_code == httpx.codes.OK
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, and end whatever is left of it."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(DOWN)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
