"""Would a leak be found? A secret is put wherever one might end, in whatever spelling."""

import base64
import gzip
import json
import random
import sqlite3
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from reconciliation_pipeline_tests.secrets.canaries import PIECE, hatched
from reconciliation_pipeline_tests.secrets.dig import dug_up

CANARY = hatched("a slot", random.Random(7), odd="/@%")
SECRET = CANARY.value


def in_a_log(folder: Path) -> None:
    (folder / "log.txt").write_text(f"GET /customers?token={SECRET}")


def in_a_name(folder: Path) -> None:
    (folder / SECRET[:PIECE]).mkdir()


def in_a_long_cell(folder: Path) -> None:
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("create table events (event text)")
        connection.execute("insert into events values (?)", ["x" * 9000 + SECRET + "y" * 9000])
    connection.close()


def in_a_packed_cell(folder: Path) -> None:
    with sqlite3.connect(folder / "a.db") as connection:
        connection.execute("create table snapshots (body blob)")
        connection.execute("insert into snapshots values (?)", [zlib.compress(json.dumps({"token": SECRET}).encode())])
    connection.close()


def in_a_cursor(folder: Path) -> None:
    packed = base64.b64encode(zlib.compress(f"{{'token': '{SECRET}'}}".encode())).decode()
    (folder / "cursor.json").write_text(json.dumps({"cursor": packed}))


def in_a_snapshot(folder: Path) -> None:
    pq.write_table(pa.table({"key": [SECRET] * 3}), folder / "crm.parquet", compression="zstd")


def in_a_workbook(folder: Path) -> None:
    with zipfile.ZipFile(folder / "export.xlsx", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/sharedStrings.xml", f"<t>{SECRET}</t>")


def in_a_packed_log(folder: Path) -> None:
    (folder / "log.gz").write_bytes(gzip.compress(SECRET.encode()))


@pytest.mark.parametrize(
    "leak",
    [
        in_a_log,
        in_a_name,
        in_a_long_cell,
        in_a_packed_cell,
        in_a_cursor,
        in_a_snapshot,
        in_a_workbook,
        in_a_packed_log,
    ],
)
def test_a_leak_is_found_wherever_it_is(tmp_path, leak: Callable[[Path], None]):
    leak(tmp_path)

    assert dug_up([CANARY], below=tmp_path, said={})


@pytest.mark.parametrize(
    "spell",
    [
        str,
        str.upper,
        lambda secret: secret[:PIECE],
        lambda secret: f"…{secret[-PIECE:]}",
        lambda secret: secret[::-1],
        lambda secret: quote(secret, safe=""),
        lambda secret: secret.encode().hex(),
        *(
            lambda secret, before=before: base64.b64encode(f"{before}{secret}:more".encode()).decode()
            for before in ("", "a:", "ab:", "someone:")
        ),
    ],
)
def test_a_leak_is_found_however_it_is_spelt(tmp_path, spell: Callable[[str], str]):
    assert dug_up([CANARY], below=tmp_path, said={"the terminal": f"failed: {spell(SECRET)}."})


def test_what_is_no_secret_is_not_found(tmp_path):
    in_a_log(tmp_path)
    other = hatched("another slot", random.Random(8))

    assert [] == dug_up([other], below=tmp_path, said={"the terminal": "nothing"})


def test_a_leak_into_postgres_is_found(tmp_path, postgres_url):
    engine = sa.create_engine(sa.make_url(postgres_url).set(drivername="postgresql+psycopg2"), poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("create table events (body bytea)"))
        connection.execute(sa.text("insert into events values (:body)"), {"body": zlib.compress(SECRET.encode())})

    found = dug_up([CANARY], below=tmp_path, said={}, database=postgres_url)

    assert "table events: a slot, head, plain" in found
