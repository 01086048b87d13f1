"""What does a Parquet file hold? Columns with types of their own, and a count that the writer put beside them.

Only this module knows pyarrow's reader. The count and the columns stand at the end of the file, so one that was cut
cannot be opened at all (https://parquet.apache.org/docs/file-format/). What a value means is `cells.py`.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from reconciliation_pipeline.connectors.cells import Column, cell_of
from reconciliation_pipeline.connectors.errors import BadShape, Damaged, PullFailed, SourceError, Truncated
from reconciliation_pipeline.connectors.mapping import Record, mapped_paths
from reconciliation_pipeline.connectors.paths import ABSENT, Reader, compile_path, dig
from reconciliation_pipeline.connectors.paths import Path as Steps
from reconciliation_pipeline.connectors.tables.table import Records, Table, Wanted, missing, refuse_twice
from reconciliation_pipeline.connectors.values import Unusable
from reconciliation_pipeline.settings.model import FileSide

BATCH = 5_000
"""Records that are decoded at once."""

_MARK = b"PAR1"
"""What a whole file begins and ends with."""

_AGAIN = "Check whether the export ran to its end, and have it written again."


def read_parquet(file: BinaryIO, path: Path, settings: FileSide) -> Table:
    """Open a Parquet file; a path is the name of a column, or leads into it with dots.

    Args:
        file: The file, open for reading from its first byte.
        path: Its name, for messages.
        settings: The side.

    Raises:
        PullFailed: It is cut or damaged, or has not the columns that are mapped.
    """
    opened = _opened(file, path)
    names = opened.schema_arrow.names
    refuse_twice(names, str(path))
    columns = {each: _column(opened.schema_arrow, each, str(path)) for each in mapped_paths(settings)}

    def used(paths: Sequence[str]) -> list[str]:
        roots = {columns[each][0][0] for each in paths}
        return [name for name in names if name in roots]

    def choose(paths: Sequence[str], wanted: Wanted) -> Records:
        return _chosen(_batches(opened, used(list(columns)), path), used(paths), wanted, path)

    def reader(name: str) -> Reader:
        steps, kind = columns[name]
        return lambda record: _cell(dig(record, steps), kind, name)

    batches = _batches(opened, used(list(columns)), path)
    return Table(_records(batches, path), reader, opened.metadata.num_rows, choose)


def _opened(file: BinaryIO, path: Path) -> pq.ParquetFile:
    problem: PullFailed
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - len(_MARK)))
    whole = size > 2 * len(_MARK) and file.read() == _MARK
    try:
        # Timestamps of the old kind (INT96) would else overflow beyond the year 2262.
        return pq.ParquetFile(file, page_checksum_verification=True, coerce_int96_timestamp_unit="us")
    except (pa.ArrowException, OSError):
        kind, what = (BadShape, "is damaged") if whole else (Truncated, "ends early")
        problem = kind(f"The Parquet file {path} {what}.", remedy=_AGAIN)
    raise problem


def _column(schema: pa.Schema, name: str, place: str) -> tuple[Steps, Column]:
    """Find a column: its own name comes first, dots and all, then the way into a structure."""
    nested = _walked(schema, name)
    if name in schema.names:
        if nested is not None and len(nested[0]) > 1:
            message = f"{place}: {name!r} is the name of a column and leads into another one; either could be meant."
            raise BadShape(message, remedy="Have the export give one of them another name.")
        return (name,), _kind(schema.field(name).type)
    if nested is None:
        raise missing(name, _leaves(schema), place)
    return nested[0], _kind(nested[1])


def _walked(schema: pa.Schema, name: str) -> tuple[Steps, Any] | None:
    """Follow a path through the types; None when it leads nowhere."""
    try:
        steps = compile_path(name)
    except SourceError:
        return None
    inside: Any = pa.struct(list(schema))
    for step in steps:
        if isinstance(step, str) and pa.types.is_struct(inside) and inside.get_field_index(step) >= 0:
            inside = inside.field(step).type
        elif isinstance(step, int) and _is_list(inside):
            inside = inside.value_type
        else:
            return None
    return steps, inside


def _leaves(schema: pa.Schema) -> list[str]:
    return [
        f"{field.name}.{inner.name}" if inner is not None else field.name
        for field in schema
        for inner in (field.type if pa.types.is_struct(field.type) else [None])
    ]


def _is_list(kind: Any) -> bool:  # noqa: ANN401 - pyarrow has no types of its own
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _kind(kind: Any) -> Column:  # noqa: ANN401 - pyarrow has no types of its own
    if pa.types.is_float32(kind):
        return Column.SINGLE
    return Column.WHOLE if pa.types.is_decimal(kind) and kind.scale <= 0 else Column.PLAIN


def _records(batches: Iterator[Any], path: Path) -> Records:
    number = 0
    for batch in batches:
        for record in _decoded(batch, f"{path}, after record {number:,}"):
            number += 1
            yield f"record {number:,}", record


def _chosen(batches: Iterator[Any], looked_at: Sequence[str], wanted: Wanted, path: Path) -> Records:
    """Decode a few columns of all records, and the others of those that are wanted: decoding takes most of the time."""
    number = 0
    for batch in batches:
        place = f"{path}, after record {number:,}"
        for at, part in enumerate(_decoded(batch.select(looked_at), place)):
            number += 1
            if wanted(part):
                (record,) = _decoded(batch.slice(at, 1), place)
                yield f"record {number:,}", record


def _batches(opened: pq.ParquetFile, used: Sequence[str], path: Path) -> Iterator[Any]:
    problem: PullFailed
    try:
        yield from opened.iter_batches(BATCH, columns=list(used), use_threads=False)
    except (pa.ArrowException, OSError):
        problem = Damaged(f"The Parquet file {path} is damaged in the middle.", remedy=_AGAIN)
    else:
        return
    raise problem


def _decoded(batch: Any, place: str) -> list[Record]:  # noqa: ANN401 - pyarrow has no types of its own
    """Decode a batch; nanoseconds are more than any moment here needs."""
    problem: BadShape
    try:
        simple = pa.schema([field.with_type(_simple(field.type)) for field in batch.schema])
        records: list[Record] = (batch if simple == batch.schema else batch.cast(simple, safe=False)).to_pylist()
    except (pa.ArrowException, ValueError, OverflowError):
        remedy = "Look for dates beyond the year 9999, or have the export leave them out."
        problem = BadShape(f"{place}: a value that Python cannot hold.", remedy=remedy)
    else:
        return records
    raise problem


def _simple(kind: Any) -> Any:  # noqa: ANN401 - pyarrow has no types of its own
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_simple(field.type)) for field in kind])
    return pa.list_(_simple(kind.value_type)) if pa.types.is_list(kind) else kind


def _cell(value: object, kind: Column, name: str) -> object:
    if value is ABSENT:
        # A structure that is null on the way: the column is there, this record has nothing in it.
        return None
    try:
        return cell_of(value, kind)
    except Unusable as unusable:
        problem = BadShape(f"The column {name} holds a value that is {unusable.text}.", remedy=unusable.remedy)
    raise problem
