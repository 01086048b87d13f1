"""A small ledger that has everything in it once: what every later program has to find again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt, Standing
from reconciliation_pipeline.domain.decisions import Action, Decision, Retraction
from reconciliation_pipeline.domain.due import Severity
from reconciliation_pipeline.domain.ledger import Observation, identity
from reconciliation_pipeline.domain.messages import Link, Message, Topic
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
from reconciliation_pipeline.storage.store import Store

NAMES: Final = ("crm_billing", "shop_accounts")
"""The two reconciliations in it."""

_FIRST: Final = date(2026, 2, 26)
_FLOOR: Final = Reason("floor", "Billing returned 130 records; 80 % of 1,224 were expected.", Side.BILLING, "Look.")
_UNPROVEN: Final = Reason("unproven", "Nobody has confirmed the counts „yet“.")


def fill(store: Store) -> None:
    """Put everything into an empty store: each standing, kind, cause, class, topic, state and optional value."""
    _mornings(store, NAMES[0])
    store.ledger.record(_conclude(store, _begin(store, NAMES[1], 1)), _observations(NAMES[1])[:2], epoch="keys-2")
    _counts(store)
    _decisions(store)
    _messages(store)
    for name in NAMES:
        store.leases.take(name, _FIRST + timedelta(days=9), run_id="at-work", at=_moment(9))


def _moment(day: int, hour: int = 3) -> datetime:
    return datetime(2026, 2, 26, hour, 0, 7, 123456, tzinfo=UTC) + timedelta(days=day)


def _begin(store: Store, name: str, day: int, *, live: bool = True) -> Attempt:
    morning = _FIRST + timedelta(days=day)
    run_id = f"00000000-0000-4000-8000-{day:012d}"
    return store.attempts.begin(name, morning, run_id=run_id, started_at=_moment(day), live=live)


def _conclude(store: Store, attempt: Attempt, standing: Standing = Standing.TRUSTED, *reasons: Reason) -> Attempt:
    said = replace(attempt, standing=standing, reasons=reasons, snapshots=_snapshots(attempt), as_of=_moment(0, 4))
    message = Message(attempt.reconciliation, attempt.morning, Topic.HEARTBEAT, "Told with its verdict")
    store.attempts.conclude(said, at=_moment(0, 5), messages=[message], channels=["slack-0"])
    return said


def _mornings(store: Store, name: str) -> None:
    seen = _observations(name)
    promoted = _conclude(store, _begin(store, name, 0), Standing.UNPROVEN, _UNPROVEN)
    store.ledger.record(promoted, seen[:3], epoch="keys-1")
    store.attempts.promote(replace(promoted, standing=Standing.TRUSTED, reasons=()), at=_moment(0, 6))
    _conclude(store, _begin(store, name, 1), Standing.REFUSED, _FLOOR, _UNPROVEN)
    store.ledger.record(_conclude(store, _begin(store, name, 1)), seen, epoch="keys-1")
    store.ledger.record(_conclude(store, _begin(store, name, 2)), [], epoch="keys-1")
    withdrawn = _conclude(store, _begin(store, name, 3))
    store.ledger.record(withdrawn, seen[4:], epoch="keys-1")
    store.attempts.withdraw(withdrawn, [_FLOOR], at=_moment(3, 9))
    _begin(store, name, 3)
    store.ledger.record(_conclude(store, _begin(store, name, 4, live=False)), seen[::2], epoch="keys-2")
    store.ledger.record(_conclude(store, _begin(store, name, 5)), seen[:5], epoch="keys-2", apart=[seen[6].key])
    _conclude(store, _begin(store, name, 6))
    store.ledger.record(_conclude(store, _begin(store, name, 7), Standing.UNPROVEN, _UNPROVEN), seen[:1])
    for day, restores in ((4, False), (4, True), (5, False)):
        morning = _FIRST + timedelta(days=day)
        store.retractions.keep(Retraction(name, morning, "Ana", f"so {restores}", _moment(8), restores))


def _snapshots(attempt: Attempt) -> dict[Side, Snapshot]:
    folder = f"{attempt.reconciliation}/{attempt.morning}/{attempt.number:03d}"
    baseline = Baseline(attempt.morning - timedelta(days=1), 1224, 1100, account="acct_1", statuses={"active": 1100})
    certificate = Certificate(Grade.COMPLETE, (), baseline, ("A second walk agreed.",))
    return {
        side: Snapshot(side, f"{folder}/{side}.parquet", f"{number}" * 64, _receipt(side), certificate)
        for number, side in enumerate(Side)
    }


def _receipt(side: Side) -> Receipt:
    return Receipt(
        side=side,
        label=f"Für {side}",
        started_at=_moment(0),
        finished_at=_moment(0, 4),
        source_clock=_moment(0) if side is Side.CRM else None,
        pages=13,
        requests=14,
        pulled=1224,
        active=1100,
        distinct=1224,
        no_key=2,
        duplicate_key=4,
        total_before=1224,
        total_after=1224 if side is Side.CRM else None,
        ended_by="next absent",
        total_tolerance=Decimal("0.01"),
        cap=10_000,
        account="acct_1",
        statuses={"active": 1100, "": 124},
        nulls={"email": 3},
    )


def _observations(name: str) -> list[Observation]:
    kinds, causes, classes = list(Kind), [None, *Cause], [None, *MoneyClass]
    many = max(len(kinds), len(causes), len(classes)) + 1
    return [
        _observation(name, number, kinds[number % len(kinds)], causes[number % len(causes)]) for number in range(many)
    ]


def _observation(name: str, number: int, kind: Kind, cause: Cause | None) -> Observation:
    classes = [None, *MoneyClass]
    key, bare = f"C-{number:04d} Zoë", number == 0
    differs = (
        FieldDifference("email", "Ana@Example.org", "ana@example.org", format_only=True),
        FieldDifference("amount", "49.00", None),
    )
    return Observation(
        item=identity(name, kind, key),
        kind=kind,
        key=key,
        cause=cause if kind is not Kind.VALUE_CONFLICT else None,
        fields=differs if kind is Kind.VALUE_CONFLICT else (),
        settling=number % 2 == 1,
        money_class=classes[number % len(classes)],
        amount=None if bare else Amount(Decimal(f"{10**12 * number}.4900"), "EUR"),
        owner="finance-ops",
        signature=f"{number:012x}",
        source_ids={} if bare else dict.fromkeys(Side, f"id-{number}"),
        statuses={} if bare else {Side.CRM: "active", Side.BILLING: None},
        changed_at={} if bare else {Side.CRM: _moment(-1), Side.BILLING: None},
        cleared_after=5_000_000_000 if number == 1 else None,
    )


def _counts(store: Store) -> None:
    for said in (store.accepted_counts, store.confirmed_counts):
        for number, side in enumerate((*Side, Side.CRM)):
            count = 3_000_000_000 + number
            said.keep(AcceptedCount(NAMES[0], side, _FIRST, count, "Ana", f"screen {number}", _moment(0, 7 + number)))


def _decisions(store: Store) -> None:
    seen = _observations(NAMES[0])
    for number, action in enumerate(Action):
        one = seen[number % 3]
        to = "sales" if action is Action.ASSIGN else None
        until = date(2026, 3, 31) if action is Action.ACCEPT else None
        why = f"because of „{number}“"
        made = Decision(NAMES[0], one.item, one.signature, action, "Ana", why, _moment(2, 8 + number), to, until)
        store.decisions.keep([made])


def _messages(store: Store) -> None:
    at = _moment(9)
    for number, topic in enumerate(Topic):
        message = Message(
            reconciliation=NAMES[0],
            morning=_FIRST + timedelta(days=9),
            topic=topic,
            title=f"Title {number}",
            lines=("a line", "ü"),
            owner="sales",
            severity=list(Severity)[number % len(Severity)],
            links=(Link("the run", "http://127.0.0.1:3000/runs/1"),),
            about=f"part {number}" if number % 2 else "",
        )
        store.outbox.put(message, ["slack-0", "webhook-1", "webhook-2", "webhook-3"][: number + 1], at=at)
    for delivery in store.outbox.due(at, 100):
        match delivery.channel:
            case "webhook-1":
                store.outbox.mark_sent(delivery, at=_moment(9, 4))
            case "webhook-2":
                store.outbox.mark_failed(delivery, "it answered 500", _moment(9, 5))
            case "webhook-3":
                store.outbox.mark_failed(delivery, "it answered 404", None)
            case _:
                pass
    quiet = Message(NAMES[1], _FIRST, Topic.DRIFT, "Nobody is told")
    store.outbox.put(quiet, [], at=at)
