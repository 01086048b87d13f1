"""Judge what the comparison found and write into the ledger what this morning saw, and what it could not look at."""

from datetime import date

from reconciliation_pipeline.domain.apart import keys_apart
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.recheck import excused
from reconciliation_pipeline.settings.terms import epoch
from reconciliation_pipeline.steps.compare import comparison_rules
from reconciliation_pipeline.steps.judged import judged
from reconciliation_pipeline.steps.prove import trusted_morning
from reconciliation_pipeline.steps.recheck import fingerprint
from reconciliation_pipeline.steps.work import Work


def record_morning(work: Work, morning: date) -> tuple[Attempt, tuple[Observation, ...]]:
    """Judge and record one morning; doing it twice changes nothing, and no system is asked.

    What had cleared when both systems were asked once more (`recheck.py`) is read from what was kept of that.

    Raises:
        Untrusted: The morning is not trusted.
        NotCompared: Its comparison has not been made.
    """
    trusted = trusted_morning(work, morning)
    attempt = trusted.attempt
    observations = excused(
        judged(work, trusted),
        work.store.rechecks.of(attempt),
        rules=fingerprint(comparison_rules(work, trusted)),
    )
    apart = keys_apart(work.store.diffs.load(attempt).key_troubles)
    work.store.ledger.record(attempt, observations, epoch=epoch(work.reconciliation), apart=apart)
    return attempt, observations
