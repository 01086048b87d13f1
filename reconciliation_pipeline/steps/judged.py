"""What did a morning observe, by its own two snapshots, before anybody is asked once more?"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from reconciliation_pipeline.domain.completeness import TrustedMorning
from reconciliation_pipeline.domain.evidence import Unlisted
from reconciliation_pipeline.domain.judgement import judge
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Cause, Discrepancy, Kind, Side
from reconciliation_pipeline.settings.terms import judgement_policy
from reconciliation_pipeline.steps.examine import late_keys, unlisted_keys
from reconciliation_pipeline.steps.work import Work


def judged(work: Work, trusted: TrustedMorning) -> tuple[Observation, ...]:
    """Judge what the comparison of a trusted morning found.

    Raises:
        NotCompared: Its comparison has not been made.
    """
    attempt = trusted.attempt
    unlisted = unlisted_keys(work, attempt)
    found = (_as_told(one, unlisted) for one in work.store.diffs.load(attempt).discrepancies)
    # What one system had not known yet when its walk began, and knows now, is on its way.
    late = late_keys(work, attempt)
    return tuple(replace(one, settling=one.settling or one.key in late) for one in judge_found(work, trusted, found))


def _as_told(found: Discrepancy, unlisted: Mapping[Side, Mapping[str, Unlisted]]) -> Discrepancy:
    """Complete a one-sided difference with what the other side said when it was asked for that very record."""
    side = {Kind.CRM_ONLY: Side.BILLING, Kind.BILLING_ONLY: Side.CRM}.get(found.kind)
    if side is None or found.cause is not Cause.UNKNOWN or found.key not in unlisted.get(side, {}):
        return found
    told = unlisted[side][found.key]
    return replace(
        found,
        cause=Cause(told.state),
        source_ids={**found.source_ids, side: told.source_id},
        statuses={**found.statuses, side: told.status},
        changed_at={**found.changed_at, side: told.changed_at},
    )


def judge_found(work: Work, trusted: TrustedMorning, found: Iterable[Discrepancy]) -> tuple[Observation, ...]:
    """Judge differences as those of this morning are judged."""
    as_of, until = pulled_between(trusted)
    return judge(work.id, found, as_of=as_of, until=until, policy=judgement_policy(work.reconciliation))


def pulled_between(trusted: TrustedMorning) -> tuple[datetime, datetime]:
    """Say when the earlier of the two pulls began and the later one ended, by the sources' clock (UTC)."""
    as_of = trusted.attempt.as_of or trusted.attempt.started_at
    longest = max(
        receipt.finished_at - receipt.started_at for receipt in (trusted.crm.receipt, trusted.billing.receipt)
    )
    return as_of, as_of + longest
