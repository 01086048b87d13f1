"""How does a whole run come to its end: older than five minutes without being ended, and after midnight?"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.naming import job_name
from reconciliation_pipeline.defs.overnight import NEWBORN, build_dead_runs
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline_tests.defs.builders import PROJECT, said, topics
from reconciliation_pipeline_tests.defs.company import NAME, QUIET, Company, a_company

TODAY = date(2026, 11, 22)
MORNING_COMES = "2026-11-22T04:00:00+01:00"
A_LITTLE = 0.001
"""Seconds; between the beginning of a run and its first step lie more."""


@dataclass
class Watched(Office):
    """An office in which the sensor ticks whenever a step of the run begins to work.

    Attributes:
        instance: Dagster's records.
        said: By tick, whether a run held the morning, and the sensor's words.
    """

    instance: dg.DagsterInstance
    said: list[tuple[bool, str]] = field(default_factory=list)

    @contextmanager
    def work(self, reconciliation: Reconciliation) -> Iterator[Work]:
        """Open the store, after a tick."""
        with super().work(reconciliation) as work:
            is_held = work.store.leases.of(work.id, TODAY) is not None
            self.said.append((is_held, self._tick(reconciliation)))
            yield work

    def _tick(self, reconciliation: Reconciliation) -> str:
        (record,) = self.instance.get_run_records()
        began = record.start_time or record.create_timestamp.timestamp()

        context = dg.build_sensor_context(self.instance, sensor_name="dead_runs", resources={"office": Office()})
        # Five minutes after its beginning, and less than that after its last event.
        return said(build_dead_runs([reconciliation], lambda: began + NEWBORN + A_LITTLE)(context))


@pytest.fixture
def a_home(tmp_path: Path, home_with_records: Path) -> Path:
    """A home of its own, with Dagster's tables in it."""
    return Path(shutil.copytree(home_with_records, tmp_path / "home"))


def run(company: Company, office: Office) -> dg.ExecuteInProcessResult:
    """Run the morning of 22 November from an office."""
    pair, now = load_one(PROJECT / "reconciliations", NAME, os.environ), datetime.fromisoformat(MORNING_COMES)
    job = build_definitions([pair], pretended_now=now, office=office).resolve_job_def(job_name(NAME))
    return job.execute_in_process(
        partition_key=TODAY.isoformat(), instance=company.instance, raise_on_error=False, run_config=QUIET
    )


def test_no_tick_ends_a_run_that_is_at_work(a_home):
    with a_company(a_home) as company:
        office = Watched(company.instance)
        result = run(company, office)

    assert result.success
    assert {"Every run that is shown as started is at work."} == {words for _, words in office.said}
    # The first look and the last one fall where the run holds nothing.
    assert [False, False] == [office.said[0][0], office.said[-1][0]]
    assert True in [is_held for is_held, _ in office.said]


@dataclass
class PastMidnight(Office):
    """An office whose clock passes midnight as soon as the morning is in the ledger."""

    environment: pytest.MonkeyPatch

    @contextmanager
    def work(self, reconciliation: Reconciliation) -> Iterator[Work]:
        """Open the store, on the day on which the step begins."""
        with self.store() as store:
            if store.attempts.latest_recorded(reconciliation.id, TODAY) is not None:
                self.environment.setenv("RECON_NOW", "2026-11-23T00:05:00+01:00")
        with super().work(reconciliation) as work:
            yield work


def test_a_run_that_ends_after_midnight_tells_its_morning_and_a_second_one_does_not(a_home):
    with a_company(a_home) as company:
        office = PastMidnight(company.environment)
        first = run(company, office)
        told = topics()
        second, after = run(company, office), topics()

    assert (True, True) == (first.success, second.success)
    assert [f"{NAME}/{TODAY}/drift"] == told == after


def test_a_second_run_of_a_past_morning_tells_nobody_what_its_first_one_left_untold(a_home):
    with a_company(a_home) as company:
        company.run_alone("by hand", TODAY, "crm_snapshot", "billing_snapshot", "diff", "ledger")
        second, told = run(company, PastMidnight(company.environment)), topics()

    assert (True, True) == (company.runs["by hand"].success, second.success)
    assert [] == told
