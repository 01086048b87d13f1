"""Assemble what Dagster loads, from settings; tests and the command line build variants of it."""

from collections.abc import Sequence
from datetime import date, datetime

import dagster as dg

from reconciliation_pipeline.defs.alive import build_alive_check
from reconciliation_pipeline.defs.assets.broken import build_broken
from reconciliation_pipeline.defs.assets.diff import build_diff
from reconciliation_pipeline.defs.assets.ledger import build_ledger
from reconciliation_pipeline.defs.assets.notifications import build_notifications
from reconciliation_pipeline.defs.assets.snapshots import build_snapshots
from reconciliation_pipeline.defs.checks import build_checks
from reconciliation_pipeline.defs.jobs import build_assign_job, build_heartbeat_job, build_job, build_note_job
from reconciliation_pipeline.defs.overnight import build_dead_runs, build_missed
from reconciliation_pipeline.defs.partitions import mornings
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.defs.schedules import build_broken_schedule, build_schedules
from reconciliation_pipeline.defs.sensors import build_sensors
from reconciliation_pipeline.defs.silence import build_silence
from reconciliation_pipeline.defs.spikes import build_spikes_job
from reconciliation_pipeline.settings.load import Broken
from reconciliation_pipeline.settings.model import Reconciliation


def build_definitions(
    reconciliations: Sequence[Reconciliation],
    broken: Sequence[Broken] = (),
    *,
    pretended_now: datetime | None = None,
    asked: date | None = None,
    office: Office | None = None,
) -> dg.Definitions:
    """Assemble everything, once.

    Args:
        reconciliations: Pairs of systems whose settings are valid.
        broken: Settings files with mistakes; each becomes an asset that says so.
        pretended_now: The pretended instant of local demonstrations and tests.
        asked: A morning that somebody asked for, which may lie before a reconciliation's start.
        office: How assets reach the store; by default through the environment.
    """
    days = {one.id: mornings(one, pretended_now, asked) for one in reconciliations}
    return dg.Definitions(
        assets=[
            *(
                build(one, days[one.id])
                for one in reconciliations
                for build in (build_snapshots, build_diff, build_ledger, build_notifications)
            ),
            *(build_broken(one) for one in broken),
        ],
        asset_checks=[
            check
            for one in reconciliations
            for check in (*build_checks(one, days[one.id]), build_alive_check(one, days[one.id]))
        ],
        jobs=[
            *(build_job(name) for name in (*(one.id for one in reconciliations), *(one.name for one in broken))),
            *(
                build(one)
                for one in reconciliations
                for build in (build_heartbeat_job, build_spikes_job, build_assign_job, build_note_job)
            ),
        ],
        schedules=[
            *(schedule for one in reconciliations for schedule in build_schedules(one)),
            *(build_broken_schedule(one.name) for one in broken),
        ],
        sensors=[
            *build_sensors(reconciliations),
            build_dead_runs(reconciliations),
            *(build_missed(one) for one in reconciliations),
            *(build_silence(one) for one in reconciliations),
        ],
        resources={"office": office or Office()},
        executor=dg.in_process_executor,
    )
