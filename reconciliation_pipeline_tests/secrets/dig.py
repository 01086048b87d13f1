"""Is any of this anywhere? Every byte that was written, and whatever was packed away in it."""

import base64
import binascii
import gzip
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq
import sqlalchemy as sa

from reconciliation_pipeline_tests.secrets.canaries import Canary, spelt

DEEPEST: Final = 4
"""Layers of packing that are opened."""

_BASE64: Final = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def dug_up(
    canaries: Iterable[Canary], *, below: Path, said: Mapping[str, str], database: str | None = None
) -> list[str]:
    """Look for secrets everywhere; gives a line for each that was found.

    Args:
        canaries: The secrets.
        below: The folder in which everything is kept.
        said: What was printed, by who printed it.
        database: A Postgres database, every table of which is read.
    """
    wanted = spelt(canaries)
    places = [*_files(below), *((who, text.encode()) for who, text in said.items())]
    if database is not None:
        places += _rows(database)
    return sorted({f"{place}: {name}" for place, content in places for name in _in(content, wanted)})


def _in(content: bytes, wanted: Mapping[bytes, str], layers: int = DEEPEST) -> Iterator[str]:
    yield from (name for spelling, name in wanted.items() if spelling in content)
    if layers:
        for inner in _opened(content):
            yield from _in(inner, wanted, layers - 1)


def _opened(content: bytes) -> Iterator[bytes]:
    """Open whatever a piece of content may be the packing of."""
    if content[:2] == b"\x1f\x8b":
        with suppress(OSError, EOFError, zlib.error):
            yield gzip.decompress(content)
    if content[:1] == b"x":
        with suppress(zlib.error):
            yield zlib.decompress(content)
    for packed in _BASE64.findall(content):
        with suppress(binascii.Error, zlib.error):
            unpacked = base64.urlsafe_b64decode(packed.replace(b"+", b"-").replace(b"/", b"_"))
            if unpacked[:1] == b"x":
                yield zlib.decompress(unpacked)


def _files(below: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(below.rglob("*")):
        name = str(path.relative_to(below))
        yield f"the name {name}", name.encode()
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield name, content
        if content[:6] == b"SQLite":
            yield from ((f"{name}, {place}", cell) for place, cell in _cells(path))
        if content[:4] == b"PAR1":
            yield f"{name}, its rows", str(pq.read_table(path).to_pylist()).encode()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as packed:
                yield from ((f"{name}, {one}", packed.read(one)) for one in packed.namelist())


def _cells(path: Path) -> Iterator[tuple[str, bytes]]:
    """Give every cell of a SQLite file: what is longer than a page does not lie in one piece."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        for table in tables:
            for row in connection.execute(f'select * from "{table}"'):
                yield from ((table, _bytes(cell)) for cell in row)


def _rows(database: str) -> Iterator[tuple[str, bytes]]:
    """Give every cell of a Postgres database."""
    url = sa.make_url(database).set(drivername="postgresql+psycopg2")
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        for table in sa.inspect(connection).get_table_names():
            for row in connection.execute(sa.text(f'select * from "{table}"')):
                yield from ((f"table {table}", _bytes(cell)) for cell in row)


def _bytes(cell: object) -> bytes:
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
