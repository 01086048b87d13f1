"""What is inside an Excel workbook? Its sheets, its texts and what its number formats mean.

An .xlsx file is a zip of XML, as ECMA-376 describes it (https://ecma-international.org/publications-and-standards/standards/ecma-376/).
The XML is read here because libraries that read it in a stream tell less than a record needs: that a formula was
never calculated, that a cell holds an error, that cells are merged. The rows of a sheet are `sheet.py`.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError, iterparse
from zipfile import BadZipFile, ZipFile

from reconciliation_pipeline.connectors.errors import BadShape, PullFailed, Truncated

MOST_TEXT = 256 * 1024 * 1024
"""Bytes of the table of texts, unpacked: the one part that is held as a whole."""

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')

TROUBLE = (
    *(BadZipFile, EOFError, zlib.error),
    *(ParseError, KeyError, ValueError, IndexError, NotImplementedError, RuntimeError),
)
"""What a file that was cut, and one that is no workbook, bring about in what reads them."""

_AGAIN = "Check whether the export ran to its end, and have it written again."


class Shown(Enum):
    """What a number format makes of a number."""

    NUMBER = "number"
    DATE = "date"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Format:
    """How a cell shows its number.

    Attributes:
        shown: As what.
        least_digits: To how many digits it is filled up with zeros in front.
    """

    shown: Shown = Shown.NUMBER
    least_digits: int = 0


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet with cells.

    Attributes:
        name: Its name.
        hidden: Whether Excel hides it.
        part: Where in the zip it lies.
    """

    name: str
    hidden: bool
    part: str


def open_workbook(file: BinaryIO, path: Path) -> "Workbook":
    """Open a workbook and read everything but its sheets.

    Args:
        file: The file, open for reading.
        path: Its name, for messages.

    Raises:
        PullFailed: It is cut, damaged, or no workbook.
    """
    try:
        return Workbook(file, path)
    except TROUBLE as error:
        problem = in_words(error, path)
    raise problem


def in_words(error: Exception, path: Path) -> PullFailed:
    """Tell what went wrong with the zip or its XML."""
    if isinstance(error, BadZipFile | EOFError | zlib.error):
        return Truncated(f"The workbook {path} ends early or is damaged.", remedy=_AGAIN)
    what = f"The workbook {path} is not written as workbooks are."
    return BadShape(what, remedy="Open it in Excel or LibreOffice and save it again as .xlsx.")


class Workbook:
    """An open workbook."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self.path = path
        self._zip = ZipFile(file)
        main = self._relations("")["officeDocument"][0][1]
        relations = self._relations(main)
        self._read_main(main, dict(relations.get("worksheet", [])))
        self.texts = [text for _, part in relations.get("sharedStrings", []) for text in self._texts(part)]
        self.formats = [each for _, part in relations.get("styles", []) for each in self._formats(part)]

    def _read_main(self, part: str, sheets: Mapping[str, str]) -> None:
        self.sheets: list[Sheet] = []
        self.first_day, self.is_uncalculated = date(1899, 12, 30), False
        for element in self.elements(part, "sheet", "workbookPr", "calcPr"):
            name, attributes = local(element.tag), {local(key): value for key, value in element.items()}
            if name == "sheet" and attributes["id"] in sheets:
                hidden = attributes.get("state", "visible") != "visible"
                self.sheets.append(Sheet(attributes["name"], hidden, sheets[attributes["id"]]))
            elif name == "workbookPr" and _is_true(attributes.get("date1904")):
                self.first_day = date(1904, 1, 1)
            elif name == "calcPr":
                # Programs that cannot calculate ask Excel to do it when it opens the file.
                self.is_uncalculated = _is_true(attributes.get("fullCalcOnLoad"))

    def elements(self, part: str, *names: str) -> Iterator[Element]:
        """Yield the elements of these names, each when it is complete, and forget them."""
        above: list[Element] = []
        with self._zip.open(part) as opened:
            for event, element in iterparse(opened, ("start", "end")):  # noqa: S314 - expat bounds entities and fetches none
                if event == "start":
                    above.append(element)
                    continue
                del above[-1]
                if local(element.tag) in names:
                    yield element
                    above[-1].clear()

    def _relations(self, part: str) -> dict[str, list[tuple[str, str]]]:
        """Read which parts belong to a part: kind to pairs of id and place."""
        folder = PurePosixPath(part).parent
        found: dict[str, list[tuple[str, str]]] = {}
        for element in self.elements(str(folder / "_rels" / f"{PurePosixPath(part).name}.rels"), "Relationship"):
            place = normpath(str("/" / folder / element.get("Target", ""))).removeprefix("/")
            found.setdefault(element.get("Type", "").rpartition("/")[2], []).append((element.get("Id", ""), place))
        return found

    def _texts(self, part: str) -> Iterator[str]:
        if self._zip.getinfo(part).file_size > MOST_TEXT:
            message = f"The workbook {self.path} holds more text than can be read at once."
            raise BadShape(message, remedy="Have the system export CSV or Parquet.")
        yield from map(text_in, self.elements(part, "si"))

    def _formats(self, part: str) -> Iterator[Format]:
        codes: dict[int, str] = {}
        for element in self.elements(part, "numFmt", "cellXfs"):
            if local(element.tag) == "numFmt":
                codes[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
            else:
                for style in element:
                    number = int(style.get("numFmtId", "0"))
                    yield _coded(codes[number]) if number in codes else _built_in(number)


def text_in(element: Element) -> str:
    """Join the text of a cell, which may come in runs of different looks; how it is read aloud is left out."""
    runs = [
        text.text or ""
        for child in element
        for text in ([child] if local(child.tag) == "t" else child if local(child.tag) == "r" else [])
        if local(text.tag) == "t"
    ]
    return unescaped("".join(runs))


def unescaped(text: str) -> str:
    """Put back the characters that XML cannot hold, written as _x000D_ (ECMA-376, part 1, 22.9.2.19)."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if 0xD800 <= code <= 0xDFFF else chr(code)  # noqa: PLR2004 - halves of characters


def _built_in(number: int) -> Format:
    """Know the formats that have a number and no code (ECMA-376, part 1, 18.8.30)."""
    if number in {*range(14, 18), *range(27, 32), 36, *range(50, 55), 57, 58}:
        return Format(Shown.DATE)
    return Format(Shown.MOMENT) if number in {*range(18, 23), *range(32, 36), *range(45, 48), 55, 56} else Format()


def _coded(code: str) -> Format:
    bare = _QUOTED.sub("", code.partition(";")[0]).lower()
    if set(bare) & set("hs"):
        return Format(Shown.MOMENT)
    if set(bare) & set("dmy"):
        return Format(Shown.DATE)
    return Format(least_digits=len(code)) if re.fullmatch("0{2,}", code) else Format()


def choose(sheets: Sequence[Sheet], name: str | None, path: Path) -> Sheet:
    """Choose the sheet to read: the one that is named, else the first.

    Raises:
        BadShape: There is none of that name, or the first is hidden, so that somebody may have meant another one.
    """
    listed = f"The sheets are: {', '.join(sheet.name for sheet in sheets)}." if sheets else "Open it in Excel and look."
    if name is None and sheets:
        if sheets[0].hidden:
            message = f"The first sheet of {path}, {sheets[0].name!r}, is hidden."
            raise BadShape(message, remedy=f"Name the one to read in `sheet`. {listed}")
        return sheets[0]
    for sheet in sheets:
        if sheet.name == name:
            return sheet
    raise BadShape(f"{path} has no sheet {name!r}." if name else f"{path} has no sheet with cells.", remedy=listed)


@lru_cache(1_024)
def local(tag: str) -> str:
    """Drop the namespace of a name: there are two, for the two forms of the standard."""
    return tag.rpartition("}")[2]


def _is_true(written: str | None) -> bool:
    return written in {"1", "true"}
