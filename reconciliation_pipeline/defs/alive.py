"""Does every channel take messages? A check that shows it, and stops nothing."""

import dagster as dg

from reconciliation_pipeline.defs.checks import partitioned_checks_are_a_preview
from reconciliation_pipeline.defs.naming import asset_key
from reconciliation_pipeline.defs.resources import Office
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.steps.alive import dead_channels

ALIVE = "channels_are_alive"
CLAIM = "Every channel has taken every message it was given, and the monitor outside was told of this morning."
NOTHING_STOPS = (
    " **Red means:** somebody was not told. The morning stands, what was not taken waits in the outbox and is tried "
    "again, and the other channels have been told. It shows how things were when the run ended; `recon doctor` says "
    "how they are."
)


def alive_key(reconciliation: Reconciliation) -> dg.AssetCheckKey:
    """Name the check."""
    return dg.AssetCheckKey(asset_key(reconciliation, "notifications"), ALIVE)


def build_alive_check(
    reconciliation: Reconciliation, mornings: dg.PartitionsDefinition[str]
) -> dg.AssetChecksDefinition:
    """Build the check on the notifications of a reconciliation."""
    with partitioned_checks_are_a_preview():

        @dg.asset_check(
            name=ALIVE,
            asset=asset_key(reconciliation, "notifications"),
            description=CLAIM + NOTHING_STOPS,
            blocking=False,
            partitions_def=mornings,
        )
        def check(context: dg.AssetCheckExecutionContext, office: dg.ResourceParam[Office]) -> dg.AssetCheckResult:
            with office.work(reconciliation) as work:
                troubled = dead_channels(work)
            for one in troubled:
                context.log.warning(one.words)
            return dg.AssetCheckResult(
                passed=not troubled,
                severity=dg.AssetCheckSeverity.WARN,
                description=" ".join(one.words for one in troubled) or "Every channel takes messages.",
                metadata={one.channel: dg.MetadataValue.text(one.words) for one in troubled},
            )

    return check
