"""`recon outbox`, `recon heartbeat`: what was said, and what is said on Mondays."""

import os
from typing import Annotated

import typer

from reconciliation_pipeline.cli.desk import a_date, at_work, environment, open_store
from reconciliation_pipeline.cli.output import Json, Name, Problem, emit, say
from reconciliation_pipeline.cli.run import Day
from reconciliation_pipeline.settings.load import load_all
from reconciliation_pipeline.steps.alive import tell_dead
from reconciliation_pipeline.steps.tell import deliver_due, tell_heartbeat
from reconciliation_pipeline.steps.work import Work


def outbox(
    deliver: Annotated[bool, typer.Option("--deliver", help="Try to send what is waiting, now.")] = False,
    as_json: Json = False,
) -> None:
    """Show every message: stored, sent, failed."""
    with open_store() as store:
        if deliver:
            for pair in load_all(environment().config, os.environ).reconciliations:
                work = Work(pair.reconciliation, store, os.environ, environment().pretended_now)
                say(f"{work.id}: {deliver_due(work).words} {tell_dead(work)}")
        messages = store.outbox.all()
    if as_json:
        emit(
            {
                "messages": [
                    {
                        "id": one.message.key,
                        "reconciliation": one.message.reconciliation,
                        "date": one.message.morning.isoformat(),
                        "topic": one.message.topic.value,
                        "title": one.message.title,
                        "lines": list(one.message.lines),
                        "deliveries": [
                            {"channel": to.channel, "state": to.state, "tries": to.tries, "error": to.last_error}
                            for to in one.deliveries
                        ],
                    }
                    for one in messages
                ]
            }
        )
        return
    for one in messages:
        states = ", ".join(f"{to.channel} {to.state}" for to in one.deliveries) or "stored; no channel is configured"
        typer.echo(f"{one.message.key}  [{states}]\n  {one.message.title}")
    if not messages:
        say("Nothing has had to be said so far.")


def heartbeat(name: Name, day: Day = None, as_json: Json = False) -> None:
    """Store and send the Monday message, now; once per morning."""
    with at_work(name) as work:
        asked = a_date(day) or work.today()
        if asked > work.today():
            # Its one message of that Monday would say today what is not known before then.
            text = f"{asked} has not come yet; today is {work.today()} in {work.reconciliation.timezone}."
            raise Problem("usage", text, place="--date", remedy="Name today, or a morning that is past.")
        told = tell_heartbeat(work, asked)
    if as_json:
        emit({"reconciliation": name, "messages": list(told.stored), "sent": told.sent, "failed": told.failed})
    else:
        say(told.words)
