"""Does a writer say in words that somebody else keeps SQLite's write lock, and does it write when they let go?"""

import sqlite3
from contextlib import closing

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.storage.database import open_database, writing
from reconciliation_pipeline.storage.errors import StorageUnavailable


def test_a_writer_waits_as_long_as_its_patience_and_says_that_the_ledger_is_locked(tmp_path):
    engine = open_database(tmp_path, None, patience=0.05)
    nobody = sa.text("DELETE FROM recon_attempts")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageUnavailable, match="database is locked") as told, writing(engine) as connection:
            connection.execute(nobody)
        assert told.value.remedy
        other.execute("ROLLBACK")

    with writing(engine) as connection:
        assert 0 == connection.execute(nobody).rowcount
    engine.dispose()
