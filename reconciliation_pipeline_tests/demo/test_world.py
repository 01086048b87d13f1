from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from reconciliation_pipeline.demo.lives import Why
from reconciliation_pipeline.demo.plans import DEALS, Mix
from reconciliation_pipeline.demo.story import STORY, Story, story_instant
from reconciliation_pipeline.demo.truth import truth
from reconciliation_pipeline.demo.world import World, build

START = datetime(2026, 11, 22, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def world() -> World:
    return build(1224, START)


def test_the_same_arguments_make_the_same_world(world):
    assert world == build(1224, START)


def test_another_seed_makes_another_world(world):
    assert {customer.subscription_id for customer in world.customers}.isdisjoint(
        customer.subscription_id for customer in build(1225, START).customers
    )


def test_a_longer_future_leaves_the_story_as_it_was(world):
    short = build(1224, START, Story(days_after=3))

    assert truth(short, START) == truth(world, START)


def test_the_counts_of_the_story_add_up_to_the_article():
    assert (1_180, 1_243, 1_224, 1_301) == (
        STORY.crm_active,
        STORY.crm_pulled,
        STORY.billing_running,
        STORY.billing_pulled,
    )


@pytest.mark.parametrize(
    ("now", "start"),
    [
        ("2026-11-22T00:30:00+01:00", "2026-11-22T03:00:00+00:00"),
        ("2026-11-22T23:30:00+01:00", "2026-11-22T03:00:00+00:00"),
        ("2026-11-21T23:30:00+00:00", "2026-11-22T03:00:00+00:00"),
        ("2026-07-01T12:00:00+00:00", "2026-07-01T02:00:00+00:00"),
        ("2026-03-29T12:00:00+00:00", "2026-03-29T02:00:00+00:00"),
        ("2026-10-25T12:00:00+00:00", "2026-10-25T03:00:00+00:00"),
    ],
)
def test_the_story_begins_at_four_oclock_local_time_whatever_the_hour(now, start):
    assert datetime.fromisoformat(start) == story_instant(datetime.fromisoformat(now))


@pytest.mark.parametrize("day", ["2026-03-29", "2026-03-30", "2026-10-25", "2026-10-26", "2028-02-29"])
def test_the_counts_hold_on_days_when_clocks_change(day):
    start = story_instant(datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    found = truth(build(5, start), start)

    assert (61, 17) == (len(found), sum(one.settling for one in found))


def test_the_versions_of_a_record_follow_each_other(world):
    for customer in world.customers:
        for versions in (customer.crm, customer.billing):
            assert all(earlier.at < later.at for earlier, later in pairwise(versions))


def test_ids_and_numbers_belong_to_one_customer_each(world):
    for name in ("number", "subscription_id", "customer_id"):
        assert len(world.customers) == len({getattr(customer, name) for customer in world.customers})


def test_company_ids_ascend_with_the_time_of_creation(world):
    companies = world.view(START + timedelta(days=90)).crm

    assert all(one.created_at <= two.created_at for one, two in pairwise(companies))


def test_what_is_on_its_way_is_two_minutes_to_an_hour_old_and_arrives_within_ninety_minutes(world):
    settling = [one for one in truth(world, START) if one.settling]
    ages = [START - one.changed_at for one in settling]

    assert 17 == len(settling)
    assert timedelta(minutes=2) <= min(ages)
    assert timedelta(minutes=55) >= max(ages)
    assert 61 == len(truth(world, START + timedelta(minutes=4, seconds=59)))
    assert 44 == len(truth(world, START + timedelta(minutes=90)))


def test_everything_real_has_a_reason_and_nothing_late_has_one(world):
    for day in (-200, 0, 45):
        for one in truth(world, START + timedelta(days=day)):
            assert one.settling == (one.why is None)


def test_the_world_goes_on_and_now_and_then_loses_something_of_every_kind(world):
    later = [
        one for one in truth(world, START + timedelta(days=90)) if one.why and one.key not in keys_at(world, START)
    ]

    assert 10 < len(later) < 40
    assert {"crm_only", "billing_only", "value_conflict"} == {one.kind for one in later}
    assert Why.WRONG_ORDER in Counter(one.why for one in later)


@pytest.mark.parametrize("day", range(1, 61))
def test_each_later_morning_has_some_lag(world, day):
    assert 1 <= sum(one.settling for one in truth(world, START + timedelta(days=day)))


def test_nothing_is_lost_in_the_first_twenty_hours(world):
    assert 44 == len({one.key for one in truth(world, START + timedelta(hours=20)) if one.why})


def test_a_year_costs_twelve_times_a_month_less_one_euro():
    assert [("19.00", "19.00"), ("18.00", "216.00"), ("49.00", "49.00"), ("48.00", "576.00")] == [
        (str(deal.monthly), str(deal.charged)) for deal in DEALS[:4]
    ]


def test_a_mix_is_as_many_deals_as_it_counts():
    assert (3, "84.00") == (
        Mix(starter_yearly=2, team_yearly=1).count,
        str(Mix(starter_yearly=2, team_yearly=1).monthly),
    )


def test_a_story_survives_its_way_through_json():
    story = Story(agreeing=4, unknown_to_crm=Mix(team=2))

    assert story == Story.from_json(story.as_json())


def keys_at(world: World, instant: datetime) -> set[str]:
    return {one.key for one in truth(world, instant)}
