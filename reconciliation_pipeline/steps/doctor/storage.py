"""Can everything be kept: is the folder writable, is there room, can the database be used?"""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reconciliation_pipeline.steps.doctor.finding import Finding, Health, fail, ok, warn
from reconciliation_pipeline.storage.database import open_database, reading
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.migrate import version_of

LEAST = 1.0
"""Gibibytes below which a disk is called full soon."""


def storage(home: Path, postgres_url: str | None) -> Iterator[Finding]:
    """Look at the folder and the database that everything is kept in.

    Args:
        home: Folder of everything we keep; made when missing.
        postgres_url: An ordinary Postgres URL; None for SQLite in the folder.
    """
    folder = _folder(home)
    yield folder
    if folder.health is not Health.FAIL or postgres_url:
        yield _database(home, postgres_url)


def _folder(home: Path) -> Finding:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        remedy = "Make the folder writable, or let RECON_HOME name another one."
        return fail("storage", f"{home} cannot be written: {error.strerror}.", remedy)
    free = os.statvfs(home)
    gib = free.f_bavail * free.f_frsize / 2**30
    text = f"{home} is writable, {gib:,.1f} GiB free."
    if gib < LEAST:
        return warn("storage", text, "Free some disk: a pull that does not fit is thrown away.")
    return ok("storage", text)


def _database(home: Path, postgres_url: str | None) -> Finding:
    try:
        engine = open_database(home, postgres_url)
    except StorageError as gone:
        return fail("database", gone.text, gone.remedy)
    try:
        with reading(engine) as connection:
            version = version_of(connection)
    except StorageError as gone:
        return fail("database", gone.text, gone.remedy)
    finally:
        engine.dispose()
    where = "the Postgres database of RECON_POSTGRES_URL" if postgres_url else "SQLite, in that folder"
    return ok("database", f"{where}, can be read; its tables are up to date ({version}).")
