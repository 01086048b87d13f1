"""`recon run`, `recon count`: today's morning, and the counts behind it."""

from typing import Annotated

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import a_date, at_work, configured
from reconciliation_pipeline.cli.morning import run_morning
from reconciliation_pipeline.cli.output import OF_OUTCOME, Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.result import to_json
from reconciliation_pipeline.reporting.styled import show
from reconciliation_pipeline.steps.count import Count, count_both

Day = Annotated[str | None, typer.Option("--date", metavar="D", help="The morning, e.g. 2026-11-22.")]


def run(name: Name, day: Day = None, as_json: Json = False) -> None:
    """Run one morning through the Dagster job, in this process.

    Exit codes: 0 clean, 1 drift, 2 usage or configuration, 3 not trustworthy.
    """
    with at_work(name) as work:
        result = run_morning(work, a_date(day) or work.today())
        if as_json:
            payload = to_json(result)
            emit({name: value for name, value in payload.items() if name != "schema"})
        else:
            show(result, work.reconciliation, Console())
    raise SystemExit(OF_OUTCOME[result.outcome])


def count(name: Name, as_json: Json = False) -> None:
    """Count the active records of both sides: one number each, and the difference.

    Exit codes: 0 the counts agree, 1 they do not, 2 usage, 3 a side could not be counted.
    """
    with at_work(name) as work:
        with configured(name):
            counts = count_both(work)
        words = {side: work.reconciliation.sides[side].active_word for side in Side}
    difference = counts[Side.BILLING].active - counts[Side.CRM].active
    failures = [one.failure for one in counts.values() if one.failure]
    for failure in failures:
        raise Problem(failure.code, failure.text, place=name, remedy=failure.remedy, exit=Exit.NOT_TRUSTWORTHY)
    if as_json:
        emit({"reconciliation": name, "sides": _counts_json(counts), "difference": difference})
    else:
        wide = max(len(one.label) for one in counts.values())
        for side, one in counts.items():
            typer.echo(f"{one.label:<{wide}}  {one.active:>9,} {words[side]}  of {one.pulled:,}")
        typer.echo(f"{'Difference':<{wide}}  {abs(difference):>9,}")
        say(f"Equal counts do not mean equal records: `recon run {name}` compares them one by one.")
    raise SystemExit(Exit.DRIFT if difference else Exit.CLEAN)


def _counts_json(counts: dict[Side, Count]) -> dict[str, object]:
    return {
        side.value: {"label": one.label, "pulled": one.pulled, "active": one.active} for side, one in counts.items()
    }
