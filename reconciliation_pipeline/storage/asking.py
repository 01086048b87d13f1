"""How are snapshot files asked? By one DuckDB a process, in memory: starting one takes longer than most answers.

What does not fit into its share of the memory is put aside on the disk: a side of ten million records is counted in as
much as one of two. It goes into one folder a user, where DuckDB names files by process, removes its own, and those of
processes that ended without: workers that a parent ends run no clean-up of ours.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from threading import Lock

import duckdb

MEMORY_LIMIT = "512MB"
"""Memory before it spills, for all who ask at the same time."""
FRUGAL_LIMIT = "64MB"
"""Memory before it spills, for one who asks alone: enough to count ten million records in."""
THREADS = 4
"""At most so many: each needs a part of the memory for itself."""
FRUGAL_THREADS = 2

_FIRST = Lock()


@contextmanager
def asking() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection of one's own for a few questions; any thread may."""
    with _FIRST:
        # Two threads that ask first would start two.
        engine = _engine(spill_folder())
    with engine.cursor() as connection:
        yield connection


@contextmanager
def asking_frugally(memory: str = FRUGAL_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of one's own with little memory, for questions that one thread asks one after the other.

    A question that cannot be answered in it raises `duckdb.OutOfMemoryException`; `asking` has more.
    """
    with _connect(memory, FRUGAL_THREADS, spill_folder()) as connection:
        yield connection


@cache
def _engine(folder: Path) -> duckdb.DuckDBPyConnection:
    return _connect(MEMORY_LIMIT, THREADS, folder)


def _connect(memory: str, threads: int, folder: Path) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": min(threads, os.cpu_count() or 1),
        "temp_directory": str(folder),
        "preserve_insertion_order": False,
    }
    return duckdb.connect(":memory:", config=settings)


def spill_folder() -> Path:
    """Give the folder for what is put aside: one for all processes of a user, whom alone it can be read by."""
    folder = Path(gettempdir(), f"recon-{os.getuid()}")
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return folder if _is_ours_alone(folder) else _another(folder)


def _is_ours_alone(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


@cache
def _another(_taken: Path) -> Path:
    """Make a folder where somebody else has taken the name, or opened ours to others."""
    return Path(mkdtemp(prefix="recon-"))
