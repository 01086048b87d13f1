"""Do the CRM and the billing system agree this morning, and if not, exactly where?

The way data travels, and where each step lives:

    settings/     reconciliations/*.yaml, read with every mistake and its place
    connectors/   pull: every page of both systems, to the explicit end
    storage/      what is kept: snapshots, attempts, the ledger, the outbox
    domain/       decides, and knows nothing else: trust, lag, money, the life of a difference, words
    compare/      set against set, in DuckDB
    steps/        one verb a file: pull, prove, compare, record, describe, tell
    reporting/    what people read: summary, list, page, export
    channels/     where messages go
    defs/         the same steps as Dagster assets, checks, jobs, schedules and sensors
    cli/          the same steps as `recon` commands
    demo/         a CRM and a billing system to try everything on

Whoever has two frames and no systems asks `reconcile` (`api/`), which needs nothing of the above but the comparison:

    from reconciliation_pipeline import reconcile
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciliation_pipeline.api.errors import ReconcileError
    from reconciliation_pipeline.api.reconcile import reconcile
    from reconciliation_pipeline.api.result import Reconciled

__all__ = ["ReconcileError", "Reconciled", "reconcile"]

_WHERE = {"ReconcileError": "errors", "Reconciled": "result", "reconcile": "reconcile"}


def __getattr__(name: str) -> object:
    """Import what is asked for when it is asked for: commands must not wait for frames."""
    from importlib import import_module

    if name not in _WHERE:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.api.{_WHERE[name]}"), name)
