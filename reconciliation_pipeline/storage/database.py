"""Which database holds the ledger, and how is it reached? SQLite in our folder, or Postgres by URL.

The tables stand in `tables.py`, how they came to be in `migrate.py`.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DatabaseError, DBAPIError, InterfaceError, OperationalError

from reconciliation_pipeline.storage.errors import StorageUnavailable
from reconciliation_pipeline.storage.files import alone, files_told_in_words
from reconciliation_pipeline.storage.migrate import HEAD, migrate, version_of

PATIENCE = 30
"""Seconds a writer waits for another one (SQLite)."""

_CONNECT_PATIENCE = "10"
"""Seconds a Postgres server has to answer."""

_WRITES = "recon_writes"


def open_database(home: Path, postgres_url: str | None, *, patience: float = PATIENCE) -> sa.Engine:
    """Reach the database and bring its tables up to date; safe from several processes at once.

    Args:
        home: Folder of everything we keep; made when missing. Holds `ledger.sqlite` without a URL.
        postgres_url: `postgresql://...` or `postgres://...`; None or empty means SQLite.
        patience: Seconds a writer waits for another one (SQLite).

    Raises:
        StorageUnavailable: It cannot be reached, opened or written.
        DatabaseTooNew: A newer version of this program has changed the tables.
    """
    with files_told_in_words(home):
        _make_folder(home)
    if postgres_url:
        return _up_to_date(_postgres(postgres_url))
    # Of two that switch a new file to write-ahead logging one fails at once: that switch never waits for its turn.
    with alone(home / "ledger.lock"):
        return _up_to_date(_sqlite(home / "ledger.sqlite", patience))


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Read; writers are not held up.

    Raises:
        StorageUnavailable: The database is gone.
    """
    with _told_in_words(engine), engine.connect() as connection:
        yield connection


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Write, all or nothing.

    Raises:
        StorageUnavailable: The database is gone, full, read-only or busy for too long.
    """
    with _told_in_words(engine), engine.connect() as connection:
        connection.execution_options(**{_WRITES: True})
        with connection.begin():
            yield connection


_TURN_NUMBER = 7_265_636_512
"""Any number that no other program takes as a Postgres advisory lock in the same database."""


@contextmanager
def alone_in_postgres(text: str) -> Iterator[str]:
    """Let one process at a time, on whichever machine, do what is inside; gives the URL with its driver named.

    The password in it is for handing on, never for showing. The lock ends with its transaction, and so with whoever
    holds it.

    Raises:
        StorageUnavailable: It is not the URL of a Postgres database, or that cannot be reached.
    """
    engine = _postgres(text)
    try:
        with writing(engine) as connection:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_TURN_NUMBER)))
            yield driver_url(text)
    finally:
        engine.dispose()


def add_unless_there(connection: sa.Connection, table: sa.Table, values: Mapping[str, object]) -> int | None:
    """Insert a row and give its id, or None when a unique column has that value already."""
    # The two databases spell this alike, but SQLAlchemy has a construct for each.
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)
    return connection.scalar(statement)


def _make_folder(home: Path) -> None:
    if home.exists() and not home.is_dir():
        raise NotADirectoryError(20, "it is a file, not a folder")
    home.mkdir(parents=True, exist_ok=True)


def _up_to_date(engine: sa.Engine) -> sa.Engine:
    try:
        with reading(engine) as connection:
            present = version_of(connection)
        if present != HEAD:
            with writing(engine) as connection:
                migrate(connection)
    except DBAPIError as error:
        engine.dispose()
        raise _unavailable(engine, error) from None
    except BaseException:
        engine.dispose()
        raise
    return engine


def _sqlite(path: Path, patience: float) -> sa.Engine:
    url = sa.URL.create("sqlite", database=str(path))
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": patience})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # Python's driver would begin transactions by its own rules; `_begin_sqlite` begins them by ours.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_sqlite(connection: sa.Connection) -> None:
    # A reader that turns writer can find the file locked for good; a writer says so at the start.
    writes = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def driver_url(text: str) -> str:
    """Name the driver in an ordinary Postgres URL, for programs that would guess another one.

    The result holds the password: it is for handing on, never for showing.

    Raises:
        StorageUnavailable: It is not the URL of a Postgres database.
    """
    return _postgres_url(text).render_as_string(hide_password=False)


_SHOWN = frozenset({"host", "port", "sslmode", "sslrootcert"})
"""What of an address's options may be shown; others can hold a password."""


def dump_address(text: str) -> str:
    """Write the URL of a Postgres database without its password, for the person who knows that.

    Raises:
        StorageUnavailable: It is not the URL of a Postgres database.
    """
    url = _postgres_url(text)
    shown = {name: value for name, value in url.query.items() if name in _SHOWN}
    bare = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, shown)
    return bare.render_as_string()


def _postgres(text: str) -> sa.Engine:
    url = _postgres_url(text)
    patient = url.set(query={"connect_timeout": _CONNECT_PATIENCE, **url.query})
    return sa.create_engine(patient, hide_parameters=True, pool_pre_ping=True)


def _postgres_url(text: str) -> sa.URL:
    if text.count("@") > 1:
        # A password with an @ in it would be cut there, and its rest taken for the server's name.
        raise _bad_url(_TOO_MANY_ATS)
    try:
        url = sa.make_url(text)
    except (ArgumentError, ValueError):
        raise _bad_url(_NO_ADDRESS) from None
    if url.drivername not in {"postgres", "postgresql", "postgresql+psycopg2"}:
        raise _bad_url(_NO_ADDRESS)
    return url.set(drivername="postgresql+psycopg2")


_NO_ADDRESS = "is not an address of the form postgresql://user:password@server/database"
_TOO_MANY_ATS = "has more than one @ in it"


def _bad_url(what: str) -> StorageUnavailable:
    remedy = "Correct RECON_POSTGRES_URL; write @ : / and % in a password as %40 %3A %2F %25."
    return StorageUnavailable(f"The Postgres address {what}.", remedy=remedy)


@contextmanager
def _told_in_words(engine: sa.Engine) -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise _unavailable(engine, error) from None
    except DatabaseError as error:
        # The base class itself is what SQLite raises for a file that is no database; its other
        # subclasses are mistakes of ours.
        if type(error) is DatabaseError:
            raise _unavailable(engine, error) from None
        raise


_POSTGRES_SAYS = {
    "password authentication failed": "it does not accept the user or the password",
    "no password supplied": "it asks for a password and none was given",
    "does not exist": "the user or the database does not exist there",
    "Connection refused": "nobody listens at that address",
    "could not translate host name": "the server's name is not known",
    "timeout expired": "it does not answer",
    "permission denied": "the user may not do that",
    "too many": "it has no connection left",
}


def _unavailable(engine: sa.Engine, error: DBAPIError) -> StorageUnavailable:
    """Say what is wrong in words of our own: a driver's words may repeat parts of the address."""
    said = str(error.orig)
    if engine.dialect.name == "sqlite":
        text = f"The ledger {engine.url.database} cannot be used: {said}."
        remedy = "Check the folder's permissions and free space; if the file is damaged, restore it from a backup."
        return StorageUnavailable(text, remedy=remedy)
    fallback = f"it answered with {type(error.orig).__name__}"
    reason = next((ours for theirs, ours in _POSTGRES_SAYS.items() if theirs in said), fallback)
    text = f"The Postgres database named by RECON_POSTGRES_URL cannot be used: {reason}."
    return StorageUnavailable(text, remedy="Check that the server runs and that RECON_POSTGRES_URL is right.")
