"""What do tests of the Dagster side start from? A pair of systems in a line, and mornings in a store."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import dagster as dg
import pytest

from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.storage.builders import an_observation, trusted

PROJECT: Final = Path(__file__).parents[2]
"""Where dagster.yaml and the demo's reconciliation are."""

PAIR: Final = """\
id: {id}
timezone: Europe/Berlin
start: 2026-01-01
schedule: {{cron: "{cron}"}}
owners: {{default: {owner}}}
channels: [{{type: slack, url_env: HOOK, local: true}}]
sides:
  crm: {{connector: hubspot, base_url: "http://127.0.0.1:9", local: true, {common}}}
  billing: {{connector: stripe, base_url: "http://127.0.0.1:9", local: true, {common}}}
"""
"""Two systems that nobody ever reaches; a pretended clock is believed, because both are local."""

_COMMON: Final = "auth: {token_env: TOKEN}, key: number, status: {field: status, active: [active]}"


def pair_text(name: str = "pair", *, cron: str = "0 4 * * *", owner: str = "finance-ops") -> str:
    return PAIR.format(id=name, cron=cron, owner=owner, common=_COMMON)


def a_pair(name: str = "pair", *, cron: str = "0 4 * * *", owner: str = "finance-ops") -> Reconciliation:
    return check(pair_text(name, cron=cron, owner=owner).encode(), Path(f"{name}.yaml"), {})


def recorded(store: Store, morning: date, items: range) -> None:
    """Record a trusted morning on which these items are open."""
    attempt = trusted(store, morning)
    store.ledger.record(attempt, [an_observation(f"{item:012x}", key=f"C{item}") for item in items])


def settle(home: Path, environment: pytest.MonkeyPatch) -> None:
    """Make a folder the home, on the morning of 22 November at 04:00 in Berlin."""
    for name in ("RECON_CONFIG", "RECON_POSTGRES_URL", "HOOK"):
        environment.delenv(name, raising=False)
    environment.setenv("RECON_HOME", str(home))
    environment.setenv("RECON_NOW", "2026-11-22T04:00:00+01:00")
    environment.setenv("DAGSTER_HOME", str(PROJECT))


@contextmanager
def opened() -> Iterator[Store]:
    """The store that assets and sensors use."""
    with Office().store() as store:
        yield store


def topics() -> list[str]:
    """What the outbox holds, oldest first, as `reconciliation/morning/topic`."""
    with opened() as store:
        return [one.message.key for one in reversed(store.outbox.all())]


def said(evaluation: object) -> str:
    """The words of a tick that only reports."""
    assert isinstance(evaluation, dg.SkipReason)
    assert evaluation.skip_message
    return evaluation.skip_message
