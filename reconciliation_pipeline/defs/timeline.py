"""What people decide is seen on the timeline of the ledger, in the Dagster UI."""

from collections.abc import Mapping

import dagster as dg

from reconciliation_pipeline.defs.naming import asset_key
from reconciliation_pipeline.steps.work import Work


class Unreachable(Exception):
    """Dagster's records cannot be written to."""


def tell(work: Work, said: str, details: Mapping[str, str]) -> None:
    """Put an event on the timeline of the ledger.

    Args:
        work: The reconciliation at hand.
        said: What happened, in a sentence.
        details: More of it, by name.

    Raises:
        Unreachable: Dagster's records cannot be written to; whatever happened is kept elsewhere.
    """
    mornings = work.store.ledger.mornings(work.id)
    try:
        with dg.DagsterInstance.get() as instance:
            instance.report_runless_asset_event(
                observation(work, said, details, mornings[-1].isoformat() if mornings else None)
            )
    except Exception as error:
        raise Unreachable from error


def observation(work: Work, said: str, details: Mapping[str, str], partition: str | None) -> dg.AssetObservation:
    """Write an event of the ledger."""
    return dg.AssetObservation(
        asset_key=asset_key(work.reconciliation, "ledger"),
        description=said,
        metadata={name: dg.MetadataValue.text(text) for name, text in details.items()},
        partition=partition,
    )
