"""Is lag ever called real where a clock is wrong, or an hour is missing? Some scenes; `make ledger` plays them all."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest

from reconciliation_pipeline.domain.attempts import CLOCKS_AGREE, Standing
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.prove import as_of
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.builders import MICROSECOND, MINUTE, NOW, a_receipt
from reconciliation_pipeline_tests.ledger.clocks import DATES, NONE, SKEWS, WINDOWS, Scene, judged, scenes
from reconciliation_pipeline_tests.ledger.looking import DAY, HOUR, four, work_on, working
from reconciliation_pipeline_tests.storage.builders import BOTH

SOME = (
    *(Scene(named, "1d") for named in DATES),
    Scene("clocks go forward", "3d"),
    Scene("an ordinary day", "1h"),
    Scene("clocks go forward", ahead={Side.CRM: 10 * MINUTE, Side.BILLING: NONE}, silent=Side.BILLING),
    Scene("clocks go back", ahead={Side.CRM: NONE, Side.BILLING: -10 * MINUTE}),
    Scene("leap day", ahead=dict.fromkeys(Side, -24 * HOUR)),
    Scene("an ordinary day", ahead=dict.fromkeys(Side, -24 * HOUR), until=four(DATES["an ordinary day"]) + 9 * HOUR),
    Scene("an ordinary day", ours=-6 * HOUR),
)

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def works() -> Iterator[dict[str, Work]]:
    """What a step is handed, for each window."""
    with ExitStack() as stack:
        yield {window: stack.enter_context(working(window)) for window in WINDOWS}


@pytest.mark.parametrize("scene", SOME, ids=str)
def test_no_lag_is_called_real_and_nothing_old_lag(works, scene):
    found = judged(works[scene.window], scene)

    assert {} == {word: times for word, times in found.items() if word.startswith("wrong")}
    assert found["lag"]
    assert found["real"]


def test_clocks_that_are_further_apart_refuse_the_morning(works):
    found = judged(works["1h"], Scene("leap day", ahead={Side.CRM: 10 * MINUTE + SECOND, Side.BILLING: NONE}))

    assert {"mornings": 7, "mornings refused": 7} == found


def test_the_scenes_hold_every_date_window_and_skew():
    found = list(scenes())

    assert set(DATES) == {scene.named for scene in found}
    assert set(WINDOWS) == {scene.window for scene in found}
    assert {NONE, *SKEWS} == {max(map(abs, scene.ahead.values())) for scene in found}
    assert len(found) == len({str(scene) for scene in found})


def test_our_clock_stands_in_for_that_of_a_silent_side(works):
    ahead = {side: a_receipt(side, started_at=NOW, source_clock=NOW + 9 * MINUTE) for side in Side}

    assert NOW == as_of(works["1h"], {**ahead, Side.BILLING: a_receipt(Side.BILLING, started_at=NOW)})
    assert NOW + 9 * MINUTE == as_of(works["1h"], ahead)


@pytest.mark.parametrize(
    ("off", "live", "is_known"),
    [
        (CLOCKS_AGREE, True, True),
        (-CLOCKS_AGREE, True, True),
        (CLOCKS_AGREE + MICROSECOND, True, False),
        (-CLOCKS_AGREE - MICROSECOND, True, False),
        (-400 * DAY, False, True),
    ],
)
def test_an_instant_that_our_clock_denies_is_not_set_beside_others(store, off: timedelta, live: bool, is_known: bool):
    work, day = work_on(store), DATES["leap day"]
    begun = store.attempts.begin(work.id, day, run_id="run", started_at=NOW, live=live)
    attempt = replace(begun, standing=Standing.TRUSTED, snapshots=BOTH, as_of=NOW + off)
    store.attempts.conclude(attempt, at=NOW)
    store.ledger.record(attempt, [], epoch="p")
    calendar = store.ledger.calendar(work.id)

    assert ({day: NOW + off} if is_known else {}) == calendar.as_of
    assert {day: NOW if live else NOW + off} == calendar.began
