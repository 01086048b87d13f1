"""What stands in the cells of a sheet? Rows in their order, every cell with what it holds and how it is shown.

Excel keeps a number as a float and promises fifteen digits of it
(https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3);
a date is a number that is shown as one. No message here repeats a value: it may be personal.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from string import ascii_uppercase, digits
from xml.etree.ElementTree import Element

from reconciliation_pipeline.connectors.errors import BadShape, PullFailed, Truncated
from reconciliation_pipeline.connectors.tables.workbook import (
    TROUBLE,
    Format,
    Sheet,
    Shown,
    Workbook,
    in_words,
    local,
    text_in,
    unescaped,
)
from reconciliation_pipeline.connectors.values import Unusable

LAST_ROW = 1_048_576
"""Rows that a sheet can have; one that is full was cut, or is about to be."""
DIGITS = 15
"""Digits of a number that Excel keeps."""

_FIRST_TRUE_DAY = 61
"""Before it Excel counts a 29th of February 1900, which never was."""
_LAST_DAY = 2_958_465
_SECOND = date(1904, 1, 1)
"""Where the other of Excel's two calendars begins."""
_MILLISECONDS = 86_400_000


@dataclass(frozen=True, slots=True)
class Cells:
    """One row that holds something.

    Attributes:
        row: Its number, from 1.
        by_column: Its cells that hold something, by the number of their column, from 1.
    """

    row: int
    by_column: Mapping[int, Element]


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells that are shown as one; only the first of them holds a value."""

    name: str
    columns: range
    last_row: int


def rows(book: Workbook, sheet: Sheet) -> Iterator[Cells | Merged]:
    """Yield every row that holds something and, after the last, which cells are merged.

    Where a sheet says how large it is, it is not believed: what is there counts.

    Raises:
        PullFailed: The sheet is cut, damaged or full, or its rows are out of order.
    """
    problem: PullFailed
    try:
        yield from _rows(book, sheet)
    except TROUBLE as error:
        problem = in_words(error, book.path)
    else:
        return
    raise problem


def _rows(book: Workbook, sheet: Sheet) -> Iterator[Cells | Merged]:
    last = 0
    for element in book.elements(sheet.part, "row", "mergeCell"):
        if local(element.tag) == "mergeCell":
            yield _merged(element.get("ref", ""))
            continue
        number = int(element.get("r", last + 1))
        if number <= last:
            message = f"{book.path}, row {number:,} comes after row {last:,}."
            raise BadShape(message, remedy="Open it in Excel or LibreOffice and save it again as .xlsx.")
        last = number
        cells = _cells(element)
        if cells and number >= LAST_ROW:
            message = f"{book.path} is full: a sheet has no more than {LAST_ROW:,} rows, so some may be missing."
            raise Truncated(message, remedy="Have the system export CSV or Parquet.")
        if cells:
            yield Cells(number, cells)


def _cells(row: Element) -> dict[int, Element]:
    cells: dict[int, Element] = {}
    column = 0
    for cell in row:
        named = cell.get("r")
        column = column_of(named) if named is not None else column + 1
        if any(len(child) or child.text or local(child.tag) == "f" for child in cell):
            cells[column] = cell
    return cells


def _merged(name: str) -> Merged:
    first, _, last = name.replace("$", "").partition(":")
    last = last or first
    return Merged(name, range(column_of(first), column_of(last) + 1), int(last.lstrip(ascii_uppercase)))


def column_of(name: str) -> int:
    """Number the column of a cell: A7 is in 1, AB7 in 28."""
    return _numbered(name.rstrip(digits))


@lru_cache(1_024)
def _numbered(name: str) -> int:
    number = 0
    for letter in name:
        number = 26 * number + ascii_uppercase.index(letter) + 1
    return number


def letters(column: int) -> str:
    """Name a column as Excel does."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def value_in(cell: Element, book: Workbook) -> object:
    """Read a cell: text, int, Decimal or bool; times as ISO 8601 text without a zone, as Excel has none.

    Raises:
        Unusable: It holds an error, a formula nobody has calculated, or a number that is no value here.
    """
    kind, children = cell.get("t", "n"), {local(child.tag): child for child in cell}
    written = (children["v"].text or "") if "v" in children else None
    if "f" in children and (book.is_uncalculated or written is None or (not written and kind != "str")):
        what = "a formula whose result nobody has calculated"
        raise Unusable(what, "Open the workbook in Excel or LibreOffice and save it, or export values.")
    if kind == "inlineStr":
        return text_in(children["is"])
    if not written:
        return None
    if kind == "e":
        what = f"the error {written[:10]}"
        raise Unusable(what, "Have it corrected in the workbook.")
    if kind == "s":
        return book.texts[int(written)]
    if kind in {"str", "d"}:
        return unescaped(written)
    if kind == "b":
        return written == "1"
    style = int(cell.get("s", "0"))
    return number_in(written, book.formats[style] if book.formats else Format(), book)


def number_in(written: str, shown: Format, book: Workbook) -> object:
    """Read a number as it is shown.

    Raises:
        Unusable: It has more digits than Excel keeps, or is no day of Excel's calendar.
    """
    number = float(written)
    if not math.isfinite(number):
        raise ValueError(written)
    if shown.shown is not Shown.NUMBER:
        return _moment(number, shown, book)
    if abs(number) >= 10**DIGITS:
        what = f"a number of more than {DIGITS} digits, of which Excel keeps only the first"
        raise Unusable(what, "Have it written as text.")
    exact = Decimal(f"{number:.{DIGITS}g}")
    if exact != exact.to_integral_value():
        return exact
    whole = int(exact)
    return str(whole).zfill(shown.least_digits) if shown.least_digits and whole >= 0 else whole


def _moment(number: float, shown: Format, book: Workbook) -> str:
    # The calendar of 1904 begins later and has no such day.
    earliest, latest = (_FIRST_TRUE_DAY, _LAST_DAY) if book.first_day < _SECOND else (0, _LAST_DAY - 1_462)
    if not earliest <= number <= latest:
        what = "a time without a day, or a day that Excel's calendar does not know"
        raise Unusable(what, "Write days after February 1900, or text.")
    # Excel's times are exact to a thousandth of a second; what a float adds is noise.
    since = timedelta(milliseconds=round(number * _MILLISECONDS))
    moment = datetime.combine(book.first_day, time()) + since
    is_day = shown.shown is Shown.DATE and moment.time() == time()
    return moment.date().isoformat() if is_day else moment.isoformat()
