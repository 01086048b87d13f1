"""Pull both sides at once, in full, into the archive.

What comes back are snapshots that nobody has vouched for yet; whether they may be believed is
decided in `prove.py`.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from threading import Event, Lock

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import Page, Source
from reconciliation_pipeline.domain.attempts import Attempt
from reconciliation_pipeline.domain.records import Reason, Receipt, Side
from reconciliation_pipeline.settings.model import AnySide, RestSide, SideBase
from reconciliation_pipeline.settings.rules import money_fields
from reconciliation_pipeline.steps.baseline import baselines
from reconciliation_pipeline.steps.digests import digests_of
from reconciliation_pipeline.steps.together import Together
from reconciliation_pipeline.steps.watch import Board, Progress, Watch
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.counting import RowCounts, counts
from reconciliation_pipeline.storage.moved import newborn

LOOK = 0.2
"""Seconds between two looks at how far the pulls have come."""

_ONE_AT_A_TIME = Lock()
"""Held by the side whose file is counted and digested: both at once would take the memory twice."""


@dataclass(frozen=True, slots=True)
class Pulled:
    """One side as it arrived: where it lies (None when the walk broke off) and how it came."""

    receipt: Receipt
    path: str | None
    sha256: str | None


class Cancelled(Exception):
    """The run was asked to stop; nothing of the pull is kept."""


@contextmanager
def open_sources(work: Work, morning: date) -> Iterator[dict[Side, Source]]:
    """Connect both sides.

    Raises:
        SecretMissing: A named environment variable is not set.
    """
    sources: dict[Side, Source] = {}
    try:
        for side in Side:
            settings = work.reconciliation.sides[side]
            sources[side] = build_source(
                settings, side=side, environ=work.environ, morning=morning, pace_folder=work.store.pace_folder
            )
        yield sources
    finally:
        for source in sources.values():
            source.close()


def pull_both(
    work: Work,
    sources: Mapping[Side, Source],
    attempt: Attempt,
    *,
    as_of: date | None,
    watch: Watch,
) -> dict[Side, Pulled]:
    """Pull both sides at the same time, so that they speak of the same moment.

    Args:
        work: The reconciliation at hand.
        sources: Both sides, connected.
        attempt: The attempt the snapshots belong to.
        as_of: A past morning to ask for; None asks for now.
        watch: Who is told how far it has come.
    """
    board, stop = Board(), Event()
    expected = {side: found.pulled for side, found in baselines(work, attempt.morning).items()}
    with Together(sources, name="pull") as threads:
        futures = {
            side: threads.start(
                _pull_side,
                work,
                sources[side],
                _Walk(work, attempt, side, board, stop, expected.get(side), sources[side].declares().cap),
                as_of,
            )
            for side in Side
        }
        try:
            _watch_until_done(list(futures.values()), board, watch)
        except BaseException:
            stop.set()
            raise
        return {side: future.result() for side, future in futures.items()}


def _watch_until_done(futures: list[Future[Pulled]], board: Board, watch: Watch) -> None:
    pending = set(futures)
    while pending:
        done, pending = wait(pending, timeout=LOOK, return_when=FIRST_EXCEPTION)
        for progress in board.take():
            watch.moved(progress)
        for future in done:
            future.result()


@dataclass(slots=True)
class _Walk:
    """Keeps count while one side is walked."""

    work: Work
    attempt: Attempt
    side: Side
    board: Board
    stop: Event
    expected: int | None = None
    cap: int | None = None
    pages: int = 0
    records: int = 0
    requests: int = 0
    source_clock: datetime | None = None
    ended_by: str | None = None
    account: str | None = None
    first_totals: dict[int, int | None] = field(default_factory=dict)
    last_totals: dict[int, int | None] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.work.reconciliation.label(self.side)

    def saw(self, page: Page) -> None:
        """Count one page, or stop when the run was asked to."""
        if self.stop.is_set():
            raise Cancelled
        self.pages += 1
        self.records += len(page.rows)
        self.requests = page.requests
        self.source_clock = self.source_clock or page.source_clock
        self.ended_by = page.ended_by
        self.account = page.account or self.account
        self.first_totals.setdefault(page.walk, page.total)
        self.last_totals[page.walk] = page.total
        self.report()

    def report(self, *, finished: bool = False) -> None:
        total = claimed(self.last_totals)
        progress = Progress(self.side, self.label, self.pages, self.records, total, self.expected, finished=finished)
        self.board.post(progress)


def claimed(totals: Mapping[int, int | None]) -> int | None:
    """Add the totals of all walks up; one silent walk makes the whole unknown."""
    known = [total for total in totals.values() if total is not None]
    return sum(known) if totals and len(known) == len(totals) else None


def value_names(settings: SideBase) -> list[str]:
    """Name the columns a side's mapped fields fill."""
    names = []
    for name, mapped in settings.fields.items():
        names.append(name)
        if mapped.type == "money":
            names.append(f"{name}_currency")
    return names


def _pull_side(work: Work, source: Source, walk: _Walk, as_of: date | None) -> Pulled:
    settings, attempt = work.reconciliation.sides[walk.side], walk.attempt
    started = work.clock()
    archive = work.store.archive
    names = value_names(settings)
    try:
        with archive.writer(work.id, attempt.morning, attempt.number, walk.side, names) as writer:
            for page in source.pull(as_of):
                writer.write(page.rows)
                walk.saw(page)
    except PullFailed as failed:
        walk.requests = max(walk.requests, failed.requests or 0)
        reason = Reason(failed.code, f"{walk.label}: {failed.text}", walk.side, failed.remedy)
        return Pulled(_receipt(walk, started, work.clock(), failure=reason), None, None)
    walk.report(finished=True)
    money = money_fields(work.reconciliation, walk.side)
    path = archive.root / writer.path
    with _ONE_AT_A_TIME:
        counted = counts(path, fold=settings.reduce != "none", money=money, fields=list(settings.fields))
        receipt = _receipt(walk, started, work.clock(), counted=counted)
        if receipt.total_before is not None:
            began = work.now() if work.pretends else walk.source_clock or started
            receipt = replace(receipt, newborn=newborn(path, since=began))
        digests_of(work, walk.side, path, writer.sha256)
    return Pulled(receipt, writer.path, writer.sha256)


def _receipt(
    walk: _Walk,
    started: datetime,
    finished: datetime,
    *,
    counted: RowCounts | None = None,
    failure: Reason | None = None,
) -> Receipt:
    return Receipt(
        side=walk.side,
        label=walk.label,
        started_at=started,
        finished_at=finished,
        source_clock=walk.source_clock,
        pages=walk.pages,
        requests=walk.requests,
        pulled=counted.rows if counted else walk.records,
        active=counted.active if counted else 0,
        distinct=counted.distinct_source_ids if counted else 0,
        no_key=counted.no_key if counted else 0,
        duplicate_key=counted.duplicate_key_rows if counted else 0,
        total_before=claimed(walk.first_totals),
        total_after=claimed(walk.last_totals),
        ended_by=walk.ended_by,
        failure=failure,
        total_tolerance=_tolerance(walk.work.reconciliation.sides[walk.side]),
        cap=walk.cap,
        account=walk.account,
        statuses=counted.statuses if counted else {},
        nulls=counted.nulls if counted else {},
    )


def _tolerance(settings: AnySide) -> Decimal:
    return Decimal(str(settings.total.tolerance)) if isinstance(settings, RestSide) and settings.total else Decimal(0)
