"""What does a sheet of an Excel workbook hold as a table? A header in its first row, and one record a row below."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.mapping import Record, mapped_paths
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.connectors.tables.sheet import Cells, Merged, letters, rows, value_in
from reconciliation_pipeline.connectors.tables.table import Table, refuse_missing, refuse_twice
from reconciliation_pipeline.connectors.tables.workbook import TROUBLE, Workbook, choose, in_words, open_workbook
from reconciliation_pipeline.connectors.values import Unusable, text_of
from reconciliation_pipeline.settings.model import FileSide


def read_xlsx(file: BinaryIO, path: Path, settings: FileSide) -> Table:
    """Open a workbook at one of its sheets.

    Args:
        file: The file, open for reading.
        path: Its name, for messages.
        settings: The side.

    Raises:
        PullFailed: It is cut or damaged, or its sheet has no header with the columns that are mapped.
    """
    book = open_workbook(file, path)
    sheet = choose(book.sheets, settings.sheet, path)
    found = rows(book, sheet)
    header = next(found, None)
    if not isinstance(header, Cells):
        message = f"{path}: the sheet {sheet.name!r} is empty; it has not even a header."
        raise BadShape(message, remedy="Check whether the export ran to its end, and whether this is the sheet.")
    names = _names(header, book)
    place = f"{path}, row {header.row}"
    refuse_twice(list(names.values()), place)
    refuse_missing(mapped_paths(settings), list(names.values()), place)
    wanted = {column: name for column, name in names.items() if name in mapped_paths(settings)}
    return Table(_records(found, _Header(header.row, names, wanted), book), column_reader)


class _Header:
    """The columns of the sheet, by their number."""

    def __init__(self, row: int, names: Mapping[int, str], wanted: Mapping[int, str]) -> None:
        self.row = row
        self.names = names
        self.wanted = wanted


def _names(header: Cells, book: Workbook) -> dict[int, str]:
    names = {}
    for column in range(min(header.by_column), max(header.by_column) + 1):
        cell = header.by_column.get(column)
        name = None if cell is None else text_of(_value(header, column, book))
        if name is None or not name.strip():
            message = f"{book.path}, row {header.row}: the column {letters(column)} has no name; cells may be merged."
            raise BadShape(message, remedy="Give every column its own name, in one cell of its own.")
        names[column] = name
    return names


def _records(found: Iterator[Cells | Merged], header: _Header, book: Workbook) -> Iterator[tuple[str, Record]]:
    for row in found:
        if isinstance(row, Merged):
            _refuse_merged(row, header, book.path)
            continue
        for column in row.by_column:
            if column not in header.names:
                message = f"{book.path}, cell {letters(column)}{row.row}: a value in a column without a name."
                raise BadShape(message, remedy="Give every column its own name, and keep notes on another sheet.")
        record = {
            name: _value(row, column, book) if column in row.by_column else None
            for column, name in header.wanted.items()
        }
        yield f"row {row.row}", record


def _refuse_merged(merged: Merged, header: _Header, path: Path) -> None:
    if merged.last_row >= header.row and any(column in header.wanted for column in merged.columns):
        message = f"{path}: the cells {merged.name} are merged, and only the first of them holds a value."
        raise BadShape(message, remedy="Have them unmerged, each with its own value.")


def _value(row: Cells, column: int, book: Workbook) -> object:
    try:
        return value_in(row.by_column[column], book)
    except Unusable as unusable:
        what, remedy = unusable.text, unusable.remedy
    except TROUBLE as error:
        what, remedy = "no value that a workbook holds", in_words(error, book.path).remedy
    message = f"{book.path}, cell {letters(column)}{row.row}: {what}."
    raise BadShape(message, remedy=remedy)
