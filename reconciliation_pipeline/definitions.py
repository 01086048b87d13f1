"""What Dagster loads: a table of contents.

One group of assets per file in `reconciliations/`: `crm_snapshot`, `billing_snapshot`, `diff`,
`ledger`, `notifications`, with their checks, a job, two schedules, and the sensors they share.
"""

import os

from reconciliation_pipeline.defs.build import build_definitions
from reconciliation_pipeline.settings.environment import read_environment
from reconciliation_pipeline.settings.load import load_all

_environment = read_environment(os.environ)
_loaded = load_all(_environment.config, os.environ)

defs = build_definitions(
    [one.reconciliation for one in _loaded.reconciliations],
    _loaded.broken,
    pretended_now=_environment.pretended_now,
)
