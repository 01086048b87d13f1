"""What things are called in Dagster, in one place, because checks, jobs and links must agree."""

import dagster as dg

from reconciliation_pipeline.domain.decisions import Action
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import Reconciliation

STEPS = ("crm_snapshot", "billing_snapshot", "diff", "ledger", "notifications")
"""Assets of every reconciliation, in the order in which data travels."""


OUTCOME = "recon/outcome"
"""Tag of a run that came to a result: `clean`, `drift` or `not_trustworthy`, by which runs can be filtered."""


def asset_key(reconciliation: Reconciliation, step: str) -> dg.AssetKey:
    """Name one asset of a reconciliation: its id is the prefix."""
    return dg.AssetKey([reconciliation.id, step])


def snapshot_key(reconciliation: Reconciliation, side: Side) -> dg.AssetKey:
    """Name the snapshot of a side."""
    return asset_key(reconciliation, f"{side}_snapshot")


def job_name(reconciliation_id: str) -> str:
    """Name the job that runs one morning."""
    return f"{reconciliation_id}_morning"


def heartbeat_name(reconciliation_id: str) -> str:
    """Name the job and the schedule of the Monday message."""
    return f"{reconciliation_id}_heartbeat"


def spikes_name(reconciliation_id: str) -> str:
    """Name the sensor and the job of the alarm."""
    return f"{reconciliation_id}_spikes"


def silence_name(reconciliation_id: str) -> str:
    """Name the sensor that notices a morning without a result."""
    return f"{reconciliation_id}_silence"


def decision_name(reconciliation_id: str, action: Action) -> str:
    """Name the job that keeps one kind of decision."""
    return f"{reconciliation_id}_{action}"


def owner_of(reconciliation: Reconciliation) -> list[str]:
    """Spell the default owner as Dagster wants it: an address, or a team."""
    owner = reconciliation.owners.default
    return [owner if "@" in owner else f"team:{owner}"]


def belongs_to(run: dg.DagsterRun, reconciliation: Reconciliation) -> bool:
    """Say whether a run is a reconciliation's: of its job, or of assets that somebody chose by hand."""
    chosen = run.asset_selection or frozenset()
    return run.job_name == job_name(reconciliation.id) or any(key.path[0] == reconciliation.id for key in chosen)
