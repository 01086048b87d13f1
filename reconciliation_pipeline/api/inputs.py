"""What did somebody hand in, and how does the engine read it?

    Frame          pandas, Polars, and whatever else speaks Arrow
    in `files.py`  a path to a file

Each of them names its columns, lets the engine scan those that are wanted, and gives back the rows at some positions
as they came.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import duckdb
import pandas as pd
import pyarrow as pa

from reconciliation_pipeline.api.errors import ReconcileError

ROW: Final = "position in what was handed in"
"""A column beside theirs; nobody has one of that name."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Where the engine finds the wanted columns.

    Attributes:
        source: What stands behind a FROM; it has a column `ROW`, the position from 0.
        values: By column, the expression of its value.
        types: By column, its type as the engine names it.
    """

    source: str
    values: Mapping[str, str]
    types: Mapping[str, str]


class Given(ABC):
    """One side, as it was handed in.

    Attributes:
        label: What people call it.
    """

    label: str

    @property
    @abstractmethod
    def columns(self) -> Sequence[str]:
        """Name its columns, in their order."""

    @abstractmethod
    def scan(self, connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> Scan:
        """Let an engine read some columns.

        Raises:
            ReconcileError: One of them holds what cannot be compared.
        """

    @abstractmethod
    def rows(self, connection: duckdb.DuckDBPyConnection, positions: "pd.Series[int]") -> pd.DataFrame:
        """Give back the rows at some positions, in that order, as they came."""


class Frame(Given):
    """A frame in memory: one of pandas, or a table of Arrow."""

    def __init__(self, label: str, data: object, keys: Sequence[str]) -> None:
        """Take a frame.

        Args:
            label: What people call it.
            data: The frame.
            keys: Columns of the key; pandas may hold them as its index.

        Raises:
            ReconcileError: It is no frame, or two of its columns share a name.
        """
        self.label = label
        self._data = _levelled(data, keys) if isinstance(data, pd.DataFrame) else _table(label, data)
        names = [str(name) for name in self._names]
        if twice := [name for name, count in Counter(names).items() if count > 1]:
            raise ReconcileError(f"{label} has several columns called {_quoted(twice)}.", "Rename all but one of them.")
        self._places = {name: place for place, name in enumerate(names)}

    @property
    def _names(self) -> Sequence[object]:
        return list(self._data.columns) if isinstance(self._data, pd.DataFrame) else self._data.column_names

    @property
    def columns(self) -> Sequence[str]:
        """Name its columns, in their order."""
        return list(self._places)

    def scan(self, connection: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> Scan:
        """Let an engine read some columns; those of pandas become Arrow here, the others are that already."""
        arrays = [pa.array(pd.RangeIndex(len(self._data)).to_numpy()), *(self._column(name) for name in wanted)]
        # Names of our own: the engine does not tell `Plan` from `plan`.
        values = {name: f"v{place}" for place, name in enumerate(wanted)}
        source = f"given_{id(self)}"
        connection.register(source, pa.Table.from_arrays(arrays, names=[ROW, *values.values()]))
        described = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608 - a name of our own
        types = {column: kind for column, kind, *_ in described}
        return Scan(source, values, {name: types[value] for name, value in values.items()})

    def rows(self, connection: duckdb.DuckDBPyConnection, positions: "pd.Series[int]") -> pd.DataFrame:  # noqa: ARG002 - files need it
        """Give back the rows at some positions, in that order, as they came."""
        if isinstance(self._data, pd.DataFrame):
            return self._data.iloc[positions.to_numpy()]
        places = pa.array(positions, pa.int64())
        columns = {name: _takeable(self._data.column(name)).take(places) for name in self._data.column_names}
        return as_pandas(pa.table(columns))

    def _column(self, name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        if isinstance(self._data, pd.DataFrame):
            array = self._converted(self._data.iloc[:, self._places[name]], name)
        else:
            array = self._data.column(self._places[name])
        kind = array.type
        if isinstance(kind, pa.BaseExtensionType) or pa.types.is_duration(kind) or pa.types.is_nested(kind):
            what = "lists or mappings" if pa.types.is_nested(kind) else f"values of type {kind}"
            raise _refused(self.label, name, f"holds {what}, which nothing here compares")
        if pa.types.is_float16(kind):
            return array.cast(pa.float32())
        if pa.types.is_decimal256(kind):
            try:
                return array.cast(pa.decimal128(38, kind.scale))
            except pa.ArrowInvalid as error:
                raise _refused(self.label, name, "holds numbers of more than 38 digits") from error
        return array

    def _converted(self, series: "pd.Series[Any]", name: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        try:
            return pa.array(series, from_pandas=True)
        except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
            # Only now, when it is about a sentence, is every value looked at.
            kinds = sorted({type(value).__name__ for value in series.dropna()})
            what = f"of several types ({', '.join(kinds)})" if len(kinds) > 1 else f"of type {kinds[0]}"
            raise _refused(self.label, name, f"holds values {what}, which do not go into one column") from error


def as_pandas(table: pa.Table) -> pd.DataFrame:
    """Make a frame of a table; whole numbers stay whole where some are missing."""
    frame: pd.DataFrame = table.to_pandas(integer_object_nulls=True)
    return frame


def _levelled(frame: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """Take the index among the columns when the key stands there."""
    absent = set(keys) - {str(name) for name in frame.columns}
    return frame.reset_index() if absent & {str(name) for name in frame.index.names} else frame


def _table(label: str, data: Any) -> pa.Table:  # noqa: ANN401 - whatever somebody hands in
    """Read whatever speaks Arrow, to its end."""
    if not hasattr(data, "__arrow_c_stream__") and callable(getattr(data, "collect", None)):
        # A plan of Polars that nobody ran yet.
        data = data.collect()
    if isinstance(data, pa.RecordBatchReader):
        return data.read_all()
    if not hasattr(data, "__arrow_c_stream__"):
        text = f"{label} is of type {type(data).__name__}, which is no frame."
        raise ReconcileError(text, "Hand in a frame of pandas, Polars or Arrow, or a path to a file.")
    try:
        return pa.table(data)
    except (pa.ArrowException, NotImplementedError) as error:
        text = f"{label} cannot be read as Arrow: {str(error).splitlines()[0]}."
        raise ReconcileError(text, "Turn the column of that type into text or numbers first.") from error


def _takeable(column: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    """Views of texts, which Polars uses, cannot be picked from."""
    if pa.types.is_dictionary(column.type):
        chunks = [pa.DictionaryArray.from_arrays(chunk.indices, _takeable(chunk.dictionary)) for chunk in column.chunks]
        return pa.chunked_array(chunks) if chunks else column
    if pa.types.is_string_view(column.type):
        return column.cast(pa.large_string())
    return column.cast(pa.large_binary()) if pa.types.is_binary_view(column.type) else column


def _refused(label: str, column: str, what: str) -> ReconcileError:
    remedy = f'Make it one column of text first, such as with frame["{column}"].astype("string"), or leave it out.'
    return ReconcileError(f"The column `{column}` of {label} {what}.", remedy)


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
