"""Write the report of one morning: what is stored, as a page."""

from datetime import date
from pathlib import Path

from reconciliation_pipeline.domain.gaps import gap_words
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.page import Around, page
from reconciliation_pipeline.steps.describe import compared, describe, gaps_before, lives_around, open_counts
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.files import written_whole

TREND = 90
"""Trusted mornings that the trend shows."""


def write_report(work: Work, morning: date | None, folder: Path, ui_url: str | None = None) -> Path | None:
    """Write the page of a morning's latest attempt; None when there is none.

    Args:
        work: The reconciliation at hand.
        morning: Which morning; None means the latest.
        folder: Where reports live; the file is `<reconciliation>/<date>.html` in it.
        ui_url: Where people open the Dagster UI, for links; None where nobody said.

    Raises:
        StorageUnavailable: The file cannot be written.
    """
    attempts = work.store.attempts
    day = morning or attempts.last_morning(work.id)
    attempt = attempts.latest(work.id, day) if day else None
    if day is None or attempt is None:
        return None
    result = describe(work, attempt)
    lives = lives_around(work, day) if result.differences else ()
    path = f"{work.id}/{day}.html"
    around = Around(
        trend=trend(work, day),
        found=compared(work, attempt) if result.differences else None,
        gaps=gap_words(gaps_before(work, day)),
        ui_url=ui_url,
        earlier=_earlier(folder / work.id, day),
    )
    text = page(result, work.reconciliation, lives, around)
    # It names customers.
    with written_whole(folder, path, mode=0o600) as file:
        file.write(text.encode())
    return folder / path


def trend(work: Work, until: date, *, most: int = TREND) -> list[tuple[date, int, int, int]]:
    """Collect date, active counts of both sides and open differences of the last trusted mornings."""
    points = []
    for morning, count in open_counts(work, until, most=most).items():
        attempt = work.store.attempts.latest_recorded(work.id, morning)
        if attempt is not None:
            active = {side: attempt.snapshots[side].receipt.active for side in Side}
            points.append((morning, active[Side.CRM], active[Side.BILLING], count))
    return points


def _earlier(folder: Path, day: date) -> date | None:
    """Name the report before this one, where one was written."""
    names = (path.stem for path in folder.glob("????-??-??.html"))
    return max((date.fromisoformat(name) for name in names if name < day.isoformat()), default=None)
