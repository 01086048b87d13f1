"""What stands after a night? The ledger, the archive, the outbox, and whatever should not lie about."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.verify import verify
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.codec import encode
from reconciliation_pipeline.storage.database import reading
from reconciliation_pipeline.storage.tables import attempts
from reconciliation_pipeline_tests.crashes.world import Place


@dataclass(frozen=True)
class Stands:
    """Everything that two nights have to have alike.

    Attributes:
        digest: What `recon verify` calls the ledger.
        damaged: What `recon verify` finds damaged.
        mornings: Of every morning: the standing and the reasons of the attempt that counts, both snapshots' hashes, and
            the hash of what was observed, also where nobody has vouched for it yet.
        outbox: Every message with the state of its deliveries.
        decided: What people decided, without the moment.
        said: Counts that people vouched for, without the moment.
        files: Reports and exports.
    """

    digest: str
    damaged: tuple[str, ...]
    mornings: tuple[str, ...]
    outbox: tuple[str, ...]
    decided: tuple[str, ...]
    said: tuple[str, ...]
    files: tuple[str, ...]

    def unlike(self, other: "Stands") -> list[str]:
        """Name what differs."""
        names = [one.name for one in fields(self)]
        return [
            f"{name}: {getattr(self, name)} against {getattr(other, name)}"
            for name in names
            if getattr(self, name) != getattr(other, name)
        ]


def stands(place: Place, *, is_dated: bool = False) -> Stands:
    """Look at everything.

    Args:
        place: Where; nobody may be at work there.
        is_dated: Whether the digest holds the moment of what was decided, and says nothing here.
    """
    with place.work() as work:
        found = verify(work)
        decided = work.store.decisions.of(work.id)
        return Stands(
            digest="" if is_dated else found.digest,
            damaged=tuple(text for _, text in found.bad),
            mornings=tuple(_mornings(work)),
            outbox=tuple(
                sorted(
                    f"{one.message.key} {one.message.title} {[(to.channel, to.state.value) for to in one.deliveries]}"
                    for one in work.store.outbox.all()
                )
            ),
            decided=tuple(sorted({f"{one.item} {one.action} {one.by} {one.reason}" for one in decided})),
            said=tuple(sorted(_said(work))),
            files=tuple(
                sorted(
                    str(path.relative_to(place.folder))
                    for path in (*place.folder.glob("*.csv"), *place.home.glob("reports/**/*"))
                    if path.is_file()
                )
            ),
        )


def _mornings(work: Work) -> Iterator[str]:
    store = work.store
    with reading(store._engine) as connection:
        days = connection.scalars(sa.select(attempts.c.morning).distinct().order_by(attempts.c.morning)).all()
    for day in days:
        attempt = store.attempts.latest_recorded(work.id, day) or store.attempts.latest(work.id, day)
        if attempt is None:
            yield f"{day} nothing"
            continue
        hashes = [
            attempt.snapshots[side].sha256 if side in attempt.snapshots and (_is_there(work, attempt, side)) else None
            for side in Side
        ]
        observed = store.ledger.of_attempt(attempt)
        text = json.dumps([encode(one) for one in observed], sort_keys=True) if observed is not None else ""
        name = hashlib.sha256(text.encode()).hexdigest()[:12]
        yield f"{day} {attempt.standing} {[one.code for one in attempt.reasons]} {hashes} {name}"


def _is_there(work: Work, attempt: object, side: Side) -> bool:
    snapshot = attempt.snapshots[side]  # type: ignore[attr-defined]
    return snapshot.sha256 is not None and (work.store.archive.root / snapshot.path).is_file()


def _said(work: Work) -> Iterator[str]:
    with reading(work.store._engine) as connection:
        days = connection.scalars(sa.select(attempts.c.morning).distinct()).all()
    for day in days:
        for name, kept in (("accepted", work.store.accepted_counts), ("confirmed", work.store.confirmed_counts)):
            yield from (f"{day} {name} {side} {one.count}" for side, one in kept.of(work.id, day).items())


def leftovers(place: Place) -> list[str]:
    """Name what nobody needs any more: half-written files, attempts shown as under way, files of no attempt."""
    ours = [path for path in place.folder.rglob("*") if not {"dagster", "logs", "artifacts"} & set(path.parts)]
    found = [
        str(path.relative_to(place.folder)) for path in ours if _is_half(path) or path.parent == place.home / "spill"
    ]
    with place.work() as work:
        with reading(work.store._engine) as connection:
            rows = connection.execute(sa.select(attempts.c.morning, attempts.c.number, attempts.c.standing)).all()
        known = {f"{row.morning}/{row.number:03d}" for row in rows if row.standing != Standing.BEGUN.value}
        found += [f"an attempt under way, {row.morning}/{row.number}" for row in rows if row.standing == Standing.BEGUN]
        folders = (work.store.archive.root / work.id).glob("*/*")
        found += [f"snapshots of no attempt, {one.parent.name}/{one.name}" for one in folders if _id(one) not in known]
    return found


def _is_half(path: Path) -> bool:
    return path.name.endswith((".tmp", ".part")) or path.name.startswith("tmp") or path.name.startswith(".")


def _id(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"
