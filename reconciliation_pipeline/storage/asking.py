"""How are snapshot files asked? By one DuckDB a process, in memory: starting one takes longer than most answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import duckdb


@contextmanager
def asking() -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a connection of one's own for a few questions; any thread may."""
    with _engine().cursor() as connection:
        yield connection


@cache
def _engine() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()
