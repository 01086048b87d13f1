"""What does an exported file hold? CSV, read strictly, every cell as text.

A file says nothing about its own moment, so there is no source clock and no total.
"""

import codecs
import csv
import os
from collections.abc import Iterator
from datetime import date
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TextIO

from reconciliation_pipeline.connectors.errors import (
    BadEncoding,
    BadShape,
    PastIsNotPullable,
    PullFailed,
    Truncated,
    Unreachable,
)
from reconciliation_pipeline.connectors.mapping import Mapper, mapped_paths
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import FileSide

PAGE = 10_000
"""Records a page."""


class FileSource:
    """A system that exports to files, as a `Source`."""

    def __init__(self, settings: FileSide, *, side: Side, morning: date) -> None:
        """Prepare a source; nothing is read yet.

        Args:
            settings: The side.
            side: Its role.
            morning: What `{date}` in the path stands for.
        """
        self.side = side
        self._settings = settings
        self._morning = morning

    def answers_for_the_past(self) -> bool:
        """Whether there is a file for every morning."""
        return "{date}" in self._settings.path

    def pull(self, as_of: date | None = None) -> Iterator[Page]:
        """Yield the file in pages.

        Args:
            as_of: A past morning; None asks for the file of this one.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        path = self._path(as_of)
        with self._open(path, past=as_of is not None) as text:
            before = _mark(os.fstat(text.fileno()))
            mapper = Mapper(self._settings, reader=column_reader)
            rows = self._rows(text, path, mapper)
            whole = True
            while whole:
                page = tuple(islice(rows, PAGE))
                whole = len(page) == PAGE
                if not whole:
                    _refuse_changed(path, before)
                yield Page(page, requests=0, source_clock=None, ended_by=None if whole else "end of file")

    def check(self) -> Page:
        """Read the first page only.

        Raises:
            PullFailed: The file is missing, or not what the settings say.
        """
        return next(self.pull())

    def close(self) -> None:
        """Nothing is kept open between pages of different pulls."""

    def _path(self, as_of: date | None) -> Path:
        if as_of is not None and not self.answers_for_the_past():
            message = f"One file without a date in its name cannot tell how things were on {as_of}."
            raise PastIsNotPullable(message, remedy="Write {date} into path if there is a file for each morning.")
        return Path(self._settings.path.format(date=(as_of or self._morning).isoformat())).expanduser()

    def _open(self, path: Path, *, past: bool) -> TextIO:
        try:
            return path.open(encoding=self._settings.encoding, newline="")
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
        raise problem

    def _rows(self, text: TextIO, path: Path, mapper: Mapper) -> Iterator[Row]:
        reader = csv.reader(text, delimiter=self._settings.delimiter, strict=True)
        lines = _lines(reader, path, self._settings.encoding)
        header = next(lines, None)
        if header is None:
            message = f"The file {path} is empty; it has not even a header line."
            raise BadShape(message, remedy="Check whether the export ran to its end.")
        self._refuse_header(header, path)
        for cells in lines:
            if len(cells) != len(header):
                message = f"{path}, line {reader.line_num}: {len(cells)} cells where the header has {len(header)}."
                raise BadShape(
                    message, remedy="Check the delimiter, the quoting, and whether the export ran to its end."
                )
            yield _at_line(mapper, dict(zip(header, cells, strict=True)), path, reader.line_num)

    def _refuse_header(self, header: list[str], path: Path) -> None:
        if len(set(header)) != len(header):
            twice = sorted({name for name in header if header.count(name) > 1})
            message = f"{path}, line 1: the column {twice[0]!r} is there twice; either could be meant."
            raise BadShape(message, remedy="Give every column its own name.")
        for name in mapped_paths(self._settings):
            if name not in header:
                close = get_close_matches(name, header, n=1)
                hint = f"Did you mean {close[0]!r}?" if close else f"The columns are: {', '.join(header[:20])}."
                message = f"{path}, line 1: there is no column {name!r}."
                raise BadShape(message, remedy=hint)


def _at_line(mapper: Mapper, record: dict[str, str], path: Path, line: int) -> Row:
    try:
        return mapper.row(record)
    except BadShape as bad:
        problem = BadShape(f"{path}, line {line}: {bad.text}", remedy=bad.remedy)
    raise problem


def _lines(reader: "Iterator[list[str]]", path: Path, encoding: str) -> Iterator[list[str]]:
    """Yield every line that holds cells; a blank line holds no record."""
    try:
        yield from filter(None, reader)
    except UnicodeError:
        line = _undecodable_line(path, encoding)
        problem: PullFailed = BadEncoding(
            f"{path}, line {line}: bytes that are not {encoding}.", remedy="Set encoding to what the export writes."
        )
    except csv.Error as error:
        # Cut inside quotes is how a half-written export looks.
        kind = Truncated if "unexpected end of data" in str(error) else BadShape
        problem = kind(
            f"{path}, line {getattr(reader, 'line_num', '?')}: {error}.",
            remedy="Check whether the export ran to its end.",
        )
    except OSError as error:
        problem = Unreachable(f"The file {path} cannot be read: {error.strerror}.", remedy="Check the disk it is on.")
    else:
        return
    raise problem


def _undecodable_line(path: Path, encoding: str) -> int:
    """Find the line; the reader decodes in blocks and does not know."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = 0
    with path.open("rb") as raw:
        try:
            for line in raw:
                lines += 1
                decoder.decode(line)
        except UnicodeError:
            pass
    return lines


def _mark(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def _refuse_changed(path: Path, before: tuple[int, int, int]) -> None:
    try:
        same = _mark(path.stat()) == before
    except OSError:
        same = False
    if not same:
        message = f"The file {path} changed while it was read, so it may be half of two exports."
        raise Truncated(message, remedy="Let the export finish before the run; write elsewhere and rename.")
