"""How does one run work on a morning, and nobody else? It takes the lease, says that it is alive, and tidies up.

A run that died leaves an attempt without a verdict, and files of it. Whoever follows it gives both up first.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from threading import Event, Thread

from reconciliation_pipeline.steps.prove import give_up
from reconciliation_pipeline.steps.work import Work
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.leases import TERM

PULSE = TERM / 6
"""How long a holder is silent between two signs of life; five may be missed."""

DIED = "The run ended without a word before both sides had arrived; nothing of it was kept."


def _unknown(run_id: str) -> bool:  # noqa: ARG001 - where nobody keeps records of runs
    return False


def _nobody(run_id: str) -> None:
    """Tell nobody."""


@contextmanager
def on_duty(  # noqa: PLR0913 - what a run, its morning and its predecessor are known by
    work: Work,
    morning: date,
    *,
    run_id: str,
    has_ended: Callable[[str], bool] = _unknown,
    follows: Callable[[str], None] = _nobody,
    lets_go: bool = True,
    pulse: timedelta = PULSE,
) -> Iterator[None]:
    """Work on a morning alone, inside the block.

    Args:
        work: The reconciliation at hand.
        morning: The local date.
        run_id: The run that works; it may enter again while it holds the morning.
        has_ended: Says of another run whether it is known to have ended.
        follows: Told the id of a run that did not let go of the morning and is at work no more.
        lets_go: Whether the morning is free when the block ends well. Otherwise it stays with the run for its next
            step, as long as a lease lasts.
        pulse: How long it is silent between two signs of life.

    Raises:
        AlreadyRunning: Another run is at work on it; nothing was waited for.
    """
    leases, ended = work.store.leases, Event()
    dead = leases.take(work.id, morning, run_id=run_id, at=work.clock(), has_ended=has_ended)
    is_free = True
    try:
        for attempt in work.store.attempts.under_way(work.id, morning):
            if attempt.run_id != run_id:
                give_up(work, attempt, DIED)
        if dead is not None:
            follows(dead.run_id)
        Thread(target=_say_so, args=(work, morning, run_id, ended, pulse), name="lease", daemon=True).start()
        yield
        is_free = lets_go
    finally:
        ended.set()
        if is_free:
            leases.release(work.id, morning, run_id=run_id)


def _say_so(work: Work, morning: date, run_id: str, ended: Event, pulse: timedelta) -> None:
    """Renew the lease until the work has ended; a database that is gone meanwhile may be back in time."""
    while not ended.wait(pulse.total_seconds()):
        try:
            work.store.leases.renew(work.id, morning, run_id=run_id, at=work.clock())
        except StorageError:
            continue
