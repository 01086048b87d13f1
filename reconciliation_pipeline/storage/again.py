"""Which records of a snapshot stand behind a few keys? Asked of the file, for those that are read once more."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reconciliation_pipeline.storage.asking import asking
from reconciliation_pipeline.storage.counting import as_literal


@dataclass(frozen=True, slots=True)
class Known:
    """The records of one key.

    Attributes:
        source_ids: Their ids.
        key: The key as one of them writes it.
    """

    source_ids: tuple[str, ...]
    key: str


def known_by(path: Path, keys: Sequence[str], means: str) -> dict[str, Known]:
    """Find the records of each key.

    Args:
        path: The snapshot.
        keys: Keys as the comparison knows them.
        means: What a key of this side means, as an SQL expression over the column `key`.
    """
    query = f"""
        SELECT means, list(source_id ORDER BY source_id), min(key)
        FROM (SELECT {means} AS means, source_id, key FROM read_parquet($path) WHERE key <> '')
        WHERE means IN (SELECT unnest($keys)) GROUP BY means
    """  # noqa: S608 - quoted settings
    with asking() as connection:
        found = connection.execute(query, {"path": as_literal(path), "keys": list(keys)}).fetchall()
    return {str(key): Known(tuple(map(str, ids)), str(spelt)) for key, ids, spelt in found}
