"""What comes of one fault in one place? The world is set up, the fault put on, the morning lived through and judged."""

import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self

from reconciliation_pipeline.domain.attempts import Attempt, Standing
from reconciliation_pipeline.domain.ledger import Observation
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.faults.judge import Case, Judged, Shown, Verdict, judge
from reconciliation_pipeline_tests.faults.run import Pair, Told
from reconciliation_pipeline_tests.faults.server import two_servers
from reconciliation_pipeline_tests.faults.stage import CONFIRMED, OTHER, TRUSTED, Placement, Stage
from reconciliation_pipeline_tests.faults.system import BY_POSITION, STYLES, System
from reconciliation_pipeline_tests.faults.world import BILLING, CRM, DAY, NOW, Record, World, a_world

SIZE: Final = 240
PAGE: Final = 20
SIDES: Final = (CRM, BILLING)
WAITED: Final = 0.1
"""Seconds of waiting that only a repeated request explains; the pace alone takes less."""


@dataclass(frozen=True)
class Past:
    """A morning that was lived through and trusted, and what was observed on it."""

    attempt: Attempt
    observed: Sequence[Observation]


@dataclass(frozen=True)
class Played:
    """What came of one placement.

    Attributes:
        judged: The verdict.
        told: How the morning ended.
        fired: How often the fault happened.
        shape: What the system that misbehaved was like, in a word or two.
    """

    judged: Judged
    told: Told
    fired: int
    shape: str


def copied(world: World) -> World:
    """Copy a world, to be changed."""
    return World(
        {side: [dict(one) for one in records] for side, records in world.yesterday.items()},
        {side: [dict(one) for one in records] for side, records in world.today.items()},
    )


def a_shape(chance: random.Random, style: str, fixed: Mapping[str, Any]) -> dict[str, Any]:
    """Choose what is left open about a system: its total, its order, its packing."""
    totals = ("body", "header") if style in BY_POSITION else ("none", "body", "header")
    shape = {
        "style": style,
        "size": PAGE,
        "total": "none" if style == "range" else chance.choice(totals),
        "packed": chance.random() < 0.5,
        "chunked": chance.random() < 0.3,
        "newest_first": style == "has_more" or (style in {"cursor", "link"} and chance.random() < 0.5),
    }
    open_total = shape["total"] if style == "range" else fixed.get("total", shape["total"])
    return {**shape, **fixed, "total": open_total}


@dataclass
class Theatre:
    """Two servers and a store; faults are put on here, one after the other, each with a reconciliation of its own.

    Use it in a `with` block.
    """

    _open: ExitStack = field(default_factory=ExitStack)
    _pasts: dict[int, Past] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=count)

    def __enter__(self) -> Self:
        self.folder = Path(self._open.enter_context(TemporaryDirectory(prefix="faults-", dir=_memory())))
        self.servers = self._open.enter_context(two_servers())
        self.store = self._open.enter_context(Store.open(self.folder, None))
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()

    def play(self, placement: Placement) -> Played:
        """Put a fault in its place and live through the morning."""
        fault, world = placement.fault, copied(the_world())
        chance = random.Random(placement.name)
        style = fault.styles[placement.turn % len(fault.styles)]
        shapes = {
            placement.side: a_shape(chance, style, fault.system),
            OTHER[placement.side]: a_shape(chance, chance.choice(STYLES), fault.other),
        }
        systems = {side: self.servers[side].serves(System(world.today[side], **shapes[side])) for side in SIDES}
        system = systems[placement.side]
        page = {"first": 0, "middle": system.pages // 2, "last": system.pages - 1}[placement.position]
        stage = Stage(world, placement.side, system, systems[OTHER[placement.side]], page, placement.past)
        fault.install(stage)
        case, told = self.live(world, systems, placement.past, {placement.side: fault.more})
        again = told.waited[placement.side] > WAITED
        judged = judge(case, told, must=fault.must, codes=fault.codes, asked_again=again)
        if not stage.fired:
            judged = Judged(Verdict.WRONG, "the fault never happened")
        return Played(judged, told, stage.fired, f"{style}, total {system.total}")

    def live(
        self,
        world: World,
        systems: Mapping[str, System],
        past: str,
        more: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> tuple[Case, Told]:
        """Live through today's morning; gives what was there and what was said."""
        name = f"pair_{next(self._numbers)}"
        if past == TRUSTED:
            self._remember(name, self.yesterday(world))
        for side in SIDES:
            self.servers[side].serves(systems[side])
        sides = {side: Shown({one["id"]: dict(one) for one in world.today[side]}, systems[side]) for side in SIDES}
        screen = {side: sides[side].screen for side in SIDES} if past == CONFIRMED else None
        told = Pair(name, self.store, systems, more or {}).morning(screen)
        for kept in (self.folder / "snapshots" / name, self.folder / "diffs" / name):
            shutil.rmtree(kept, ignore_errors=True)
        return Case(world, sides, past, more or {}), told

    def yesterday(self, world: World) -> Past:
        """Live through yesterday's morning, which is trusted; once for each world."""
        mark = hash(tuple(one["id"] for side in SIDES for one in world.yesterday[side]))
        if mark not in self._pasts:
            held: dict[str, list[Record]] = {side: [dict(one) for one in world.yesterday[side]] for side in SIDES}
            systems = {side: self.servers[side].serves(System(held[side])) for side in SIDES}
            pair = Pair(f"yesterday_{len(self._pasts)}", self.store, systems, now=NOW - DAY)
            told = pair.morning({side: len(held[side]) for side in SIDES})
            assert told.standing is Standing.TRUSTED, told.reasons
            self._pasts[mark] = Past(told.attempt, self.store.ledger.of_attempt(told.attempt) or [])
        return self._pasts[mark]

    def _remember(self, name: str, past: Past) -> None:
        """Let a reconciliation have had that morning yesterday; its snapshots stay where they are."""
        own = past.attempt
        begun = self.store.attempts.begin(
            name, own.morning, run_id=own.run_id, started_at=own.started_at, live=own.live
        )
        trusted = replace(own, reconciliation=name, number=begun.number)
        self.store.attempts.conclude(trusted, at=own.started_at)
        self.store.ledger.record(trusted, past.observed)


@cache
def the_world() -> World:
    return a_world(SIZE)


def _memory() -> str | None:
    """Name a folder in memory, where there is one: nothing here outlives the process."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None
