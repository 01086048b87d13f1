"""Is everything in place for the next morning? Each finding comes with its remedy; nothing is kept."""

from collections.abc import Iterator
from contextlib import closing
from datetime import tzinfo

from reconciliation_pipeline.connectors.build import build_source
from reconciliation_pipeline.connectors.errors import PullFailed, SourceError
from reconciliation_pipeline.connectors.source import Page, Source
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.model import AnySide, RestSide
from reconciliation_pipeline.steps.doctor.abilities import declared
from reconciliation_pipeline.steps.doctor.account import account
from reconciliation_pipeline.steps.doctor.channels import channels
from reconciliation_pipeline.steps.doctor.clocks import both_clocks, clock, times, zone
from reconciliation_pipeline.steps.doctor.finding import Finding, fail, ok, warn
from reconciliation_pipeline.steps.doctor.keys import keys
from reconciliation_pipeline.steps.doctor.mornings import mornings
from reconciliation_pipeline.steps.doctor.policy import limits
from reconciliation_pipeline.steps.doctor.reads import reads, sentinels
from reconciliation_pipeline.steps.doctor.visit import Visit
from reconciliation_pipeline.steps.work import Work

NEARLY = 0.9
"""Share of a list's cap from which on it is time to do something."""


def look(work: Work, *, remembers: bool = True, here: tzinfo | None = None) -> Iterator[Finding]:
    """Look at both sides, the channels and the past mornings of one reconciliation.

    Args:
        work: The reconciliation at hand.
        remembers: Whether its store is the real one; otherwise nothing is said about the past.
        here: This machine's zone; None asks the machine.
    """
    visits: dict[Side, Visit] = {}
    for side in Side:
        yield from _side(work, side, visits, remembers=remembers)
    yield from both_clocks(visits)
    yield zone(work.reconciliation, work.now(), here)
    yield from limits(work.reconciliation)
    yield from channels(work)
    if remembers:
        yield from mornings(work)


def _side(work: Work, side: Side, visits: dict[Side, Visit], *, remembers: bool) -> Iterator[Finding]:
    label, settings = work.reconciliation.label(side), work.reconciliation.sides[side]
    try:
        source = build_source(settings, side=side, environ=work.environ, morning=work.today())
    except SourceError as error:
        yield fail(label, error.text, error.remedy)
        return
    with closing(source):
        page = None
        asked_at = work.clock()
        try:
            page = source.check()
        except SourceError as error:
            yield fail(label, error.text, _remedy(error, settings))
        else:
            yield _answered(label, page, source)
        yield from declared(label, source.declares())
        if page is not None:
            visits[side] = visit = Visit(work, side, source, page, asked_at)
            if remembers:
                yield account(visit)
            for findings in (keys, times, clock, reads, sentinels):
                yield from findings(visit)


def _answered(label: str, page: Page, source: Source) -> Finding:
    told = f", of {page.total:,} it says it holds" if page.total is not None else ""
    text = f"answered with {len(page.rows):,} records on the first page{told}."
    if not page.rows:
        return warn(label, text, "Is that so? Otherwise check what the credentials may see, and their account.")
    cap = source.declares().cap
    if cap is not None and page.total is not None and page.total >= NEARLY * cap:
        near = f"{text} Its list never gives more than {cap:,}, and a pull that reaches that is refused."
        return warn(label, near, "Split the list, or read it another way, before it is full.")
    return ok(label, text)


def _remedy(error: SourceError, settings: AnySide) -> str:
    """Add which permissions are needed, where the system says that some are missing."""
    if isinstance(error, PullFailed) and error.code == "unauthorised" and isinstance(settings, RestSide):
        needed = f" It needs: {', '.join(settings.scopes)}." if settings.scopes else ""
        return f"{error.remedy}{needed}"
    return error.remedy
