"""A pair of systems that nobody asks, its channels, and the receivers behind them."""

from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import NOW
from reconciliation_pipeline_tests.other_data.company import rest
from reconciliation_pipeline_tests.other_data.servers import System

NOBODY = System([], url="http://127.0.0.1:9")


def a_work(store: Store, environ: dict[str, str], *, now: datetime = NOW, **pair: Any) -> Work:
    """One reconciliation at work at a moment; its mornings are due at 02:00 UTC."""
    channels = [{"type": "webhook", "url_env": name, "local": True} for name in environ if name.startswith("HOOK")]
    whole = {
        "id": "pair",
        "timezone": "UTC",
        "schedule": {"cron": "0 2 * * *"},
        "owners": {"default": "finance-ops"},
        "channels": channels,
        "sides": {"crm": rest(NOBODY), "billing": rest(NOBODY)},
        **pair,
    }
    return Work(check(yaml.safe_dump(whole).encode(), Path("pair.yaml"), {}), store, environ, clock=lambda: now)


def keys(store: Store) -> list[str]:
    """What is in the outbox, oldest first."""
    return [one.message.key for one in reversed(store.outbox.all())]
