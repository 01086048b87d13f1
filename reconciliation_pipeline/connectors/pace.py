"""How do several runs on one machine keep one pace? A small file for each connection says when its next request is due.

A morning and a backfill ask the same system with the same token, and the system counts them together. The file holds
one number, under a lock that ends with its process; whatever else stands in it is started over. Where the file cannot
be used, each run keeps a pace of its own: the worst that follows is being told to wait.
"""

import fcntl
import hashlib
import math
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reconciliation_pipeline.connectors.pacing import OwnSlots

FURTHEST = 60.0
"""Seconds ahead a file may put the next request, besides those who queue; more was written by another clock."""
_QUEUE = 100
_TRIES = 100
_LONGEST = 64


def pace_file(folder: Path, host: str, account: str) -> Path:
    """Name the file of one connection.

    Args:
        folder: Where such files lie.
        host: Host and port.
        account: What stands for the account, such as the name of its token's variable; never the token.
    """
    digest = hashlib.sha256(f"{host}\n{account}".encode()).hexdigest()[:16]
    return folder / f"{re.sub('[^a-z0-9.-]', '_', host.lower())[:80]}-{digest}"


class SharedSlots:
    """The moments of one connection, shared by every process that uses the same file.

    Moments are those of the monotonic clock, which Linux and macOS count from the machine's last start for all
    processes alike. So no change of the wall clock matters, and a file from before a restart is seen by its
    moments being too far ahead, or else passed.
    """

    def __init__(self, file: Path, pause: Callable[[float], object] = time.sleep) -> None:
        """Prepare; the file is made with the first request.

        Args:
            file: Where the next moment stands.
            pause: How to wait for the lock.
        """
        self._file = file
        self._pause = pause
        self._own = OwnSlots()

    def take(self, now: float, gap: float) -> float:
        """Reserve the next moment and keep so many seconds free behind it."""
        try:
            with self._locked() as descriptor:
                found = _read(descriptor)
                if found is not None and found <= now + FURTHEST + _QUEUE * gap:
                    self._own.hold(found)
                due = self._own.take(now, gap)
                _write(descriptor, self._own.next)
                return due
        except OSError:
            return self._own.take(now, gap)

    def hold(self, until: float) -> None:
        """Hand out nothing before that moment, to anybody."""
        self._own.hold(until)
        try:
            with self._locked() as descriptor:
                found = _read(descriptor)
                if found is None or found < until:
                    _write(descriptor, until)
        except OSError:
            return

    @contextmanager
    def _locked(self) -> Iterator[int]:
        # Opened anew each time: 20 microseconds, and nothing is lost when somebody tidies the folder up.
        try:
            descriptor = self._open()
        except FileNotFoundError:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = self._open()
        try:
            self._lock(descriptor)
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        return os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _lock(self, descriptor: int) -> None:
        # Never waited for without an end: whoever holds the lock may have been stopped, not killed.
        for _ in range(_TRIES):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._pause(0.001)
            else:
                return
        raise BlockingIOError


def _read(descriptor: int) -> float | None:
    try:
        found = float(os.pread(descriptor, _LONGEST, 0))
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _write(descriptor: int, moment: float) -> None:
    # One write of a fixed length, so that a crash leaves the old moment or the new one.
    os.pwrite(descriptor, f"{moment:>{_LONGEST - 1}.6f}\n".encode(), 0)
