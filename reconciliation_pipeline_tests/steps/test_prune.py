"""Is what names customers given up when it is old enough, and nothing else?"""

from datetime import timedelta

import pytest

from reconciliation_pipeline.steps.prune import prune
from reconciliation_pipeline_tests.builders import MORNING
from reconciliation_pipeline_tests.steps.told import a_work
from reconciliation_pipeline_tests.storage.builders import recorded_trusted

DAY = timedelta(days=1)
KEEP = timedelta(days=30)


@pytest.fixture
def work(store):
    """Today's morning is trusted; pages were written then, on the last day that is kept, and before it."""
    recorded_trusted(store, MORNING)
    folder = store.reports_folder / "pair"
    folder.mkdir(parents=True)
    for age in (0, 30, 31, 400):
        (folder / f"{MORNING - age * DAY}.html").write_text("12345", "utf-8")
    (folder / "notes.html").write_text("somebody's own", "utf-8")
    return a_work(store, {})


def pages(work):
    return sorted(page.name for page in (work.store.reports_folder / "pair").iterdir())


def test_pages_older_than_what_is_kept_are_removed_and_no_other_file(work):
    pruned = prune(work, keep=KEEP, dry=False)

    assert (MORNING - KEEP, 2, 10) == (pruned.before, pruned.pages, pruned.bytes)
    assert sorted([f"{MORNING - KEEP}.html", f"{MORNING}.html", "notes.html"]) == pages(work)


def test_a_dry_run_counts_them_and_removes_none(work):
    before = pages(work)

    assert (2, 10) == (prune(work, keep=KEEP, dry=True).pages, prune(work, keep=KEEP, dry=True).bytes)
    assert before == pages(work)


def test_the_page_of_the_last_trusted_morning_stays_however_old_it_is(work):
    later = a_work(work.store, {}, now=work.now() + 500 * DAY)

    assert MORNING == prune(later, keep=KEEP, dry=False).before
    assert f"{MORNING}.html" in pages(work)
