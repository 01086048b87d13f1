"""A partition is a morning: the local date on which both systems were asked.

A snapshot is of a moment, not of a window that has closed, so this morning's run fills the
partition that carries this morning's date.
"""

from datetime import UTC, date, datetime

import dagster as dg

from reconciliation_pipeline.settings.model import Reconciliation


def mornings(
    reconciliation: Reconciliation, pretended_now: datetime | None = None, asked: date | None = None
) -> dg.DailyPartitionsDefinition:
    """Every local date from the reconciliation's start up to and including today.

    Args:
        reconciliation: Whose mornings.
        pretended_now: The pretended instant, if it is believed: its date is a morning, too.
        asked: A morning that somebody asked for, which may lie before the start.
    """
    start, ahead = min(reconciliation.start, asked or reconciliation.start), 0
    if pretended_now is not None and reconciliation.is_local:
        pretended = pretended_now.astimezone(reconciliation.zone).date()
        start = min(start, pretended)
        ahead = max(0, (pretended - datetime.now(UTC).astimezone(reconciliation.zone).date()).days)
    return dg.DailyPartitionsDefinition(
        start_date=start.isoformat(),
        timezone=reconciliation.timezone,
        end_offset=1 + ahead,
    )


def morning_of(partition_key: str) -> date:
    """Read the date off a partition."""
    return date.fromisoformat(partition_key)
