"""Show what was decided where the ops team looks; that it is kept does not depend on it."""

import os
from collections.abc import Mapping

from reconciliation_pipeline.cli.desk import environment
from reconciliation_pipeline.cli.output import say
from reconciliation_pipeline.steps.work import Work


def show_on_timeline(work: Work, said: str, details: Mapping[str, str]) -> None:
    """Put an event on the timeline of the ledger, or say that it is not shown there."""
    # Dagster takes more than a second to import, which every other command is spared.
    from reconciliation_pipeline.defs.timeline import Unreachable, tell

    os.environ["DAGSTER_HOME"] = str(environment().root)
    try:
        tell(work, said, details)
    except Unreachable:
        say("It is kept. The timeline of the Dagster UI could not be reached, so it is not shown there.")
