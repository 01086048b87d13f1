"""Is trouble with Dagster's own records told in a sentence, and never with an address?"""

import sqlite3

import pytest
from sqlalchemy.exc import OperationalError

from reconciliation_pipeline.storage.beside import told_in_words
from reconciliation_pipeline.storage.errors import StorageUnavailable


def told(trouble: Exception) -> str:
    with pytest.raises(StorageUnavailable) as caught, told_in_words("Dagster's"):
        raise trouble
    assert caught.value.remedy
    return caught.value.text


def test_what_sqlite_says_is_repeated():
    trouble = OperationalError("INSERT", {}, sqlite3.OperationalError("database is locked"))

    assert "Dagster's own records cannot be written or read: database is locked." == told(trouble)


def test_what_another_driver_says_is_not_repeated_for_it_may_hold_an_address():
    trouble = OperationalError("INSERT", {}, ConnectionError("postgresql://user:secret@server is gone"))

    assert "Dagster's own records cannot be written or read: the server answered with ConnectionError." == told(trouble)


def test_a_full_disk_is_named():
    text = "Dagster's own records cannot be written or read: No space left on device."

    assert text == told(OSError(28, "No space left on device"))


def test_what_is_no_trouble_of_a_disk_stays_what_it_is():
    with pytest.raises(OSError, match="nobody's"), told_in_words("Dagster's"):
        raise OSError(*["nobody's"])
