"""What do both systems say now of a few records that were pulled a moment ago?

Records that a side had are read by its own id, others are looked for by their key. What a search finds is read by its
id, too, where that is possible: an index may be late.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import By, PointRead, Source
from reconciliation_pipeline.domain.completeness import TrustedMorning
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.domain.recheck import ASKED_AT_MOST, Answer
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.domain.rules import AS_WRITTEN
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.settings.rules import key_rule
from reconciliation_pipeline.steps.keys import keys_of, meanings, written
from reconciliation_pipeline.steps.together import Together
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.absent import some
from reconciliation_pipeline.storage.again import Known, known_by

CONTROLS: Final = 3
"""Records of the pull that are read by their ids, too: where one is not found, nothing that is not found is gone."""

MANY: Final = 10
"""More records of one key than this are not read one by one: it is no key, or a search that does not search."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was said.

    Attributes:
        answers: By item, what each side that answered said of it.
        left: Suspects about which nobody was asked.
        requests: Requests it took, by side.
        remarks: What got no answer, in plain words.
    """

    answers: Mapping[str, Mapping[Side, Answer]] = field(default_factory=dict)
    left: int = 0
    requests: Mapping[Side, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Question:
    """What one side is asked about one suspect: the records it had, and the key to look for, where it must be."""

    source_ids: tuple[str, ...]
    key: str | None


def ask_again(
    work: Work, sources: Mapping[Side, Source], trusted: TrustedMorning, suspects: Sequence[Observation]
) -> Asked:
    """Ask both sides at once for as many suspects as may be asked about, the first ones first."""
    paths = {side: work.store.archive.root / trusted[side].path for side in Side}
    questions = _affordable(_questions(work, sources, paths, suspects))
    left = len(suspects) - len(questions)
    if not questions:
        return Asked()
    with Together(sources, name="recheck") as threads:
        asked = {
            side: threads.start(
                _Conversation(work, side, sources[side], paths[side]).hold,
                {item: both[side] for item, both in questions.items()},
            )
            for side in Side
        }
        told = {side: future.result() for side, future in asked.items()}
    names = {one.item: one.key for one in suspects if one.item in questions}
    answers = {side: _of_their_key(work, side, told[side].answers, names) for side in Side}
    return Asked(
        {item: {side: answers[side][item] for side in Side if item in answers[side]} for item in questions},
        left,
        {side: one.requests for side, one in told.items()},
        tuple(one.remark for one in told.values() if one.remark),
    )


def _affordable(questions: Mapping[str, Mapping[Side, _Question]]) -> dict[str, Mapping[Side, _Question]]:
    """Take questions in their order, as long as no side is asked for more records than it may be."""
    spent = dict.fromkeys(Side, 0)
    taken = {}
    for item, both in questions.items():
        cost = {side: spent[side] + max(1, len(both[side].source_ids)) for side in Side}
        if max(cost.values()) <= ASKED_AT_MOST:
            spent, taken[item] = cost, both
    return taken


def _questions(
    work: Work, sources: Mapping[Side, Source], paths: Mapping[Side, Path], suspects: Sequence[Observation]
) -> dict[str, Mapping[Side, _Question]]:
    """Write down how both sides are asked about each suspect; one that a side cannot be asked about is left out."""
    keys = [one.key for one in suspects]
    known = {side: known_by(paths[side], keys, keys_of(work, side).here) for side in Side}
    foreign = {side: written(work, side, {one.key for one in known[side.other].values()}) for side in Side}
    found: dict[str, Mapping[Side, _Question]] = {}
    for one in suspects:
        both = {side: _question(work, side, sources[side], one, known, foreign[side]) for side in Side}
        askable = {side: question for side, question in both.items() if question is not None}
        if len(askable) == len(Side):
            found[one.item] = askable
    return found


def _question(  # noqa: PLR0913, PLR0917 - what is known of one suspect on one side
    work: Work,
    side: Side,
    source: Source,
    suspect: Observation,
    known: Mapping[Side, Mapping[str, Known]],
    foreign: Mapping[str, str],
) -> _Question | None:
    able, folds = source.declares(), work.reconciliation.sides[side].reduce != "none"
    own, others = known[side].get(suspect.key), known[side.other].get(suspect.key)
    told = {suspect.source_ids[side]} if side in suspect.source_ids else set()
    ids = tuple(sorted({*(own.source_ids if own else ()), *told}))
    if ids and able.reads_by_id and not folds:
        return _Question(ids, None)
    # Rows that become one may write their common key in several ways, of which a search finds one.
    if not able.reads_by_key or (folds and key_rule(work.reconciliation) != AS_WRITTEN):
        return None
    key = own.key if own else foreign.get(others.key) if others else None
    return _Question(ids, key) if key else None


@dataclass(slots=True)
class _Told:
    """What one side said."""

    answers: dict[str, Answer] = field(default_factory=dict)
    requests: int = 0
    remark: str = ""


@dataclass(slots=True)
class _Conversation:
    """Asks one side, with one try: what fails ends it, and what was answered by then counts."""

    work: Work
    side: Side
    source: Source
    path: Path
    requests: int = 0
    failed: PullFailed | None = None

    def hold(self, questions: Mapping[str, _Question]) -> _Told:
        """Ask everything that is to be asked of this side."""
        found = self._read([one.key for one in questions.values() if one.key is not None], By.KEY)
        reads_by_id = self.source.declares().reads_by_id
        had_any = any(question.source_ids for question in questions.values())
        controls = some(self.path, By.ID, most=CONTROLS) if reads_by_id and had_any else ()
        wanted = [*controls]
        for question in questions.values():
            searched = () if question.key is None else _few(found.get(question.key))
            wanted += [*question.source_ids, *(row.source_id for row in searched)]
        single = self._read(wanted, By.ID) if reads_by_id else None
        sees_all = bool(controls) and all(_is_itself((single or {}).get(one)) for one in controls)
        told = _Told(requests=self.requests)
        for item, question in questions.items():
            answer = _answer(question, found, single, sees_all=sees_all)
            if answer is not None:
                told.answers[item] = answer
        if self.failed is not None:
            label = self.work.reconciliation.label(self.side)
            missing = counted(len(questions) - len(told.answers), "difference")
            told.remark = f"{label} was asked once more, and gave no answer about {missing}. {self.failed.text}"
        return told

    def _read(self, names: Iterable[str], by: By) -> dict[str, PointRead]:
        wanted, found, spent = list(dict.fromkeys(names)), dict[str, PointRead](), 0
        if not wanted or self.failed is not None:
            return found
        try:
            for read in self.source.lookup(wanted, by=by):
                found[read.asked], spent = read, read.requests
        except PullFailed as failed:
            self.failed, spent = failed, failed.requests or spent
        self.requests += spent
        return found


def _few(read: PointRead | None) -> tuple[Row, ...]:
    return read.rows if read is not None and len(read.rows) <= MANY else ()


def _is_itself(read: PointRead | None) -> bool:
    return read is not None and {row.source_id for row in read.rows} == {read.asked}


def _answer(
    question: _Question, found: Mapping[str, PointRead], single: Mapping[str, PointRead] | None, *, sees_all: bool
) -> Answer | None:
    """Put what a side said of one suspect together; None when a question was not answered."""
    searched = None if question.key is None else found.get(question.key)
    if question.key is not None and searched is None:
        return None
    if searched is not None and (searched.hidden or len(searched.rows) > MANY):
        return Answer(is_odd=True)
    rows = {row.source_id: row for row in searched.rows} if searched else {}
    if single is None:
        return Answer(tuple(rows.values()), frozenset(question.source_ids) - rows.keys())
    reads = [single.get(name) for name in dict.fromkeys([*question.source_ids, *rows])]
    answered = [read for read in reads if read is not None]
    if len(answered) < len(reads):
        return None
    # A merged record answers with another one, of which nothing follows for this one.
    is_odd = any(read.hidden or (read.rows and not _is_itself(read)) for read in answered)
    lacks = frozenset(read.asked for read in answered if not read.rows)
    return Answer(tuple(row for read in answered for row in read.rows), lacks, sees_all, is_odd)


def _of_their_key(work: Work, side: Side, answers: Mapping[str, Answer], names: Mapping[str, str]) -> dict[str, Answer]:
    """Call odd what has another key by now: it is another pair."""
    keys = {row.key for answer in answers.values() for row in answer.rows if row.key}
    means = meanings(work, side, keys)
    return {
        item: answer
        if all(row.key is not None and means.get(row.key) == names[item] for row in answer.rows)
        else Answer(is_odd=True)
        for item, answer in answers.items()
    }
