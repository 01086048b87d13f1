"""How is the demo world started, moved on and stopped?

The commands' side of the demo. Everything goes through the state file, which the servers read
again before every answer: when a function here returns, the next answer shows it.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from reconciliation_pipeline.demo.lives import SideName
from reconciliation_pipeline.demo.server import HOST, pid_of
from reconciliation_pipeline.demo.state import DemoError, State, folder, load, no_world, save
from reconciliation_pipeline.demo.story import STORY, Story, story_instant

CRM_PORT, BILLING_PORT = 8471, 8472
DEFAULT_SEED = 1224

START_LIMIT = 30.0
"""Longest a start may take, in seconds; it usually takes one."""

STOP_LIMIT = 5.0
"""Seconds a server may take to end by itself before it is ended."""


def serve(  # noqa: PLR0913 - each is a choice of its own, and all have a default
    home: Path,
    *,
    seed: int | None = None,
    story: Story | None = None,
    now: datetime | None = None,
    crm_port: int = CRM_PORT,
    billing_port: int = BILLING_PORT,
    fresh: bool = False,
) -> State:
    """Make sure that the demo world is served, and return once both sides answer.

    A world that is there goes on as it is: same seed, same clock, same accidents. Only one that
    was started on an earlier day and never moved begins its story anew, at 04:00 of today.

    Args:
        home: Where everything is kept.
        seed: Which world; None keeps the one there is.
        story: Its counts; None keeps those there are.
        now: What counts as today; None asks the clock.
        crm_port: Where the CRM answers.
        billing_port: Where billing answers.
        fresh: Begin the story anew in any case.

    Raises:
        DemoError: A port is taken, or the servers do not come up in time.
    """
    today = story_instant(now or datetime.now(UTC))
    folder(home).mkdir(parents=True, exist_ok=True)
    with _alone(home):
        old = None if fresh else load(home)
        state = _next(old, seed, story, today)
        state = replace(state, crm_port=crm_port, billing_port=billing_port)
        if old is None or (old.crm_port, old.billing_port) != (crm_port, billing_port):
            _end(home)
        if state != old:
            save(home, state)
        if pid_of(home) is None:
            _start(home)
    return replace(state, pid=pid_of(home))


def stop(home: Path) -> bool:
    """End the servers; the world stays as it is. False when there were none."""
    if not folder(home).exists():
        return False
    with _alone(home):
        return _end(home)


def advance(home: Path, by: timedelta) -> datetime:
    """Move the world's clock on, and return what it says now.

    Raises:
        DemoError: There is no demo world.
    """
    with _alone(home):
        state = _there(home)
        save(home, replace(state, clock=state.clock + by))
        return state.clock + by


def set_clock(home: Path, instant: datetime) -> None:
    """Set the world's clock to any instant with a time zone, past mornings included.

    Raises:
        DemoError: There is no demo world, or the instant has no time zone.
    """
    if instant.tzinfo is None:
        text = f"The instant {instant.isoformat()} has no time zone."
        raise DemoError(text, remedy="Add one, e.g. 2026-11-22T04:00:00+01:00.")
    with _alone(home):
        save(home, replace(_there(home), clock=instant.astimezone(UTC)))


def set_fault(home: Path, side: SideName, limit: int | None) -> None:
    """Let an accident happen, or with a limit of None undo it.

    From then on the side's lists hold only their first `limit` running records and say, as if all
    was well, that there are no more.

    Raises:
        DemoError: There is no demo world.
    """
    with _alone(home):
        state = _there(home)
        others = {name: count for name, count in state.faults.items() if name != side}
        save(home, replace(state, faults=others if limit is None else {**others, side: limit}))


def status(home: Path) -> State | None:
    """Look at the demo world: clock, addresses, tokens, and whether it is served; None when there is none.

    Raises:
        DemoError: Its state cannot be understood.
    """
    state = load(home)
    return None if state is None else replace(state, pid=pid_of(home))


def _next(old: State | None, seed: int | None, story: Story | None, today: datetime) -> State:
    """Decide whether the world that is there goes on or the story begins anew."""
    same = old is not None and seed in {None, old.seed} and story in {None, old.story}
    if old is not None and same and (old.moved or old.start >= today):
        return old
    return State(
        seed=seed if seed is not None else old.seed if old else DEFAULT_SEED,
        story=story or (old.story if old else STORY),
        start=today,
        clock=today,
        crm_port=CRM_PORT,
        billing_port=BILLING_PORT,
    )


def _there(home: Path) -> State:
    state = load(home)
    if state is None:
        raise no_world(home)
    return state


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Let one command at a time change a demo world."""
    if not folder(home).exists():
        raise no_world(home)
    with (folder(home) / "control.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _start(home: Path) -> None:
    """Start the process, which returns once it has both ports, and wait until both sides answer."""
    command = [sys.executable, "-m", "reconciliation_pipeline.demo", "--home", str(home.absolute()), "--background"]
    package_parent = Path(__file__).parents[2]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, by our own interpreter
            command, cwd=package_parent, capture_output=True, text=True, timeout=START_LIMIT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise _not_up(home) from error
    if done.returncode:
        text = done.stderr.strip().splitlines() or ["The demo's servers did not start."]
        raise DemoError(text[-1])
    deadline = time.monotonic() + START_LIMIT
    state = _there(home)
    while not all(_healthy(port) for port in (state.crm_port, state.billing_port)):
        if time.monotonic() > deadline:
            raise _not_up(home)
        time.sleep(0.02)


def _healthy(port: int) -> bool:
    connection = HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200  # noqa: PLR2004 - HTTP's own number
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _not_up(home: Path) -> DemoError:
    text = f"The demo's servers did not answer within {START_LIMIT:.0f} seconds."
    return DemoError(text, remedy=f"What they said is in {folder(home) / 'server.log'}.")


def _end(home: Path) -> bool:
    pid = pid_of(home)
    if pid is None:
        return False
    deadline = time.monotonic() + STOP_LIMIT
    # It may end by itself at any moment.
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        while pid_of(home) == pid:
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
    return True
