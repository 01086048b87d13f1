"""`recon accept-count`, `recon confirm-count`: what a person says about the counts of one morning."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Annotated, cast

import typer

from reconciliation_pipeline.cli.desk import a_date, at_work
from reconciliation_pipeline.cli.output import Json, Name, Problem, emit, say
from reconciliation_pipeline.domain.attempts import AcceptedCount, Attempt
from reconciliation_pipeline.domain.doubts_history import CONFIRMED_WITHIN, close
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.spelling import counted
from reconciliation_pipeline.steps.prove import vouch
from reconciliation_pipeline.steps.work import Work

_Side = Annotated[str, typer.Option("--side", help="crm or billing")]
_Day = Annotated[str, typer.Option("--date", metavar="D", help="The only morning it speaks of.")]
_By = Annotated[str, typer.Option("--by", help="Who says so.")]


def accept_count(
    name: Name,
    side: _Side,
    day: _Day,
    number: Annotated[int, typer.Option("--count", min=0, help="The right number of pulled or active records.")],
    by: _By,
    reason: Annotated[str, typer.Option("--reason", help="Why the change is genuine.")],
    as_json: Json = False,
) -> None:
    """Accept an unusual count of one side for one morning; then run that morning again."""
    with at_work(name) as work:
        work.store.accepted_counts.keep(_said(work.id, side, day, number, by, reason))
    if as_json:
        emit({"reconciliation": name, "side": side, "date": day, "count": number, "by": by, "reason": reason})
    else:
        say(f"Recorded: {number:,} for {side} on {day}, accepted by {by}. Now run `recon run {name} --date {day}`.")


def confirm_count(
    name: Name,
    side: _Side,
    day: _Day,
    number: Annotated[int, typer.Option("--count", min=0, help="The number of records, or of active ones, it shows.")],
    by: _By,
    reason: Annotated[str, typer.Option("--reason", help="Where it was read: which screen, which report.")],
    as_json: Json = False,
) -> None:
    """Confirm what a system's own screen shows, so that a first morning can be believed.

    Mornings that only lacked this are trusted at once; nothing has to be run again.
    """
    with at_work(name) as work:
        said = _said(work.id, side, day, number, by, reason)
        work.store.confirmed_counts.keep(said)
        trusted = vouch(work)
        told = _next(work, said, trusted)
    if as_json:
        payload: dict[str, object] = {"reconciliation": name, "side": side, "date": day, "count": number}
        emit({**payload, "by": by, "reason": reason, "trusted": _mornings(trusted)})
    else:
        say(f"Recorded: {number:,} for {side} on {day}, read by {by}. {told}")


def _mornings(trusted: Sequence[Attempt]) -> list[str]:
    """Name each morning once, however many attempts at it are trusted now."""
    return list(dict.fromkeys(one.morning.isoformat() for one in trusted))


def _next(work: Work, said: AcceptedCount, trusted: Sequence[Attempt]) -> str:
    if trusted:
        return f"Trusted now: {', '.join(_mornings(trusted))}."
    pulled = [
        one.snapshots[said.side].receipt for one in work.store.attempts.unproven(work.id) if one.morning == said.morning
    ]
    if pulled and not any(close(said, one, CONFIRMED_WITHIN) for one in pulled):
        arrived = f"{counted(pulled[-1].pulled, 'record')} arrived, {pulled[-1].active:,} of them active"
        return f"{arrived}: {said.count:,} is neither. If you mistyped, confirm again."
    return f"No morning is trusted by it yet: `recon report {work.id}` says what is still missing."


def _said(name: str, side: str, day: str, number: int, by: str, reason: str) -> AcceptedCount:
    if side not in set(Side):
        raise Problem("usage", f"{side!r} is not a side.", place="--side", remedy="Say crm or billing.")
    if not by.strip() or not reason.strip():
        text = "Who vouches for a count and why is part of the record."
        raise Problem("usage", text, place="--by, --reason", remedy="Say both, neither of them blank.")
    return AcceptedCount(name, Side(side), cast("date", a_date(day)), number, by, reason, datetime.now(UTC))
