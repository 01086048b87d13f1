"""Whose turn is it? One run of a reconciliation at a time on this machine, by a lock that ends with its process.

What two runs that did meet leave behind is kept apart by attempts, see `attempts.py`.
"""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.files import files_told_in_words


class AlreadyRunning(StorageError):
    """Another run of the same reconciliation has not ended."""


@contextmanager
def turn(home: Path, reconciliation: str) -> Iterator[None]:
    """Hold a reconciliation's turn inside the block.

    Args:
        home: Folder of everything we keep.
        reconciliation: Its id.

    Raises:
        AlreadyRunning: Somebody else holds it; nothing was waited for.
        StorageUnavailable: The folder cannot be written.
    """
    path = home / "running" / f"{reconciliation}.lock"
    with files_told_in_words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
    with file:
        if not _taken(file.fileno()):
            text = f"A run of {reconciliation} is under way already, so this one did not begin."
            remedy = f"Wait until it has ended; `recon list {reconciliation}` shows its result."
            raise AlreadyRunning(text, remedy=remedy)
        yield


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
