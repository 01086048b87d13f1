"""Exported files for tests: written in any format, read by the connector."""

import zipfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.file import FileSource
from reconciliation_pipeline.connectors.source import By, Page
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline_tests.connectors.builders import MORNING, a_file_side

MRR = {"path": "mrr", "type": "money", "currency": "EUR"}
SEATS = {"path": "seats", "type": "decimal"}


def a_source(path: object, **changes: Any) -> FileSource:
    return FileSource(a_file_side(path, **changes), side=Side.CRM, morning=MORNING)


def pages_of(path: Path, **changes: Any) -> list[Page]:
    return list(a_source(path, **changes).pull())


def rows_of(path: Path, **changes: Any) -> list[Row]:
    return [row for page in pages_of(path, **changes) for row in page.rows]


def failure_of(path: Path, **changes: Any) -> PullFailed:
    with pytest.raises(PullFailed) as failed:
        pages_of(path, **changes)
    failure = failed.value
    assert failure.remedy
    assert path.name in failure.text
    assert failure.__cause__ is None
    assert failure.__context__ is None
    return failure


def found(source: FileSource, keys: Sequence[str], by: By = By.KEY) -> list[tuple[str, list[str]]]:
    with closing(source):
        return [(read.asked, [row.source_id for row in read.rows]) for read in source.lookup(keys, by=by)]


def keep_parquet(path: Path, columns: dict[str, Any], **how: Any) -> Path:
    pq.write_table(pa.table(columns), path, **how)
    return path


SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def relations(*pairs: tuple[str, str]) -> str:
    """Write which parts belong together: kind and place."""
    written = (
        f'<Relationship Id="r{number}" Type="{RELATIONSHIPS}/{kind}" Target="{place}"/>'
        for number, (kind, place) in enumerate(pairs)
    )
    return f'<Relationships xmlns="{PACKAGE}">{"".join(written)}</Relationships>'


def text(value: str, name: str = "") -> str:
    """Write a cell with text in it."""
    return f'<c{f" r={quoteattr(name)}" if name else ""} t="inlineStr"><is><t>{value}</t></is></c>'


def number(value: object, style: int = 0) -> str:
    """Write a cell with a number in it."""
    return f'<c s="{style}"><v>{value}</v></c>'


HEADER = (text("id"), text("number"), text("status"))


def keep_workbook(path: Path, *rows: Sequence[str], header: Sequence[str] = HEADER, **parts: str) -> Path:
    """Keep a workbook, every part as it would stand in the zip.

    Args:
        path: Where.
        rows: The rows below the header, as cells.
        header: The cells of the header.
        parts: What else is in it: `after` follows the rows, `sheets` is the list of sheets (r0 is the one with
            the rows, r3 an empty one), `main` stands before it, `styles` are formats, `shared` texts.
    """
    lines = "".join(f"<row>{''.join(cells)}</row>" for cells in (header, *rows))
    sheets = parts.get("sheets", '<sheet name="Customers" sheetId="1" r:id="r0"/>')
    names = f'xmlns="{SPREADSHEET}" xmlns:r="{RELATIONSHIPS}"'
    written = {
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f"<workbook {names}>{parts.get('main', '')}<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"),
            ("styles", "styles.xml"),
            ("sharedStrings", "/xl/sharedStrings.xml"),
            ("worksheet", "worksheets/sheet2.xml"),
        ),
        "xl/styles.xml": f"<styleSheet {names}>{parts.get('styles', '')}</styleSheet>",
        "xl/sharedStrings.xml": f"<sst {names}>{parts.get('shared', '')}</sst>",
        "xl/worksheets/sheet1.xml": f'<worksheet {names}><dimension ref="A1"/>'
        f"<sheetData>{lines}</sheetData>{parts.get('after', '')}</worksheet>",
        "xl/worksheets/sheet2.xml": f"<worksheet {names}><sheetData/></worksheet>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in written.items():
            archive.writestr(name, part)
    return path
