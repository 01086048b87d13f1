"""`recon demo`: a CRM and a billing system to try everything on, and the mornings to fill them with.

The only place that knows the demo world; the pipeline itself never imports it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated

import typer
from pydantic import TypeAdapter, ValidationError

from reconciliation_pipeline.cli.backfill import line
from reconciliation_pipeline.cli.desk import environment, open_store, settings
from reconciliation_pipeline.cli.morning import run_morning
from reconciliation_pipeline.cli.output import Json, Problem, emit, say
from reconciliation_pipeline.demo import control, screens
from reconciliation_pipeline.demo.state import DemoError, State
from reconciliation_pipeline.demo.story import ZONE
from reconciliation_pipeline.domain.attempts import AcceptedCount
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.reporting.terminal import DEMO
from reconciliation_pipeline.settings.values import Duration
from reconciliation_pipeline.steps.work import Work

PAIR = DEMO
"""The reconciliation that belongs to the demo world."""

HALF_A_LOAD = 130
"""Records that billing returns in the accident of the half-loaded side."""


def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Start the two systems, if they do not run.")] = False,
    mornings: Annotated[
        int | None, typer.Option("--mornings", min=1, max=60, metavar="N", help="Run the last N mornings.")
    ] = None,
    advance: Annotated[str | None, typer.Option("--advance", metavar="2h", help="Move the world's clock on.")] = None,
    accident: Annotated[
        bool, typer.Option("--accident", help="Let billing return 130 records and call it all.")
    ] = False,
    heal: Annotated[bool, typer.Option("--heal", help="Undo the accident.")] = False,
    seed: Annotated[int | None, typer.Option("--seed", help="Another world with the same counts.")] = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin the story anew.")] = False,
    crm_port: Annotated[int | None, typer.Option("--crm-port", help="Where the CRM answers.")] = None,
    billing_port: Annotated[int | None, typer.Option("--billing-port", help="Where billing answers.")] = None,
    stop: Annotated[bool, typer.Option("--stop", help="Stop the two systems.")] = False,
    as_json: Json = False,
) -> None:
    """Serve a CRM and a billing system on this machine, with an automation between them that loses events."""
    home = environment().home
    world = _World(home, seed, crm_port, billing_port)
    try:
        if stop:
            control.stop(home)
        elif mornings:
            _run_mornings(world, mornings)
        elif advance:
            control.advance(home, _duration(advance))
            _confirm(home)
        elif accident or heal:
            control.set_fault(home, "billing", None if heal else HALF_A_LOAD)
        elif serve or fresh or seed is not None:
            world.serve(fresh=fresh)
            _confirm(home)
        _tell(control.status(home), as_json=as_json)
    except DemoError as error:
        raise Problem("demo", error.text, place="recon demo", remedy=error.remedy) from None


@dataclass(frozen=True, slots=True)
class _World:
    """Which world is asked for; what is left open stays as it was."""

    home: Path
    seed: int | None
    crm_port: int | None
    billing_port: int | None

    def serve(self, *, fresh: bool) -> State:
        old = control.status(self.home)
        crm, billing = (old.crm_port, old.billing_port) if old else (control.CRM_PORT, control.BILLING_PORT)
        return control.serve(
            self.home,
            seed=self.seed,
            fresh=fresh,
            crm_port=self.crm_port or crm,
            billing_port=self.billing_port or billing,
        )


def _duration(text: str) -> timedelta:
    try:
        return TypeAdapter(Duration).validate_python(text)
    except ValidationError:
        said = f"{text!r} is not a duration."
        raise Problem("usage", said, place="--advance", remedy="Write one like 30m, 2h or 1d.") from None


def _run_mornings(asked: _World, count: int) -> None:
    """Run the last mornings one after the other, each at 04:00 of its own day, today's last."""
    world, home = asked.serve(fresh=True), asked.home
    pair, environ = settings(PAIR)
    today = world.clock.astimezone(pair.zone).date()
    try:
        for back in range(count - 1, -1, -1):
            instant = datetime.combine(today - timedelta(days=back), time(4), pair.zone)
            control.set_clock(home, instant)
            _confirm(home, instant.date())
            with open_store() as store:
                work = Work(pair, store, environ, pretended_now=instant)
                say(line(run_morning(work, instant.date(), quiet=True)))
    finally:
        control.set_clock(home, world.clock)


def _confirm(home: Path, morning: date | None = None) -> None:
    """Read the counts off the demo's own screens, as a person would before a first morning is believed."""
    pair, environ = settings(PAIR)
    with open_store() as store:
        work = Work(pair, store, environ)
        for side, count in screens.running(home).items():
            said = "read off the demo's own screen"
            store.confirmed_counts.keep(
                AcceptedCount(pair.id, Side(side), morning or work.today(), count, "the demo", said, work.clock())
            )


def _tell(world: State | None, *, as_json: bool) -> None:
    if as_json:
        emit({"demo": None if world is None else _as_json(world)})
    elif world is None:
        say("There is no demo world yet: `recon demo --serve` starts one.")
    else:
        running = f"CRM {world.crm_url}, billing {world.billing_url}" if world.alive else "stopped"
        accident = (
            f" An accident is on: billing returns {HALF_A_LOAD} records and calls it all." if world.faults else ""
        )
        say(f"Demo world: {running}; its clock says {world.clock.astimezone(ZONE):%Y-%m-%d %H:%M}.{accident}")


def _as_json(world: State) -> dict[str, object]:
    return {
        "running": world.alive,
        "crm_url": world.crm_url,
        "billing_url": world.billing_url,
        "clock": world.clock.isoformat(),
        "seed": world.seed,
        "accident": bool(world.faults),
    }
