"""What does a doctor say of the folder and the database?"""

import sqlite3
from pathlib import Path

import pytest

from reconciliation_pipeline.steps.doctor.storage import storage
from reconciliation_pipeline.storage.migrate import HEAD


def told(home: Path, url: str | None = None) -> dict[str, tuple[str, str, str]]:
    return {one.what: (one.health.value, one.text, one.remedy) for one in storage(home, url)}


def test_a_folder_with_a_database_that_is_up_to_date(tmp_path):
    found = told(tmp_path / "home")

    assert ("ok", "ok") == (found["storage"][0], found["database"][0])
    assert f"SQLite, in that folder, can be read; its tables are up to date ({HEAD})." == found["database"][1]


def test_a_folder_that_is_none(tmp_path):
    (tmp_path / "home").write_text("a file")

    found = told(tmp_path / "home")

    assert {"storage"} == found.keys()
    assert "fail" == found["storage"][0]
    assert "let RECON_HOME name another one" in found["storage"][2]


def test_a_ledger_that_is_no_database(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"not a database, and longer than a header" * 99)

    health, text, remedy = told(tmp_path)["database"]

    assert "fail" == health
    assert "cannot be used" in text
    assert "restore it from a backup" in remedy


def test_a_ledger_of_a_newer_program(tmp_path, sqlite_with_tables):
    (tmp_path / "ledger.sqlite").write_bytes(sqlite_with_tables.read_bytes())
    with sqlite3.connect(tmp_path / "ledger.sqlite") as connection:
        connection.execute("update recon_alembic_version set version_num = '9999'")
    connection.close()

    health, text, remedy = told(tmp_path)["database"]

    assert "fail" == health
    assert "its tables are at 9999" in text
    assert "Update this installation" in remedy


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://recon:canary-password@127.0.0.1:9/recon", "nobody listens at that address"),
        ("postgresql://recon:canary@password@127.0.0.1/recon", "has more than one @ in it"),
    ],
)
def test_a_postgres_that_cannot_be_used_is_told_without_its_address(tmp_path, url, text):
    health, said, remedy = told(tmp_path, url)["database"]

    assert "fail" == health
    assert text in said
    assert "RECON_POSTGRES_URL" in remedy
    assert "canary" not in said + remedy


def test_a_postgres_that_works(tmp_path, postgres_url):
    assert "ok" == told(tmp_path, postgres_url)["database"][0]
