"""What is told to somebody who called `reconcile` with something it cannot compare?"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb


class ReconcileError(ValueError):
    """Nothing was compared; `text` says why, `remedy` what to do."""

    def __init__(self, text: str, remedy: str = "") -> None:
        super().__init__(f"{text} {remedy}".strip())
        self.text = text
        self.remedy = remedy


@contextmanager
def told(doing: str, remedy: str = "") -> Iterator[None]:
    """Turn a fault of the engine into a sentence.

    Args:
        doing: What could not be done, as the end of "could not be …".
        remedy: What to do, where the engine ran into something other than its limit of memory.

    Raises:
        ReconcileError: The engine failed.
    """
    try:
        yield
    except duckdb.OutOfMemoryException as error:
        text = f"{doing} within the memory it was given: {_first_line(error)}"
        raise ReconcileError(text, 'Give it more, such as memory="8GB".') from error
    except duckdb.Error as error:
        raise ReconcileError(f"{doing}: {_first_line(error)}", remedy) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
