"""How `recon` speaks: data on stdout, talk on stderr, one object with --json, exit codes."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, NoReturn

import typer

from reconciliation_pipeline.domain.records import Outcome
from reconciliation_pipeline.domain.result import SCHEMA


class Exit(IntEnum):
    """Exit codes of every command; scripts rely on them."""

    CLEAN = 0
    DRIFT = 1
    USAGE = 2
    NOT_TRUSTWORTHY = 3


OF_OUTCOME = {
    Outcome.CLEAN: Exit.CLEAN,
    Outcome.DRIFT: Exit.DRIFT,
    Outcome.NOT_TRUSTWORTHY: Exit.NOT_TRUSTWORTHY,
}

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The reconciliation's id.", show_default=False)]


@dataclass
class Problem(Exception):
    """Something a person has to do differently, in one clear sentence.

    Attributes:
        code: A word for scripts.
        text: What happened.
        place: Where: a file and line, an option, a side.
        remedy: What to do.
        exit: The exit code.
    """

    code: str
    text: str
    place: str = ""
    remedy: str = ""
    exit: Exit = Exit.USAGE


def wants_json() -> bool:
    """Whether this command was asked for JSON, also when it could not be parsed."""
    return "--json" in sys.argv[1:]


def say(text: str) -> None:
    """Talk to the person, never to the script that reads stdout."""
    typer.echo(text, err=True)


def emit(payload: Mapping[str, object]) -> None:
    """Print one object for a script."""
    typer.echo(json.dumps({"schema": SCHEMA, **payload}, ensure_ascii=False, default=str))


def complain(problem: Problem) -> NoReturn:
    """Say what went wrong, in the asked form, and leave with its code."""
    if wants_json():
        place = problem.place or " ".join(["recon", *sys.argv[1:2]])
        error = {"code": problem.code, "text": problem.text, "place": place, "remedy": problem.remedy}
        emit({"error": error})
    else:
        place = f"{problem.place}: " if problem.place else ""
        say(f"{place}{problem.text}" + (f"\n{problem.remedy}" if problem.remedy else ""))
    raise SystemExit(problem.exit)
