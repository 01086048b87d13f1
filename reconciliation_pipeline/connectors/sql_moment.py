"""Which moment does everything come from? One transaction sees it, changes nothing, and does not last for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from reconciliation_pipeline.connectors.errors import Refused
from reconciliation_pipeline.connectors.sql_address import MYSQL, POSTGRES


def hold_still(connection: sa.Connection, budget: timedelta) -> None:
    """Begin a transaction that sees one moment.

    Postgres, MySQL and MariaDB read from a snapshot, SQLite from the state of its file. Every other database
    is asked for SERIALIZABLE, which may make writers wait.

    Args:
        connection: A fresh connection.
        budget: Longest time one statement may take, where the database can be told so.

    Raises:
        Refused: The database has no such transaction.
    """
    kind = connection.dialect.name
    if kind == "sqlite":
        # Python's driver would begin no transaction for reading.
        connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("BEGIN")
    elif kind in POSTGRES:
        connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {int(budget / timedelta(milliseconds=1))}")
    elif kind in MYSQL:
        connection.execution_options(isolation_level="REPEATABLE READ")
        _set_up_mysql(connection, budget)
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    else:
        _serialize(connection)


def _set_up_mysql(connection: sa.Connection, budget: timedelta) -> None:
    # TIMESTAMP columns come in the zone of the session, and nothing in the answer says which.
    connection.exec_driver_sql("SET SESSION time_zone = '+00:00'")
    # https://mariadb.com/kb/en/aborting-statements/ and, for MySQL,
    # https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_max_execution_time
    limit = (
        f"max_statement_time = {budget.total_seconds()}"
        if getattr(connection.dialect, "is_mariadb", False)
        else f"max_execution_time = {int(budget / timedelta(milliseconds=1))}"
    )
    connection.exec_driver_sql(f"SET SESSION {limit}")


def _serialize(connection: sa.Connection) -> None:
    try:
        connection.execution_options(isolation_level="SERIALIZABLE")
    except (ArgumentError, NotImplementedError):
        message = f"A database of the kind {connection.dialect.name} offers no transaction that sees one moment."
    else:
        return
    raise Refused(message, remedy="Let the system export a file, and use the connector file.")


def refuse_unsteady(connection: sa.Connection, schema: str | None, name: str) -> None:
    """Refuse a table of MySQL or MariaDB whose engine knows no transactions: it would show several moments.

    Raises:
        Refused: It is one; what lies below a view is not known.
    """
    if connection.dialect.name not in MYSQL:
        return
    unsteady = sa.text(
        "SELECT t.ENGINE FROM information_schema.TABLES t "
        "LEFT JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE "
        "WHERE t.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND t.TABLE_NAME = :name "
        "AND t.TABLE_TYPE = 'BASE TABLE' AND COALESCE(e.TRANSACTIONS, 'NO') <> 'YES'"
    )
    engine = connection.execute(unsteady, {"schema": schema, "name": name}).scalar()
    if engine is not None:
        message = (
            f"The table {name} is kept by {engine}, which knows no transactions, so it would show several moments."
        )
        raise Refused(message, remedy="Have it kept by InnoDB, or let the system export a file.")


@contextmanager
def abandoned_at_once(connection: sa.Connection, result: sa.CursorResult[Any]) -> Iterator[None]:
    """Let go of a result that is not read to its end.

    pymysql would first read all the rest, and after a broken connection trip over it when the result is freed.
    """
    try:
        yield
    except BaseException:
        left = getattr(result.cursor, "_result", None)
        if connection.dialect.name in MYSQL and left is not None:
            left.unbuffered_active = False
            connection.invalidate()
        raise


def clock_of(connection: sa.Connection) -> datetime | None:
    """Ask the database for its own time; None where its answer carries no zone."""
    found: object = connection.execute(sa.select(sa.func.current_timestamp())).scalar_one()
    if not isinstance(found, datetime):
        return None
    if connection.dialect.name in MYSQL:
        return found.replace(tzinfo=UTC)
    return found.astimezone(UTC) if found.tzinfo is not None else None
