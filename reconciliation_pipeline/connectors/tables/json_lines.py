"""What does a file of JSON lines hold? One object a line, each read as strictly as an answer over HTTP.

The format says how a whole file looks (https://jsonlines.org): UTF-8, and every line a value. A line that ends
without a line break is believed only when it is whole, which a cut object never is.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from reconciliation_pipeline.connectors.body import parse_json
from reconciliation_pipeline.connectors.errors import BadEncoding, BadShape, Damaged, Truncated
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.paths import json_reader
from reconciliation_pipeline.connectors.tables.table import LONGEST_LINE, Table
from reconciliation_pipeline.settings.model import FileSide

_BOM = b"\xef\xbb\xbf"


def read_json_lines(file: BinaryIO, path: Path, _settings: FileSide) -> Table:
    """Open a file of JSON lines; paths are dotted, as in answers over HTTP.

    Args:
        file: The file, open for reading from its first byte.
        path: Its name, for messages.
    """
    return Table(_records(file, path), json_reader)


def _records(file: BinaryIO, path: Path) -> Iterator[tuple[str, Record]]:
    number = blank = whole = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        content = (line.removeprefix(_BOM) if number == 1 else line).strip()
        if not content:
            blank = blank or number
            continue
        if blank:
            message = f"{path}, line {blank}: blank, and more follows; something may be missing there."
            raise BadShape(message, remedy="Have the export write one object a line, without gaps.")
        whole += 1
        yield f"line {number}", _record(line, content, f"{path}, line {number}:")
    if not whole:
        message = f"The file {path} holds not one record, as one that is only begun."
        raise Truncated(message, remedy="Check whether the export ran to its end.")


def _record(line: bytes, content: bytes, place: str) -> Record:
    problem: Damaged
    remedy = "Have the export write one object a line (JSON lines), in UTF-8, and not one list of all."
    try:
        parsed = parse_json(content, place, "holds")
    except (BadEncoding, BadShape) as damaged:
        problem = type(damaged)(damaged.text, remedy=remedy)
    else:
        if isinstance(parsed, dict):
            return parsed
        problem = BadShape(f"{place} holds no object.", remedy=remedy)
    if len(line) == LONGEST_LINE:
        problem = BadShape(f"{place} longer than any line of records.", remedy=remedy)
    elif not line.endswith(b"\n"):
        ran = "Check whether the export ran to its end."
        problem = Truncated(f"{place} ends in the middle of an object.", remedy=ran)
    raise problem
