from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from reconciliation_pipeline.demo import control
from reconciliation_pipeline.demo.plans import Mix
from reconciliation_pipeline.demo.state import State
from reconciliation_pipeline.demo.story import STORY, Story
from reconciliation_pipeline.demo.truth import truth
from reconciliation_pipeline.demo.world import build
from reconciliation_pipeline_tests.demo.conftest import health
from reconciliation_pipeline_tests.demo.walk import Found, Walked, company_pages, subscription_pages

SMALL = Story(
    agreeing=12,
    cancelled_in_crm=Mix(starter_yearly=1, team=1),
    unknown_to_crm=Mix(business=1),
    settling_crm_only=2,
    settling_billing_only=1,
    former_cancelled=2,
    former_archived=3,
    former_purged=1,
    lagging_mornings=7,
    lag_min=1,
    lag_max=2,
)


def reseed(home: Path, demo: State, seed: int, story: Story = STORY) -> None:
    control.serve(home, seed=seed, story=story, now=demo.start, crm_port=demo.crm_port, billing_port=demo.billing_port)


@pytest.mark.parametrize("seed", [control.DEFAULT_SEED, 7, 2_024])
def test_the_seven_numbers_of_the_story_are_served_for_every_seed(home, demo, crm, billing, seed):
    reseed(home, demo, seed)

    walked = Walked(crm, billing)
    cancelled = walked.keys("billing_only", "cancelled", settling=False)
    unknown = walked.keys("billing_only", "unknown", settling=False)

    assert (1_180, 1_224) == (walked.active("crm"), walked.active("billing"))
    assert (1_243, 1_301) == (len(walked.companies), len(walked.subscriptions))
    assert (61, 17, 44) == (
        len(walked.found),
        len(walked.keys(settling=True)),
        len(walked.keys(settling=False)),
    )
    assert (31, 13) == (len(cancelled), len(unknown))
    assert (Decimal("1488.00"), Decimal("637.00")) == (walked.monthly(cancelled), walked.monthly(unknown))


def test_the_seventeen_on_their_way_are_eight_eight_and_one(crm, billing):
    walked = Walked(crm, billing)

    assert 8 == len(walked.keys("crm_only", "unknown", settling=True))
    assert 8 == len(walked.keys("billing_only", "unknown", settling=True))
    assert 1 == len(walked.keys("value_conflict", settling=True))


def test_two_hours_later_exactly_the_same_44_remain(home, crm, billing):
    before = Walked(crm, billing)
    control.advance(home, timedelta(hours=2))
    after = Walked(crm, billing)

    assert before.keys(settling=False) == set(after.found)
    assert 44 == len(after.found)
    assert set() == after.keys(settling=True)


def test_nothing_is_newly_lost_within_the_next_twenty_hours(home, crm, billing):
    before = Walked(crm, billing).keys(settling=False)
    control.advance(home, timedelta(hours=20))

    assert before == Walked(crm, billing).keys(settling=False)


def test_pages_are_a_hundred_long_and_their_number_is_known(crm, billing):
    assert 13 == len(company_pages(crm))
    assert 1 == len(company_pages(crm, archived=True))
    assert 14 == len(subscription_pages(billing))


def test_every_record_has_a_key_and_no_key_is_there_twice(crm, billing):
    walked = Walked(crm, billing)

    assert len(walked.companies) == len(walked.crm)
    assert len(walked.subscriptions) == len(walked.billing)


def test_some_customer_numbers_begin_with_zeros(crm, billing):
    walked = Walked(crm, billing)

    assert 2 <= sum(key.startswith("C-0") for key in walked.crm)
    assert {7} == {len(key) for key in (*walked.crm, *walked.billing)}


def test_some_archived_companies_still_call_themselves_active(crm, billing):
    archived = [record for record in Walked(crm, billing).companies if record["archived"]]

    assert 20 == len(archived)
    assert 5 == sum(record["properties"]["customer_status"] == "active" for record in archived)


def test_other_seeds_give_other_keys_names_and_ids(home, demo, crm, billing):
    one = Walked(crm, billing)
    reseed(home, demo, 7)
    two = Walked(crm, billing)

    assert one.keys() != two.keys()
    assert one.companies[0]["id"] != two.companies[0]["id"]
    assert not {record["id"] for record in one.subscriptions} & {record["id"] for record in two.subscriptions}


def test_every_past_morning_has_fewer_differences_and_some_lag(home, demo, crm, billing):
    for days in range(1, 8):
        control.set_clock(home, demo.start - timedelta(days=days))
        walked = Walked(crm, billing)

        assert 61 > len(walked.found)
        assert 44 >= len(walked.keys(settling=False))
        assert 1 <= len(walked.keys(settling=True))


def test_two_weeks_ago_fewer_were_lost_and_two_years_ago_almost_none(home, demo, crm, billing):
    control.set_clock(home, demo.start - timedelta(days=14))

    assert 41 == len(Walked(crm, billing).keys(settling=False))

    control.set_clock(home, demo.start - timedelta(days=731))

    assert set() == Walked(crm, billing).keys(settling=False)


def test_what_is_served_is_the_truth_on_any_morning(home, demo, crm, billing):
    world = build(demo.seed, demo.start, demo.story)
    for days in (-400, -9, 0, 1, 33, 60):
        instant = demo.start + timedelta(days=days)
        control.set_clock(home, instant)
        expected = {one.key: Found(one.kind, one.reason, one.settling, one.monthly) for one in truth(world, instant)}

        assert expected == Walked(crm, billing).found


def test_another_story_makes_a_small_world(home, demo, crm, billing):
    reseed(home, demo, 3, SMALL)
    walked = Walked(crm, billing)

    assert (SMALL.crm_active, SMALL.billing_running) == (walked.active("crm"), walked.active("billing"))
    assert (SMALL.crm_pulled, SMALL.billing_pulled) == (len(walked.companies), len(walked.subscriptions))
    assert 2 == len(walked.keys("billing_only", "cancelled", settling=False))
    assert 1 == len(walked.keys("billing_only", "unknown", settling=False))
    assert 4 == len(walked.keys(settling=True))


def test_a_world_may_be_empty(home, demo, crm, billing):
    nobody = replace(
        SMALL,
        agreeing=0,
        cancelled_in_crm=Mix(),
        unknown_to_crm=Mix(),
        settling_crm_only=0,
        settling_billing_only=0,
        settling_conflicts=0,
        former_cancelled=0,
        former_archived=0,
        former_purged=0,
    )
    reseed(home, demo, 3, nobody)

    assert [[]] == company_pages(crm)
    assert [[]] == subscription_pages(billing)


def test_health_needs_no_token_and_the_clock_is_the_worlds(demo):
    for url in (demo.crm_url, demo.billing_url):
        answer = health(url)

        assert 200 == answer.status_code
        assert "Sun, 22 Nov 2026 03:00:00 GMT" == answer.headers["date"]
