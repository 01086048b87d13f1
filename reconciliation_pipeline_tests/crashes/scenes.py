"""Which commands write anything that has to last, and from what do they begin?"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from reconciliation_pipeline_tests.crashes.points import Deed
from reconciliation_pipeline_tests.crashes.world import (
    NAME,
    TODAY,
    YESTERDAY,
    Place,
    Template,
    World,
    a_world,
    confirm,
    template_of,
)
from reconciliation_pipeline_tests.postgres import Server

MEMORY: Final = next((place for place in ("/dev/shm",) if os.access(place, os.W_OK)), None)
"""Where nights are played: a killed process leaves the same in memory as on a disk, and no commit waits for one."""
WHO: Final = ("--by", "Ana", "--reason", "so")
ACCEPTING: Final = ("accept", "--among", NAME, "--yes", "--until", "2026-12-31", *WHO)


@dataclass(frozen=True)
class Scene:
    """One command in one place.

    Attributes:
        title: What it is, for readers.
        command: What follows `recon`.
        begins: Which home it begins from; empty for one in which nothing ever was.
        settings: Which folder of settings it reads.
        later: How much later than four o'clock it is.
        is_dated: Whether the ledger's digest holds the moment of the command.
        again: Exit codes of a second go at what was done already, besides that of the first.
        tells: Whether its messages are of its own kind, so that it is killed at every commit and message in any case.
    """

    title: str
    command: tuple[str, ...]
    begins: str = "yesterday"
    settings: str = "settings"
    later: timedelta = timedelta()
    is_dated: bool = False
    again: tuple[int, ...] = ()
    tells: bool = False


MORNING: Final = Scene("a morning with drift and an alarm", ("run", NAME))
SCENES: Final = (
    MORNING,
    Scene("a morning after one that was killed", ("run", NAME), begins="killed"),
    Scene("the first morning ever", ("run", NAME), begins=""),
    Scene("a morning that is refused", ("run", NAME), settings="refused", tells=True),
    Scene("a count is confirmed", confirm("billing", YESTERDAY), begins="unproven"),
    Scene("differences are accepted", ACCEPTING, "today", is_dated=True, again=(2,)),
    Scene("a morning is taken back", ("retract", NAME, "--date", str(TODAY), *WHO), "today", is_dated=True, again=(2,)),
    Scene("old snapshots are given up", ("prune", NAME, "--really"), "today", "brief", timedelta(days=30)),
    Scene("a report is written", ("report", NAME), "today"),
    Scene("an export is written", ("export", NAME, "--out", "OUT/all.csv"), "today"),
    Scene("the Monday message", ("heartbeat", NAME), "today", tells=True),
    Scene("a backup is made", ("backup", "--out", "OUT/backups"), "today"),
)
"""Every command that keeps anything, the morning first."""


HALF_WAY: Final = Deed("after storage.archive.seal: replace crm.json")
"""Where the night was killed that another one follows: files are there, and no verdict."""
KILLED: Final = -9
"""How a killed process ends."""


@dataclass(frozen=True)
class Stage:
    """A world, and the homes that scenes begin from."""

    world: World
    templates: Mapping[str, Template]

    @contextmanager
    def place(self, scene: Scene) -> Iterator[Place]:
        """Make a place for one scene."""
        with self.world.place(self.templates.get(scene.begins), settings=scene.settings, later=scene.later) as place:
            yield place


@contextmanager
def a_stage(folder: Path, postgres: Server | None = None, *, only: str | None = None) -> Iterator[Stage]:
    """Live through yesterday, and where scenes need it through today.

    Args:
        folder: Where everything lies.
        postgres: The server that keeps the ledger; None for SQLite.
        only: The only home that is needed.
    """
    with ExitStack() as stack:
        world = stack.enter_context(a_world(folder, postgres))
        world.configure("refused", start="2026-01-01", floor=0.999, ceiling=1.0001)
        world.configure("brief", keep="7d")
        templates = {}

        def prepared(name: str, begins: Template | None, *commands: tuple[str, ...]) -> None:
            place = stack.enter_context(world.place(begins))
            for command in commands:
                assert place.play(*command).exit in {0, 1, 3}
            templates[name] = template_of(place)

        world.wake(YESTERDAY)
        prepared("unproven", None, ("run", NAME), confirm("crm", YESTERDAY))
        prepared("yesterday", templates["unproven"], confirm("billing", YESTERDAY))
        world.wake(TODAY)
        if only is None:
            prepared("today", templates["yesterday"], ("run", NAME))
            killed = stack.enter_context(world.place(templates["yesterday"]))
            assert killed.play("run", NAME, deed=HALF_WAY).exit == KILLED
            templates["killed"] = template_of(killed)
        yield Stage(world, templates)
