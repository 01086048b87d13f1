"""The exact words of an alarm, of a notice, and of a judgement."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from reconciliation_pipeline.domain.common import Trait
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.messages import Topic
from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spike_message import (
    CAUSE,
    UPSTREAM,
    Gathered,
    notice_lines,
    series_words,
    spike_message,
    verdict,
)
from reconciliation_pipeline.domain.spikes import Judgement, Series, judge
from reconciliation_pipeline.domain.wording import Words

DAY = timedelta(days=1)
LAST = date(2026, 11, 22)
BILLING = Series(Kind.BILLING_ONLY)
VALUES, PLAN = Series(Kind.VALUE_CONFLICT), Series(Kind.VALUE_CONFLICT, "plan")
WORDS = Words()
HALF = [1, 0] * 28


def judged(*counts: int, told: int = 0, series: tuple[Series, ...] = (BILLING,)) -> Judgement:
    mornings = [LAST - back * DAY for back in range(len(counts), -1, -1)]
    days = dict(zip(mornings[1:], counts, strict=True))
    found = judge(mornings, dict.fromkeys(series, days), told=[LAST - told * DAY] if told else [])
    assert found
    return found


def alarm(found: Judgement, **known: Any) -> tuple[str, tuple[str, ...]]:
    message = spike_message(found, "pair", WORDS, replace(Gathered(owner="ana"), **known))
    assert message
    assert (Topic.SPIKE, "ana", "pair/2026-11-22/spike") == (message.topic, message.owner, message.key)
    # A channel that wants to hear of nothing but what matters much hears of it.
    assert Severity.HIGH is message.severity
    return message.title, message.lines


def test_an_alarm_says_how_many_how_unusual_since_when_and_what_they_share():
    shared = (Trait("have plan starter in billing", 6, 6, 90, 1_000),)
    told = "between 2026-11-21 14:03 and 2026-11-21 15:59 UTC"
    moments = datetime(2026, 11, 21, 14, 3, tzinfo=UTC), datetime(2026, 11, 21, 15, 59, tzinfo=UTC)

    title, lines = alarm(judged(*HALF, 6), common=shared, changed=moments)

    assert "pair: SPIKE, 6 new only in billing in one morning, usual is 0.5 a day" == title
    assert (
        "6 new only in billing; usual is 0.5 a day; chance 0.0021 %, about once in 47,000 mornings.",
        f"It probably began between 2026-11-21 and 2026-11-22; they were last changed {told}.",
        "6 of 6 have plan starter in billing, as 9 % of all records.",
        CAUSE,
        "See them: `recon list pair --new --date 2026-11-22`. The judgement: `recon spike pair --date 2026-11-22`.",
    ) == lines


def test_an_alarm_of_a_week_tells_the_sum_and_the_morning_with_which_it_began():
    title, lines = alarm(judged(*HALF, *[2] * 7))

    assert "pair: SPIKE, 14 new only in billing within seven days, where 3.5 are usual" == title
    assert lines[0].startswith("14 new only in billing within seven days, where 3.5 are usual: chance 0.00")
    assert "It probably began with the morning of 2026-11-16." in lines
    assert "They share no plan, status or hour of creation that others do not share." in lines


def test_a_mass_event_says_that_something_upstream_is_broken():
    title, lines = alarm(judged(*HALF, 40))

    assert "pair: MASS EVENT, 40 new only in billing in one morning" == title
    assert UPSTREAM == lines[1]
    assert "chance below 0.0001 %, less than once in a million mornings." in lines[0]


def test_an_episode_that_has_doubled_says_since_when_it_goes_on():
    _, lines = alarm(judged(*HALF, 6, 40, told=1))

    assert "It goes on since 2026-11-21, and has more than doubled since it was told." in lines


def test_a_field_that_is_all_of_its_kind_is_told_once():
    _, lines = alarm(judged(*HALF, 6, series=(VALUES, PLAN)))

    assert 1 == sum("6 new" in line for line in lines)
    assert lines[0].startswith("6 new different plan")


@pytest.mark.parametrize("counts", [(*HALF, 2), (*HALF, 3), (0, 9)])
def test_below_an_alarm_there_is_no_message(counts):
    assert None is spike_message(judged(*counts), "pair", WORDS, Gathered())


def test_a_notice_is_a_marked_line():
    assert (
        "Unusual: 3 new only in billing; usual is 0.5 a day; chance 1.5 %, about once in 65 mornings.",
    ) == notice_lines(judged(*HALF, 3), WORDS)
    assert () == notice_lines(judged(*HALF, 2), WORDS)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (judged(*HALF, 2), "2 new differences, which is not unusual: usual are 0.5 a day only in billing."),
        (judged(*HALF, 6, 6, told=1), "It belongs to the episode told on 2026-11-21, and has not doubled since."),
        (judged(0, 0), "Morning 3 of 14: until then nothing rings but a mass event."),
        (judged(), "The first morning is the inventory: nothing on it is new, and it is nobody's norm."),
    ],
)
def test_a_judgement_is_a_sentence(found, words):
    assert verdict(found, WORDS).endswith(words)


def test_each_series_has_its_name():
    assert ["only in the CRM", "only in billing", "different values"] == [
        series_words(Series(kind), WORDS) for kind in (Kind.CRM_ONLY, Kind.BILLING_ONLY, Kind.VALUE_CONFLICT)
    ]


def test_days_are_told_as_the_calendar_counts_them_however_little_a_weekend_weighs():
    mornings = [LAST - back * DAY for back in range(70, 3, -1)]
    on_working_days = {day: 0 if (day - DAY).weekday() >= 5 else 2 for day in mornings}

    found = judge([*mornings, LAST], {BILLING: {**on_working_days, LAST: 20}}, customers=10_000)

    assert found
    assert any(line.startswith("20 new only in billing in 4 days; ") for line in alarm(found)[1])
