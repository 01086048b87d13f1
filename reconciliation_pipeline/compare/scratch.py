"""Where does an engine put aside what does not fit into its memory, and who removes it when its process was killed?

A folder belongs to whoever holds the lock on it, and that lock ends with its process. So the next one that wants a
folder removes all that belong to nobody.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

_PREFIX = "compare-"


@contextmanager
def scratch(parent: Path | None) -> Iterator[Path]:
    """Make a folder for scratch files that is removed with all that is in it.

    Args:
        parent: Where it lies, made when missing; None for the system's own place, where nothing else is removed.

    Raises:
        OSError: The folder cannot be made.
    """
    if parent is None:
        with TemporaryDirectory(prefix=_PREFIX) as folder:
            yield Path(folder)
        return
    parent.mkdir(parents=True, exist_ok=True)
    with _locked(parent):
        _sweep(parent)
        # What cannot be removed now is removed by the next one; the comparison has been made.
        own = TemporaryDirectory(prefix=_PREFIX, dir=parent, ignore_cleanup_errors=True)
        held = os.open(own.name, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        with own as folder:
            yield Path(folder)
    finally:
        os.close(held)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _sweep(parent: Path) -> None:
    """Remove the folders of processes that are gone; nobody makes one meanwhile."""
    for folder in parent.glob(f"{_PREFIX}*"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
