"""`recon notify --test`: does every channel take a message?"""

import os
from collections.abc import Iterator
from typing import Annotated

import typer

from reconciliation_pipeline.cli.desk import at_work, environment
from reconciliation_pipeline.cli.output import Exit, Json, Problem, emit, say
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.trial import Tried, try_channels


def notify(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One reconciliation; by default all.")] = None,
    test: Annotated[bool, typer.Option("--test", help="Send one test message to every channel, now.")] = False,
    as_json: Json = False,
) -> None:
    """Send one test message to every channel, and say what each made of it; nothing is stored.

    Exit codes: 0 all of them took it, 2 usage or settings, 3 at least one did not.
    """
    if not test:
        text = "There is nothing to send but a test; messages go out by themselves."
        raise Problem("usage", text, place="recon notify", remedy="Say it: `recon notify --test`.")
    told, is_broken = [], False
    for one in [name] if name else _names():
        if one is None:
            is_broken = True
            continue
        with at_work(one) as work:
            for tried in try_channels(work):
                told.append((one, tried))
                if not as_json:
                    _show(one, tried)
    if as_json:
        emit({"channels": [_as_json(one, tried) for one, tried in told]})
    elif not told:
        say("No channel is configured: messages wait in `recon outbox`. Name one under `channels` in the settings.")
    if is_broken:
        raise SystemExit(Exit.USAGE)
    raise SystemExit(Exit.CLEAN if all(tried.accepted for _, tried in told) else Exit.NOT_TRUSTWORTHY)


def _names() -> Iterator[str | None]:
    """Name every reconciliation, and say which have no channels because their settings are broken (None)."""
    loaded = load_all(environment().config, os.environ)
    yield from (one.reconciliation.id for one in loaded.reconciliations)
    for broken in loaded.broken:
        say(f"{broken.name}: its settings have mistakes, so its channels are unknown; `recon doctor` lists them.")
        yield None


def _show(name: str, tried: Tried) -> None:
    mark = "ok  " if tried.accepted else "fail"
    typer.echo(f"{mark} {name}  {tried.channel}: {tried.text} {tried.remedy}".rstrip())


def _as_json(name: str, tried: Tried) -> dict[str, object]:
    return {
        "reconciliation": name,
        "channel": tried.channel,
        "accepted": tried.accepted,
        "text": tried.text,
        "remedy": tried.remedy,
    }
