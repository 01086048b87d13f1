"""Give up the snapshots and the pages of mornings that are old enough; what was observed on them stays."""

from dataclasses import dataclass
from datetime import date, timedelta

from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.pages import pages_before, remove_page


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was given up, or would be.

    Attributes:
        before: The first morning that is kept.
        mornings: Mornings whose snapshots are gone.
        pages: How many pages of mornings are gone.
        bytes: How much room that makes.
    """

    before: date
    mornings: tuple[date, ...]
    pages: int
    bytes: int


def prune(work: Work, *, keep: timedelta, dry: bool) -> Pruned:
    """Give up snapshots, comparisons and pages that are older than that; the ledger and the counts stay.

    The last trusted morning is never given up: the next one is measured against it.

    Args:
        work: The reconciliation at hand.
        keep: How long they are kept.
        dry: Only say what would be given up.
    """
    before = work.today() - keep
    trusted = work.store.ledger.mornings(work.id)
    if trusted and trusted[-1] < before:
        before = trusted[-1]
    mornings, size = [], 0
    for morning in work.store.archive.mornings(work.id):
        if morning >= before:
            continue
        room = work.store.archive.size_of(work.id, morning)
        if room:
            mornings.append(morning)
            size += room
            if not dry:
                work.store.archive.give_up(work.id, morning)
                work.store.diffs.give_up(work.id, morning)
    pages = pages_before(work.store.reports_folder, work.id, before)
    for page in pages:
        size += page.stat().st_size
        if not dry:
            remove_page(page)
    return Pruned(before, tuple(mornings), len(pages), size)
