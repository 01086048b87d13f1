"""Both databases: opened, brought up to date, and honest about what is wrong."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from reconciliation_pipeline.storage.database import driver_url, open_database, reading, writing
from reconciliation_pipeline.storage.errors import DatabaseTooNew, StorageUnavailable
from reconciliation_pipeline.storage.migrate import HEAD, VERSION_TABLE, version_of
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline.storage.tables import metadata
from reconciliation_pipeline_tests.storage.builders import utc


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path):
    """Where a database can be made: the folder, and the URL or None."""
    return tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def test_opening_makes_exactly_the_tables_that_are_declared(empty):
    engine = open_database(*empty)

    with reading(engine) as connection:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()

    assert [] == differences


def test_every_table_says_whose_it_is(empty):
    engine = open_database(*empty)
    names = sa.inspect(engine).get_table_names()
    engine.dispose()

    assert 11 == len(names)
    assert all(name.startswith("recon_") for name in names)


def test_the_known_head_is_the_last_migration():
    config = Config()
    config.set_main_option("script_location", "reconciliation_pipeline:storage/migrations")

    assert [HEAD] == ScriptDirectory.from_config(config).get_heads()


OPENED_BY_ANOTHER = """
import sys
from pathlib import Path
from reconciliation_pipeline.storage.database import open_database

print("ready", flush=True)
sys.stdin.readline()
open_database(Path(sys.argv[1]), sys.argv[2]).dispose()
"""


def test_many_programs_may_open_a_new_database_at_once(empty):
    command = [sys.executable, "-c", OPENED_BY_ANOTHER, str(empty[0]), empty[1] or ""]
    with ExitStack() as stack:
        popen = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        programs = [stack.enter_context(one) for one in popen]
        assert {"ready\n"} == {one.stdout.readline() for one in programs if one.stdout}
        for one in programs:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()

        assert [0, 0, 0, 0] == [one.wait() for one in programs]


def test_threads_may_make_several_databases_at_once(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        engines = list(pool.map(lambda number: open_database(tmp_path / str(number), None), range(4)))

    for engine in engines:
        with reading(engine) as connection:
            assert HEAD == version_of(connection)
        engine.dispose()


def test_what_others_keep_in_the_same_database_is_left_alone(postgres_url, tmp_path):
    engine = sa.create_engine(driver_url(postgres_url))
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE alembic_version AS SELECT 'theirs' AS version_num"))

    open_database(tmp_path, postgres_url).dispose()

    with engine.connect() as connection:
        assert "theirs" == connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    engine.dispose()


def test_a_database_of_a_newer_program_is_refused_in_words_and_left_alone(database):
    engine = open_database(database.home, database.postgres_url)
    with writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))

    with pytest.raises(DatabaseTooNew, match="newer version of this program") as refused:
        open_database(database.home, database.postgres_url)

    assert "Update this installation" in refused.value.remedy
    with reading(engine) as connection:
        assert "9999" == version_of(connection)
    engine.dispose()


def test_moments_come_back_in_utc_whatever_the_session_thinks(postgres_url, tmp_path):
    store = Store.open(tmp_path, f"{postgres_url}?options=-ctimezone%3DAsia/Kolkata")
    with store:
        begun = store.attempts.begin(
            "pair", date(2026, 11, 22), run_id="run", started_at=utc("2026-11-22 03:00"), live=True
        )

        found = store.attempts.of_run("run")
        assert begun == found
        assert UTC is found.started_at.tzinfo


def test_a_moment_without_a_zone_is_not_stored(store):
    with pytest.raises(sa.exc.StatementError, match="without a time zone"):
        store.attempts.begin("pair", date(2026, 11, 22), run_id="run", started_at=datetime(2026, 11, 22), live=True)  # noqa: DTZ001 - the mistake itself


def test_sqlite_keeps_a_log_checks_references_and_waits(tmp_path):
    engine = open_database(tmp_path, None)
    with reading(engine) as connection:
        pragmas = [
            connection.scalar(sa.text(f"PRAGMA {name}")) for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]
    engine.dispose()

    assert ["wal", 1, 30_000] == pragmas


def half_a_change(engine: sa.Engine) -> None:
    with writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = 'half'"))
        raise KeyError


def test_a_failed_transaction_leaves_nothing(database):
    engine = open_database(database.home, database.postgres_url)
    with pytest.raises(KeyError):
        half_a_change(engine)

    with reading(engine) as connection:
        assert HEAD == version_of(connection)
    engine.dispose()


def test_a_file_that_is_no_database_is_named(tmp_path):
    (tmp_path / "ledger.sqlite").write_bytes(b"These are the customers of last year.\n" * 40)

    with pytest.raises(StorageUnavailable, match=r"ledger\.sqlite cannot be used: file is not a database"):
        open_database(tmp_path, None)


def test_a_home_that_is_a_file_is_named(tmp_path):
    home = tmp_path / "home"
    home.touch()

    with pytest.raises(StorageUnavailable, match=r"home cannot be written: it is a file, not a folder"):
        open_database(home, None)


def test_a_home_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(StorageUnavailable, match="cannot be written: Not a directory"):
        open_database(tmp_path / "file" / "home", None)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://someone:hunter2@127.0.0.1:1/ledger", "nobody listens at that address"),
        ("postgresql://someone:hunter2@does-not-exist.invalid/ledger", "the server's name is not known"),
        ("postgres://someone:hun@ter2@127.0.0.1:1/ledger", "has more than one @ in it"),
        ("mysql://someone:hunter2@127.0.0.1/ledger", "is not an address of the form postgresql://"),
        ("postgresql://someone:hunter2@127.0.0.1:port/ledger", "is not an address of the form postgresql://"),
        ("hunter2", "is not an address of the form postgresql://"),
    ],
)
def test_a_postgres_out_of_reach_is_told_without_the_address(tmp_path, url, words):
    with pytest.raises(StorageUnavailable) as told:
        open_database(tmp_path, url)

    said = f"{told.value} {told.value.remedy}"
    assert words in said
    assert "RECON_POSTGRES_URL" in said
    assert not any(secret in said for secret in ("hun", "ter2", "someone", "127.0.0.1", ".invalid"))
    assert told.value.__context__ is None or told.value.__suppress_context__


def test_a_postgres_database_that_does_not_exist_is_told(postgres_server, tmp_path):
    with pytest.raises(StorageUnavailable, match="the user or the database does not exist there"):
        open_database(tmp_path, postgres_server.url("nowhere"))


def test_a_postgres_that_goes_away_in_between_is_told(postgres_server, tmp_path):
    with postgres_server.database() as name:
        engine = open_database(tmp_path, postgres_server.url(name))

    with pytest.raises(StorageUnavailable), reading(engine):
        pass
    engine.dispose()


def test_the_url_names_the_driver_and_keeps_the_password():
    assert "postgresql+psycopg2://a:b%40c@host/db" == driver_url("postgres://a:b%40c@host/db")
