"""On what terms is a difference judged and followed: who answers for it, when is it due, how were its keys read?"""

import hashlib
import json
from datetime import timedelta

from reconciliation_pipeline.domain.due import DuePolicy
from reconciliation_pipeline.domain.judgement import JudgementPolicy
from reconciliation_pipeline.domain.records import Kind, Side
from reconciliation_pipeline.domain.routing import Route
from reconciliation_pipeline.settings.model import Reconciliation
from reconciliation_pipeline.settings.rules import amount_field


def judgement_policy(reconciliation: Reconciliation) -> JudgementPolicy:
    """Gather how differences are judged."""
    owners = reconciliation.owners
    named = {kind: owner for kind in Kind if (owner := getattr(owners, kind.value))}
    routes = tuple(Route(one.owner, Kind(one.kind) if one.kind else None, one.field, one.key) for one in owners.routes)
    return JudgementPolicy(
        settling=reconciliation.settling,
        default_owner=owners.default,
        amount_field=amount_field(reconciliation),
        owners=named,
        routes=routes,
        by_kind={kind: window for kind in Kind if (window := getattr(reconciliation.settling_for, kind.value))},
        by_field=reconciliation.settling_for.fields,
    )


def windows(reconciliation: Reconciliation) -> tuple[timedelta, timedelta]:
    """Give the shortest and the longest time in which a difference may be normal lag."""
    policy = judgement_policy(reconciliation)
    every = (policy.settling, *policy.by_kind.values(), *policy.by_field.values())
    return min(every), max(every)


def due_policy(reconciliation: Reconciliation) -> DuePolicy:
    """Gather when differences are due."""
    due = reconciliation.due
    return DuePolicy(within=due.within, amounts=due.amount, age=due.age)


def is_timed(reconciliation: Reconciliation) -> bool:
    """Say whether every change of a record shows in its timestamps, on both sides."""
    return all(reconciliation.sides[side].updated_at is not None for side in Side)


def epoch(reconciliation: Reconciliation) -> str:
    """Name how keys are read: 12 hexadecimal digits. Other keys mean that no difference can be followed any further."""
    keys = reconciliation.keys.model_dump(mode="json", exclude={"aliases"})
    paths = {side.value: reconciliation.sides[side].key for side in Side}
    return hashlib.sha256(json.dumps([keys, paths], sort_keys=True).encode()).hexdigest()[:12]
