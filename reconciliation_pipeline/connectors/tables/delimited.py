"""What does a CSV file hold? A header, and one record a line; read strictly, every cell as text."""

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from reconciliation_pipeline.connectors.errors import BadEncoding, BadShape, PullFailed, Truncated
from reconciliation_pipeline.connectors.mapping import Record, mapped_paths
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.connectors.tables.table import LONGEST_LINE, Table, refuse_missing, refuse_twice
from reconciliation_pipeline.settings.model import FileSide


def read_csv(file: BinaryIO, path: Path, settings: FileSide) -> Table:
    """Open a CSV file.

    Args:
        file: The file, open for reading from its first byte.
        path: Its name, for messages.
        settings: The side.

    Raises:
        PullFailed: It has no header, or not the columns that are mapped.
    """
    lines = _Lines(file, path, settings)
    header = next(lines.cells(), None)
    if header is None:
        message = f"The file {path} is empty; it has not even a header line."
        raise BadShape(message, remedy="Check whether the export ran to its end.")
    refuse_twice(header, f"{path}, line 1")
    refuse_missing(mapped_paths(settings), header, f"{path}, line 1")
    return Table(_records(lines, header, path), column_reader)


def _records(lines: "_Lines", header: list[str], path: Path) -> Iterator[tuple[str, Record]]:
    for cells in lines.cells():
        if len(cells) != len(header):
            message = f"{path}, line {lines.number}: {len(cells)} cells where the header has {len(header)}."
            raise BadShape(message, remedy="Check the delimiter, the quoting, and whether the export ran to its end.")
        yield f"line {lines.number}", dict(zip(header, cells, strict=True))


class _Lines:
    """The lines of the file, taken apart."""

    def __init__(self, file: BinaryIO, path: Path, settings: FileSide) -> None:
        self._file = file
        self._path = path
        self._encoding = settings.encoding
        self._text = io.TextIOWrapper(file, encoding=settings.encoding, newline="")
        self._reader = csv.reader(self._bounded(), delimiter=settings.delimiter, strict=True)

    @property
    def number(self) -> int:
        """The line that was read last, from 1."""
        return self._reader.line_num

    def cells(self) -> Iterator[list[str]]:
        """Yield every line that holds cells; a blank line holds no record."""
        problem: PullFailed
        try:
            yield from filter(None, self._reader)
        except UnicodeError:
            line = _undecodable_line(self._file, self._encoding)
            remedy = "Set encoding to what the export writes."
            problem = BadEncoding(f"{self._path}, line {line}: bytes that are not {self._encoding}.", remedy=remedy)
        except csv.Error as error:
            # Cut inside quotes is how a half-written export looks.
            kind = Truncated if "unexpected end of data" in str(error) else BadShape
            remedy = "Check whether the export ran to its end."
            problem = kind(f"{self._path}, line {self.number}: {error}.", remedy=remedy)
        else:
            return
        raise problem

    def _bounded(self) -> Iterator[str]:
        try:
            while line := self._text.readline(LONGEST_LINE):
                if len(line) == LONGEST_LINE:
                    message = f"{self._path}, line {self.number + 1}: longer than any line of records."
                    raise BadShape(message, remedy="Check whether this is the file, and its encoding.")
                yield line
        finally:
            # Whoever opened the file closes it, and may have done so by now.
            if not self._file.closed:
                self._text.detach()


def _undecodable_line(file: BinaryIO, encoding: str) -> int:
    """Find the line; the reader decodes in blocks and does not know."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    file.seek(0)
    try:
        while line := file.readline(LONGEST_LINE):
            lines += 1
            decoder.decode(line)
    except UnicodeError:
        pass
    return lines
