"""What does an exported file hold? Read from its first byte to its last, in a format that `tables` knows.

A file says nothing about its own moment, so there is no source clock. How many records it should hold only
Parquet says.
"""

import os
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from reconciliation_pipeline.connectors.errors import (
    BadShape,
    Damaged,
    PastIsNotPullable,
    PullFailed,
    Truncated,
    Unreachable,
)
from reconciliation_pipeline.connectors.mapping import Mapper, mapped_paths
from reconciliation_pipeline.connectors.paths import compile_path
from reconciliation_pipeline.connectors.source import Abilities, By, Page, PointRead
from reconciliation_pipeline.connectors.tables.delimited import read_csv
from reconciliation_pipeline.connectors.tables.json_lines import read_json_lines
from reconciliation_pipeline.connectors.tables.parquet import read_parquet
from reconciliation_pipeline.connectors.tables.spreadsheet import read_xlsx
from reconciliation_pipeline.connectors.tables.table import Table
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import FileSide

PAGE = 10_000
"""Records a page."""

ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".xlsx": "xlsx", ".xlsm": "xlsx"}
"""Which format the end of a name means, where the settings say nothing; each other one means CSV."""

READERS: Mapping[str, Callable[[BinaryIO, Path, FileSide], Table]] = {
    "csv": read_csv,
    "jsonl": read_json_lines,
    "parquet": read_parquet,
    "xlsx": read_xlsx,
}

_SIGNATURES = {
    b"PAR1": ("parquet", "a Parquet file"),
    b"PARE": ("", "an encrypted Parquet file"),
    b"PK\x03\x04": ("xlsx", "an Excel workbook, or another zip"),
    b"\xd0\xcf\x11\xe0": ("", "an Excel workbook of the old kind (.xls), or one with a password"),
    b"\x1f\x8b": ("", "compressed with gzip"),
}
"""How files begin that are easily taken for each other."""

_TEXT = ("text", "text or something unknown")
_BEGINS_AS = {"csv": "text", "jsonl": "text"}

Mark = tuple[int, int, int]


class FileSource:
    """A system that exports to files, as a `Source`."""

    def __init__(self, settings: FileSide, *, side: Side, morning: date) -> None:
        """Prepare a source; nothing is read yet.

        Args:
            settings: The side.
            side: Its role.
            morning: What `{date}` in the path stands for.

        Raises:
            SourceError: A path into a record in the settings is none.
        """
        self.side = side
        self._settings = settings
        self._morning = morning
        self._format = settings.format or ENDINGS.get(Path(settings.path).suffix.lower(), "csv")
        if self._format == "jsonl":
            for path in mapped_paths(settings):
                compile_path(path)

    def declares(self) -> Abilities:
        """Say what a file can do: everything is read again, so every record can be found."""
        return Abilities(
            paging="file",
            states_total=self._format == "parquet",
            answers_for_the_past="{date}" in self._settings.path,
            reads_by_id=True,
            reads_by_key=True,
        )

    def pull(self, as_of: date | None = None) -> Generator[Page, None, None]:
        """Yield the file in pages.

        Args:
            as_of: A past morning; None asks for the file of this one.

        Raises:
            PullFailed: The file is missing, not what the settings say, or changed while it was read.
        """
        path = self._path(as_of)
        with _opened(path, past=as_of is not None) as file:
            yield from self._steadily(file, path)

    def check(self) -> Page:
        """Read the first page only.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        with closing(self.pull()) as pages:
            return next(pages)

    def count(self) -> int | None:
        """Read how many records the file says it holds; None for all but Parquet.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        if not self.declares().states_total:
            return None
        path = self._path(None)
        with _opened(path, past=False) as file:
            return self._table(file, path).total

    def lookup(self, keys: Sequence[str], *, by: By = By.KEY) -> Iterator[PointRead]:
        """Read this morning's file once more, from its first byte, and pick the records asked for.

        What it finds is what the file says: no proof that the export left nothing out.

        Args:
            keys: Keys, or the system's own ids.
            by: Which of the two they are.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        if not keys:
            return
        found: dict[str, list[Row]] = {key: [] for key in keys}
        for page in self.pull():
            for row in page.rows:
                name = row.source_id if by is By.ID else row.key
                if name in found:
                    found[name].append(row)
        for key in keys:
            yield PointRead(key, tuple(found[key]))

    def close(self) -> None:
        """Nothing is kept open between pages of different pulls."""

    def _path(self, as_of: date | None) -> Path:
        if as_of is not None and not self.declares().answers_for_the_past:
            message = f"One file without a date in its name cannot tell how things were on {as_of}."
            raise PastIsNotPullable(message, remedy="Write {date} into path if there is a file for each morning.")
        return Path(self._settings.path.format(date=(as_of or self._morning).isoformat())).expanduser()

    def _steadily(self, file: BinaryIO, path: Path) -> Generator[Page, None, None]:
        before = _mark(os.fstat(file.fileno()))
        problem: PullFailed
        try:
            yield from self._pages(file, path, before)
        except Damaged as damaged:
            # What looks damaged may just be in the middle of being written.
            problem = damaged if _is_still(path, before) else _changed(path)
        except OSError as error:
            what = f"The file {path} cannot be read: {error.strerror}."
            problem = Unreachable(what, remedy="Check the disk it is on.")
        else:
            return
        raise problem

    def _pages(self, file: BinaryIO, path: Path, before: Mark) -> Generator[Page, None, None]:
        table = self._table(file, path)
        mapper = Mapper(self._settings, reader=table.reader)
        rows = _mapped(table, mapper, path)
        received, ended_by = 0, None
        while ended_by is None:
            page = tuple(islice(rows, PAGE))
            received += len(page)
            if len(page) < PAGE:
                mapper.refuse_unmapped()
                ended_by = _end(table, received, path)
                if not _is_still(path, before):
                    raise _changed(path)
            yield Page(page, requests=0, source_clock=None, total=table.total, ended_by=ended_by)

    def _table(self, file: BinaryIO, path: Path) -> Table:
        head = file.read(4)
        file.seek(0)
        if not head:
            message = f"The file {path} is empty."
            raise BadShape(message, remedy="Check whether the export ran to its end.")
        found, words = _SIGNATURES.get(head, _SIGNATURES.get(head[:2], _TEXT))
        if found != _BEGINS_AS.get(self._format, self._format):
            message = f"The file {path} is not {self._format}, but {words}."
            remedy = "Have it exported as CSV, JSON lines, Parquet or .xlsx, as it is."
            raise BadShape(message, remedy=f"Write `format: {found}`." if found in READERS else remedy)
        return READERS[self._format](file, path, self._settings)


@contextmanager
def _opened(path: Path, *, past: bool) -> Iterator[BinaryIO]:
    try:
        file = path.open("rb")
    except FileNotFoundError:
        missing = f"There is no file {path}."
        problem: PullFailed = (
            PastIsNotPullable(missing, remedy="That morning can only be filled from its own file.")
            if past
            else Unreachable(missing, remedy="Check path in the settings, and whether the export ran.")
        )
    except OSError as error:
        problem = Unreachable(
            f"The file {path} cannot be opened: {error.strerror}.", remedy="Check path and its permissions."
        )
    else:
        with file:
            yield file
        return
    raise problem


def _mapped(table: Table, mapper: Mapper, path: Path) -> Iterator[Row]:
    for place, record in table.records:
        try:
            row = mapper.row(record)
        except BadShape as bad:
            problem = BadShape(f"{path}, {place}: {bad.text}", remedy=bad.remedy)
        else:
            yield row
            continue
        raise problem


def _end(table: Table, received: int, path: Path) -> str:
    if table.total is None:
        return "end of file"
    if received != table.total:
        message = f"The file {path} says it holds {table.total:,} records, and {received:,} came."
        raise Truncated(message, remedy="Check whether the export ran to its end, and have it written again.")
    return f"end of file, {received:,} of {table.total:,} records"


def _mark(stat: os.stat_result) -> Mark:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _is_still(path: Path, before: Mark) -> bool:
    try:
        return _mark(path.stat()) == before
    except OSError:
        return False


def _changed(path: Path) -> Truncated:
    message = f"The file {path} changed while it was read, so it may be half of two exports."
    return Truncated(message, remedy="Let the export finish before the run; write elsewhere and rename.")
