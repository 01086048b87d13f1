"""Are today's new differences still there when both systems are asked once more, before anyone is accused?

Only the run that has pulled a morning asks, once, and what came of it is kept with the attempt. Which differences are
asked about, and what clears them, is decided in `domain/recheck.py`; how the questions are put in `again.py`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.scratch import scratch
from reconciliation_pipeline.compare.snapshot import Incomparable, SnapshotFiles
from reconciliation_pipeline.connectors.errors import SourceError
from reconciliation_pipeline.domain.completeness import TrustedMorning
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.recheck import (
    Answer,
    Cleared,
    Recheck,
    is_agreed,
    is_comparable,
    is_gone,
    length,
    suspects,
)
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.steps.again import Asked, ask_again
from reconciliation_pipeline.steps.compare import comparison_rules
from reconciliation_pipeline.steps.describe import open_on
from reconciliation_pipeline.steps.engines import engine_of
from reconciliation_pipeline.steps.judged import judged, pulled_between
from reconciliation_pipeline.steps.morning import Connect
from reconciliation_pipeline.steps.prove import trusted_morning
from reconciliation_pipeline.steps.pull import open_sources, value_names
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.codec import encode
from reconciliation_pipeline.storage.writer import SnapshotWriter


def recheck(work: Work, morning: date, *, run_id: str, connect: Connect = open_sources) -> Recheck | None:
    """Ask both systems once more for whatever would be told today, and keep what came of it.

    Nobody is asked about a morning that another run has pulled, or that is past: the systems speak of now.

    Args:
        work: The reconciliation at hand.
        morning: The local date, compared already.
        run_id: The run that asks.
        connect: Connects both sides.

    Returns:
        What came of it, now or when this attempt was asked about before; None when nobody was asked.

    Raises:
        Untrusted: The morning is not trusted.
        NotCompared: Its comparison has not been made.
        StorageUnavailable: What was found cannot be kept.
    """
    trusted = trusted_morning(work, morning)
    attempt = trusted.attempt
    kept = work.store.rechecks.of(attempt)
    if kept is not None or not attempt.live or attempt.run_id != run_id:
        return kept
    last = _last_morning(work, morning)
    chosen = suspects(judged(work, trusted), last.open_items)
    if not chosen:
        return None
    try:
        with connect(work, morning) as sources:
            asked = ask_again(work, sources, trusted, chosen)
    except SourceError as failed:
        asked = Asked(left=len(chosen), remarks=(f"Nobody could be asked once more. {failed.text}",))
    if not asked.answers and not asked.remarks:
        return None
    found = _concluded(work, trusted, chosen, asked, last)
    work.store.rechecks.keep(attempt, found)
    return found


def fingerprint(rules: ComparisonRules) -> str:
    """Name the rules by which pairs are compared: 16 hexadecimal digits."""
    folds = [rules.folds(side) for side in Side]
    said = [encode(rules.fields), rules.amount_field, folds, encode(rules.key), sorted(rules.never_empty)]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class _Last:
    """What the last trusted morning had: all of it, what was no lag, and the instant it speaks of (UTC)."""

    items: frozenset[str] = frozenset()
    open_items: frozenset[str] = frozenset()
    as_of: datetime | None = None

    def agreed(self, one: Observation) -> datetime | None:
        """Say since when at the earliest a difference can have been there; None when it was there then."""
        return None if one.item in self.items else self.as_of


def _last_morning(work: Work, morning: date) -> _Last:
    calendar = work.store.ledger.calendar(work.id)
    earlier = [day for day in calendar.mornings if day < morning]
    if not earlier:
        return _Last()
    last = earlier[-1]
    # With what still stands because that morning could not look at it: it did not begin after it.
    seen = work.store.ledger.observations(work.id, until=last, since=last).get(last, [])
    return _Last(
        frozenset(one.item for one in seen),
        open_on(work, last, most=1).get(last, frozenset()),
        calendar.as_of.get(last),
    )


def _concluded(
    work: Work, trusted: TrustedMorning, chosen: Sequence[Observation], asked: Asked, last: _Last
) -> Recheck:
    at = _clock(work, trusted)
    rules = comparison_rules(work, trusted)
    remarks = list(asked.remarks)
    try:
        agreed = _agreed(work, asked.answers, rules)
    except Incomparable as problem:
        # What cannot be compared excuses nothing, and takes nothing away from the morning either.
        remarks.append(f"What was read again could not be compared. {problem.text}")
        agreed = frozenset()
    began, _ = pulled_between(trusted)
    gone = frozenset(item for item, answers in asked.answers.items() if is_gone(answers))
    return Recheck(
        at=at,
        rules=fingerprint(rules),
        asked=len(asked.answers),
        left=asked.left,
        cleared=tuple(
            Cleared(one.item, one.signature, length(one, at=at, pulled=began, agreed=last.agreed(one)))
            for one in chosen
            if one.item in agreed | gone
        ),
        requests=asked.requests,
        remarks=(*remarks, *_left_words(asked.left)),
    )


def _left_words(left: int) -> list[str]:
    return [f"Nobody was asked once more about {counted(left, 'new difference')}."] if left else []


def _clock(work: Work, trusted: TrustedMorning) -> datetime:
    """Say what time it is by the sources' clock, which the ages of a morning are measured by (UTC)."""
    began, _ = pulled_between(trusted)
    return began + (work.clock() - min(trusted[side].receipt.started_at for side in Side))


def _agreed(work: Work, answers: Mapping[str, Mapping[Side, Answer]], rules: ComparisonRules) -> frozenset[str]:
    """Name the differences whose two sides agree now, as the comparison of every morning sees it."""
    comparable = {item: both for item, both in answers.items() if is_comparable(both)}
    rows = {side: {row.source_id: row for both in comparable.values() for row in both[side].rows} for side in Side}
    if not any(rows.values()):
        return frozenset()
    ended = _buckets(work, {side: tuple(known.values()) for side, known in rows.items()}, rules)
    return frozenset(
        item
        for item, both in comparable.items()
        if is_agreed(ended.get((side, row.source_id)) for side in Side for row in both[side].rows)
    )


def _buckets(
    work: Work, rows: Mapping[Side, Sequence[Row]], rules: ComparisonRules
) -> dict[tuple[Side, str], str | None]:
    """Compare a few rows, and say of each in which bucket it ended: as planted ones they are traced one by one."""
    compare = engine_of(work.reconciliation, temp_folder=work.store.spill_folder)
    with scratch(work.store.spill_folder) as folder:
        nothing = {side: _written(work, side, folder, f"{side}-none", ()) for side in Side}
        again = {side: _written(work, side, folder, f"{side}-again", rows[side]) for side in Side}
        files = SnapshotFiles(crm=nothing[Side.CRM], billing=nothing[Side.BILLING], planted=again)
        _, places = compare(files, rules)
    return {(place.side, place.source_id): place.bucket for place in places}


def _written(work: Work, side: Side, folder: Path, name: str, rows: Sequence[Row]) -> Path:
    names = value_names(work.reconciliation.sides[side])
    with SnapshotWriter(folder, f"{name}.parquet", names) as writer:
        writer.write(rows)
    return folder / writer.path
