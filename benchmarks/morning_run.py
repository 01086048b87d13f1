"""Where does the time of one `recon run` go? Runs it in this process, and writes down when what began and ended.

The functions that do the work are called through a clock; nothing else is changed. Dagster's own steps are read from
its event log, once everything is over.

    python benchmarks/morning_run.py spans.json run bench
"""

import functools
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

BEGAN: Final = time.time()

from peers.timed import peak_mib  # noqa: E402 - the clock runs from the first line on

from reconciliation_pipeline.cli.main import main as recon  # noqa: E402

PACKAGE: Final = "reconciliation_pipeline"
WATCHED: Final = (
    ("steps.morning", "pull_both"),
    ("steps.pull", "_pull_side"),
    ("steps.pull", "counts"),
    ("steps.pull", "digests_of"),
    ("steps.morning", "examine"),
    ("steps.morning", "prove"),
    ("steps.compare", "digests_of"),
    ("steps.compare", "compare_planted"),
    ("steps.engines", "compare_and_trace"),
    ("compare.engine", "settle"),
    ("cli.morning", "_execute"),
    ("cli.morning", "deliver_due"),
    ("cli.run", "show"),
)
"""Modules and the names in them that are called through the clock."""

Span = dict[str, Any]
spans: list[Span] = []


def clocked(module: ModuleType, name: str) -> None:
    """Let a name of a module stand for the same function behind a clock."""
    inner: Callable[..., Any] = getattr(module, name)
    label = f"{module.__name__.removeprefix(f'{PACKAGE}.')}.{name}"

    @functools.wraps(inner)
    def outer(*given: Any, **named: Any) -> Any:  # noqa: ANN401 - whatever the function takes and gives
        began = time.time()
        try:
            return inner(*given, **named)
        finally:
            spans.append({"what": label, "thread": threading.get_ident(), "began": began, "ended": time.time()})

    setattr(module, name, outer)


def dagster_events() -> list[Span]:
    """Read when each step of the latest run began and ended."""
    import dagster as dg

    from reconciliation_pipeline.settings.environment import read_environment

    os.environ["DAGSTER_HOME"] = str(read_environment().root)
    wanted = {"STEP_START", "STEP_SUCCESS", "STEP_FAILURE", "RUN_START", "RUN_SUCCESS", "RUN_FAILURE"}
    with dg.DagsterInstance.get() as instance:
        (run,) = instance.get_runs(limit=1)
        logged = instance.all_logs(run.run_id)
    return [
        {"type": event.value, "step": entry.dagster_event.step_key, "at": entry.timestamp}
        for entry in logged
        if entry.dagster_event and (event := entry.dagster_event.event_type).value in wanted
    ]


def main() -> None:
    """Run a command of `recon` and write the spans of this process into a file."""
    target = Path(sys.argv.pop(1))
    for module, name in WATCHED:
        clocked(import_module(f"{PACKAGE}.{module}"), name)
    ready, code = time.time(), 0
    try:
        recon()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    ended, peak = time.time(), peak_mib()
    told = {"began": BEGAN, "ready": ready, "ended": ended, "peak_mib": peak, "exit": code, "spans": spans}
    target.write_text(json.dumps({**told, "events": dagster_events()}), "utf-8")


if __name__ == "__main__":
    main()
