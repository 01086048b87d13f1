"""By when has a ledger been written to, so that Dagster shows it as fresh?

Freshness means that it ran. A backfill of an old morning makes it fresh, too, and only our own store knows better: that
is the sensor in `silence.py`.
"""

from datetime import timedelta
from typing import Final

import dagster as dg

from reconciliation_pipeline.settings.model import Reconciliation

TIME: Final = timedelta(hours=2)
"""How long a morning may take; https://docs.dagster.io/guides/observe/asset-freshness-policies."""

_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


def freshness(reconciliation: Reconciliation) -> dg.FreshnessPolicy:
    """Say by when the ledger of a morning is written: two hours after its time."""
    return dg.FreshnessPolicy.cron(
        deadline_cron=later(reconciliation.schedule.cron),
        lower_bound_delta=TIME,
        timezone=reconciliation.timezone,
    )


def later(cron: str) -> str:
    """Put a daily or weekly cron line off by `TIME`, into the next day where it is late."""
    minute, hour, _, _, day = cron.split()
    over, ends = divmod(int(hour) + TIME.seconds // 3600, 24)
    if over and day != "*":
        number = int(day) if day.isdecimal() else _DAYS.index(day.lower())
        day = str((number + 1) % 7)
    return f"{int(minute)} {ends} * * {day}"
