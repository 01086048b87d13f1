"""What does a table of a database hold? Read in one transaction, in which every row is of the same moment.

Only this module knows SQLAlchemy. What a value means is `cells.py` and `mapping.py`, how trouble is
told `sql_trouble.py`. Names of tables and columns are looked up in the database first and quoted by
SQLAlchemy; values are bound; there is no free SQL.
"""

import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchTableError, SAWarning

from reconciliation_pipeline.connectors.cells import Column, cell_of
from reconciliation_pipeline.connectors.credentials import variable
from reconciliation_pipeline.connectors.errors import BadShape, PastIsNotPullable, Refused, SecretMissing, Truncated
from reconciliation_pipeline.connectors.mapping import Mapper, mapped_paths
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.connectors.sql_trouble import Trouble, told
from reconciliation_pipeline.connectors.values import Unusable
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import SqlSide

PAGE = 5_000
"""Records a page, and as many as the driver holds at once where the database has cursors of its own."""

PATIENCE = "10"
"""Seconds to wait for a connection."""

_Type = sa.types.TypeEngine[Any]
_POSTGRES = frozenset({"postgres", "postgresql"})
_MYSQL = frozenset({"mysql", "mariadb"})

# A column of a type SQLAlchemy does not know is of no concern: it may not even be mapped.
warnings.filterwarnings("ignore", message="Did not recognize type", category=SAWarning)


@dataclass(frozen=True, slots=True)
class _Table:
    """A table that is there, with the columns that are wanted."""

    columns: Mapping[str, Column]
    rows: sa.Select[tuple[object, ...]]
    count: sa.Select[tuple[int]]


class SqlSource:
    """A system whose records stand in a table or view, as a `Source`."""

    def __init__(self, settings: SqlSide, *, side: Side, environ: Mapping[str, str], morning: date) -> None:
        """Prepare a source; nothing is connected yet.

        Args:
            settings: The side.
            side: Its role.
            environ: Where the database's address stands.
            morning: The morning whose rows are read, for a table that keeps every morning.

        Raises:
            SecretMissing: The variable is not set, or holds no address of a database.
        """
        self.side = side
        self._settings = settings
        self._morning = morning
        self._engine = _engine(settings.url_env, variable(settings.url_env, environ))

    def answers_for_the_past(self) -> bool:
        """Whether the table keeps the rows of every morning."""
        return self._settings.as_of is not None

    def pull(self, as_of: date | None = None) -> Generator[Page, None, None]:
        """Yield the table in pages, ordered by the system's own id.

        Args:
            as_of: A past morning; None asks for this one.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        if as_of is not None and not self.answers_for_the_past():
            message = f"The table {self._settings.table} only knows how things are now, not how they were on {as_of}."
            raise PastIsNotPullable(message, remedy="Write as_of: {column: ...} if it keeps the rows of every morning.")
        connected = False
        try:
            with self._engine.connect() as connection:
                connected = True
                _hold_still(connection)
                yield from self._walk(connection, as_of or self._morning)
        except DBAPIError as error:
            # What SQLAlchemy raised holds the statement, and its cause the address.
            trouble = Trouble(str(error.orig), _state(error), connected, error.connection_invalidated)
        else:
            return
        raise told(trouble, variable=self._settings.url_env, table=self._settings.table)

    def check(self) -> Page:
        """Read the first page only.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        with closing(self.pull()) as pages:
            return next(pages)

    def close(self) -> None:
        """Let go of the database; every pull has a connection of its own."""
        self._engine.dispose()

    def _walk(self, connection: sa.Connection, morning: date) -> Generator[Page, None, None]:
        table = _find(connection, self._settings, morning)
        clock = _clock(connection)
        total = connection.execute(table.count).scalar_one()
        mapper = Mapper(self._settings, reader=column_reader)
        received = 0
        for pages, batch in enumerate(_batches(connection, table.rows, self._settings.table), start=1):
            rows = tuple(_row(mapper, table.columns, values) for values in batch)
            received += len(rows)
            ended_by = self._end(received, total) if len(batch) < PAGE else None
            yield Page(rows, requests=pages, source_clock=clock, total=total, ended_by=ended_by)

    def _end(self, received: int, total: int) -> str:
        if received != total:
            message = f"The database counts {total:,} rows of {self._settings.table}, and {received:,} came."
            raise Truncated(message, remedy="Run again; if it stays, use a kind of table that knows transactions.")
        return f"end of the result, {received:,} of {total:,} rows"


def _engine(name: str, text: str) -> sa.Engine:
    try:
        return sa.create_engine(_url(name, text), poolclass=sa.NullPool, hide_parameters=True)
    except ModuleNotFoundError as missing:
        what, remedy = f"needs the driver {missing.name}, which is not installed", "Install it, or name another driver."
    except (ArgumentError, ValueError, TypeError):
        what = "holds no address of a database that SQLAlchemy knows"
        remedy = f"Set {name} to one like postgresql://user:password@host/database."
    message = f"The environment variable {name} {what}."
    raise SecretMissing(message, remedy=remedy)


def _url(name: str, text: str) -> sa.URL:
    url = sa.make_url(text)
    if url.drivername in _POSTGRES:
        url = url.set(drivername="postgresql+psycopg2")
    kind = url.get_backend_name()
    if kind == "sqlite":
        return _read_only(url)
    if text.count("@") > 1:
        # A password with an @ in it would be cut there, and its rest taken for the server's name.
        message = f"The environment variable {name} holds more than one @, so it is unclear where its password ends."
        raise SecretMissing(message, remedy="Write %40 for each @ of the user and the password.")
    return url.update_query_dict({"connect_timeout": PATIENCE, **url.query}) if kind in _POSTGRES | _MYSQL else url


def _read_only(url: sa.URL) -> sa.URL:
    """Open a file as it is: an ordinary connection would create one that is missing."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return url
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": "ro", "uri": "true"})


def _hold_still(connection: sa.Connection) -> None:
    """Begin a transaction that sees one moment, and changes nothing.

    Postgres and MySQL read from a snapshot, SQLite from the state of its file. Every other database is
    asked for SERIALIZABLE, which may make writers wait.

    Raises:
        Refused: The database has no such transaction.
    """
    kind = connection.dialect.name
    if kind == "sqlite":
        # Python's driver would begin no transaction for reading.
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("BEGIN")
    elif kind in _POSTGRES:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    elif kind in _MYSQL:
        connection.execution_options(isolation_level="REPEATABLE READ")
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    else:
        _serialize(connection)


def _serialize(connection: sa.Connection) -> None:
    try:
        connection.execution_options(isolation_level="SERIALIZABLE")
    except (ArgumentError, NotImplementedError):
        message = f"A database of the kind {connection.dialect.name} offers no transaction that sees one moment."
    else:
        return
    raise Refused(message, remedy="Let the system export a file, and use the connector file.")


def _find(connection: sa.Connection, settings: SqlSide, morning: date) -> _Table:
    types = _types(sa.inspect(connection), settings.table)
    wanted, dated = mapped_paths(settings), settings.as_of.column if settings.as_of else None
    for column in (*wanted, *filter(None, [dated])):
        if column not in types:
            what = f"The table {settings.table} has no column {column!r}."
            raise _missing(what, column, list(types), "columns")
    schema, _, name = settings.table.rpartition(".")
    table = sa.table(name, *map(sa.column, types), schema=schema or None)
    rows = sa.select(*(table.c[column] for column in wanted)).order_by(table.c[settings.source_id])
    count = sa.select(sa.func.count()).select_from(table)
    if dated is not None:
        that_morning = table.c[dated] == _written(morning, types[dated], dated)
        rows, count = rows.where(that_morning), count.where(that_morning)
    return _Table({column: _column(types[column]) for column in wanted}, rows, count)


def _types(inspector: sa.Inspector, table: str) -> Mapping[str, _Type]:
    """Look up the columns of a table or view.

    Raises:
        BadShape: There is no such schema or table.
    """
    schema, _, name = table.rpartition(".")
    schemas = inspector.get_schema_names() if schema else []
    # A schema of another database ("other.dbo") is in no list.
    if schema and "." not in schema and schema not in schemas:
        what = f"There is no schema {schema!r} for the table {table!r}."
        raise _missing(what, schema, schemas, "schemas")
    try:
        return {each["name"]: each["type"] for each in inspector.get_columns(name, schema=schema or None)}
    except NoSuchTableError:
        tables = [*inspector.get_table_names(schema or None), *inspector.get_view_names(schema or None)]
    what = f"There is no table {table!r}."
    raise _missing(what, name, tables, "tables")


def _missing(message: str, name: str, names: Sequence[str], kind: str) -> BadShape:
    close = get_close_matches(name, names, n=1)
    listed = f"The {kind} are: {', '.join(sorted(names)[:20])}." if names else f"This user sees no {kind} there."
    return BadShape(message, remedy=f"Did you mean {close[0]!r}?" if close else listed)


def _column(kind: _Type) -> Column:
    if isinstance(kind, sa.Boolean):
        return Column.TRUTH
    return Column.PADDED if isinstance(kind, sa.CHAR) else Column.PLAIN


def _written(morning: date, kind: _Type, column: str) -> sa.BindParameter[object]:
    """Write a morning the way the column of `as_of` does."""
    if isinstance(kind, sa.Date):
        return sa.literal(morning, kind)
    if isinstance(kind, sa.String | sa.types.NullType):
        return sa.literal(morning.isoformat(), sa.String())
    message = f"The column {column!r} of as_of is neither a date nor text, so it names no morning."
    raise BadShape(message, remedy="Name a column of type DATE, or of text such as 2026-11-22.")


def _clock(connection: sa.Connection) -> datetime | None:
    """Ask the database for its own time; None where its answer carries no zone."""
    found = connection.execute(sa.select(sa.func.current_timestamp())).scalar_one()
    return found.astimezone(UTC) if isinstance(found, datetime) and found.tzinfo is not None else None


def _batches(
    connection: sa.Connection, rows: sa.Select[Any], table: str
) -> Generator[Sequence[Sequence[object]], None, None]:
    """Yield the rows, as many at once as a page has; the last batch has fewer, and may be empty."""
    batch: Sequence[Sequence[object]] | None = None
    try:
        with connection.execute(rows, execution_options={"yield_per": PAGE}) as result:
            while batch is None or len(batch) == PAGE:
                batch = result.fetchmany(PAGE)
                yield batch
    except (ValueError, ArithmeticError):
        message = f"The table {table} holds a value that the database's driver cannot read."
    else:
        return
    raise BadShape(message, remedy="Look for dates beyond the year 9999, or have a view leave them out.")


def _row(mapper: Mapper, columns: Mapping[str, Column], values: Sequence[object]) -> Row:
    record: dict[str, object] = {}
    for (name, column), value in zip(columns.items(), values, strict=True):
        try:
            record[name] = cell_of(value, column)
        except Unusable as unusable:
            problem = BadShape(f"The column {name} holds a value that is {unusable.text}.", remedy=unusable.remedy)
        else:
            continue
        raise problem
    return mapper.row(record)


def _state(error: DBAPIError) -> str:
    """Read the SQLSTATE: Postgres calls it pgcode, others sqlstate; MySQL has none in the exception."""
    found = getattr(error.orig, "pgcode", None) or getattr(error.orig, "sqlstate", None)
    return found if isinstance(found, str) else ""
