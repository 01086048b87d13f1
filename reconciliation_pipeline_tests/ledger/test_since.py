"""Does every since-when hold the true onset, and only the gap around it? Some stories; `make ledger` plays more."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reconciliation_pipeline.domain.lives import Terms, lives
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.ledger.looking import working
from reconciliation_pipeline_tests.ledger.since import MORNINGS, play, said, story, verdicts

NUMBERS = range(6)


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    with working() as opened:
        yield opened


@pytest.fixture(scope="module")
def found(work) -> Counter[str]:
    """What the lives of all stories are worth."""
    told = [story(number) for number in NUMBERS]
    return Counter(word for one in told for word, _ in verdicts(one, play(work, one), every=30))


def test_every_interval_holds_the_onset_and_is_no_wider_than_the_gap(found):
    assert {} == {word: times for word, times in found.items() if word.startswith("wrong")}
    assert found["lives"] == found["contains the onset"] + found["between two reads"]


def test_the_stories_have_everything_that_mornings_can_meet(found):
    told = [story(number) for number in NUMBERS]

    assert {MORNINGS} == {len(one.days) for one in told}
    assert {0, 1, 2} == {len(one.pulls.get(day, [])) for one in told for day in one.days}
    assert any(set(one.pulls) - one.kept for one in told)
    assert {True, False} == {one.turn is None for one in told}
    assert all(found[word] for word in ("bounded", "there on the first morning", "narrowed"))


def test_what_is_held_against_the_truth_can_fail(work):
    told = story(1)
    record = play(work, told)
    days = sorted(record.looks)
    found = lives(record.calendar(), record.seen, Terms(timed=True))
    life = next(one for one in found if one.at_latest and one.times_seen > 1 and one.agreed_on and not one.returned)
    assert life.agreed_on
    place = days.index(life.began_by)

    def wrong(**changes: Any) -> set[str]:
        words = said(told.systems, record, days, replace(life, **changes))
        return {word for word in words if word.startswith("wrong")}

    wider, astray = (
        "wrong: wider than the gap between the trusted mornings around it",
        "wrong: does not contain the onset",
    )
    assert set() == wrong()
    assert {wider} == wrong(agreed_on=days[place - 2])
    assert {wider, astray} == wrong(began_by=days[place + 1])
    assert {astray} == wrong(began_by=days[place + 1], agreed_on=days[place])
    assert {"wrong: at_latest before the onset"} == wrong(at_latest=record.looks[life.agreed_on].pull.began)
