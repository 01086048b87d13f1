"""One number from each side: the ten-minute check, before anything is set up or stored."""

from dataclasses import dataclass

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.records import Reason, Side, State
from reconciliation_pipeline.steps.pull import open_sources
from reconciliation_pipeline.steps.together import Together
from reconciliation_pipeline.steps.work import Work


@dataclass(frozen=True, slots=True)
class Count:
    """What one side holds right now, walked to the explicit end.

    Attributes:
        label: What people call it.
        pulled: Records seen.
        active: Active ones among them.
        failure: Why the walk broke off; the counts are worth nothing then.
    """

    label: str
    pulled: int
    active: int
    failure: Reason | None = None


def count_both(work: Work) -> dict[Side, Count]:
    """Count both sides at the same time; nothing is kept."""
    with open_sources(work, work.today()) as sources, Together(sources, name="count") as threads:
        counting = {side: threads.start(_count, work, side, sources[side]) for side in Side}
        return {side: future.result() for side, future in counting.items()}


def _count(work: Work, side: Side, source: Source) -> Count:
    label = work.reconciliation.label(side)
    pulled = active = 0
    try:
        for page in source.pull():
            pulled += len(page.rows)
            active += sum(row.state is State.ACTIVE for row in page.rows)
    except PullFailed as failed:
        return Count(label, pulled, active, Reason(failed.code, f"{label}: {failed.text}", side, failed.remedy))
    return Count(label, pulled, active)
