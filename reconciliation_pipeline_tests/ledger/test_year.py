"""Does the ledger find every lasting loss, and nothing else? Six weeks of many losses; `make ledger` lives a year."""

from collections.abc import Iterator
from itertools import pairwise

import pytest

from reconciliation_pipeline_tests.ledger.looking import DAY, working
from reconciliation_pipeline_tests.ledger.year import Loss, Year, play


@pytest.fixture(scope="module")
def year() -> Iterator[Year]:
    with working() as work:
        yield play(work, 2, days=42, events=400, customers=300, rare=0.01)


def test_every_lasting_loss_is_found(year):
    lasting = [lost for lost in year.lost if lost.is_lasting]

    assert set(Loss) == {lost.cause for lost in lasting}
    assert [] == [lost for lost in lasting if lost.found is None]


def test_nothing_is_told_that_was_lag_and_every_since_when_holds(year):
    assert {} == {word: times for word, times in year.counts.items() if word.startswith("wrong")}
    assert year.counts["lag, kept silent"]
    assert year.counts["told"] == sum(lost.found is not None for lost in year.lost)


def test_some_mornings_were_missed_and_no_loss_waited_for_longer_than_they_were(year):
    assert year.counts["mornings"] > year.counts["trusted mornings"]
    days = sorted(year.record.looks)
    longest = max(later - earlier for earlier, later in pairwise(days))

    assert max(lost.found - lost.at for lost in year.lost if lost.found) < longest + 2 * DAY
