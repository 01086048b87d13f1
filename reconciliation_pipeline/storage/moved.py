"""What moved while a list was read? Asked of the files of its walks; only numbers come back."""

from datetime import datetime
from pathlib import Path

from reconciliation_pipeline.storage.asking import asking
from reconciliation_pipeline.storage.counting import as_literal

_NEWBORN = "SELECT count(DISTINCT source_id) FROM read_parquet($path) WHERE created_at >= $since::TIMESTAMPTZ"

_LACKING = """
    SELECT count(DISTINCT source_id) FROM read_parquet($of)
    ANTI JOIN (SELECT source_id FROM read_parquet($lacking)) USING (source_id)
"""


def newborn(path: Path, *, since: datetime) -> int:
    """Count a snapshot's records that say they began at a moment or after it."""
    return _count(_NEWBORN, path=as_literal(path), since=since)


def exchanged(first: Path, second: Path) -> tuple[int, int]:
    """Count the records of a second walk that the first one lacks, and those of the first that the second lacks."""
    one, two = as_literal(first), as_literal(second)
    return _count(_LACKING, of=two, lacking=one), _count(_LACKING, of=one, lacking=two)


def _count(query: str, **values: object) -> int:
    with asking() as connection:
        ((count,),) = connection.execute(query, values).fetchall()
    return int(count)
