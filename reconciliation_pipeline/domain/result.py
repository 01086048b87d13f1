"""What one morning came to: everything a summary, a message, a page or a script wants to say.

Derived from an attempt and its observations, never stored; rendering belongs in `reporting/`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import Planted, Tally
from reconciliation_pipeline.domain.judgement import MoneyLine, money_lines
from reconciliation_pipeline.domain.ledger import Movement, Observation
from reconciliation_pipeline.domain.lives import ItemState
from reconciliation_pipeline.domain.recheck import Recheck
from reconciliation_pipeline.domain.records import Cause, Grade, Kind, Outcome, Reason, Side, Snapshot
from reconciliation_pipeline.domain.remedies import filled

NOTHING_MOVED = Movement((), ())

SCHEMA = 1
"""Version of the JSON that `recon` prints."""


@dataclass(frozen=True, slots=True)
class DifferenceCounts:
    """How many records the sides disagree on; total = settling + open + quarantined + accepted.

    `cleared` are those of `settling` that were gone when both systems were asked once more.
    Counted apart: `format_only` and `unknown_value` in pairs of records, `no_key` and `duplicate_key` in records.
    """

    total: int
    settling: int
    open: int
    new: int
    resolved: int
    quarantined: int
    accepted: int
    format_only: int
    crm_only: int
    billing_only: int
    value_conflict: int
    no_key: int
    duplicate_key: int
    unknown_value: int = 0
    cleared: int = 0

    @property
    def is_partial(self) -> bool:
        """Whether some records were compared with nothing, so that nobody may say that everything agrees."""
        return bool(self.no_key or self.duplicate_key or self.unknown_value)


@dataclass(frozen=True, slots=True)
class Group:
    """Open differences of one kind and cause, as people talk about them."""

    kind: Kind
    cause: Cause | None
    count: int
    money: tuple[MoneyLine, ...]


@dataclass(frozen=True, slots=True)
class MorningResult:
    """One attempt at one morning, in full.

    Attributes:
        attempt: The attempt.
        outcome: Clean, drift or not trustworthy.
        reasons: Every reason when it is not trustworthy, or unproven.
        differences: None when nothing was compared.
        first: Whether no earlier morning was ever compared in this way, so that everything found is inventory.
        rekeyed: Whether that is because keys are read in another way since the last trusted morning.
        groups: Open differences by kind and cause, most numerous first.
        money: What the open differences cost, by class and currency.
        moved: What changed since the previous trusted morning, new ones that people had set aside left out.
        messages: Idempotency keys of the messages this morning has in the outbox.
        planted: Whether the comparison found what was planted into it; None when nothing is known of that.
        recheck: What came of asking both systems once more; None when nobody was asked.
    """

    attempt: Attempt
    outcome: Outcome
    reasons: tuple[Reason, ...]
    differences: DifferenceCounts | None
    first: bool = False
    rekeyed: bool = False
    groups: tuple[Group, ...] = ()
    money: tuple[MoneyLine, ...] = ()
    moved: Movement = NOTHING_MOVED
    messages: tuple[str, ...] = ()
    planted: Planted | None = None
    recheck: Recheck | None = None

    @property
    def is_unproven(self) -> bool:
        """Whether it was compared although nobody has vouched for its counts yet."""
        return self.attempt.standing is Standing.UNPROVEN

    @property
    def reconciliation(self) -> str:
        """Id of the reconciliation."""
        return self.attempt.reconciliation

    @property
    def morning(self) -> date:
        """The local date it is for."""
        return self.attempt.morning

    @property
    def as_of(self) -> datetime:
        """The instant the result speaks of (UTC)."""
        return self.attempt.as_of or self.attempt.started_at


def conclude(  # noqa: PLR0913 - everything that is known about a morning, by name
    attempt: Attempt,
    *,
    observations: Iterable[Observation] | None,
    moved: Movement = NOTHING_MOVED,
    first: bool = False,
    rekeyed: bool = False,
    messages: tuple[str, ...] = (),
    compared: Tally | None = None,
    set_aside: Mapping[str, ItemState] = MappingProxyType({}),
    recheck: Recheck | None = None,
) -> MorningResult:
    """Say what an attempt came to.

    Args:
        attempt: The attempt.
        observations: What its comparison observed; None when nothing was compared. A trusted pull
            that was never compared is not clean: nobody looked.
        moved: What changed since the previous trusted morning.
        first: Whether no earlier morning was ever compared in this way.
        rekeyed: Whether that is because keys are read in another way.
        messages: Keys of its messages.
        compared: Where its comparison put every row, and what became of what was planted into it.
        set_aside: By item, what people accepted or quarantined.
        recheck: What came of asking both systems once more.
    """
    planted = compared.planted if compared else None
    reasons = filled(attempt.reasons, attempt.reconciliation, attempt.morning)
    if attempt.standing not in {Standing.TRUSTED, Standing.UNPROVEN} or observations is None:
        never = Reason("unproven", "Nothing was compared on this morning.", remedy="Run the morning again.")
        return MorningResult(
            attempt, Outcome.NOT_TRUSTWORTHY, reasons or (never,), None, messages=messages, planted=planted
        )
    seen = tuple(observations)
    is_open = tuple(one for one in seen if not one.settling and one.item not in set_aside)
    aside = Counter(set_aside[one.item] for one in seen if not one.settling and one.item in set_aside)
    # What somebody decided about before and comes back waits for nobody: that is no news.
    moved = replace(moved, new=tuple(one for one in moved.new if one.item not in set_aside))
    return MorningResult(
        attempt=attempt,
        outcome=_outcome(attempt, is_open),
        reasons=reasons,
        differences=_counts(attempt, seen, aside, moved, compared),
        first=first,
        rekeyed=rekeyed,
        groups=_groups(is_open),
        money=money_lines(is_open),
        moved=moved,
        messages=messages,
        planted=planted,
        recheck=recheck,
    )


def _outcome(attempt: Attempt, is_open: tuple[Observation, ...]) -> Outcome:
    """What was found is real; that nothing was found means nothing as long as nobody vouches for the counts."""
    if is_open:
        return Outcome.DRIFT
    return Outcome.CLEAN if attempt.standing is Standing.TRUSTED else Outcome.NOT_TRUSTWORTHY


def _counts(
    attempt: Attempt,
    seen: tuple[Observation, ...],
    aside: Counter[ItemState],
    moved: Movement,
    compared: Tally | None,
) -> DifferenceCounts:
    balances = compared.balances if compared else {}
    pairs, troubles = balances.get(Side.CRM), compared.troubles if compared else {}
    kinds = {kind: sum(one.kind is kind for one in seen) for kind in Kind}
    receipts = [snapshot.receipt for snapshot in attempt.snapshots.values()]
    return DifferenceCounts(
        total=len(seen),
        settling=(settling := sum(one.settling for one in seen)),
        open=len(seen) - settling - aside.total(),
        new=len(moved.new),
        resolved=len(moved.resolved),
        quarantined=aside[ItemState.QUARANTINED],
        accepted=aside[ItemState.ACCEPTED],
        format_only=pairs.format_only if pairs else 0,
        crm_only=kinds[Kind.CRM_ONLY],
        billing_only=kinds[Kind.BILLING_ONLY],
        value_conflict=kinds[Kind.VALUE_CONFLICT],
        no_key=troubles.get("no_key", 0) if compared else sum(receipt.no_key for receipt in receipts),
        duplicate_key=(
            troubles.get("duplicate_key", 0) if compared else sum(receipt.duplicate_key for receipt in receipts)
        ),
        unknown_value=pairs.unknown_value if pairs else 0,
        cleared=sum(one.had_cleared for one in seen),
    )


def _groups(is_open: tuple[Observation, ...]) -> tuple[Group, ...]:
    slots: dict[tuple[Kind, Cause | None], list[Observation]] = {}
    for one in is_open:
        slots.setdefault((one.kind, one.cause), []).append(one)
    groups = (Group(kind, cause, len(ones), money_lines(ones)) for (kind, cause), ones in slots.items())
    return tuple(sorted(groups, key=lambda group: (-group.count, group.kind, group.cause or "")))


def to_json(result: MorningResult) -> dict[str, object]:
    """Render a result as the contract's `run --json` object: JSON types only."""
    attempt = result.attempt
    return {
        "schema": SCHEMA,
        "reconciliation": attempt.reconciliation,
        "date": attempt.morning.isoformat(),
        "as_of": result.as_of.isoformat(),
        "attempt": attempt.number,
        "run_id": attempt.run_id,
        "outcome": result.outcome.value,
        "reasons": [_reason_json(reason) for reason in result.reasons],
        "sides": {side.value: _side_json(side, attempt.snapshots.get(side)) for side in Side},
        "differences": _differences_json(result.differences),
        "money": [_money_json(line) for line in result.money],
        "planted": _planted_json(result.planted),
        "recheck": _recheck_json(result.recheck),
        "messages": list(result.messages),
    }


def _reason_json(reason: Reason) -> dict[str, object]:
    side = reason.side.value if reason.side else None
    return {"code": reason.code, "side": side, "text": reason.text, "remedy": reason.remedy}


def _side_json(side: Side, snapshot: Snapshot | None) -> dict[str, object]:
    if snapshot is None:
        counts = dict.fromkeys(("pulled", "active", "pages", "requests"), 0)
        grade = Grade.INCOMPLETE.value
        return {"label": side.value, **counts, "certificate": grade, "remarks": [], "baseline": None, "sha256": None}
    receipt, base = snapshot.receipt, snapshot.certificate.baseline
    return {
        "label": receipt.label,
        "pulled": receipt.pulled,
        "active": receipt.active,
        "pages": receipt.pages,
        "requests": receipt.requests,
        "certificate": snapshot.certificate.grade.value,
        "remarks": list(snapshot.certificate.remarks),
        "baseline": base and {"date": base.morning.isoformat(), "pulled": base.pulled, "active": base.active},
        "sha256": snapshot.sha256,
    }


def _planted_json(planted: Planted | None) -> dict[str, int]:
    return {"found": 0, "of": 0} if planted is None else {"found": planted.found, "of": planted.of}


def _recheck_json(found: Recheck | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "asked": found.asked,
        "cleared": len(found.cleared),
        "left": found.left,
        "requests": {side.value: found.requests.get(side, 0) for side in Side},
        "remarks": list(found.remarks),
    }


def _differences_json(counts: DifferenceCounts | None) -> dict[str, int] | None:
    return None if counts is None else {name: getattr(counts, name) for name in DifferenceCounts.__slots__}


def _money_json(line: MoneyLine) -> dict[str, object]:
    return {
        "class": line.money_class.value,
        "currency": line.currency,
        "amount": None if line.amount is None else f"{line.amount:f}",
        "count": line.count,
        "unknown": 0 if line.currency else line.count,
    }


def symbol(outcome: Outcome) -> str:
    """Spell an outcome as people read it."""
    return str(outcome).replace("_", " ").upper()
