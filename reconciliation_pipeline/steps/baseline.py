"""What is an attempt measured against?"""

from datetime import date

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.records import Baseline, Side
from reconciliation_pipeline.steps.work import Work


def earlier_attempt(work: Work, morning: date) -> Attempt | None:
    """Find the last trusted attempt before this one: of the same morning, else of an earlier one.

    Where nothing was ever trusted, the last unproven one: it may refuse a pull, and never vouches for one.
    """
    attempts = work.store.attempts
    trusted = attempts.latest_trusted(work.id, morning) or attempts.baseline(work.id, morning)
    return trusted or attempts.latest_comparable(work.id, morning) or attempts.unproven_before(work.id, morning)


def baselines(work: Work, morning: date) -> dict[Side, Baseline]:
    """Give the counts of both sides that a morning is measured against; empty on a first one."""
    earlier = earlier_attempt(work, morning)
    return {} if earlier is None else baselines_of(earlier)


def baselines_of(earlier: Attempt) -> dict[Side, Baseline]:
    """Read what later mornings are measured against off an attempt."""
    return {
        side: Baseline(
            earlier.morning,
            snapshot.receipt.pulled,
            snapshot.receipt.active,
            proven=earlier.standing is Standing.TRUSTED,
            account=snapshot.receipt.account,
            statuses=snapshot.receipt.statuses,
            nulls=snapshot.receipt.nulls,
        )
        for side, snapshot in earlier.snapshots.items()
    }
