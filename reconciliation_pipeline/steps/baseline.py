"""What are an attempt's counts measured against?"""

from datetime import date

from reconciliation_pipeline.domain.records import Baseline, Side
from reconciliation_pipeline.steps.work import Work


def baselines(work: Work, morning: date) -> dict[Side, Baseline]:
    """Find the last trusted counts before this attempt: of the same morning, else of an earlier one."""
    attempts = work.store.attempts
    earlier = attempts.latest_trusted(work.id, morning) or attempts.baseline(work.id, morning)
    if earlier is None:
        return {}
    return {
        side: Baseline(earlier.morning, snapshot.receipt.pulled, snapshot.receipt.active)
        for side, snapshot in earlier.snapshots.items()
    }
