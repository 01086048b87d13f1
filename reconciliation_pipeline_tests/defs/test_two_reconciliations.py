"""Two reconciliations, one of them broken: what do people see of each?"""

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.naming import STEPS
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline_tests.defs.builders import opened, pair_text, topics

BENT = pair_text("bent").replace("timezone: Europe/Berlin", "timezon: Europe/Berlin").replace("0 4 * * *", "soon")


@pytest.fixture
def loaded(tmp_path):
    folder = tmp_path / "reconciliations"
    folder.mkdir()
    (folder / "bent.yaml").write_text(BENT)
    (folder / "pair.yaml").write_text(pair_text())
    return load_all(folder, {})


@pytest.fixture
def defs(loaded):
    return build_definitions([one.reconciliation for one in loaded.reconciliations], loaded.broken)


@pytest.fixture
def result(defs, instance):
    return defs.resolve_job_def("bent_morning").execute_in_process(
        instance=instance,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def test_the_broken_one_stands_where_it_would_be_and_the_other_is_whole(defs):
    keys = defs.resolve_asset_graph().get_all_asset_keys()

    assert {dg.AssetKey(["bent", "settings"]), *(dg.AssetKey(["pair", step]) for step in STEPS)} == keys
    assert "bent" == defs.resolve_asset_graph().get(dg.AssetKey(["bent", "settings"])).group_name


def test_its_asset_fails_with_every_mistake_in_its_text(loaded, result):
    failure = next(event for event in result.all_events if event.is_step_failure)
    mistakes = [str(mistake) for mistake in loaded.broken[0].mistakes]

    assert not result.success
    assert 2 == len(mistakes)
    assert all(mistake in failure.step_failure_data.user_failure_data.description for mistake in mistakes)


def test_its_description_lists_every_mistake_before_anything_ran(loaded, defs):
    description = defs.resolve_asset_graph().get(dg.AssetKey(["bent", "settings"])).description

    assert all(str(mistake) in description for mistake in loaded.broken[0].mistakes)


def test_its_mistakes_wait_in_the_outbox(loaded, result):
    with opened() as store:
        (stored,) = store.outbox.all("bent")

    assert all(str(mistake) in stored.message.lines for mistake in loaded.broken[0].mistakes)
    assert 1 == len(topics())


def test_it_is_shown_every_morning(defs):
    schedule = defs.resolve_schedule_def("bent_morning")

    assert (dg.DefaultScheduleStatus.RUNNING, "0 4 * * *") == (schedule.default_status, schedule.cron_schedule)
    assert "**Red means:**" in defs.resolve_asset_graph().get(dg.AssetKey(["bent", "settings"])).description
