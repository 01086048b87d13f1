"""What do a few records of a snapshot share, and how many others share it too? Asked of the file.

Only values that many records hold leave it: what few hold could name somebody.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import duckdb

from reconciliation_pipeline.storage.asking import asking
from reconciliation_pipeline.storage.counting import as_literal

MANY: Final = 10
"""Records that hold a value before it is told."""

_FIELD: Final = "field_"
_MOST_FREQUENT: Final = """
    WITH marked AS (
        SELECT {value} AS value, source_id IN (SELECT unnest($ids)) AS is_meant FROM read_parquet($path)
    )
    SELECT value, count(*) FILTER (is_meant) AS meant, count(*) AS everywhere,
           (SELECT count(*) FROM marked) AS total
    FROM marked WHERE value IS NOT NULL GROUP BY value HAVING meant > 0 {many}
    ORDER BY meant DESC, everywhere, value LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Held:
    """The value that most of the records hold.

    Attributes:
        name: A mapped field, or `status`, `created` (a moment, the start of an hour), `created_hour` (0 to 23, UTC).
        value: The value.
        meant: How many of the records hold it.
        everywhere: How many records of the snapshot hold it.
        total: How many records the snapshot has.
    """

    name: str
    value: str | int | datetime
    meant: int
    everywhere: int
    total: int


def held_in_common(path: Path, source_ids: Collection[str]) -> Iterator[Held]:
    """Give, for each field, for the status and for the time of creation, the value that most of these records hold.

    Args:
        path: The snapshot.
        source_ids: The records.
    """
    ids = sorted(source_ids)
    with asking() as connection:
        for name, value in _columns(connection, path):
            many = "" if name.startswith("created") else f"AND everywhere >= {MANY}"
            query = _MOST_FREQUENT.format(value=value, many=many)
            row = connection.execute(query, {"path": as_literal(path), "ids": ids}).fetchone()
            if row is not None:
                yield Held(name, *row)


def _columns(connection: duckdb.DuckDBPyConnection, path: Path) -> list[tuple[str, str]]:
    found = connection.execute("SELECT * FROM read_parquet($path) LIMIT 0", {"path": as_literal(path)}).description
    names = [str(column[0]) for column in found or ()]
    quoted = {name: '"' + name.replace('"', '""') + '"' for name in names}
    fields = [(name.removeprefix(_FIELD), quoted[name]) for name in names if name.startswith(_FIELD)]
    # Kept in UTC; what the connection takes for the local zone must not matter.
    hours = "epoch(created_at)::BIGINT // 3600"
    made = f"make_timestamp(({hours}) * 3600 * 1000000)"
    return [*fields, ("status", "status"), ("created", made), ("created_hour", f"({hours}) % 24")]
