"""Records that say only what a test is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.messages import Message, Topic
from reconciliation_pipeline.domain.records import (
    Amount,
    Certificate,
    Grade,
    Kind,
    MoneyClass,
    Reason,
    Receipt,
    Row,
    Side,
    Snapshot,
    State,
)
from reconciliation_pipeline.storage.store import Store


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = utc("2026-11-22 03:00:00.123456")
MORNING = date(2026, 11, 22)
FLOOR = Reason("floor", "Billing returned 130 records; 80 % of 1,224 were expected.", Side.BILLING, "Look there.")


def a_row(source_id: str = "1", key: str | None = "C1", state: State = State.ACTIVE, **values: str | None) -> Row:
    return Row(source_id, key, state.value, state, NOW, NOW, values)


def a_receipt(side: Side = Side.CRM, pulled: int = 3) -> Receipt:
    return Receipt(side, side.name, NOW, NOW, NOW, 1, 1, pulled, pulled, pulled, 0, 0, ended_by="next absent")


def a_snapshot(
    side: Side = Side.CRM, path: str = "pair/2026-11-22/001/crm.parquet", sha256: str | None = "0" * 64
) -> Snapshot:
    return Snapshot(side, path, sha256, a_receipt(side), Certificate(Grade.COMPLETE))


BOTH = {side: a_snapshot(side) for side in Side}


def begin(store: Store, morning: date = MORNING, *, reconciliation: str = "pair", run_id: str = "run") -> Attempt:
    return store.attempts.begin(reconciliation, morning, run_id=run_id, started_at=NOW, live=True)


def trusted(store: Store, morning: date = MORNING, **kwargs: str) -> Attempt:
    attempt = replace(begin(store, morning, **kwargs), standing=Standing.TRUSTED, snapshots=BOTH, as_of=NOW)
    store.attempts.conclude(attempt, at=NOW)
    return attempt


def recorded_trusted(store: Store, morning: date = MORNING, **kwargs: str) -> Attempt:
    """A trusted morning that is in the ledger, with nothing to act on."""
    attempt = trusted(store, morning, **kwargs)
    store.ledger.record(attempt, [])
    return attempt


def refused(store: Store, morning: date = MORNING, **kwargs: str) -> Attempt:
    attempt = replace(begin(store, morning, **kwargs), standing=Standing.REFUSED, reasons=(FLOOR,))
    store.attempts.conclude(attempt, at=NOW)
    return attempt


def an_observation(item: str = "aaaaaaaaaaaa", *, key: str = "C1", settling: bool = False) -> Observation:
    return Observation(
        item=item,
        kind=Kind.BILLING_ONLY,
        key=key,
        cause=None,
        fields=(),
        settling=settling,
        money_class=MoneyClass.BILLED_UNKNOWN_TO_CRM,
        amount=Amount(Decimal("49.00"), "EUR"),
        owner="finance-ops",
        signature="f" * 12,
    )


def a_message(topic: Topic = Topic.DRIFT, morning: date = MORNING, reconciliation: str = "pair") -> Message:
    return Message(reconciliation, morning, topic, "44 differences to act on", ("13 in billing only",), "finance-ops")
