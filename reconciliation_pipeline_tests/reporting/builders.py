"""Mornings in a line: builders for everything that renders one."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.comparison import FormatDifference, KeyTrouble, SideBalance, Tally
from reconciliation_pipeline.domain.judgement import CLOSED
from reconciliation_pipeline.domain.ledger import Movement, Observation, identity
from reconciliation_pipeline.domain.lives import ItemState, Life
from reconciliation_pipeline.domain.records import (
    Amount,
    Baseline,
    Cause,
    Certificate,
    FieldDifference,
    Grade,
    Kind,
    MoneyClass,
    Reason,
    Receipt,
    Side,
    Snapshot,
)
from reconciliation_pipeline.domain.result import MorningResult, conclude
from reconciliation_pipeline.domain.wording import Words
from reconciliation_pipeline.settings.model import Reconciliation

MORNING = date(2026, 11, 22)
YESTERDAY = MORNING - timedelta(days=1)
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
WORDS = Words(active={Side.CRM: "active", Side.BILLING: "running"})
NOTHING_MOVED = Movement((), ())


def a_reconciliation(*, billing_label="", crm_label="", link=None, **changes) -> Reconciliation:
    side = {"connector": "file", "path": "x.csv", "key": "number", "status": {"field": "status", "active": ["active"]}}
    sides = {
        "crm": {**side, "label": crm_label, "link": link},
        "billing": {**side, "label": billing_label, "active_word": "running"},
    }
    return Reconciliation.model_validate({"id": "crm_billing", "timezone": "Europe/Berlin", "sides": sides, **changes})


def a_snapshot(  # noqa: PLR0913 - a builder names what a test may care about
    side=Side.CRM, *, active=1_180, pulled=1_243, pages=13, label="", first=False, reasons=(), remarks=(), **receipt
) -> Snapshot:
    made = Receipt(
        side=side,
        label=label or {Side.CRM: "CRM", Side.BILLING: "Billing"}[side],
        started_at=NOW,
        finished_at=NOW,
        source_clock=NOW,
        pages=pages,
        requests=pages,
        pulled=pulled,
        active=active,
        distinct=pulled,
        **{"no_key": 0, "duplicate_key": 0, "ended_by": "paging.next absent", **receipt},
    )
    baseline = None if first else Baseline(YESTERDAY, 1_301, 1_220)
    grade = Grade.INCOMPLETE if reasons else Grade.COMPLETE
    return Snapshot(side, f"{side}.parquet", None, made, Certificate(grade, tuple(reasons), baseline, tuple(remarks)))


def both(*, first=False, crm=None, billing=None) -> dict[Side, Snapshot]:
    crm = crm or a_snapshot(Side.CRM, first=first)
    billing = billing or a_snapshot(Side.BILLING, active=1_224, pulled=1_301, pages=14, first=first)
    return {Side.CRM: crm, Side.BILLING: billing}


def an_attempt(snapshots=None, *, standing=Standing.TRUSTED, reasons=(), morning=MORNING) -> Attempt:
    kept = both() if snapshots is None else snapshots
    return Attempt("crm_billing", morning, 1, "run-1", True, NOW, NOW, standing, tuple(reasons), kept)


def seen(  # noqa: PLR0913 - a builder names what a test may care about
    key="C-1",
    kind=Kind.BILLING_ONLY,
    cause=Cause.CANCELLED,
    *,
    amount="48.00",
    currency="EUR",
    settling=False,
    fields=(),
    **changes,
) -> Observation:
    is_ended = cause in CLOSED
    money = {
        Kind.CRM_ONLY: MoneyClass.USED_UNBILLED,
        Kind.BILLING_ONLY: MoneyClass.CHARGED_AFTER_CANCELLATION if is_ended else MoneyClass.BILLED_UNKNOWN_TO_CRM,
        Kind.VALUE_CONFLICT: MoneyClass.AMOUNT_DIFFERS if amount else None,
    }
    return Observation(
        **{
            "item": identity("crm_billing", kind, key),
            "kind": kind,
            "key": key,
            "cause": None if kind is Kind.VALUE_CONFLICT else cause,
            "fields": tuple(FieldDifference(*field) for field in fields),
            "settling": settling,
            "money_class": money[kind],
            "amount": Amount(Decimal(amount), currency) if amount else None,
            "owner": "finance-ops",
            "signature": "s",
            "source_ids": {Side.CRM: f"crm-{key}", Side.BILLING: f"sub_{key}"},
            "statuses": {Side.CRM: str(cause), Side.BILLING: "active"},
            "changed_at": {Side.CRM: NOW, Side.BILLING: None},
            **changes,
        }
    )


def conflict(key="C-9", *fields, amount=None, **changes) -> Observation:
    return seen(key, Kind.VALUE_CONFLICT, None, fields=fields or [("plan", "basic", "pro")], amount=amount, **changes)


def unknown(key="C-5", **changes) -> Observation:
    found = {"source_ids": {Side.BILLING: f"sub_{key}"}, "statuses": {Side.BILLING: "active"}, **changes}
    return seen(key, cause=Cause.UNKNOWN, **found)


def the_story() -> list[Observation]:
    """The 61: 31 cancelled, 13 unknown, 17 still settling (8 + 8 + 1)."""
    return [
        *(seen(f"C-{n}") for n in range(31)),
        *(unknown(f"B-{n}", amount="49.00") for n in range(13)),
        *(seen(f"N-{n}", Kind.CRM_ONLY, Cause.UNKNOWN, settling=True) for n in range(8)),
        *(unknown(f"L-{n}", settling=True) for n in range(8)),
        conflict("V-1", settling=True),
    ]


def a_result(
    observations: Iterable[Observation] = (), *, snapshots=None, moved=NOTHING_MOVED, morning=MORNING, compared=None
) -> MorningResult:
    attempt = an_attempt(snapshots, morning=morning)
    first = all(snapshot.certificate.baseline is None for snapshot in attempt.snapshots.values())
    return conclude(attempt, observations=observations, moved=moved, first=first, compared=compared)


def a_tally(*, format_only=0, unknown_value=0, **troubles: int) -> Tally:
    """What a comparison counted apart; the troubles are `no_key` and `duplicate_key`."""
    buckets = {"equal": 900, "format_only": format_only, "unknown_value": unknown_value}
    nowhere = dict.fromkeys(("no_key", "duplicate_key", "folded", "conflict", "one_sided", "counterpart"), 0)
    pulled = sum(buckets.values())
    return Tally({side: SideBalance(pulled=pulled, out_of_scope=0, **buckets, **nowhere) for side in Side}, troubles)


def a_format_difference(key="C-8", *fields: tuple[str, str | None, str | None]) -> FormatDifference:
    pairs = fields or (("plan", "Pro", "PRO"),)
    return FormatDifference(key, tuple(FieldDifference(*pair, format_only=True) for pair in pairs))


def an_unknown_word(side=Side.CRM, word: str | None = "Gold", *, key="C-7", field="plan") -> KeyTrouble:
    return KeyTrouble(side, f"{side}-{key}", key, field, word)


def a_refusal(*reasons: Reason, snapshots=None) -> MorningResult:
    attempt = an_attempt(snapshots, standing=Standing.REFUSED, reasons=reasons)
    return conclude(attempt, observations=None, moved=NOTHING_MOVED)


FLOOR = Reason(
    "floor",
    "Billing returned 130 records, below 80% of the 1,301 on 2026-11-21, the last trusted morning.",
    Side.BILLING,
    "If the drop is genuine, accept it for this morning with `recon accept-count` and run again.",
)


def the_half_loaded_morning() -> MorningResult:
    billing = a_snapshot(Side.BILLING, active=130, pulled=130, pages=2, reasons=[FLOOR])
    return a_refusal(FLOOR, snapshots=both(billing=billing))


def a_life(observation: Observation | None = None, state=None, **changes) -> Life:
    latest = observation or seen()
    standing = ItemState.SETTLING if latest.settling else ItemState.OPEN
    return Life(
        **{
            "latest": latest,
            "state": state or standing,
            "first_seen": MORNING,
            "last_seen": MORNING,
            "resolved_on": None,
            "agreed_on": YESTERDAY,
            "began_by": MORNING,
            "times_seen": 1,
            **changes,
        }
    )


def lives_of(observations: Sequence[Observation], **changes) -> list[Life]:
    return [a_life(one, **changes) for one in observations]
