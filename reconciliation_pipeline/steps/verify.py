"""Is everything still there as it was proven, and which ledger is this?"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.records import Snapshot
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.codec import encode
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.store import Store


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at everything came to.

    Attributes:
        digest: Names what was observed and decided, whatever the order in which it came.
        mornings: How many trusted mornings there are.
        bad: Mornings whose archived snapshots are gone or changed, oldest first, each with a sentence.
        pruned: Mornings whose snapshots were given up on purpose.
    """

    digest: str
    mornings: int
    bad: Sequence[tuple[date, str]]
    pruned: int

    @property
    def is_ok(self) -> bool:
        """Whether nothing is gone that should be there."""
        return not self.bad


def verify(work: Work) -> Verdict:
    """Read everything again: each archived snapshot, each observation, each decision."""
    return verified(work.store, work.id)


def verified(store: Store, reconciliation: str) -> Verdict:
    """Do the same where nobody knows the settings."""
    bad, pruned = [], 0
    mornings = store.ledger.mornings(reconciliation)
    for morning in mornings:
        attempt = store.attempts.latest_recorded(reconciliation, morning)
        if attempt is None:
            continue
        # Of a morning that was being given up when somebody killed it, one may still be there.
        kept = [one for one in attempt.snapshots.values() if not store.archive.is_pruned(one)]
        if said := _damage(store.archive, kept):
            bad.append((morning, said))
        elif len(kept) < len(attempt.snapshots):
            pruned += 1
    return Verdict(ledger_digest(store, reconciliation), len(mornings), tuple(bad), pruned)


def digest_of(work: Work) -> str:
    """Name what was observed on the trusted mornings and what was decided: 64 hexadecimal digits."""
    return ledger_digest(work.store, work.id)


def ledger_digest(store: Store, reconciliation: str) -> str:
    """Do the same where nobody knows the settings."""
    found = hashlib.sha256()
    for part in _parts(store, reconciliation):
        found.update(json.dumps(part, sort_keys=True, separators=(",", ":")).encode())
        found.update(b"\n")
    return found.hexdigest()


def _parts(store: Store, reconciliation: str) -> Iterator[object]:
    calendar, apart = store.ledger.calendar(reconciliation), store.ledger.apart(reconciliation)
    for morning in calendar.mornings:
        yield [morning.isoformat(), calendar.epochs.get(morning)]
        if morning in apart:
            yield {"apart": sorted(apart[morning])}
        observed = store.ledger.on(reconciliation, morning) or []
        yield from (_fact(one) for one in sorted(observed, key=lambda one: one.item))
    made = [encode(one) for one in store.decisions.of(reconciliation)]
    yield from sorted(made, key=lambda one: json.dumps(one, sort_keys=True))


def _fact(observed: Observation) -> object:
    """Write an observation down; what it does not say changes no digest that was printed before it could be said."""
    written = {name: getattr(observed, name) for name in Observation.__slots__}
    return {name: encode(value) for name, value in written.items() if name != "cleared_after" or value is not None}


def _damage(archive: Archive, snapshots: Iterable[Snapshot]) -> str:
    try:
        for snapshot in snapshots:
            archive.resolve(snapshot)
    except StorageError as damaged:
        return damaged.text
    return ""
