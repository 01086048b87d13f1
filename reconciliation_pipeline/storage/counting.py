"""What does one snapshot hold, counted in its file?"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.storage.asking import asking

MOST_WORDS = 50
"""Different statuses that are told apart; nobody has as many."""

_COUNTS = f"""
    WITH snapshot AS (SELECT source_id, key, state FROM read_parquet($path)),
         shared AS (SELECT count(*) AS n FROM snapshot WHERE key <> '' GROUP BY key HAVING count(*) > 1)
    SELECT count(*),
           count(*) FILTER (state = '{State.ACTIVE}'),
           count(DISTINCT source_id),
           count(*) FILTER (coalesce(key, '') = '' AND state <> '{State.OUT_OF_SCOPE}'),
           (SELECT coalesce(sum(n), 0)::BIGINT FROM shared)
    FROM snapshot
"""  # noqa: S608 - the only value in it is a word of our own vocabulary


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


def counts(path: Path, *, fold: bool = False, money: Sequence[str] = (), fields: Sequence[str] = ()) -> RowCounts:
    """Count a snapshot's rows, in its file.

    Args:
        path: The file, absolute.
        fold: Several rows of one key are expected and become one, so that none is a duplicate.
        money: Fields whose amounts are added up then; rows in several currencies cannot become one.
        fields: Fields whose empty values are counted.
    """
    literal = as_literal(path)
    with asking() as connection:
        found = connection.execute(_COUNTS, {"path": literal}).fetchall()[0]
        apart = connection.execute(_unfoldable(money), {"path": literal}).fetchall()[0] if fold and money else (0,)
        statuses = connection.execute(_STATUSES, {"path": literal}).fetchall()
        nulls = connection.execute(_nulls(fields), {"path": literal}).fetchall()[0] if fields else ()
    rows, active, distinct, no_key, duplicates = (int(number) for number in found)
    return RowCounts(
        rows,
        active,
        distinct,
        no_key,
        int(apart[0]) if fold else duplicates,
        {str(word): int(count) for word, count in statuses},
        {name: int(count) for name, count in zip(fields, nulls, strict=True)},
    )


def as_literal(path: Path) -> str:
    """Write a path so that DuckDB takes it for one file: brackets and stars would be wildcards."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _nulls(fields: Sequence[str]) -> str:
    empty = ", ".join(f"count(*) FILTER (field_{name} IS NULL)" for name in fields)
    return f"SELECT {empty} FROM read_parquet($path) WHERE state = '{State.ACTIVE}'"  # noqa: S608 - checked field names


def _unfoldable(money: Sequence[str]) -> str:
    """Ask how many rows share a key without becoming one: the amounts that would be added are in several currencies."""
    mixed = " OR ".join(
        f"count(DISTINCT coalesce(field_{name}_currency, '')) FILTER (pooled AND field_{name} IS NOT NULL) > 1"
        for name in money
    )
    return f"""
        WITH keyed AS (
            SELECT *, (state = '{State.ACTIVE}') = bool_or(state = '{State.ACTIVE}') OVER (PARTITION BY key) AS pooled
            FROM read_parquet($path) WHERE key <> ''
        ),
        apart AS (SELECT count(*) AS n FROM keyed GROUP BY key HAVING {mixed})
        SELECT coalesce(sum(n), 0)::BIGINT FROM apart"""  # noqa: S608 - words of our own and checked field names
