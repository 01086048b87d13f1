"""Judge what the comparison found and write this morning's observations into the ledger."""

from dataclasses import replace
from datetime import date, timedelta

from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.judgement import JudgementPolicy, judge
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.settings.rules import amount_field
from reconciliation_pipeline.steps.examine import late_keys
from reconciliation_pipeline.steps.prove import trusted_morning
from reconciliation_pipeline.steps.work import Work


def record_morning(work: Work, morning: date) -> tuple[Attempt, tuple[Observation, ...]]:
    """Judge and record one morning; doing it twice changes nothing.

    Raises:
        Untrusted: The morning is not trusted.
        NotCompared: Its comparison has not been made.
    """
    trusted = trusted_morning(work, morning)
    attempt = trusted.attempt
    comparison = work.store.diffs.load(attempt)
    as_of = attempt.as_of or attempt.started_at
    receipts = (trusted.crm.receipt, trusted.billing.receipt)
    longest = max((receipt.finished_at - receipt.started_at for receipt in receipts), default=timedelta())
    judged = judge(
        work.id,
        comparison.discrepancies,
        as_of=as_of,
        until=as_of + longest,
        policy=judgement_policy(work),
    )
    # What one system had not known yet when its walk began, and knows now, is on its way.
    late = late_keys(attempt)
    observations = tuple(replace(one, settling=one.settling or one.key in late) for one in judged)
    work.store.ledger.record(attempt, observations)
    return attempt, observations


def judgement_policy(work: Work) -> JudgementPolicy:
    """Gather from the settings how differences are judged."""
    owners = work.reconciliation.owners
    named = {Kind(name): owner for name, owner in owners.model_dump(exclude={"default"}).items() if owner}
    return JudgementPolicy(work.reconciliation.settling, owners.default, amount_field(work.reconciliation), named)
