"""Do both sides end together, whatever one of them is waiting for?"""

from dataclasses import dataclass, field
from threading import Event
from typing import cast

import pytest

from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.steps.together import Together


@dataclass
class Waiting:
    """A source that waits until it is closed, or, if it is stubborn, until it is let go."""

    stubborn: bool = False
    closed: int = 0
    released: Event = field(default_factory=Event)

    def wait(self) -> str:
        assert self.released.wait(30)
        return "ended"

    def close(self) -> None:
        self.closed += 1
        if not self.stubborn:
            self.released.set()


def both(*, stubborn: bool = False) -> dict[Side, Waiting]:
    return {side: Waiting(stubborn) for side in Side}


def started(sources: dict[Side, Waiting], *, grace: float = 30) -> Together:
    return Together(cast("dict[Side, Source]", sources), name="test", grace=grace)


def test_what_both_sides_came_to_is_waited_for_and_nothing_is_closed():
    sources = both()
    with started(sources) as threads:
        futures = [threads.start(source.wait) for source in sources.values()]
        for source in sources.values():
            source.released.set()

    assert ["ended", "ended"] == [future.result(0) for future in futures]
    assert [0, 0] == [source.closed for source in sources.values()]


@pytest.mark.parametrize("how", [KeyboardInterrupt, ValueError])
def test_what_breaks_the_block_off_closes_both_sides_and_ends_their_waits(how):
    sources = both()
    with pytest.raises(how), started(sources) as threads:  # noqa: PT012 - what was begun before matters
        futures = [threads.start(source.wait) for source in sources.values()]
        raise how

    assert all(future.done() for future in futures)
    assert [1, 1] == [source.closed for source in sources.values()]


def test_a_side_that_does_not_end_keeps_nobody_waiting():
    sources = both(stubborn=True)
    try:
        with pytest.raises(KeyboardInterrupt), started(sources, grace=0.01) as threads:  # noqa: PT012 - the same
            future = threads.start(sources[Side.CRM].wait)
            raise KeyboardInterrupt
        assert not future.done()
    finally:
        for source in sources.values():
            source.released.set()
