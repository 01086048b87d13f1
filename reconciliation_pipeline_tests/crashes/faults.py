"""Does a night end loudly when the disk, a database or the network fails at any point, and does the next one heal it?

Faults are raised at one point, for once or from then on; a file that the kernel cuts off is a short write for real.
What is done to real disks and servers stands in `real.py`.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Final

from reconciliation_pipeline_tests.crashes.kills import Result, Uninterrupted, healed, messages, nths, said
from reconciliation_pipeline_tests.crashes.points import COMMIT, FILES, Deed, operation_of
from reconciliation_pipeline_tests.crashes.scenes import Scene, Stage
from reconciliation_pipeline_tests.crashes.stands import leftovers, stands
from reconciliation_pipeline_tests.crashes.world import NAME, TODAY, Ended, Place

ON_DISK: Final = (("disk full", True), ("read-only", True), ("input/output error", False))
ON_SQLITE: Final = (("database is locked", False), ("database is full", True))
LOST: Final = "connection to Postgres lost"
ON_POSTGRES: Final = ((LOST, False), (LOST, True))
CUT_OFF: Final = (0, 512, 4_096, 20_000, 65_536, 262_144, 600_000, 1_000_000, 1_200_000)
"""Bytes after which the kernel cuts every file off; a snapshot of this world has 1.1 million."""
REFUSAL: Final = frozenset({f"{NAME}/{TODAY}/not_trustworthy"})
"""What may be told besides, when a night was spoilt."""


def spoilings(reached: Counter[str], *, is_postgres: bool) -> Iterator[Deed]:
    """Choose what fails where: every durable write fails, in one of the ways that its kind can fail."""
    turn = 0
    for point, times in reached.items():
        when, operation = point.split()[0], operation_of(point)
        for nth in (1,) if point.endswith("/") else nths(point, times):
            if operation in FILES and when == "before":
                what, lasts = ON_DISK[turn % len(ON_DISK)]
                turn += 1
                yield Deed(point, nth, what, lasts)
            elif operation == COMMIT and is_postgres:
                # After: it was done, and the word that it was is what is lost.
                yield from (Deed(point, nth, what, lasts) for what, lasts in ON_POSTGRES[: 1 + (when == "before")])
            elif operation == COMMIT and when == "before":
                yield from (Deed(point, nth, what, lasts) for what, lasts in ON_SQLITE)
            elif operation in {"GET", "POST"}:
                yield Deed(point, nth, "connection reset")
                if nth == 1 and when == "before":
                    yield Deed(point, nth, "connection reset", lasts=True)


def spoil(stage: Stage, scene: Scene, deed: Deed, plain: Uninterrupted) -> Result:
    """Let one thing fail in a night, look at how it ended, and let the next night heal it."""
    with stage.place(scene) as place:
        ended = place.play(*scene.command, deed=deed)
        return judged(place, scene, deed, plain, ended)


def cutting(longest: int) -> str:
    """Name what is done to every file."""
    return f"cut off after {longest:,} bytes"


def cut_off(stage: Stage, scene: Scene, longest: int, plain: Uninterrupted) -> Result:
    """Let the kernel write no file beyond a length."""
    deed = Deed("every file", 1, cutting(longest))
    with stage.place(scene) as place:
        ended = place.play(*scene.command, longest=longest)
        return judged(place, scene, deed, plain, ended, is_mute=not longest)


def judged(  # noqa: PLR0913 - a night, what was done to it, and what it is held against
    place: Place, scene: Scene, deed: Deed, plain: Uninterrupted, ended: Ended, *, is_mute: bool = False
) -> Result:
    """Judge a night in which something failed: it went on as if nothing had, or it was loud and the next one heals.

    Args:
        place: Where.
        scene: What was played.
        deed: What was done.
        plain: The uninterrupted night.
        ended: How the night ended.
        is_mute: Whether what it says could not be written either; its exit code has to say it.
    """
    wrong = [f"half-visible: {one}" for one in stands(place).damaged]
    end, is_quiet = said(ended), ended.exit == plain.exit and not ended.error
    if is_quiet:
        place.deliver()
        if missing := stands(place, is_dated=scene.is_dated).unlike(plain.stands):
            wrong.append(f"nobody was told, and it was not as it should be: {missing}")
        else:
            end = "as if nothing had happened"
    elif not is_mute or ended.exit != 3:
        wrong += unclear(ended)
    if wrong or not is_quiet or leftovers(place):
        again = place.play(*scene.command)
        if again.exit not in {plain.exit, *scene.again}:
            wrong.append(f"run again it ended with {again.exit}: {again.said[-400:]} {again.talk[-400:]}")
        place.deliver()
        wrong += healed(place, scene, plain, extra=REFUSAL)
    # Where the commit fails that would have said that a message was sent, it is sent again.
    twice, missed = messages(place, plain, may_double=True, extra=REFUSAL)
    return Result(
        scene.title, deed.point, deed.nth, f"{deed.what}{', lasting' * deed.lasts}", end, twice, (*wrong, *missed)
    )


def unclear(ended: Ended) -> list[str]:
    """Name what is not as a failure has to be told: one sentence, a remedy, no traceback, the right exit code."""
    wrong = []
    if "Traceback" in ended.said + ended.talk:
        wrong.append(f"a traceback: {(ended.said + ended.talk)[-600:]}")
    if ended.exit not in {2, 3}:
        wrong.append(f"exit {ended.exit}: {ended.said[-300:]} {ended.talk[-300:]}")
        return wrong
    error = ended.error
    if error:
        if error["code"] == "fault":
            wrong.append(f"no clear sentence: {error['text']}")
        if not error["text"].strip() or not error["remedy"].strip():
            wrong.append(f"no sentence or no remedy: {error}")
        return wrong
    lines = [line for line in ended.said.splitlines() if line.startswith("{")]
    reasons = json.loads(lines[-1]).get("reasons", []) if lines else []
    if not reasons or not all(one["text"] and one.get("remedy") for one in reasons):
        wrong.append(f"no reason with a remedy: {ended.said[-400:]}")
    return wrong
