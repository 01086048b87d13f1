"""What does a person read when the database fails that somebody else keeps beside ours?

Dagster keeps records of its own, in the same folder or on the same server, and lets its driver's errors through.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from reconciliation_pipeline.storage.errors import StorageUnavailable


@contextmanager
def told_in_words(whose: str) -> Iterator[None]:
    """Turn a failure of somebody else's database, or of its files, into one sentence.

    Args:
        whose: Whose records they are, with a genitive: "Dagster's".

    Raises:
        StorageUnavailable: They cannot be used right now.
    """
    try:
        yield
    except DBAPIError as error:
        raise _unavailable(whose, _reason(error.orig)) from None
    except OSError as error:
        if error.errno is None:
            raise
        raise _unavailable(whose, error.strerror or "the file system refused") from None


def _reason(error: object) -> str:
    """Repeat what SQLite said; the words of other drivers may hold an address."""
    return str(error) if isinstance(error, sqlite3.Error) else f"the server answered with {type(error).__name__}"


def _unavailable(whose: str, reason: str) -> StorageUnavailable:
    text = f"{whose} own records cannot be written or read: {reason}."
    remedy = (
        "Check the disk below RECON_HOME, or the Postgres server, then run the morning again. "
        "What was recorded before stays as it is; what was not counts for nothing."
    )
    return StorageUnavailable(text, remedy=remedy)
