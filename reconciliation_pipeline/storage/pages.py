"""Which pages of mornings are kept, and how are they given up? What they show is written in `reporting/`."""

from datetime import date
from pathlib import Path

from reconciliation_pipeline.storage.files import files_told_in_words


def pages_before(folder: Path, reconciliation: str, before: date) -> list[Path]:
    """List the pages of mornings that are older than one, oldest first.

    Args:
        folder: Where the pages of all reconciliations are.
        reconciliation: Whose pages.
        before: The first morning that is not meant.
    """
    pages = sorted((folder / reconciliation).glob("????-??-??.html"))
    return [page for page in pages if page.stem < before.isoformat()]


def remove_page(page: Path) -> None:
    """Remove the page of a morning for good; it names customers, as the snapshots do.

    Raises:
        StorageUnavailable: The folder may not be written.
    """
    with files_told_in_words(page):
        page.unlink(missing_ok=True)
