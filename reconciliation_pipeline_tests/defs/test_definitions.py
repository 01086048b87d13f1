"""What does Dagster load? Everything named, owned and explained, without a warning."""

import importlib
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg
import pytest

from reconciliation_pipeline import definitions
from reconciliation_pipeline.defs.alive import alive_key
from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.checks import CLAIMS, check_keys
from reconciliation_pipeline.defs.naming import STEPS, asset_key
from reconciliation_pipeline.defs.partitions import mornings
from reconciliation_pipeline.settings.load import check
from reconciliation_pipeline_tests.defs.builders import a_pair, pair_text

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(scope="module")
def defs():
    return build_definitions([a_pair()])


@pytest.fixture(scope="module")
def graph(defs):
    return defs.resolve_asset_graph()


def test_the_definitions_of_the_demo_pair_load(home):
    loaded = importlib.reload(definitions).defs
    dg.Definitions.validate_loadable(loaded)

    assert loaded.resolve_job_def("crm_billing_morning")


def test_the_definitions_of_one_pair_load(defs):
    dg.Definitions.validate_loadable(defs)

    assert defs.resolve_job_def("pair_morning")


def test_every_step_is_an_asset_and_there_is_no_other(graph):
    assert {dg.AssetKey(["pair", step]) for step in STEPS} == graph.get_all_asset_keys()


@pytest.mark.parametrize("step", STEPS)
def test_an_asset_is_grouped_owned_partitioned_and_says_what_it_is_made_with(graph, step):
    node = graph.get(dg.AssetKey(["pair", step]))

    assert ("pair", ["team:finance-ops"]) == (node.group_name, list(node.owners))
    assert node.kinds
    assert isinstance(node.partitions_def, dg.DailyPartitionsDefinition)


@pytest.mark.parametrize("step", STEPS)
def test_an_asset_says_what_red_means(graph, step):
    assert "**Red means:**" in graph.get(dg.AssetKey(["pair", step])).description


def test_an_owner_with_an_address_is_a_person():
    graph = build_definitions([a_pair(owner="ana@example.com")]).resolve_asset_graph()

    assert ["ana@example.com"] == list(graph.get(dg.AssetKey(["pair", "diff"])).owners)


def test_data_travels_in_one_direction(graph):
    parents = {step: graph.get(dg.AssetKey(["pair", step])).parent_keys for step in STEPS}

    assert {
        "crm_snapshot": [],
        "billing_snapshot": [],
        "diff": ["billing_snapshot", "crm_snapshot"],
        "ledger": ["diff"],
        "notifications": ["ledger"],
    } == {step: sorted(key.path[-1] for key in keys) for step, keys in parents.items()}


def test_every_claim_is_a_check_on_its_asset_and_blocks_but_for_what_channels_do(graph):
    expected = {
        dg.AssetCheckKey(asset_key(a_pair(), f"{side}_snapshot"), claim)
        for side in ("crm", "billing")
        for claim in CLAIMS
    }
    keys = graph.asset_check_keys

    on_the_diff = {dg.AssetCheckKey(dg.AssetKey(["pair", "diff"]), claim) for claim in ("adds_up", "planted_found")}
    assert expected | on_the_diff == keys - {alive_key(a_pair())}
    assert keys == {*check_keys(a_pair()), alive_key(a_pair())}
    assert [alive_key(a_pair())] == [key for key in keys if not graph.get(key).blocking]
    assert all("**Red means:**" in graph.get(key).description for key in keys)


def test_there_is_a_job_a_morning_one_for_mondays_one_for_alarms_and_two_for_what_people_decide(defs):
    repository = defs.get_repository_def()
    names = {"pair_morning", "pair_heartbeat", "pair_spikes", "pair_assign", "pair_note"}

    assert names == set(repository.job_names) - {"__ASSET_JOB"}
    assert all(repository.get_job(name).description for name in names)


def test_schedules_and_sensors_run_unless_somebody_stops_them(defs):
    repository = defs.get_repository_def()
    schedules = {one.name: one.default_status for one in repository.schedule_defs}
    sensors = {one.name: one.default_status for one in repository.sensor_defs}

    assert dict.fromkeys(("pair_morning", "pair_heartbeat"), dg.DefaultScheduleStatus.RUNNING) == schedules
    watchers = {"pair_spikes", "failed_checks", "failed_runs", "outbox", "dead_runs"}
    watchers |= {"pair_morning_missed", "pair_silence"}
    assert dict.fromkeys(watchers, dg.DefaultSensorStatus.RUNNING) == sensors
    assert all(one.description for one in (*repository.schedule_defs, *repository.sensor_defs))


def test_the_last_partition_is_today():
    today = datetime.now(UTC).astimezone(BERLIN).date()

    assert today.isoformat() == mornings(a_pair()).get_last_partition_key()


@pytest.mark.parametrize("pretended", [date(2025, 3, 30), date(2026, 11, 22), date(2031, 10, 26)])
def test_a_pretended_today_is_a_partition_whenever_it_is(pretended):
    at_four = datetime(pretended.year, pretended.month, pretended.day, 4, tzinfo=BERLIN)

    assert mornings(a_pair(), at_four).has_partition_key(pretended.isoformat())


def test_nobody_pretends_for_a_system_that_is_not_local():
    distant = pair_text().replace("http://127.0.0.1:9", "https://crm.example.com").replace("local: true, auth", "auth")
    pretended = datetime(2031, 10, 26, 4, tzinfo=BERLIN)

    assert not mornings(check(distant.encode(), Path("pair.yaml"), {}), pretended).has_partition_key("2031-10-26")
