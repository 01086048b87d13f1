"""How are snapshot files asked? By one DuckDB a process, in memory: starting one takes longer than most answers.

What does not fit into its share of the memory is put aside on the disk: a side of ten million records is counted in as
much as one of two.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from tempfile import TemporaryDirectory
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
        # Two threads that ask first would start two, and one of the folders would go while it is used.
        engine = _engine()
    with engine.cursor() as connection:
        yield connection


@contextmanager
def asking_frugally(memory: str = FRUGAL_LIMIT) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB of one's own with little memory, for questions that one thread asks one after the other.

    A question that cannot be answered in it raises `duckdb.OutOfMemoryException`; `asking` has more.
    """
    with TemporaryDirectory(prefix="asking-") as folder, _connect(memory, FRUGAL_THREADS, folder) as connection:
        yield connection


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return _connect(MEMORY_LIMIT, THREADS, _spill().name)


def _connect(memory: str, threads: int, folder: str) -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": min(threads, os.cpu_count() or 1),
        "temp_directory": folder,
        "preserve_insertion_order": False,
    }
    return duckdb.connect(":memory:", config=settings)


@cache
def _spill() -> TemporaryDirectory[str]:
    """Keep a folder for what is put aside, which goes with the process."""
    return TemporaryDirectory(prefix="asking-")
