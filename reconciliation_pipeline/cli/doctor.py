"""`recon doctor`: is everything in place, and what to do where it is not."""

import os
from typing import Annotated

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import at_work, environment
from reconciliation_pipeline.cli.output import Exit, Json, emit
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.doctor import Finding, Health, examine

MARKS = {Health.OK: "[green]ok  [/]", Health.WARN: "[yellow]warn[/]", Health.FAIL: "[red]fail[/]"}


def doctor(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One reconciliation; by default all.")] = None,
    as_json: Json = False,
) -> None:
    """Look at settings, both systems, channels and storage, with a remedy for each fault.

    Exit codes: 0 nothing failed, 2 something did.
    """
    found = {name: _examined(name)} if name else _everything()
    if as_json:
        emit({"findings": [_as_json(who, finding) for who, findings in found.items() for finding in findings]})
    else:
        console = Console()
        for who, findings in found.items():
            console.print(f"[bold]{who}[/]")
            for one in findings:
                console.print(f"  {MARKS[one.health]} {one.what}: ", end="")
                console.print(one.text, one.remedy, markup=False, highlight=False)
    failed = any(one.health is Health.FAIL for findings in found.values() for one in findings)
    raise SystemExit(Exit.USAGE if failed else Exit.CLEAN)


def _examined(name: str) -> list[Finding]:
    with at_work(name) as work:
        return list(examine(work))


def _everything() -> dict[str, list[Finding]]:
    loaded = load_all(environment().config, os.environ)
    found = {one.reconciliation.id: _examined(one.reconciliation.id) for one in loaded.reconciliations}
    for broken in loaded.broken:
        found[broken.name] = [Finding(Health.FAIL, "settings", str(mistake)) for mistake in broken.mistakes]
    return found


def _as_json(name: str, finding: Finding) -> dict[str, str]:
    return {
        "reconciliation": name,
        "health": finding.health.value,
        "what": finding.what,
        "text": finding.text,
        "remedy": finding.remedy,
    }
