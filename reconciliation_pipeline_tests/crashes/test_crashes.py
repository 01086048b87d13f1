"""Does a night survive being killed, and does it fail in words? One point of each kind; all of them: `make crashes`."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from reconciliation_pipeline_tests.crashes.faults import spoil
from reconciliation_pipeline_tests.crashes.kills import Uninterrupted, kill, uninterrupted
from reconciliation_pipeline_tests.crashes.points import Deed
from reconciliation_pipeline_tests.crashes.published import HOW, listed, ours, published
from reconciliation_pipeline_tests.crashes.scenes import MEMORY, MORNING, Stage, a_stage


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with (
        TemporaryDirectory(prefix="recon-crashes-", dir=MEMORY) as folder,
        a_stage(Path(folder), only="yesterday") as made,
    ):
        yield made


@pytest.fixture(scope="module")
def plain(stage: Stage) -> Uninterrupted:
    return uninterrupted(stage, MORNING)


def test_a_morning_passes_no_point_that_is_not_on_the_published_list(plain):
    assert set() == ours(plain.reached) - listed(published(), "SQLite"), f"not on the list: {HOW}"


@pytest.mark.parametrize(
    ("point", "twice"),
    [
        ("after storage.attempts.conclude: commit", 0),
        ("after channels.post._try: POST receiver /hook/ID", 1),
    ],
)
def test_a_killed_night_is_as_any_other_when_it_is_run_again(stage, plain, point, twice):
    result = kill(stage, MORNING, Deed(point), plain)

    assert ((), twice) == (result.wrong, result.twice)


@pytest.mark.parametrize(
    "deed",
    [
        Deed("before steps.pull._pull_side: fsync crm.parquet", 1, "disk full", lasts=True),
        # The last step's turn: what it would have told is missing, and the morning is not as it should be.
        Deed("before storage.leases.take: commit", 5, "database is locked"),
    ],
    ids=lambda deed: deed.what,
)
def test_a_night_that_cannot_write_says_so_and_the_next_one_heals_it(stage, plain, deed):
    result = spoil(stage, MORNING, deed, plain)

    assert ((), "exit 3") == (result.wrong, result.end[:6])
