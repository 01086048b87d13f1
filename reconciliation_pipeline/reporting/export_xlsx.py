"""How do differences stand in a workbook: typed, so that it sorts and adds up, and nothing runs as a formula?"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import BinaryIO, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.reporting.cells import COLUMNS, Cell, as_it_is, cells

LONGEST: Final = 32_767
"""Characters of a cell (https://support.microsoft.com/en-us/office/1672b34d-7043-467e-8e27-269d656771c3)."""

EXACT: Final = 15
"""Digits that a number of a worksheet holds; an amount with more stands there as text (same source)."""

_WIDTHS: Final = {
    **dict.fromkeys(("kind", "key", "owner", "fields"), 16),
    **dict.fromkeys(("crm", "billing", "crm_id", "billing_id", "money_class"), 24),
    "id": 14,
    "currency": 9,
    "notes": 40,
}
_USUAL: Final = 12


def write_xlsx(lives: Iterable[Life], count: int, file: BinaryIO) -> None:
    """Write differences as one worksheet; memory does not grow with their number.

    Args:
        lives: What to write.
        count: How many they are.
        file: Where to.
    """
    # Text is written as text only: nothing is guessed to be a number, a link or a formula.
    book = xlsxwriter.Workbook(file, {"constant_memory": True, "in_memory": False})
    sheet = book.add_worksheet("differences")
    text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "yyyy-mm-dd"})
    money, head = book.add_format({"num_format": "#,##0.00######"}), book.add_format({"bold": True, "bottom": 1})
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, _WIDTHS.get(name, _USUAL))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(count, 1), len(COLUMNS) - 1)
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, name, head)
    for row, life in enumerate(lives, start=1):
        for place, cell in enumerate(cells(life, as_it_is)):
            _write(sheet, row, place, cell, (text, day, money))
    book.close()


def _write(sheet: Worksheet, row: int, place: int, cell: Cell, formats: tuple[Format, Format, Format]) -> None:
    text, day, money = formats
    if isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    elif isinstance(cell, Decimal) and len(cell.as_tuple().digits) <= EXACT:
        sheet.write_number(row, place, cell, money)
    elif cell not in {None, ""}:
        told = str(cell)
        # What does not fit says so.
        sheet.write_string(row, place, told if len(told) <= LONGEST else f"{told[: LONGEST - 1]}…", text)
