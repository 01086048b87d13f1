"""One morning after the other through the real job, against the demo's two servers: what is told, what is refused?"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from reconciliation_pipeline.defs.naming import OUTCOME, STEPS
from reconciliation_pipeline.demo import control
from reconciliation_pipeline_tests.defs.builders import opened, topics
from reconciliation_pipeline_tests.defs.company import NAME, Company, a_company

SATURDAY, SUNDAY = date(2026, 11, 21), date(2026, 11, 22)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A good Saturday; then a Sunday on which billing loads a third of its records, and heals."""
    with a_company(tmp_path_factory.mktemp("company") / "home") as there:
        yield there


@pytest.fixture(scope="module")
def saturday(company):
    company.wake(SATURDAY)
    company.run("saturday", SATURDAY)
    return company.runs["saturday"]


@pytest.fixture(scope="module")
def refused(company, saturday):
    control.set_fault(company.home, "billing", 20)
    company.wake(SUNDAY)
    company.run("refused", SUNDAY)
    control.set_fault(company.home, "billing", None)
    return company.runs["refused"]


def materialised(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        event.asset_key.path[-1] for event in result.all_events if event.is_step_materialization and event.asset_key
    }


def metadata(result: dg.ExecuteInProcessResult, step: str) -> Mapping[str, Any]:
    events = result.asset_materializations_for_node(node_of(step))
    return next(event.metadata for event in events if event.asset_key.path[-1] == step)


def node_of(step: str) -> str:
    return f"{NAME}__pull" if step.endswith("_snapshot") else f"{NAME}__{step}"


def evaluations(result: dg.ExecuteInProcessResult) -> dict[tuple[str, str | None], dg.AssetCheckEvaluation]:
    return {(one.asset_key.path[-1], one.check_name): one for one in result.get_asset_check_evaluations()}


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """The sentence with which a step failed."""
    event = next(event for event in result.all_events if event.is_step_failure)
    data = event.step_failure_data.user_failure_data
    assert data is not None
    assert data.description
    return data.description


def test_a_trusted_morning_materialises_every_asset(saturday):
    assert saturday.success
    assert set(STEPS) == materialised(saturday)
    assert 9 == len(evaluations(saturday))
    assert all(one.passed and one.partition == "2026-11-21" for one in evaluations(saturday).values())


@pytest.mark.parametrize(("name", "outcome"), [("saturday", "drift"), ("refused", "not_trustworthy")])
def test_a_run_says_its_outcome_in_the_list_of_runs(company, refused, name, outcome):
    run = company.instance.get_run_by_id(company.runs[name].run_id)

    assert run is not None
    assert outcome == run.tags[OUTCOME]


NUMBERS = {
    "crm_snapshot": {"dagster/row_count", "active", "pages", "requests", "seconds", "without key", "sharing a key"},
    "diff": {
        "dagster/row_count",
        "crm_only",
        "billing_only",
        "value_conflict",
        "records that cannot be paired",
        "records that differ in format only",
        "records with a word nobody explained",
    },
    "ledger": {
        *("dagster/row_count", "open", "still settling", "new", "resolved", "oldest, in days", "EUR a month"),
        *("overdue", "open crm_only", "open billing_only", "open value_conflict"),
        *("asked once more", "gone when asked again", "requests for it"),
    },
    "notifications": {"messages stored", "sent", "failed"},
}


@pytest.mark.parametrize("step", NUMBERS)
def test_numbers_plot(saturday, step):
    values = metadata(saturday, step)

    assert NUMBERS[step] <= values.keys()
    assert all(isinstance(values[name].value, int | float) for name in NUMBERS[step])


@pytest.mark.parametrize("step", STEPS)
def test_markdown_is_text_and_never_html(saturday, step):
    texts = [value.value for value in metadata(saturday, step).values() if isinstance(value, dg.MarkdownMetadataValue)]

    assert texts or step == "notifications"
    assert not any("<" in text or "None" in text for text in texts)


def test_open_differences_are_counted_as_the_ledger_has_them(saturday, company):
    values = metadata(saturday, "ledger")

    with opened() as store:
        observed = store.ledger.on(NAME, SATURDAY) or []
    assert len(observed) == values["dagster/row_count"].value
    assert sum(not one.settling for one in observed) == values["open"].value
    assert "DRIFT" == values["outcome"].value


def test_whatever_is_told_was_asked_about_once_more_by_the_run_that_pulled(saturday):
    values = metadata(saturday, "ledger")

    assert 10 == values["open"].value == values["asked once more"].value
    assert 0 == values["gone when asked again"].value
    assert values["requests for it"].value >= 20


def test_the_page_of_a_morning_is_linked_from_its_ledger(saturday):
    path = Path(metadata(saturday, "ledger")["report"].value)

    assert f"{SATURDAY}.html" == path.name
    assert "<h1>10 differences to act on</h1>" in path.read_text("utf-8")


def test_the_page_of_a_refused_morning_is_linked_from_its_snapshots(refused):
    path = Path(metadata(refused, "crm_snapshot")["report"].value)

    assert "<h1>This morning cannot be trusted</h1>" in path.read_text("utf-8")


def test_a_failed_check_stops_everything_after_it(refused):
    assert not refused.success
    assert {"crm_snapshot", "billing_snapshot"} == materialised(refused)


def test_all_other_claims_are_judged_all_the_same(refused):
    found = evaluations(refused)

    assert 6 == len(found)
    assert ("billing_snapshot", "count_is_plausible") in {name for name, one in found.items() if not one.passed}
    assert found["crm_snapshot", "is_complete"].passed


def test_a_failed_check_says_what_happened_and_what_to_do(refused):
    found = evaluations(refused)["billing_snapshot", "count_is_plausible"]

    assert found.description is not None
    assert found.description.startswith("Billing returned 20 records, below 80% of the ")
    assert found.blocking
    assert "`floor`" in str(found.metadata["what to do"].value)
    assert {"pulled", "active", "baseline pulled", "baseline active"} <= found.metadata.keys()


def test_the_comparison_alone_refuses_later_with_every_reason(company, refused):
    company.run_alone("diff alone", SUNDAY, "diff")

    result = company.runs["diff alone"]
    assert not result.success
    assert set() == materialised(result)
    assert failure_of(result).startswith("Not trustworthy, so not compared: Billing returned 20 records")


def test_everything_after_a_refused_morning_refuses_by_itself_too(company, refused):
    company.run_alone("ledger alone", SUNDAY, "ledger")

    result = company.runs["ledger alone"]
    assert set() == materialised(result)
    assert failure_of(result).startswith("Not trustworthy, so not recorded: Billing returned 20 records")


def test_a_refused_morning_is_told_once_whoever_notices(company, refused):
    company.run_alone("diff again", SUNDAY, "diff")

    assert "It was told before. 0 stored" in company.look("failed_checks")
    assert "It was told before. 0 stored" in company.look_at_run("refused")
    assert "It was told before. 0 stored" in company.look_at_run("diff again")
    assert [f"{NAME}/2026-11-21/drift", f"{NAME}/2026-11-22/not_trustworthy"] == topics()


def test_after_a_second_run_that_is_trusted_no_check_is_failed_any_more(company, refused):
    company.run("healed", SUNDAY)

    assert company.runs["healed"].success
    assert set(STEPS) == materialised(company.runs["healed"])
    assert "No check of today's mornings has failed." == company.look("failed_checks")
    assert f"{NAME}/2026-11-22/drift" == topics()[-1]


def test_a_morning_that_is_run_again_later_is_read_from_the_archive_and_tells_nobody(company, refused):
    before = topics()
    company.wake(date(2026, 11, 23))
    company.run("saturday again", SATURDAY)

    result = company.runs["saturday again"]
    assert result.success
    assert metadata(result, "crm_snapshot")["read from the archive"].value is True
    assert before == topics()
