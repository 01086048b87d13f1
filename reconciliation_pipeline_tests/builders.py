"""What does a test of the domain start from? One line a noun; each hides what the test is not about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.ledger import Observation, identity
from reconciliation_pipeline.domain.records import (
    Amount,
    Baseline,
    Cause,
    Certificate,
    Discrepancy,
    FieldDifference,
    Grade,
    Kind,
    Reason,
    Receipt,
    Row,
    Side,
    Snapshot,
    State,
)

NAME: Final = "crm_billing"
MORNING: Final = date(2026, 11, 22)
NOW: Final = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
"""When the pulls of that morning began."""

MICROSECOND: Final = timedelta(microseconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)

REASON_CODES: Final = frozenset(
    {
        "floor",
        "ceiling",
        "side_ratio",
        "key_overlap",
        "walk_not_ended",
        "cursor_repeat",
        "page_repeat",
        "truncated",
        "bad_shape",
        "bad_encoding",
        "refused",
        "unauthorised",
        "rate_limited",
        "total_mismatch",
        "vanished",
        "counterpart_exists",
        "duplicate_source_id",
        "keys_unusable",
        "wrong_account",
        "version_mismatch",
        "clock_skew",
        "unproven",
        "planted_missed",
        "does_not_add_up",
        "past_not_pullable",
        "already_running",
        "foreign_next",
        "sentinel_missing",
        "unstable",
        "retracted",
    }
)
"""Every reason code that scripts may rely on."""


def morning(number: int) -> date:
    """The n-th of a row of mornings; the first is number 1."""
    return MORNING + timedelta(days=number - 1)


def a_receipt(side: Side = Side.CRM, *, pulled: int = 1_000, active: int = 900, **changes: Any) -> Receipt:
    """A pull that went well: ended explicitly, no id twice, every key usable."""
    uneventful: dict[str, Any] = {
        "label": {Side.CRM: "CRM", Side.BILLING: "Billing"}[side],
        "started_at": NOW,
        "finished_at": NOW + MINUTE,
        "source_clock": None,
        "pages": 10,
        "requests": 10,
        "distinct": pulled,
        "no_key": 0,
        "duplicate_key": 0,
        "ended_by": "paging.next absent",
    }
    return Receipt(side=side, pulled=pulled, active=active, **{**uneventful, **changes})


def a_baseline(pulled: int = 1_000, active: int = 900, on: date = MORNING - timedelta(days=1)) -> Baseline:
    return Baseline(on, pulled, active)


def an_accepted_count(count: int, side: Side = Side.CRM) -> AcceptedCount:
    return AcceptedCount(NAME, side, MORNING, count, "Ana", "a branch was sold", NOW)


def a_reason(code: str = "floor", side: Side | None = Side.BILLING) -> Reason:
    return Reason(code, "Billing returned 130 records, below 80% of 1,301.", side, "Run the morning again.")


def a_certificate(*reasons: Reason, baseline: Baseline | None = None, remarks: tuple[str, ...] = ()) -> Certificate:
    return Certificate(Grade.INCOMPLETE if reasons else Grade.COMPLETE, reasons, baseline, remarks)


def a_snapshot(side: Side = Side.CRM, *reasons: Reason, baseline: Baseline | None = None, **receipt: Any) -> Snapshot:
    certificate = a_certificate(*reasons, baseline=baseline)
    return Snapshot(side, f"{side}.parquet", "5ha", a_receipt(side, **receipt), certificate)


def an_attempt(standing: Standing = Standing.TRUSTED, *reasons: Reason, **changes: Any) -> Attempt:
    usual: dict[str, Any] = {
        "reconciliation": NAME,
        "morning": MORNING,
        "number": 1,
        "run_id": "run-1",
        "live": True,
        "started_at": NOW,
        "snapshots": {side: a_snapshot(side) for side in Side},
    }
    return Attempt(standing=standing, reasons=reasons, **{**usual, **changes})


def a_row(key: str | None = "C-1", state: State = State.ACTIVE, **changes: Any) -> Row:
    usual: dict[str, Any] = {
        "source_id": f"id-{key}",
        "status": str(state),
        "created_at": None,
        "updated_at": None,
    }
    return Row(key=key, state=state, **{**usual, **changes})


def euros(value: str) -> Amount:
    return Amount(Decimal(value), "EUR")


def a_discrepancy(  # noqa: PLR0913 - everything a difference can be, by name
    kind: Kind = Kind.BILLING_ONLY,
    key: str = "C-1",
    cause: Cause | None = None,
    *,
    changed: datetime | None = None,
    crm: Amount | None = None,
    billing: Amount | None = None,
    **changes: Any,
) -> Discrepancy:
    """A difference; `changed` is when billing last changed it, `crm` and `billing` what it costs there."""
    why = cause or (None if kind is Kind.VALUE_CONFLICT else Cause.UNKNOWN)
    usual: dict[str, Any] = {
        "fields": (FieldDifference("plan", "basic", "pro"),) if kind is Kind.VALUE_CONFLICT else (),
        "changed_at": {Side.BILLING: changed},
        "amounts": {Side.CRM: crm, Side.BILLING: billing},
    }
    return Discrepancy(kind, key, why, **{**usual, **changes})


def an_observation(key: str = "C-1", kind: Kind = Kind.BILLING_ONLY, **changes: Any) -> Observation:
    """Something open that moves no money, unless told otherwise."""
    usual: dict[str, Any] = {
        "item": identity(NAME, kind, key),
        "cause": None if kind is Kind.VALUE_CONFLICT else Cause.UNKNOWN,
        "fields": (),
        "settling": False,
        "money_class": None,
        "amount": None,
        "owner": "finance-ops",
        "signature": "same",
    }
    return Observation(kind=kind, key=key, **{**usual, **changes})
