"""`recon backfill`: past mornings again, from the archive, under today's rules."""

from datetime import date, timedelta
from typing import Annotated, cast

import typer

from reconciliation_pipeline.cli.desk import a_date, at_work
from reconciliation_pipeline.cli.morning import run_morning
from reconciliation_pipeline.cli.output import OF_OUTCOME, Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.domain.result import MorningResult, symbol


def backfill(
    name: Name,
    first: Annotated[str, typer.Option("--from", metavar="D", help="The first morning.")],
    last: Annotated[str, typer.Option("--to", metavar="D", help="The last morning, before today.")],
    as_json: Json = False,
) -> None:
    """Compare past mornings again: archived snapshots, today's rules.

    No system is asked for today's data, no archived file changes, nobody is told.

    Exit codes: 0 all clean, 1 drift, 3 a morning has no trusted snapshot.
    """
    with at_work(name) as work:
        results = []
        for morning in _mornings(first, last, before=work.today()):
            results.append(run_morning(work, morning, quiet=True))
            say(line(results[-1]))
    if as_json:
        outcomes = [{"date": one.morning.isoformat(), "outcome": one.outcome.value} for one in results]
        emit({"reconciliation": name, "mornings": outcomes})
    raise SystemExit(max((OF_OUTCOME[one.outcome] for one in results), default=Exit.CLEAN))


def _mornings(first: str, last: str, *, before: date) -> list[date]:
    start, end = (cast("date", a_date(text)) for text in (first, last))
    if start > end:
        raise Problem("usage", f"{start} is after {end}.", place="--from, --to", remedy="Name the earlier one first.")
    if end >= before:
        text = f"{end} is not past: a backfill reads the archive."
        raise Problem("usage", text, place="--to", remedy="`recon run` pulls today's morning.")
    return [start + timedelta(days=day) for day in range((end - start).days + 1)]


def line(result: MorningResult) -> str:
    """Say in one line what a morning came to."""
    counts = result.differences
    said = f"{counts.open:,} to act on" if counts else result.reasons[0].text
    return f"{result.morning}  {symbol(result.outcome):<15} {said}"
