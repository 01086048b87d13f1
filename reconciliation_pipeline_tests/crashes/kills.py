"""Is everything as after an uninterrupted night when a process is killed at any point, and run again?"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from reconciliation_pipeline_tests.crashes.points import DAGSTER, Deed, operation_of
from reconciliation_pipeline_tests.crashes.scenes import KILLED, Scene, Stage
from reconciliation_pipeline_tests.crashes.stands import Stands, leftovers, stands
from reconciliation_pipeline_tests.crashes.world import Ended, Place

SAMPLED: Final = frozenset({"GET", "pwrite"})
"""Operations of which there are many alike: the first, the middle and the last one are spoilt."""
WINDOW: Final = ("after channels.post._try: POST", "before storage.outbox.mark_sent: commit")
"""Between the receiver's 200 and our commit a message is sent and not known to be: it may come twice."""


@dataclass(frozen=True)
class Uninterrupted:
    """What a night comes to that nobody disturbs.

    Attributes:
        exit: Its exit code.
        stands: What stands after it.
        received: The messages that arrived.
        reached: How often each point was reached.
    """

    exit: int
    stands: Stands
    received: Counter[str]
    reached: Counter[str]


@dataclass(frozen=True)
class Result:
    """What came of one kill or one fault.

    Attributes:
        scene: The scene's title.
        point: Where.
        nth: The how manieth time.
        what: What was done there.
        end: How the spoilt process ended, in a few words.
        twice: Messages that came twice.
        wrong: Everything that must not be; empty when it passed.
    """

    scene: str
    point: str
    nth: int
    what: str
    end: str
    twice: int
    wrong: tuple[str, ...]


def uninterrupted(stage: Stage, scene: Scene) -> Uninterrupted:
    """Play a scene to its end."""
    with stage.place(scene) as place:
        ended = place.play(*scene.command)
        place.deliver()
        assert "Traceback" not in ended.talk, ended.talk
        assert [] == leftovers(place)
        found = stands(place, is_dated=scene.is_dated)
        return Uninterrupted(ended.exit, found, place.received, Counter(ended.reached))


def deeds(reached: Counter[str]) -> Iterator[Deed]:
    """Choose where to kill: at every durable write; of many requests alike, and of Dagster's own, at three."""
    for point, times in reached.items():
        for nth in nths(point, times):
            yield Deed(point, nth)


def nths(point: str, times: int) -> Sequence[int]:
    """Choose which of the times are spoilt that a point is reached."""
    if DAGSTER in point:
        # Lines about progress come by the clock, so the number of its events is not always the same.
        return sorted({1, max(1, times // 2)})
    if operation_of(point) == "pwrite":
        return (1,)
    if operation_of(point) in SAMPLED:
        return sorted({1, (times + 1) // 2, times})
    return range(1, times + 1)


def kill(stage: Stage, scene: Scene, deed: Deed, plain: Uninterrupted) -> Result:
    """Kill a process at a point, run the command again, and compare."""
    with stage.place(scene) as place:
        ended = place.play(*scene.command, deed=deed)
        wrong = [] if ended.exit == KILLED else [f"it was not killed, and ended with {ended.exit}"]
        wrong += stands(place).damaged
        again = place.play(*scene.command)
        if again.exit not in {plain.exit, *scene.again}:
            wrong.append(f"run again it ended with {again.exit}: {again.said[-400:]} {again.talk[-400:]}")
        place.deliver()
        wrong += healed(place, scene, plain)
        twice, missed = messages(place, plain, may_double=deed.point.startswith(WINDOW))
    return Result(scene.title, deed.point, deed.nth, deed.what, "killed", twice, (*wrong, *missed))


def healed(place: Place, scene: Scene, plain: Uninterrupted, *, extra: frozenset[str] = frozenset()) -> list[str]:
    """Name what is not as after an uninterrupted night.

    Args:
        place: Where.
        scene: What was played.
        plain: The uninterrupted night.
        extra: Keys of messages that may have been added.
    """
    found = stands(place, is_dated=scene.is_dated)
    if extra:
        kept = tuple(one for one in found.outbox if one.split()[0] not in extra or one in plain.stands.outbox)
        found = Stands(**{**vars(found), "outbox": kept})
    return [*found.unlike(plain.stands), *leftovers(place)]


def messages(
    place: Place, plain: Uninterrupted, *, may_double: bool, extra: frozenset[str] = frozenset()
) -> tuple[int, list[str]]:
    """Count the messages that came twice, and name those that were lost or must not have come."""
    got = place.received
    lost = [f"lost: {key}" for key in plain.received if not got[key]]
    strange = [f"nobody wanted {key}" for key in got if key not in plain.received and key not in extra]
    twice = sum(times - 1 for times in got.values())
    often = [f"{twice} messages too many"] if twice > may_double else []
    return twice, [*lost, *strange, *often]


def said(ended: Ended) -> str:
    """Say how a process ended, in a few words."""
    return f"exit {ended.exit}" + (f", {ended.error['code']}" if ended.error else "")
