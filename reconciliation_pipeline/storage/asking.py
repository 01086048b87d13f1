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
"""Memory before it spills; a million records are counted in a fifth of it."""
THREADS = 4
"""At most so many: each needs a part of the memory for itself."""

_FIRST = Lock()


@contextmanager
def asking() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection of one's own for a few questions; any thread may."""
    with _FIRST:
        # Two threads that ask first would start two, and one of the folders would go while it is used.
        engine = _engine()
    with engine.cursor() as connection:
        yield connection


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT,
        "threads": min(THREADS, os.cpu_count() or 1),
        "temp_directory": _spill().name,
        "preserve_insertion_order": False,
    }
    return duckdb.connect(":memory:", config=settings)


@cache
def _spill() -> TemporaryDirectory[str]:
    """Keep a folder for what is put aside, which goes with the process."""
    return TemporaryDirectory(prefix="asking-")
