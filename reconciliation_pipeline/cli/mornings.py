"""`recon retract`, `verify`, `prune`, `history`: whole mornings, one by one and all together."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console

from reconciliation_pipeline.cli.desk import a_date, at_work
from reconciliation_pipeline.cli.output import Exit, Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.cli.timeline import show_on_timeline
from reconciliation_pipeline.domain.decisions import Retraction
from reconciliation_pipeline.domain.spelling import counted, plain
from reconciliation_pipeline.reporting.history import history_chart
from reconciliation_pipeline.reporting.words import words_of
from reconciliation_pipeline.steps.prune import prune as give_up
from reconciliation_pipeline.steps.report import trend
from reconciliation_pipeline.steps.verify import verify as look

_DAYS = 90


def retract(
    name: Name,
    day: Annotated[str, typer.Option("--date", metavar="D", help="The morning that should not count.")],
    by: Annotated[str, typer.Option("--by", help="Who says so.")],
    reason: Annotated[str, typer.Option("--reason", help="Why it must not be believed.")],
    undo: Annotated[bool, typer.Option("--undo", help="Let it count again.")] = False,
    as_json: Json = False,
) -> None:
    """Take a morning back that should never have been trusted: it opens, ages and closes nothing any more.

    Its snapshots stay where they are. Running the morning again makes a new attempt, which counts.
    """
    if not by.strip() or not reason.strip():
        text = "Who takes a morning back and why is part of the record."
        raise Problem("usage", text, place="--by, --reason", remedy="Say both, neither of them blank.")
    with at_work(name) as work:
        morning = a_date(day) or work.today()
        word = Retraction(work.id, morning, plain(by), plain(reason), work.clock(), restores=undo)
        concerned = work.store.retractions.keep(word)
        left = work.store.attempts.baseline(work.id, morning + timedelta(days=1))
        if concerned:
            show_on_timeline(work, word.words, {"morning": str(morning), "by": word.by, "reason": word.reason})
    if not concerned:
        state = "was never taken back" if undo else "has no attempt that counts"
        raise Problem("nothing_to_retract", f"{morning} of {name} {state}.", place="--date", remedy="Name another day.")
    if as_json:
        latest = left.morning.isoformat() if left else None
        emit({"reconciliation": name, "date": day, "retracted": not undo, "attempts": concerned, "baseline": latest})
        return
    then = f"Counts are measured against {left.morning} now." if left else "No earlier morning is left to measure by."
    say(f"{morning} of {name} {'counts again' if undo else 'counts no more'}. {then}")


def verify(name: Name, as_json: Json = False) -> None:
    """Read everything again, and name the ledger by a digest: the same history is the same digest.

    Exit codes: 0 everything is as it was written, 3 a snapshot is gone or changed.
    """
    with at_work(name) as work:
        found = look(work)
    if as_json:
        bad = [{"date": morning.isoformat(), "text": text} for morning, text in found.bad]
        first = bad[0]["date"] if bad else None
        told: dict[str, object] = {"ok": found.is_ok, "digest": found.digest, "first_bad": first, "bad": bad}
        emit({"reconciliation": name, **told, "mornings": found.mornings, "pruned": found.pruned})
    else:
        for _, text in found.bad:
            say(text)
        pruned = f", snapshots of {found.pruned:,} given up" if found.pruned else ""
        say(f"{counted(found.mornings, 'trusted morning')}{pruned}, {len(found.bad):,} damaged.")
        typer.echo(found.digest)
    if not found.is_ok:
        raise SystemExit(Exit.NOT_TRUSTWORTHY)


def prune(
    name: Name,
    really: Annotated[bool, typer.Option("--really", help="Remove them; without it nothing is removed.")] = False,
    as_json: Json = False,
) -> None:
    """Say which snapshots and pages are older than the settings keep them (`keep`), and remove them with --really.

    What was observed on those mornings stays, so do the counts; only a comparison under new rules is lost.
    """
    with at_work(name) as work:
        found = give_up(work, keep=work.reconciliation.keep, dry=not really)
    if as_json:
        days = [morning.isoformat() for morning in found.mornings]
        emit(
            {
                "reconciliation": name,
                "before": str(found.before),
                "dates": days,
                "pages": found.pages,
                "bytes": found.bytes,
                "done": really,
            }
        )
        return
    if not found.mornings and not found.pages:
        say(f"Nothing is older than {found.before}.")
        return
    span = f" ({found.mornings[0]} to {found.mornings[-1]})" if found.mornings else ""
    snapshots = f"snapshots of {counted(len(found.mornings), 'morning')}{span}"
    done = "removed" if really else "would be removed; say --really"
    say(f"{snapshots.capitalize()} and {counted(found.pages, 'page')}, {found.bytes / 1e6:,.1f} MB: {done}.")


def history(
    name: Name,
    days: Annotated[int, typer.Option("--last", metavar="N", min=1, help="How many trusted mornings.")] = _DAYS,
    day: Day = None,
    as_json: Json = False,
) -> None:
    """Draw how many differences were open on each of the last trusted mornings, and both counts."""
    with at_work(name) as work:
        until = a_date(day) or work.today()
        points = trend(work, until, most=days)
        # As long as none is trusted, the latest unproven one stands in.
        unproven = {morning for morning, *_ in points} - set(work.store.ledger.mornings(work.id, until=until))
        words = words_of(work.reconciliation)
    if as_json:
        lines = [
            {
                "date": morning.isoformat(),
                "crm": crm,
                "billing": billing,
                "open": count,
                "proven": morning not in unproven,
            }
            for morning, crm, billing, count in points
        ]
        emit({"reconciliation": name, "mornings": lines})
        return
    if not points:
        say(f"No trusted morning up to {until}.")
        return
    Console().print(history_chart(points, words, unproven))
