"""`recon spike`: how unusual was a morning, with every number it was judged by?"""

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import a_date, at_work, run_it
from reconciliation_pipeline.cli.output import Json, Name, Problem, emit
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.domain.spike_message import verdict
from reconciliation_pipeline.domain.spikes import Level
from reconciliation_pipeline.reporting.spikes import judged_items, spike_table
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.spikes import gather, judge_morning


def spike(name: Name, day: Day = None, as_json: Json = False) -> None:
    """Show how unusual the new differences of a morning are, with the numbers; tells nobody."""
    with at_work(name) as work:
        morning = a_date(day) or work.today()
        judged = judge_morning(work, morning)
        shared = gather(work, judged).common if judged and judged.judgement.ringing else ()
        words, remedy = words_of(work.reconciliation), run_it(name, morning, work.today())
    if judged is None:
        raise Problem("no_morning", f"{morning} has no result to judge.", remedy=remedy)
    found = judged.judgement
    text = verdict(found, words)
    if as_json:
        emit({"reconciliation": name, **judged_items(found, text, shared)})
        return
    head = {Level.MASS: "MASS EVENT", Level.ALARM: "ALARM", Level.NOTICE: "Notice", Level.NONE: "No alarm"}
    typer.echo(f"{found.morning}  {head[found.level]}: {text}")
    for trait in shared:
        typer.echo(f"{trait.sentence}.")
    if found.series:
        Console().print(spike_table(found, words))
