"""How do the rows of one side become a Parquet file?

In batches, so that memory stays bounded whatever the size, and beside whoever brings the rows: a walk that keeps a pace
must not wait for a disk. Where files lie belongs in `archive.py`, how they become visible in `files.py`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from reconciliation_pipeline.domain.records import Row
from reconciliation_pipeline.storage.columns import MOMENT, moment_column, text_column
from reconciliation_pipeline.storage.files import files_told_in_words, written_once

BATCH = 32_768
"""Rows in one row group of the file, held in memory until it is full."""
CHUNK = 1_024
"""Rows that become columns together, which hold them in a tenth of the space; `BATCH` is a multiple of it."""


def schema(fields: Sequence[str]) -> pa.Schema:
    """Name and type the columns: text and moments in UTC, and `field_<name>` for each value."""
    texts = [(name, pa.string()) for name in ("source_id", "key", "status", "state")]
    moments = [(name, MOMENT) for name in ("created_at", "updated_at")]
    return pa.schema([*texts, *moments, *((f"field_{name}", pa.string()) for name in fields)])


def sha256_of(path: Path) -> str:
    """Hash a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class SnapshotWriter:
    """Takes the rows of one side of one attempt, inside a `with` block.

    Attributes:
        path: The file, relative to the archive's root; it exists once the block has ended well.
        fields: Names of values, as in `Row.values`.
        rows: Rows taken so far.
        sha256: Hash of the file's bytes; None until it exists.
    """

    def __init__(self, root: Path, path: str, fields: Sequence[str]) -> None:
        self.path = path
        self.fields = tuple(fields)
        self.rows = 0
        self.sha256: str | None = None
        self._root = root
        self._schema = schema(fields)
        self._rows: list[Row] = []
        self._chunks: list[pa.RecordBatch] = []
        self._under_way: Future[None] | None = None
        self._session: AbstractContextManager[None] = self._writing()

    def write(self, rows: Iterable[Row]) -> None:
        """Take more rows; a value that a row lacks is kept as null.

        Raises:
            ValueError: A row has a value that no field is named after; it would be lost.
            StorageUnavailable: The disk is full.
        """
        names = frozenset(self.fields)
        for row in rows:
            if not names.issuperset(row.values):
                unknown = ", ".join(sorted(row.values.keys() - names))
                message = f"{self.path} has no column for {unknown}; the fields are {', '.join(self.fields) or 'none'}"
                raise ValueError(message)
            self._rows.append(row)
            self.rows += 1
            if len(self._rows) == CHUNK:
                self._turn()
                if self.rows % BATCH == 0:
                    self._flush()

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        return self._session.__exit__(kind, error, trace)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with written_once(self._root, self.path) as file:
            self._parquet = pq.ParquetWriter(file, self._schema, compression="zstd")
            try:
                with ThreadPoolExecutor(1, thread_name_prefix="write") as self._thread:
                    yield
                    self._turn()
                    self._flush()
                self._settle()
            finally:
                with files_told_in_words(self._root / self.path):
                    self._parquet.close()
        self.sha256 = sha256_of(self._root / self.path)

    def _turn(self) -> None:
        """Turn the rows taken since the last time into columns."""
        rows, self._rows = self._rows, []
        columns = [
            *(
                text_column(column)
                for column in (
                    [row.source_id for row in rows],
                    [row.key for row in rows],
                    [row.status for row in rows],
                    [row.state for row in rows],
                )
            ),
            moment_column([row.created_at for row in rows]),
            moment_column([row.updated_at for row in rows]),
            *(text_column([row.values.get(name) for row in rows]) for name in self.fields),
        ]
        self._chunks.append(pa.record_batch(columns, schema=self._schema))

    def _flush(self) -> None:
        """Begin to write what is waiting as one row group; never more than one at a time."""
        chunks, self._chunks = self._chunks, []
        self._settle()
        table = pa.Table.from_batches(chunks, self._schema)
        self._under_way = self._thread.submit(self._parquet.write_table, table, row_group_size=BATCH)

    def _settle(self) -> None:
        if self._under_way is not None:
            with files_told_in_words(self._root / self.path):
                self._under_way.result()
