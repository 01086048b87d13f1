"""Does anything run the mornings by itself, and only once? Read off the heartbeats that Dagster's daemons leave."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciliation_pipeline.steps.doctor.finding import Finding, ok, warn

ALIVE = timedelta(minutes=2)
"""Age up to which a heartbeat is one of a process that runs; they come every 30 seconds."""

SCHEDULER = "SCHEDULER"
"""The daemon that starts a morning when its hour has come."""

_START = (
    "Start one: `dagster-daemon run -w workspace.yaml` (`make dev` brings one along), or let cron call `recon run`."
)


@dataclass(frozen=True, slots=True)
class Beat:
    """One heartbeat.

    Attributes:
        daemon: What the daemon does, as Dagster calls it; a process has several of them.
        process: Identity of its process.
        at: When (UTC).
    """

    daemon: str
    process: str
    at: datetime


def who_runs(beats: Collection[Beat], now: datetime, *, watched: bool) -> Finding:
    """Judge the heartbeats that were seen.

    Args:
        beats: Every one that was seen; several of one daemon where it was watched.
        now: Now (UTC).
        watched: Whether they were watched for long enough to see a second process.
    """
    if not beats:
        return warn("daemon", "no Dagster daemon has ever run here, so no morning starts by itself.", _START)
    last = now - max(beat.at for beat in beats)
    alive = [beat for beat in beats if now - beat.at <= ALIVE]
    if not alive:
        text = f"Dagster's daemon was last seen {_ago(last)} ago, so no morning starts by itself."
        return warn("daemon", text, _START)
    if (count := len({beat.process for beat in alive})) > 1:
        text = (
            f"{count} Dagster daemons run on this storage at once, which Dagster does not support: "
            "a morning may be started twice."
        )
        return warn("daemon", text, "Stop all but one; `dagster dev` and `make dev` bring one of their own along.")
    if all(beat.daemon != SCHEDULER for beat in alive):
        text = f"a Dagster daemon runs, last seen {_ago(last)} ago, but its scheduler does not."
        return warn("daemon", text, "Restart it and look at its log.")
    if not watched:
        text = f"a Dagster daemon runs, last seen {_ago(last)} ago; whether a second one does was not looked at."
        return ok("daemon", text)
    return ok("daemon", f"one Dagster daemon runs, last seen {_ago(last)} ago.")


def schedule(name: str, *, is_off: bool) -> Finding:
    """Say whether a reconciliation's schedule was switched off by hand."""
    if is_off:
        text = "it was switched off in the Dagster UI, so no morning starts by itself."
        return warn("schedule", text, f"Switch `{name}` on again: Automation, in the UI.")
    return ok("schedule", f"`{name}` is not switched off.")


def _ago(age: timedelta) -> str:
    seconds = max(0.0, age.total_seconds())
    for length, word in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {word}"
    return f"{seconds:.0f} s"
