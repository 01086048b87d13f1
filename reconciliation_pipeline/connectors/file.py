"""What does an exported file hold? Read from its first byte to its last, in a format that `tables` knows.

A file says nothing about its own moment, so there is no source clock. How many records it should hold only
Parquet says.
"""

import os
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar

from reconciliation_pipeline.connectors.errors import (
    BadShape,
    Damaged,
    PastIsNotPullable,
    PullFailed,
    Truncated,
    Unreachable,
)
from reconciliation_pipeline.connectors.mapping import Mapper, Record, mapped_paths
from reconciliation_pipeline.connectors.paths import compile_path
from reconciliation_pipeline.connectors.source import Abilities, By, Page, PointRead
from reconciliation_pipeline.connectors.tables.delimited import read_csv
from reconciliation_pipeline.connectors.tables.json_lines import read_json_lines
from reconciliation_pipeline.connectors.tables.parquet import read_parquet
from reconciliation_pipeline.connectors.tables.spreadsheet import read_xlsx
from reconciliation_pipeline.connectors.tables.table import Records, Table
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

_Read = TypeVar("_Read")


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
            yield from self._steadily(file, path, self._pages)

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
        """Read this morning's file once more, from its first byte, and map the records asked for.

        Of all others only the id or the key is read. What it finds is what the file says: no proof that the export
        left nothing out.

        Args:
            keys: Keys, or the system's own ids.
            by: Which of the two they are.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        if not keys:
            return
        found: dict[str, list[Row]] = {key: [] for key in keys}
        path = self._path(None)
        with _opened(path, past=False) as file:
            for row in self._steadily(file, path, partial(self._asked, names=found.keys(), by=by)):
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

    def _steadily(
        self, file: BinaryIO, path: Path, read: Callable[["_Reading"], Iterator[_Read]]
    ) -> Generator[_Read, None, None]:
        before = _mark(os.fstat(file.fileno()))
        problem: PullFailed
        try:
            table = self._table(file, path)
            yield from read(_Reading(path, table, Mapper(self._settings, reader=table.reader), before))
        except Damaged as damaged:
            # What looks damaged may just be in the middle of being written.
            problem = damaged if _is_still(path, before) else _changed(path)
        except OSError as error:
            what = f"The file {path} cannot be read: {error.strerror}."
            problem = Unreachable(what, remedy="Check the disk it is on.")
        else:
            return
        raise problem

    def _pages(self, reading: "_Reading") -> Iterator[Page]:
        rows = reading.mapped(reading.table.records)
        received, ended_by = 0, None
        while ended_by is None:
            page = tuple(islice(rows, PAGE))
            received += len(page)
            if len(page) < PAGE:
                ended_by = reading.end(received)
            yield Page(page, requests=0, source_clock=None, total=reading.table.total, ended_by=ended_by)

    def _asked(self, reading: "_Reading", *, names: Collection[str], by: By) -> Iterator[Row]:
        paths = self._settings.key_paths if by is By.KEY else (self._settings.source_id,)
        is_wanted, received = reading.mapper.wanted(names, by_key=by is By.KEY), 0

        def counted(record: Record) -> bool:
            nonlocal received
            received += 1
            return is_wanted(record)

        yield from reading.mapped(reading.table.chosen(paths, counted))
        reading.end(received)

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


@dataclass(frozen=True, slots=True)
class _Reading:
    """A file that is being read from its first byte to its last."""

    path: Path
    table: Table
    mapper: Mapper
    before: Mark

    def mapped(self, records: Records) -> Iterator[Row]:
        for place, record in records:
            try:
                row = self.mapper.row(record)
            except BadShape as bad:
                problem = BadShape(f"{self.path}, {place}: {bad.text}", remedy=bad.remedy)
            else:
                yield row
                continue
            raise problem

    def end(self, received: int) -> str:
        """Say how the reading ended, once all that there were have been received; anything less is refused."""
        self.mapper.refuse_unmapped()
        total = self.table.total
        if total is not None and received != total:
            message = f"The file {self.path} says it holds {total:,} records, and {received:,} came."
            raise Truncated(message, remedy="Check whether the export ran to its end, and have it written again.")
        if not _is_still(self.path, self.before):
            raise _changed(self.path)
        return "end of file" if total is None else f"end of file, {received:,} of {total:,} records"


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
