"""How are the records settled on which nobody has to look?

Runs the questions of `digests.py`, and gives back what is left: the rows of each side that are open, to be looked at
by `statement.py`. Planted rows go the same way as real ones.
"""

# ruff: noqa: S608 - statements are made of paths, numbers and names of our own

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from reconciliation_pipeline.compare import digests
from reconciliation_pipeline.compare.rules import ComparisonRules
from reconciliation_pipeline.compare.snapshot import SnapshotFiles, scan
from reconciliation_pipeline.domain.plants import Place
from reconciliation_pipeline.domain.records import Side


@dataclass(frozen=True, slots=True)
class Settling:
    """What digests alone can say about two snapshots.

    Attributes:
        rows: By side, the rows of its files, counted there.
        equal: By side, rows that agree with one of the other side.
        out_of_scope: By side, rows that are active nowhere.
        places: Where each planted row among them ended.
        open_rows: By side, all others: what stands behind a FROM.
        open_planted: The planted ones among those; empty when nothing was planted.
    """

    rows: Mapping[Side, int]
    equal: Mapping[Side, int]
    out_of_scope: Mapping[Side, int]
    places: tuple[Place, ...]
    open_rows: Mapping[Side, str]
    open_planted: Mapping[Side, str]


def settle(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules) -> Settling:
    """Settle by their digests whoever agrees, and whoever is active nowhere.

    Args:
        connection: An engine with nothing in it.
        files: The snapshots; digests they come without are worked out here.
        rules: How they are compared.
    """
    planted = {side: _numbered(path, f"-1 - {_PLACE}") for side, path in files.planted.items()}
    sources = {side: _numbered(files[side], _PLACE) for side in Side}
    with TemporaryDirectory(prefix="digests-", dir=_folder(connection)) as folder:
        for side in Side:
            known = scan(files.digests.get(side) or _written(connection, files, rules, side, Path(folder)))
            if side in planted:
                few = f"(SELECT * EXCLUDE (row), row AS file_row_number FROM {planted[side]})"
                connection.execute(f"CREATE TEMP TABLE {side}_planted AS {digests.of_rows(few, rules, side)}")
                known = f"(SELECT * FROM {known} UNION ALL SELECT * FROM {side}_planted)"
            connection.execute(f"CREATE TEMP VIEW {side}_digests AS SELECT * FROM {known}")
        return _settled(connection, files, rules, sources, planted)


_PLACE = "CAST(file_row_number AS INTEGER)"


def _folder(connection: duckdb.DuckDBPyConnection) -> Path:
    return Path(connection.execute("SELECT current_setting('temp_directory')").fetchall()[0][0])


def _numbered(path: Path, row: str) -> str:
    return f"(SELECT * EXCLUDE (file_row_number), {row} AS row, row < 0 AS planted FROM {scan(path, numbered=True)})"


def _written(
    connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, rules: ComparisonRules, side: Side, folder: Path
) -> Path:
    target = folder / f"{side}.parquet"
    digests.write(connection, files[side], rules, side, target)
    return target


def _settled(
    connection: duckdb.DuckDBPyConnection,
    files: SnapshotFiles,
    rules: ComparisonRules,
    sources: Mapping[Side, str],
    planted: Mapping[Side, str],
) -> Settling:
    views = {side: f"{side}_digests" for side in Side}
    connection.execute(f"CREATE TEMP TABLE agreed AS {digests.agreed(views, rules)}")
    equal, out_of_scope = dict.fromkeys(Side, 0), dict.fromkeys(Side, 0)
    ended: dict[Side, dict[int, str]] = {side: {} for side in Side}
    for side in Side:
        rest = f"{side}_rest"
        connection.execute(f"CREATE TEMP TABLE {rest} AS {digests.rest(views[side], rules)}")
        connection.execute(f"CREATE TEMP TABLE {side}_open AS {digests.unmet(rest)}")
        connection.execute(f"INSERT INTO {side}_open SELECT unnest({side}_open) FROM agreed")
        ((equal[side], planted_rows),) = connection.execute(f"SELECT pairs, {side}_planted FROM agreed").fetchall()
        ended[side] |= dict.fromkeys(planted_rows or (), "equal")
        for count, planted_rows in _out_of_scope(connection, side, views[side.other]):
            out_of_scope[side] += count
            ended[side] |= dict.fromkeys(planted_rows or (), "out_of_scope")
    connection.execute("DROP TABLE agreed")
    still_open = {side: _open(side, sources[side]) for side in Side}
    open_planted = {side: _open(side, source) for side, source in planted.items()}
    return Settling(
        rows={side: _count(connection, files, side) for side in Side},
        equal=equal,
        out_of_scope=out_of_scope,
        places=tuple(place for side in planted for place in _places(connection, side, planted[side], ended[side])),
        open_rows={
            side: f"({source} UNION ALL BY NAME {open_planted[side]})" if side in planted else f"({source})"
            for side, source in still_open.items()
        },
        open_planted={side: f"({source})" for side, source in open_planted.items()},
    )


def _out_of_scope(
    connection: duckdb.DuckDBPyConnection, side: Side, other: str
) -> Iterator[tuple[int, Sequence[int] | None]]:
    """Count who is active nowhere, and name the planted ones; whoever may be active on the other side stays open."""
    rest = f"{side}_rest"
    ((count, planted),) = connection.execute(digests.keyless(rest)).fetchall()
    yield count, planted
    # Mostly there are none, and then the other side need not be read for it.
    if connection.execute(f"SELECT 1 FROM {digests.resting(rest)} LIMIT 1").fetchall():
        connection.execute(f"CREATE TEMP TABLE {side}_idle AS {digests.idle(rest, other)}")
        connection.execute(f"INSERT INTO {side}_open SELECT unnest(met) FROM {side}_idle")
        ((count, planted),) = connection.execute(f"SELECT count, planted FROM {side}_idle").fetchall()
        yield count, planted


def _open(side: Side, source: str) -> str:
    return f"SELECT * FROM {source} SEMI JOIN {side}_open USING (row)"


def _count(connection: duckdb.DuckDBPyConnection, files: SnapshotFiles, side: Side) -> int:
    ((count,),) = connection.execute(f"SELECT count(*) FROM {scan(*files.all_of(side))}").fetchall()
    return int(count)


def _places(
    connection: duckdb.DuckDBPyConnection, side: Side, source: str, ended: Mapping[int, str]
) -> tuple[Place, ...]:
    found = connection.execute(f"SELECT row, source_id, key FROM {source} ORDER BY row DESC").fetchall()
    return tuple(Place(side, source_id, key, ended[row]) for row, source_id, key in found if row in ended)
