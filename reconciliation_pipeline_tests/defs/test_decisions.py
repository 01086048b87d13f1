"""What people decide in Dagster's launchpad, through the real jobs."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import pytest

from reconciliation_pipeline.domain.decisions import Action
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.defs.company import NAME, QUIET, Company, a_company

SATURDAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A good Saturday, with differences."""
    with a_company(tmp_path_factory.mktemp("company") / "home") as there:
        there.wake(SATURDAY)
        there.run("saturday", SATURDAY)
        yield there


def decide(company: Company, job: str, **config: str) -> dg.ExecuteInProcessResult:
    found = company.defs.resolve_job_def(f"{NAME}_{job}")
    (op,) = found.nodes
    return found.execute_in_process(
        run_config={**QUIET, "ops": {op.name: {"config": config}}}, instance=company.instance, raise_on_error=False
    )


def test_an_assignment_is_kept_and_seen_on_the_timeline_of_the_ledger(company):
    with Store.open(company.home, None) as store:
        item = next(iter(store.ledger.on(NAME, SATURDAY) or ())).item
    done = decide(company, "assign", id=item, to="sales-ops", by="Ana", reason="theirs")

    assert done.success
    (event,) = done.asset_observations_for_node(f"{NAME}_assignment")
    assert "Ana: assign 1 difference" == event.description
    with Store.open(company.home, None) as store:
        (kept,) = store.decisions.of(NAME)
    assert (Action.ASSIGN, item, "sales-ops") == (kept.action, kept.item, kept.to)


def test_a_note_about_nothing_fails_in_a_sentence(company):
    done = decide(company, "note", id="nobody", by="Ana", reason="who?")

    (failure,) = [one for one in done.all_events if one.is_step_failure]
    assert f"{NAME} has no difference with the id 'nobody'." in str(failure.step_failure_data.user_failure_data)
