"""How do differences leave for a spreadsheet or another program?

A file is there whole or not at all, and no cell of it is a formula.
"""

import csv
import fcntl
import hashlib
import io
import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from reconciliation_pipeline.domain.lives import Life
from reconciliation_pipeline.domain.spelling import plain
from reconciliation_pipeline.reporting.cells import COLUMNS, cells, harmless
from reconciliation_pipeline.reporting.items import items

FORMATS: Final = ("csv", "jsonl", "parquet", "xlsx")
"""What can be written."""

EVERY: Final = 1_000
"""Differences between two words about how far it has come."""

Tell = Callable[[int], None]
"""Is told how many differences are written."""


def format_of(path: Path) -> str:
    """Take the format from the ending of a file's name; csv where it says nothing."""
    ending = path.suffix.lower().removeprefix(".")
    return ending if ending in FORMATS else "csv"


class ExportFailed(Exception):
    """An export that was not written; nothing that was there before has changed.

    Attributes:
        text: What happened, a sentence for people.
        remedy: What to do about it.
    """

    def __init__(self, text: str, *, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


def export(
    lives: Collection[Life],
    path: Path,
    format: str,  # noqa: A002 - the flag's name
    *,
    bom: bool = False,
    tell: Tell | None = None,
) -> int:
    """Write differences to a file; an older file of that name is replaced in one step.

    Args:
        lives: What to write, in this order.
        path: The file.
        format: One of `FORMATS`.
        bom: Begin a CSV file with a byte order mark, which Excel needs to read UTF-8.
        tell: Is told how far it has come.

    Returns:
        How many differences were written.

    Raises:
        ExportFailed: The format is unknown, cannot hold so many, or the file cannot be written.
    """
    if format not in FORMATS:
        text = f"{plain(format)!r} is not a format that can be written."
        raise ExportFailed(text, remedy=f"Ask for {', '.join(FORMATS[:-1])} or {FORMATS[-1]}.")
    if bom and format != "csv":
        text = f"A byte order mark belongs to CSV; {format} needs none."
        raise ExportFailed(text, remedy="Leave out --bom, or ask for csv.")
    if format == "xlsx":
        _refuse_too_many(len(lives))
    told = _told(lives, tell)
    with _whole(path) as file:
        if format == "csv":
            _csv(told, file, "utf-8-sig" if bom else "utf-8")
        elif format == "jsonl":
            file.writelines(map(_json_line, told))
        elif format == "parquet":
            # Both libraries take a moment to import.
            from reconciliation_pipeline.reporting.export_parquet import write_parquet

            write_parquet(told, file)
        else:
            from reconciliation_pipeline.reporting.export_xlsx import write_xlsx

            write_xlsx(told, len(lives), file)
    return len(lives)


def _refuse_too_many(count: int) -> None:
    # https://support.microsoft.com/en-us/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
    most = 1_048_576 - 1
    if count > most:
        text = f"A worksheet holds {most:,} differences; these are {count:,}."
        raise ExportFailed(text, remedy="Ask for csv or parquet.")


def _told(lives: Iterable[Life], tell: Tell | None) -> Iterator[Life]:
    for number, life in enumerate(lives):
        if tell is not None and number % EVERY == 0:
            tell(number)
        yield life


def _csv(lives: Iterable[Life], file: BinaryIO, encoding: str) -> None:
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    writer.writerows(["" if cell is None else str(cell) for cell in cells(life, harmless)] for life in lives)
    text.flush()
    text.detach()


def _json_line(life: Life) -> bytes:
    (item,) = items([life])
    return json.dumps(item, ensure_ascii=False).encode() + b"\n"


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes the place of an older one when the block ends well and not otherwise."""
    own = hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    part = path.parent / f".{own}.{uuid4().hex}.part"
    if "\0" in str(path):
        raise _unwritable(path, "this is no name of a file")
    try:
        _sweep(path.parent, f".{own}.*.part")
        with part.open("xb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _settle(path.parent)
    except OSError as error:
        why = error.strerror or "this is no name of a file"
        raise _unwritable(path, why) from None
    finally:
        # Whatever ended it, Ctrl-C too: no half of a file is left behind.
        with suppress(OSError):
            part.unlink()


def _sweep(folder: Path, pattern: str) -> None:
    """Remove what exports to the same file left that were killed; the lock of one that is at work ends with it."""
    for left in folder.glob(pattern):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left.unlink()


def _unwritable(path: Path, why: str) -> ExportFailed:
    text = f"The export could not be written to {plain(str(path))}: {why}."
    return ExportFailed(text, remedy="Name a file in a folder that exists and that you may write to.")


def _settle(folder: Path) -> None:
    """Make the new name survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
