"""Whoever asks for the lives that matter on a morning gets what the whole history says of them."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.steps.describe import lives_around, lives_until
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.builders import MORNING, NOW
from reconciliation_pipeline_tests.steps.told import a_work
from reconciliation_pipeline_tests.storage.builders import BOTH, an_observation

DAY = timedelta(days=1)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sets(st.integers(0, 4)), st.sets(st.integers(0, 4), max_size=1)), min_size=1, max_size=6))
def test_what_is_there_and_what_went_away_today_is_as_in_the_whole_history(tmp_path_factory, mornings):
    with Store.open(tmp_path_factory.mktemp("home"), None) as store:
        for back, (numbers, apart) in enumerate(reversed(mornings)):
            at = NOW - back * DAY
            begun = store.attempts.begin("pair", MORNING - back * DAY, run_id="run", started_at=at, live=True)
            attempt = replace(begun, standing=Standing.TRUSTED, snapshots=BOTH, as_of=at)
            store.attempts.conclude(attempt, at=at)
            seen = [an_observation(f"{number:012x}", key=f"C{number}") for number in numbers - apart]
            store.ledger.record(attempt, seen, epoch="e", apart=[f"C{number}" for number in apart])
        work = a_work(store, {})
        whole = lives_until(work, MORNING)
        matter = [one for one in whole if one.state is not ItemState.RESOLVED or one.resolved_on == MORNING]

        around = lives_around(work, MORNING)

    assert [one for one in whole if one in around] == list(around)
    assert all(one in around for one in matter)
