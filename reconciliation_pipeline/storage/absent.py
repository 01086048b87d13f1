"""Who is in one snapshot and not in another? Asked of the files; only the few that are named come back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.storage.asking import asking
from reconciliation_pipeline.storage.counting import as_literal

_RUNS = f"state = '{State.ACTIVE}' AND key <> ''"

_VANISHED = """
    SELECT DISTINCT source_id AS name FROM read_parquet($there)
    ANTI JOIN (SELECT source_id FROM read_parquet($here)) USING (source_id)
"""
_UNKNOWN = """
    SELECT min(asked) AS name
    FROM (SELECT {there} AS means, {asked} AS asked FROM read_parquet($there) WHERE {runs})
    ANTI JOIN (SELECT {here} AS means FROM read_parquet($here) WHERE key <> '') USING (means)
    WHERE means <> '' GROUP BY means
"""
# Drawn by a hash, so that a sample is spread over the whole and the same one is drawn again.
_SAMPLE = "SELECT name, count(*) OVER () FROM ({absent}) ORDER BY hash(name), name LIMIT $most"


@dataclass(frozen=True, slots=True)
class Keys:
    """How the keys of two snapshots are read, as SQL expressions over the column `key`.

    Attributes:
        here: What a key of this side means.
        there: What a key of the other side means.
        asked: How this side would write a key of the other one.
    """

    here: str = "key"
    there: str = "key"
    asked: str = "key"


AS_WRITTEN = Keys()


@dataclass(frozen=True, slots=True)
class Absent:
    """How many are absent, and the names of some of them.

    Attributes:
        count: All of them.
        names: At most as many as were asked for, drawn evenly.
    """

    count: int
    names: tuple[str, ...]


def vanished(here: Path, there: Path, *, most: int) -> Absent:
    """Find source ids of an earlier snapshot of a side that its new one lacks."""
    return _absent(_VANISHED, here, there, most)


def unknown(here: Path, there: Path, *, most: int, keys: Keys = AS_WRITTEN) -> Absent:
    """Find active keys of the other side that this side's snapshot lacks, in whatever state."""
    query = _UNKNOWN.format(here=keys.here, there=keys.there, asked=keys.asked, runs=_RUNS)
    return _absent(query, here, there, most)


def known_keys(small: Path, large: Path, *, keys: Keys = AS_WRITTEN) -> tuple[int, int]:
    """Count the different active keys of one snapshot that another one knows at all, and all of them.

    Args:
        small: The one.
        large: The other.
        keys: How they are read; the small one is `here`.
    """
    query = f"""
        WITH small AS (SELECT DISTINCT {keys.here} AS key FROM read_parquet($small) WHERE {_RUNS}),
             large AS (SELECT DISTINCT {keys.there} AS key FROM read_parquet($large) WHERE key <> '')
        SELECT (SELECT count(*) FROM small SEMI JOIN large USING (key)), (SELECT count(*) FROM small)
    """  # noqa: S608 - words of our own
    ((known, of),) = _rows(query, small=as_literal(small), large=as_literal(large))
    return int(str(known)), int(str(of))


def older_and_new(here: Path, there: Path, *, before: datetime, most: int) -> tuple[str, ...]:
    """Name the source ids of a second snapshot that the first lacks, though nothing about them is younger."""
    query = """
        SELECT source_id FROM read_parquet($there)
        ANTI JOIN (SELECT source_id FROM read_parquet($here)) USING (source_id)
        WHERE coalesce(greatest(created_at, updated_at) < $before::TIMESTAMPTZ, true)
        ORDER BY source_id LIMIT $most
    """
    found = _rows(query, here=as_literal(here), there=as_literal(there), before=before, most=most)
    return tuple(str(one) for (one,) in found)


def some(path: Path, column: str, *, most: int) -> tuple[str, ...]:
    """Name a few active records, by `source_id` or `key`, each once: those that a point read must find."""
    name = {"source_id": "source_id", "key": "key"}[column]
    query = f"""
        SELECT {name} FROM read_parquet($path) WHERE {_RUNS} GROUP BY {name} ORDER BY hash({name}), 1 LIMIT $most
    """  # noqa: S608 - one of two words
    return tuple(str(found) for (found,) in _rows(query, path=as_literal(path), most=most))


def present(path: Path, source_ids: Sequence[str]) -> frozenset[str]:
    """Say which of these source ids a snapshot has."""
    query = "SELECT source_id FROM read_parquet($path) WHERE source_id IN (SELECT unnest($wanted))"
    found = _rows(query, path=as_literal(path), wanted=list(source_ids)) if source_ids else []
    return frozenset(str(one) for (one,) in found)


def _absent(query: str, here: Path, there: Path, most: int) -> Absent:
    found = _rows(_SAMPLE.replace("{absent}", query), here=as_literal(here), there=as_literal(there), most=most)
    return Absent(int(str(found[0][1])) if found else 0, tuple(str(name) for name, _ in found))


def _rows(query: str, **values: object) -> list[tuple[object, ...]]:
    with asking() as connection:
        return connection.execute(query, values).fetchall()
