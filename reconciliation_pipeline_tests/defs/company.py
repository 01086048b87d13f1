"""A company in which a test lives through mornings: two demo servers, Dagster's records, our store."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

import dagster as dg
import pytest

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.demo import control, screens
from reconciliation_pipeline.demo.plans import Mix
from reconciliation_pipeline.demo.story import Story
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.load import load_one
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.defs.builders import PROJECT, said, settle
from reconciliation_pipeline_tests.demo.conftest import free_port

NAME: Final = "crm_billing"
SMALL: Final = Story(
    agreeing=60,
    cancelled_in_crm=Mix(starter=4, team=3),
    unknown_to_crm=Mix(starter=2, team=1),
    settling_crm_only=2,
    settling_billing_only=1,
    former_cancelled=3,
    former_archived=3,
    former_purged=3,
    lag_min=1,
    lag_max=2,
)
QUIET: Final = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dataclass
class Company:
    """Two systems, Dagster's records, and the runs that were made."""

    home: Path
    instance: dg.DagsterInstance
    environment: pytest.MonkeyPatch
    runs: dict[str, dg.ExecuteInProcessResult] = field(default_factory=dict)

    @property
    def defs(self) -> dg.Definitions:
        """Load the demo's own reconciliation, as Dagster would at this moment."""
        now = datetime.fromisoformat(os.environ["RECON_NOW"])
        return build_definitions([load_one(PROJECT / "reconciliations", NAME, os.environ)], pretended_now=now)

    def wake(self, morning: date) -> None:
        """Let it be 04:00 of a day, in the two systems and here."""
        instant = datetime.fromisoformat(f"{morning}T04:00:00+01:00")
        control.set_clock(self.home, instant)
        self.environment.setenv("RECON_NOW", instant.isoformat())
        self.confirm(morning)

    def confirm(self, morning: date) -> None:
        """Read the counts off both systems' own screens, so that a first morning is believed."""
        with Store.open(self.home, None) as store:
            for side, count in screens.running(self.home).items():
                said = AcceptedCount(NAME, Side(side), morning, count, "Ana", "its own screen", datetime.now(UTC))
                store.confirmed_counts.keep(said)

    def run(self, title: str, morning: date) -> None:
        """Run a morning's job."""
        job = self.defs.resolve_job_def(f"{NAME}_morning")
        self.runs[title] = job.execute_in_process(
            partition_key=morning.isoformat(), instance=self.instance, raise_on_error=False, run_config=QUIET
        )

    def run_alone(self, title: str, morning: date, *steps: str) -> None:
        """Materialise some assets, as somebody does by hand."""
        job = self.defs.resolve_implicit_global_asset_job_def()
        self.runs[title] = job.execute_in_process(
            partition_key=morning.isoformat(),
            instance=self.instance,
            raise_on_error=False,
            run_config=QUIET,
            asset_selection=[dg.AssetKey([NAME, step]) for step in steps],
        )

    def look(self, name: str) -> str:
        """Let a sensor look once; gives back its words."""
        context = dg.build_sensor_context(self.instance, sensor_name=name, resources={"office": Office()})
        return said(self.defs.resolve_sensor_def(name)(context))

    def look_at_run(self, title: str) -> str:
        """Let the sensor of failed runs see one."""
        result = self.runs[title]
        context = dg.build_run_status_sensor_context(
            "failed_runs",
            result.get_run_failure_event(),
            self.instance,
            result.dagster_run,
            resources={"office": Office()},
        )
        return said(self.defs.resolve_sensor_def("failed_runs")(context.for_run_failure()))


@contextmanager
def a_company(home: Path) -> Iterator[Company]:
    """Serve both systems for the length of a with block; it is the morning of 22 November."""
    with pytest.MonkeyPatch.context() as environment:
        settle(home, environment)
        instant = datetime.fromisoformat(os.environ["RECON_NOW"])
        world = control.serve(home, story=SMALL, now=instant, crm_port=free_port(), billing_port=free_port())
        for variable, value in world.environment.items():
            environment.setenv(variable, value)
        try:
            with dg.DagsterInstance.get() as instance:
                company = Company(home, instance, environment)
                company.confirm(instant.date())
                yield company
        finally:
            control.stop(home)
