"""How are both sides worked on at once, and stopped at once?

A thread that waits for an answer, or for its turn to ask, holds the whole process up. Closing its source ends the wait.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

from reconciliation_pipeline.connectors.source import Source
from reconciliation_pipeline.domain.records import Side

GRACE = 2.0
"""Seconds that closed sources have to end; one that does not is left to the end of the process."""

T = TypeVar("T")


class Together:
    """A thread for each side, inside a `with` block; whatever breaks the block off ends them all."""

    def __init__(self, sources: Mapping[Side, Source], *, name: str, grace: float = GRACE) -> None:
        """Prepare; no thread is started yet.

        Args:
            sources: Both sides; they are closed when the block is broken off.
            name: What the threads are called.
            grace: Seconds that they have to end then.
        """
        self._grace = grace
        self._sources = sources
        self._pool = ThreadPoolExecutor(max_workers=len(Side), thread_name_prefix=name)
        self._futures: list[Future[object]] = []

    def start(self, work: Callable[..., T], *given: object) -> Future[T]:
        """Let a thread do some work."""
        future = self._pool.submit(work, *given)
        self._futures.append(future)  # type: ignore[arg-type] # a future of anything is waited for alike
        return future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            for source in self._sources.values():
                source.close()
            wait(self._futures, timeout=self._grace)
        self._pool.shutdown(wait=error is None, cancel_futures=True)
