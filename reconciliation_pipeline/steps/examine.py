"""Who is missing from a pull, and what does the system say when it is asked for them by name?

Asks few records, one by one, of both sides at once. What the answers mean is decided in `domain/doubts_absence.py`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from reconciliation_pipeline.compare.scratch import scratch
from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import By, PointRead, Source
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.doubts_absence import ASKED_AT_MOST, came_since, is_listed, vanished_limit
from reconciliation_pipeline.domain.doubts_walk import is_still, off_by, wants_second_look
from reconciliation_pipeline.domain.evidence import Absence, Evidence, Overlap, SecondLook, Unlisted
from reconciliation_pipeline.domain.records import Reason, Receipt, Row, Side
from reconciliation_pipeline.steps.baseline import earlier_attempt
from reconciliation_pipeline.steps.keys import keys_of, meanings
from reconciliation_pipeline.steps.pull import Pulled, claimed, value_names
from reconciliation_pipeline.steps.together import Together
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.absent import (
    Absent,
    known_keys,
    older_and_new,
    present,
    some,
    unknown,
    vanished,
)
from reconciliation_pipeline.storage.counting import counts
from reconciliation_pipeline.storage.moved import exchanged, newborn
from reconciliation_pipeline.storage.writer import SnapshotWriter

CONTROLS = 3
"""Records of the pull itself that are asked for, too; one of them may have been removed meanwhile."""

BY_POSITION = frozenset({"offset", "page", "range"})
"""Ways of paging under which a record that is removed makes another one slip through."""

HABIT = 56
"""Trusted mornings from which a side's habit is learnt."""

_KEYLESS = " "
"""What no key begins with: stands before the id of a record that has none."""


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found out besides walking.

    Attributes:
        evidence: By side.
        overlap: How well the keys fit together.
        doubts: Questions that got no answer.
    """

    evidence: Mapping[Side, Evidence] = field(default_factory=dict)
    overlap: Overlap | None = None
    doubts: tuple[Reason, ...] = ()


def examine(work: Work, sources: Mapping[Side, Source], attempt: Attempt, pulled: Mapping[Side, Pulled]) -> Examined:
    """Look for what a walk cannot show: records it left out.

    A past morning is only held against its files: the systems can be asked for single records of today alone.
    """
    paths = {side: work.store.archive.root / one.path for side, one in pulled.items() if one.path is not None}
    if len(paths) < len(Side):
        return Examined()
    earlier = earlier_attempt(work, attempt.morning)
    with Together(sources, name="examine") as threads:
        asked = {
            side: threads.start(
                _one_side,
                _Question(work, side, sources[side], pulled[side].receipt, paths, is_live=attempt.live),
                attempt.morning,
                earlier,
            )
            for side in Side
        }
        found = {side: future.result() for side, future in asked.items()}
    small, large = sorted(Side, key=lambda side: pulled[side].receipt.active)
    return Examined(
        {side: evidence for side, (evidence, _) in found.items()},
        Overlap(*known_keys(paths[small], paths[large], keys=keys_of(work, small))),
        tuple(doubt for _, doubts in found.values() for doubt in doubts),
    )


@dataclass(frozen=True, slots=True)
class _Question:
    """One side under examination."""

    work: Work
    side: Side
    source: Source
    receipt: Receipt
    paths: Mapping[Side, Path]
    is_live: bool

    @property
    def here(self) -> Path:
        return self.paths[self.side]

    @property
    def began(self) -> datetime:
        """When the walk began, by the source's clock."""
        if self.work.pretends:
            return self.work.now()
        return self.receipt.source_clock or self.receipt.started_at


def _one_side(question: _Question, morning: date, earlier: Attempt | None) -> tuple[Evidence, list[Reason]]:
    doubts: list[Reason] = []
    missing, sentinels = _sentinels(question)
    days = max(1, (morning - earlier.morning).days) if earlier else 1
    evidence = Evidence(
        vanished=_vanished(question, morning, earlier, days, doubts) if earlier else None,
        counterparts=_asked(
            question,
            unknown(
                question.here,
                question.paths[question.side.other],
                most=ASKED_AT_MOST,
                keys=keys_of(question.work, question.side),
            ),
            By.KEY,
            doubts,
        ),
        missing_sentinels=missing,
        sentinels=sentinels,
        days=days,
        second_look=_second_look(question, None if question.is_live else morning, doubts),
    )
    return evidence, doubts


def _vanished(question: _Question, morning: date, earlier: Attempt, days: int, doubts: list[Reason]) -> Absence | None:
    before = earlier.snapshots.get(question.side)
    path = question.work.store.archive.root / before.path if before else None
    if before is None or path is None or not path.is_file():
        return None
    limit = vanished_limit(_habit(question, morning), days=days, pulled=before.receipt.pulled)
    return _asked(question, vanished(question.here, path, most=ASKED_AT_MOST), By.ID, doubts, limit=limit)


def _habit(question: _Question, morning: date) -> list[tuple[int, int]]:
    """Read what vanished on earlier trusted mornings, each with the days it took."""
    attempts = question.work.store.attempts.trusted_before(question.work.id, morning, most=HABIT)
    known = (one.snapshots[question.side].evidence for one in attempts)
    return [(one.vanished.suspects, one.days) for one in known if one is not None and one.vanished is not None]


def _asked(question: _Question, absent: Absent, by: By, doubts: list[Reason], *, limit: int | None = None) -> Absence:
    if not absent.names or not question.is_live or not question.source.declares().reads(by):
        return Absence(absent.count, limit=limit)
    controls = some(question.here, by, most=CONTROLS)
    try:
        answers = list(question.source.lookup([*controls, *absent.names], by=by))
    except PullFailed as failed:
        label = question.receipt.label
        text = f"{label}: {absent.count:,} records are missing, and asking for them by name failed. {failed.text}"
        doubts.append(Reason(failed.code, text, question.side, failed.remedy))
        return Absence(absent.count, limit=limit)
    blind = _is_blind(answers[: len(controls)], by)
    return _meaning(question, absent.count, answers[len(controls) :], blind=blind, limit=limit)


def _is_blind(controls: Sequence[PointRead], by: By) -> bool:
    """Say whether answers prove nothing: records of the pull are not found, or others come in their place."""
    found = [answer for answer in controls if answer.rows]
    if by is By.ID:
        are_themselves = all({row.source_id for row in answer.rows} == {answer.asked} for answer in found)
        return bool(controls) and not (found and are_themselves)
    # A search that shows all of them whichever it is asked for does not search; one that finds the like, too, does.
    ids = {row.source_id for answer in found for row in answer.rows}
    shown = [{*answer.others, *(row.source_id for row in answer.rows)} for answer in found]
    return len(found) < min(len(controls), CONTROLS - 1) or (len(found) > 1 and all(ids <= one for one in shown))


def _meaning(
    question: _Question, suspects: int, answers: Sequence[PointRead], *, blind: bool, limit: int | None
) -> Absence:
    there: list[str] = []
    late: list[str] = []
    unlisted: dict[str, Unlisted] = {}
    # A record that was merged into another answers with that other one, which is no loss if that one is here.
    known = present(question.here, [row.source_id for answer in answers for row in answer.rows])
    for answer in answers:
        lost = [row for row in answer.rows if row.source_id not in known or row.key == answer.asked]
        old = [row for row in lost if not came_since(row, began=question.began)]
        young = [row for row in lost if row not in old]
        due = [row for row in old if is_listed(row, listed=question.receipt.statuses)]
        if due:
            there.append(due[0].source_id)
        elif young:
            late.append(_key(young[0]))
        elif old:
            unlisted[_key(old[0])] = _as_unlisted(old[0])
    hidden = sum(answer.hidden for answer in answers)
    return Absence(suspects, len(answers), tuple(there), hidden, tuple(late), blind, limit, unlisted)


def _key(row: Row) -> str:
    """Name what a difference is told by, whatever the record was asked for by."""
    return row.key or f"{_KEYLESS}{row.source_id}"


def _as_unlisted(row: Row) -> Unlisted:
    moments = [moment for moment in (row.created_at, row.updated_at) if moment is not None]
    return Unlisted(row.source_id, row.state.value, row.status, max(moments, default=None))


def _second_look(question: _Question, as_of: date | None, doubts: list[Reason]) -> SecondLook | None:
    """Walk the list once more where its totals leave room for doubt, and hold the two walks against each other."""
    by_position = question.source.declares().paging in BY_POSITION
    if not wants_second_look(question.receipt, by_position=by_position):
        return None
    names = value_names(question.work.reconciliation.sides[question.side])
    before: dict[int, int | None] = {}
    after: dict[int, int | None] = {}
    began = question.work.now() if question.work.pretends else None
    try:
        with scratch(question.work.store.spill_folder) as folder:
            with SnapshotWriter(folder, "again.parquet", names) as writer:
                for page in question.source.pull(as_of):
                    writer.write(page.rows)
                    began = began or page.source_clock or question.work.now()
                    before.setdefault(page.walk, page.total)
                    after[page.walk] = page.total
            again = folder / writer.path
            counted = counts(again)
            came, gone = exchanged(question.here, again)
            young = newborn(again, since=began or question.work.now())
            lost = older_and_new(question.here, again, before=question.began, most=ASKED_AT_MOST)
    except PullFailed as failed:
        text = f"{question.receipt.label}: its totals do not fit, and a second walk broke off. {failed.text}"
        doubts.append(Reason(failed.code, text, question.side, failed.remedy))
        return None
    second = replace(
        question.receipt,
        distinct=counted.distinct_source_ids,
        total_before=claimed(before),
        total_after=claimed(after),
        newborn=young,
    )
    return SecondLook(counted.rows, lost, off_by(second), came, gone, is_still(second))


def _sentinels(question: _Question) -> tuple[tuple[str, ...], int]:
    """Name the sentinels that a pull lacks, and count them all."""
    wanted = question.work.reconciliation.sides[question.side].sentinels
    here = present(question.here, wanted.ids)
    missing = [f"record {one}" for one in wanted.ids if one not in here]
    missing += [
        f"any record with the status {word}" for word in wanted.statuses if word not in question.receipt.statuses
    ]
    return tuple(missing), len(wanted.ids) + len(wanted.statuses)


def late_keys(work: Work, attempt: Attempt) -> frozenset[str]:
    """Name the keys that came to one of the sides after its walk began: their differences are lag."""
    asked = ((side, _with_key(key for one in _absences(attempt, side) for key in one.late)) for side in Side)
    return frozenset(key for side, late in asked for key in meanings(work, side, late).values())


def unlisted_keys(work: Work, attempt: Attempt) -> dict[Side, Mapping[str, Unlisted]]:
    """Say, of each side, what became of the records that its list leaves out and the other side knows."""
    found = {
        side: {key: told for one in _absences(attempt, side) for key, told in one.unlisted.items()} for side in Side
    }
    return {
        side: {means: unlisted[key] for key, means in meanings(work, side, _with_key(unlisted)).items()}
        for side, unlisted in found.items()
    }


def _absences(attempt: Attempt, side: Side) -> list[Absence]:
    """Give what a side said of records it was asked for by id, and by key; the latter knows better and comes last."""
    snapshot = attempt.snapshots.get(side)
    evidence = snapshot.evidence if snapshot else None
    return [one for one in (evidence.vanished, evidence.counterparts) if one] if evidence else []


def _with_key(names: Iterable[str]) -> list[str]:
    return [name for name in names if not name.startswith(_KEYLESS)]
