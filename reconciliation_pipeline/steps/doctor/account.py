"""Whose records are these, and are they those of the last trusted morning?"""

from datetime import timedelta

from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok
from reconciliation_pipeline.steps.doctor.visit import Visit


def account(visit: Visit) -> Finding:
    """Hold the account of a side against the one of the last trusted morning."""
    what, now = f"{visit.label} account", visit.page.account
    work = visit.work
    trusted = work.store.attempts.baseline(work.id, work.today() + timedelta(days=1))
    before = trusted.snapshots[visit.side].receipt.account if trusted else None
    if trusted is None or before is None:
        return ok(what, f"it says it is {now}." if now else "it does not say whose records it shows.")
    if now is not None and _same(visit, now, before):
        return ok(what, f"{now}, as on {trusted.morning}.")
    said = f"it says it is {now}" if now else "it does not say whose records it shows"
    text = f"{said}; on the last trusted morning, {trusted.morning}, it was {before}. The next one would be refused."
    remedy = "Check which account the credentials belong to. A new account is a new reconciliation, with its own id."
    return fail(what, text, remedy)


def _same(visit: Visit, now: str, before: str) -> bool:
    if now == before:
        return True
    # The value that all records share is not known before there is a record.
    shared = isinstance(visit.settings, RestSide) and visit.settings.same is not None
    return shared and not visit.rows and before.startswith(f"{now} ")
