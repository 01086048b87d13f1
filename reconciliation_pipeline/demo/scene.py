"""What do the servers show at this moment?

A scene is a state with the view that belongs to it; the stage notices when the state file was
rewritten and builds the next scene once, not once a request.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from reconciliation_pipeline.demo.lives import SideName
from reconciliation_pipeline.demo.state import State, load, no_world, state_file
from reconciliation_pipeline.demo.story import Story
from reconciliation_pipeline.demo.world import Entry, View, World, build


@dataclass(frozen=True, slots=True)
class Scene:
    """A state and what both sides hold at its clock."""

    state: State
    view: View

    def listed(self, side: SideName, entries: Iterable[Entry]) -> list[Entry]:
        """Apply the side's accident to a list, if it has one.

        A list after the accident holds the first running records and nothing else, and says
        that this is all there is. Single records can still be read by id.
        """
        limit = self.state.faults.get(side)
        if limit is None:
            return list(entries)
        return [entry for entry in entries if entry.version.running][:limit]


ShowScene = Callable[[], Scene]
"""How a server gets at the scene of the moment."""


class Stage:
    """The scene of the moment, for the state file in a home."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._seen: tuple[int, int, int] | None = None
        self._scene: Scene | None = None

    def __call__(self) -> Scene:
        """Give the scene, after another look at the state file.

        Raises:
            DemoError: The state file is missing or cannot be understood.
        """
        try:
            stat = state_file(self._home).stat()
        except FileNotFoundError:
            raise no_world(self._home) from None
        seen = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if self._scene is None or seen != self._seen:
            self._scene = self._set()
            self._seen = seen
        return self._scene

    def _set(self) -> Scene:
        state = load(self._home)
        if state is None:
            raise no_world(self._home)
        return Scene(state, _world(state.seed, state.start, state.story).view(state.clock))


@lru_cache(maxsize=4)
def _world(seed: int, start: datetime, story: Story) -> World:
    return build(seed, start, story)
