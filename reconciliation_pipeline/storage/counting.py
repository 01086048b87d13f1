"""What does one snapshot hold, counted in its file?"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.storage.asking import FRUGAL_LIMIT, asking, asking_frugally

Ask = Callable[[str], list[tuple[Any, ...]]]
"""Asks the snapshot a question and gives the rows of the answer."""

MOST_WORDS = 50
"""Different statuses that are told apart; nobody has as many."""

_ROWS = f"""
    SELECT count(*),
           count(*) FILTER (state = '{State.ACTIVE}'),
           count(*) FILTER (coalesce(key, '') = '' AND state <> '{State.OUT_OF_SCOPE}'),
           count(*) FILTER (key <> '')
    FROM read_parquet($path)
"""  # noqa: S608 - the only values in it are words of our own vocabulary

_DISTINCT = "SELECT count(DISTINCT source_id) FROM read_parquet($path)"

_SHARED = """
    SELECT coalesce(sum(n), 0)::BIGINT
    FROM (SELECT count(*) AS n FROM read_parquet($path) WHERE key <> '' GROUP BY key HAVING count(*) > 1)
"""

_STATUSES = f"""
    SELECT coalesce(status, ''), count(*) AS n FROM read_parquet($path)
    GROUP BY 1 ORDER BY n DESC, 1 LIMIT {MOST_WORDS}
"""  # noqa: S608 - a number of our own


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What one snapshot holds.

    Attributes:
        rows: All rows.
        active: Rows whose state is active.
        distinct_source_ids: Different source ids among them.
        no_key: Rows whose key is missing or empty, those out of scope left aside: a lead needs none.
        duplicate_key_rows: Rows whose key another row carries too, and that do not become one.
        statuses: Rows by status, as the system spells it; "" where there is none. The most frequent ones.
        nulls: Active rows by field that has no value on them.
    """

    rows: int
    active: int
    distinct_source_ids: int
    no_key: int
    duplicate_key_rows: int
    statuses: Mapping[str, int] = field(default_factory=dict)
    nulls: Mapping[str, int] = field(default_factory=dict)


def counts(
    path: Path,
    *,
    fold: bool = False,
    money: Sequence[str] = (),
    fields: Sequence[str] = (),
    memory: str = FRUGAL_LIMIT,
) -> RowCounts:
    """Count a snapshot's rows, in its file.

    Args:
        path: The file, absolute.
        fold: Several rows of one key are expected and become one, so that none is a duplicate.
        money: Fields whose amounts are added up then; rows in several currencies cannot become one.
        fields: Fields whose empty values are counted.
        memory: Memory before it spills; where that is not enough, it is counted again with more.
    """
    try:
        with asking_frugally(memory) as connection:
            return _counted(_about(connection, path), fold=fold, money=money, fields=fields)
    except duckdb.OutOfMemoryException:
        with asking() as connection:
            return _counted(_about(connection, path), fold=fold, money=money, fields=fields)


def _about(connection: duckdb.DuckDBPyConnection, path: Path) -> Ask:
    literal = as_literal(path)
    return lambda question: connection.execute(question, {"path": literal}).fetchall()


def _counted(ask: Ask, *, fold: bool, money: Sequence[str], fields: Sequence[str]) -> RowCounts:
    ((rows, active, no_key, with_key),) = ask(_ROWS)
    return RowCounts(
        rows=int(rows),
        active=int(active),
        distinct_source_ids=_distinct(ask, int(rows)),
        no_key=int(no_key),
        duplicate_key_rows=_apart(ask, money) if fold else _shared(ask, with_key),
        statuses={str(word): int(count) for word, count in ask(_STATUSES)},
        nulls=dict(zip(fields, map(int, ask(_nulls(fields))[0]), strict=True)) if fields else {},
    )


def as_literal(path: Path) -> str:
    """Write a path so that DuckDB takes it for one file: brackets and stars would be wildcards."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _all_differ(ask: Ask, column: str, of: int) -> bool:
    """Whether so many values of a column, the empty ones aside, are all different: as many hashes are proof enough.

    Hashes take half the memory of the values. Two values that share one by chance only cost the longer question.
    """
    question = f"SELECT count(DISTINCT hash({column})) FROM read_parquet($path) WHERE {column} <> ''"  # noqa: S608 - ours
    return bool(ask(question)[0][0] == of)


def _distinct(ask: Ask, rows: int) -> int:
    return rows if _all_differ(ask, "source_id", rows) else int(ask(_DISTINCT)[0][0])


def _shared(ask: Ask, with_key: int) -> int:
    return 0 if _all_differ(ask, "key", with_key) else int(ask(_SHARED)[0][0])


def _apart(ask: Ask, money: Sequence[str]) -> int:
    return int(ask(_unfoldable(money))[0][0]) if money else 0


def _nulls(fields: Sequence[str]) -> str:
    empty = ", ".join(f"count(*) FILTER (field_{name} IS NULL)" for name in fields)
    return f"SELECT {empty} FROM read_parquet($path) WHERE state = '{State.ACTIVE}'"  # noqa: S608 - checked field names


def _unfoldable(money: Sequence[str]) -> str:
    """Ask how many rows share a key without becoming one: the amounts that would be added are in several currencies."""
    runs = f"state = '{State.ACTIVE}'"

    def mixed(name: str, among: str) -> str:
        currency = f"coalesce(field_{name}_currency, '')"
        pooled = f"FILTER ({among} AND field_{name} IS NOT NULL)"
        return f"coalesce(min({currency}) {pooled} <> max({currency}) {pooled}, false)"

    # The rows that are added up: those that run, or all where none does.
    of_running = " OR ".join(mixed(name, runs) for name in money)
    of_all = " OR ".join(mixed(name, "true") for name in money)
    return f"""
        SELECT coalesce(sum(n), 0)::BIGINT
        FROM (
            SELECT count(*) AS n FROM read_parquet($path) WHERE key <> ''
            GROUP BY key HAVING CASE WHEN bool_or({runs}) THEN {of_running} ELSE {of_all} END
        )"""  # noqa: S608 - words of our own and checked field names
