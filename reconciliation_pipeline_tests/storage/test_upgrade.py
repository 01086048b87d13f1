"""Does today's program open what every earlier one left behind, and find everything in it, on both databases?"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.domain.attempts import Standing
from reconciliation_pipeline.storage.database import open_database, reading, writing
from reconciliation_pipeline.storage.migrate import HEAD, VERSION_TABLE, version_of
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.commands import recon
from reconciliation_pipeline_tests.storage import complete
from reconciliation_pipeline_tests.storage.builders import BOTH, NOW, a_message, an_observation
from reconciliation_pipeline_tests.storage.released import (
    FOLDER,
    Released,
    digests_of,
    file_of,
    raw,
    released,
    revisions,
    rows_of,
    set_up,
)

STORED = sorted(path.stem.removeprefix("ledger-") for path in FOLDER.glob("ledger-*.json"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request, tmp_path):
    """Where a database can be made: the folder, and the URL or None."""
    return tmp_path, None if request.param == "sqlite" else request.getfixturevalue("postgres_url")


def restore(place: tuple[Path, str | None], revision: str) -> Released:
    old = released(revision)
    engine = raw(*place)
    with engine.begin() as connection:
        set_up(connection, old)
    engine.dispose()
    return old


def test_every_earlier_revision_has_its_fixture():
    missing = [revision for revision in revisions()[:-1] if not file_of(revision).exists()]

    assert [] == missing, (
        f"The tables moved on from {missing}, and no ledger of then is stored. On the last commit before the new "
        f"migration, run `python -m reconciliation_pipeline_tests.storage.released`; it writes "
        f"{', '.join(file_of(one).name for one in missing)}."
    )


def test_no_fixture_is_of_a_revision_that_never_was():
    assert set(STORED) <= set(revisions())


@pytest.mark.parametrize("revision", STORED)
def test_a_ledger_of_then_is_opened_with_everything_that_was_in_it(empty, revision):
    old = restore(empty, revision)

    with Store.open(*empty) as store:
        found = digests_of(store)
    engine = raw(*empty)
    with engine.connect() as connection:
        now = rows_of(connection)
    engine.dispose()

    assert old.digests == found
    for name, rows in old.tables.items():
        assert rows == [{column: row[column] for column in rows[0]} for row in now[name]] if rows else not now[name]


@pytest.mark.parametrize("revision", STORED)
def test_a_ledger_of_then_can_be_read_through_and_goes_on(empty, revision):
    old = restore(empty, revision)
    (name, _), tables = complete.NAMES, old.tables

    with Store.open(*empty) as store:
        mornings = store.ledger.mornings(name)
        assert len(tables["recon_messages"]) == len(store.outbox.all())
        assert len(tables.get("recon_decisions", ())) == sum(len(store.decisions.of(one)) for one in complete.NAMES)
        assert [store.attempts.latest(name, morning) for morning in mornings].count(None) == 0
        assert mornings

        attempt = store.attempts.begin(name, NOW.date(), run_id="r", started_at=NOW, live=True)
        done = replace(attempt, standing=Standing.TRUSTED, snapshots=BOTH, as_of=NOW)
        store.attempts.conclude(done, at=NOW, messages=[a_message(reconciliation=name)], channels=["slack-0"])
        store.ledger.record(done, [an_observation()])

        assert [*mornings, NOW.date()] == store.ledger.mornings(name)
        assert [an_observation()] == store.ledger.on(name, NOW.date())
        assert len(tables["recon_messages"]) + 1 == len(store.outbox.all())


@pytest.mark.parametrize("revision", STORED)
def test_a_fixture_holds_a_ledger_that_is_complete(revision):
    tables = released(revision).tables

    assert all(tables.values())
    assert {"pending", "sent", "failed"} == {row["state"] for row in tables["recon_deliveries"]}
    assert {"trusted", "refused", "begun"} <= {row["standing"] for row in tables["recon_attempts"]}
    for name, rows in tables.items():
        blank = {column for column in rows[0] if all(row[column] is None for row in rows)}
        assert set() == blank, f"{name} of {revision} never fills {blank}"


@pytest.mark.parametrize("command", [["list", complete.NAMES[0]], ["verify", complete.NAMES[0]], ["outbox"]])
def test_recon_refuses_a_ledger_of_a_newer_program_in_a_sentence_and_leaves_it_alone(empty, command):
    home, url = empty
    engine = open_database(home, url)
    with writing(engine) as connection:
        connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
        left = rows_of(connection)

    environ = {**os.environ, "RECON_HOME": str(home), "RECON_POSTGRES_URL": url or ""}
    done = recon([*command, "--json"], environ, timeout=60)

    error = json.loads(done.stdout)["error"]
    assert (2, "storage") == (done.returncode, error["code"])
    assert f"(its tables are at 9999, ours at {HEAD})" in error["text"]
    assert "Update this installation; the ledger itself is fine and was not touched." == error["remedy"]
    assert ("RECON_POSTGRES_URL" if url else str(home)) == error["place"]
    with reading(engine) as connection:
        assert "9999" == version_of(connection)
        assert left == rows_of(connection)
    engine.dispose()


STOPPED = """
import os, signal, sys
from pathlib import Path
import sqlalchemy as sa
from reconciliation_pipeline.storage.database import open_database

left = int(sys.argv[3])

def before(connection, cursor, statement, parameters, context, executemany):
    global left
    left -= statement.split()[0] in {"CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE", "COMMIT"}
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)

sa.event.listen(sa.Engine, "before_cursor_execute", before)
open_database(Path(sys.argv[1]), sys.argv[2] or None).dispose()
"""


def killed(place: tuple[Path, str | None], at: int) -> bool:
    """Open the database in a process that is killed before its statement number `at` that changes something."""
    home, url = place
    done = subprocess.run([sys.executable, "-c", STOPPED, str(home), url or "", str(at)], check=False)
    assert done.returncode in {0, -signal.SIGKILL}
    return done.returncode != 0


@pytest.mark.parametrize("at", [1, 6, 9])
def test_a_migration_that_is_killed_leaves_the_tables_as_they_were(empty, at):
    first = revisions()[0]
    old = restore(empty, first)

    assert killed(empty, at)

    engine = raw(*empty)
    with engine.connect() as connection:
        assert first == version_of(connection)
        assert old.tables == rows_of(connection)
    engine.dispose()
    with Store.open(*empty) as store:
        assert old.digests == digests_of(store)


def test_a_migration_that_is_killed_is_killed_in_its_middle(empty):
    restore(empty, revisions()[0])

    assert not killed(empty, 1000)
    engine = open_database(*empty)
    with reading(engine) as connection:
        assert HEAD == version_of(connection)
    engine.dispose()
