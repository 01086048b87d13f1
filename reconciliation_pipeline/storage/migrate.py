"""Do the tables have the shape this program knows? If they are older, they are brought up to date.

Opening the database belongs in `database.py`; each step stands in `migrations/versions/`.
"""

import threading
from pathlib import Path

import sqlalchemy as sa

from reconciliation_pipeline.storage.errors import DatabaseTooNew

VERSION_TABLE = "recon_alembic_version"

HEAD = "0008"
"""The newest revision, repeated here so that an up-to-date database opens without loading Alembic."""

_LOCK_NUMBER = 7_265_636_511
"""Any number that no other program takes as a Postgres advisory lock in the same database."""

# Alembic keeps the migration under way in module globals.
_ONE_AT_A_TIME = threading.Lock()


def version_of(connection: sa.Connection) -> str | None:
    """Read which revision the tables have; None when there are none."""
    if not sa.inspect(connection).has_table(VERSION_TABLE):
        return None
    number = sa.column("version_num", sa.Text)
    return connection.scalar(sa.select(number).select_from(sa.table(VERSION_TABLE)))


def migrate(connection: sa.Connection) -> None:
    """Bring the tables to the newest revision, inside the connection's own transaction.

    Args:
        connection: In a transaction; on SQLite one that already may write.

    Raises:
        DatabaseTooNew: A newer version of this program has changed them.
    """
    with _ONE_AT_A_TIME:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK_NUMBER)))
        if version_of(connection) != HEAD:
            _upgrade(connection)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}
    present = version_of(connection)
    if present is not None and present not in known:
        text = (
            f"The ledger was changed by a newer version of this program (its tables are at {present}, ours at {HEAD})."
        )
        raise DatabaseTooNew(text, remedy="Update this installation; the ledger itself is fine and was not touched.")
    command.upgrade(config, "head")
