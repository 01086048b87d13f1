"""How is a file read without changing what it says?

Parquet has types. CSV has none: every value is taken as it is written, so that `007` stays what it is, and a column is
one of numbers only when every value of it is written as machines write numbers. JSON has a few; its whole numbers are
exact, its others are what every reader of JSON makes of them.
"""

# ruff: noqa: S608 - statements are made of quoted paths and quoted names

import gzip
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd
import pyarrow as pa

from reconciliation_pipeline.api.columns import NUMBER_TEXT, SPELT_TEXT, is_number
from reconciliation_pipeline.api.errors import ReconcileError, told
from reconciliation_pipeline.api.inputs import ROW, Given, Scan, as_pandas

_FORMATS: Final = {
    "parquet": (".parquet", ".pq"),
    "csv": (".csv", ".tsv", ".csv.gz", ".tsv.gz"),
    "json": (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz"),
}
_JSON_TYPES: Final = {"UBIGINT": NUMBER_TEXT, "BIGINT": NUMBER_TEXT, "DOUBLE": NUMBER_TEXT, "BOOLEAN": "BOOLEAN"}


class File(Given):
    """A file of Parquet, CSV or JSON lines."""

    def __init__(self, label: str, path: Path, connection: duckdb.DuckDBPyConnection, copy: Path) -> None:
        """Open a file; one without types is read once, to its end.

        Args:
            label: What people call it.
            path: The file.
            connection: An engine.
            copy: Where a file without types is written as one that has them.

        Raises:
            ReconcileError: It is not there, of no format that is read here, or damaged.
        """
        self.label = label
        if not path.is_file():
            raise ReconcileError(f"{label}: there is no file {path}.", "Check the path.")
        form = next((form for form, ends in _FORMATS.items() if path.name.lower().endswith(ends)), None)
        if form is None:
            known = ", ".join(end for ends in _FORMATS.values() for end in ends)
            raise ReconcileError(
                f"{label}: {path.name} is of no format that is read here.", f"Its name ends in {known}."
            )
        self._connection, self._form = connection, form
        with told(f"{label}: {path.name} could not be read", "Nothing was compared; look at the file."):
            self._source = _literal(path)
            self._types: Mapping[str, str] = {}
            if form != "parquet":
                self._copy(path, copy)
                self._source = _literal(copy)
            self._scanned = f"""(
                SELECT * EXCLUDE (file_row_number), file_row_number AS "{ROW}"
                FROM read_parquet({self._source}, hive_partitioning = false, file_row_number = true))"""
            self._columns = _described(connection, f"read_parquet({self._source}, hive_partitioning = false)")

    @property
    def columns(self) -> Sequence[str]:
        """Name its columns, in their order."""
        return list(self._columns)

    def scan(self, connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> Scan:
        """Let an engine read some columns."""
        types = {name: self._types.get(name, self._columns[name]) for name in wanted}
        if self._form == "csv":
            types = self._spelt(connection, wanted)
        values = {name: quoted(name) for name in wanted}
        return Scan(self._scanned, values, types)

    def rows(self, connection: duckdb.DuckDBPyConnection, positions: "pd.Series[int]") -> pd.DataFrame:
        """Give back the rows at some positions, in that order, as the file has them."""
        columns = ", ".join(quoted(name) for name in self._columns)
        turns = pd.RangeIndex(len(positions)).to_numpy()
        connection.register("positions", pa.table({"at": pa.array(positions, pa.int64()), "turn": pa.array(turns)}))
        query = f"""
            SELECT {columns} FROM {self._scanned} given JOIN positions ON given."{ROW}" = positions.at
            ORDER BY turn"""
        frame = as_pandas(connection.sql(query).to_arrow_table())
        for name, kind in self._types.items():
            if kind == NUMBER_TEXT:
                frame[name] = pd.to_numeric(frame[name])
        return frame

    def _spelt(self, connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> dict[str, str]:
        if not wanted:
            return {}
        asked = ", ".join(f"coalesce(bool_and({is_number(quoted(name))}), false)" for name in wanted)
        (found,) = connection.execute(f"SELECT {asked} FROM {self._scanned}").fetchall()
        return {name: SPELT_TEXT if numbers else "VARCHAR" for name, numbers in zip(wanted, found, strict=True)}

    def _copy(self, path: Path, copy: Path) -> None:
        """Write a file without types as one that has them, in the order of its lines."""
        # Guesses that could leave out lines, or letters, are not made.
        query = f"""
            SELECT * FROM read_csv({self._source}, delim = '{_delimiter(path)}', quote = '"', escape = '"',
                all_varchar = true, header = true, skip = 0, comment = '')"""
        if self._form == "json":
            query = self._json()
        self._connection.execute("SET preserve_insertion_order = true")
        self._connection.execute(f"COPY ({query}) TO {_literal(copy)} (FORMAT parquet)")
        self._connection.execute("SET preserve_insertion_order = false")

    def _json(self) -> str:
        """Read every value as the JSON it is, and say of each column what it holds."""
        lines = f"read_json({self._source}, format = 'newline_delimited', records = true"
        names = _described(self._connection, f"{lines}, sample_size = -1)")
        source = f"{lines}, columns = {{{', '.join(f'{quoted(name)}: JSON' for name in names)}}})"
        asked = ", ".join(f"list_sort(list(DISTINCT json_type({quoted(name)})))" for name in names)
        (found,) = self._connection.execute(f"SELECT {asked} FROM {source}").fetchall()
        self._types = {
            name: _json_type({kind for kind in kinds or () if kind not in {None, "NULL"}})
            for name, kinds in zip(names, found, strict=True)
        }
        texts = (
            f"CAST({quoted(name)} ->> '$' AS {'BOOLEAN' if kind == 'BOOLEAN' else 'VARCHAR'}) AS {quoted(name)}"
            for name, kind in self._types.items()
        )
        return f"SELECT {', '.join(texts)} FROM {source}"


def _json_type(kinds: set[str]) -> str:
    """Name one type for everything a column holds; values that have none in common have none."""
    types = {_JSON_TYPES.get(kind, kind) for kind in kinds} or {"NULL"}
    return types.pop() if len(types) == 1 else " and ".join(sorted(kinds))


def _delimiter(path: Path) -> str:
    """Say what stands between the names of the columns."""
    opened = gzip.open if path.suffix.lower() == ".gz" else open
    with opened(path, "rb") as file:
        head = re.sub(rb'"[^"]*"', b"", file.readline())
    return max(",;\t|", key=lambda one: head.count(one.encode()))


def quoted(name: str) -> str:
    """Write the name of a column as SQL does."""
    return '"' + name.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    # Brackets and stars are wildcards to the engine; inside brackets they stand for themselves.
    return "'" + re.sub(r"([*?\[])", r"[\1]", str(path.absolute())).replace("'", "''") + "'"


def _described(connection: duckdb.DuckDBPyConnection, source: str) -> dict[str, str]:
    return {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()}
