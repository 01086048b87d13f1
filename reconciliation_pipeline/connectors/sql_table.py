"""Is the table there, with the columns that are mapped, and what is asked of it?

Names of tables and columns are looked up in the database first and quoted by SQLAlchemy; values are bound.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import reduce
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import NoSuchTableError, SAWarning

from reconciliation_pipeline.connectors.cells import Column
from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.mapping import mapped_paths
from reconciliation_pipeline.connectors.sql_condition import is_dated, meets
from reconciliation_pipeline.connectors.sql_moment import refuse_unsteady
from reconciliation_pipeline.settings.model import SqlSide

LONGEST_KEY = 4_000
"""Characters of a key that are compared, in the database."""

_SPACES = ("\t", "\n", "\r", "\xa0")
"""Space that the mapping takes off a key's ends, and TRIM does not."""

_Type = sa.types.TypeEngine[Any]

# A column of a type SQLAlchemy does not know is of no concern: it may not even be mapped.
warnings.filterwarnings("ignore", message="Did not recognize type", category=SAWarning)


@dataclass(frozen=True, slots=True)
class SqlTable:
    """A table that is there.

    Attributes:
        columns: The columns that are mapped, in the order they are read.
        rows: Asks for all of them, in the order of the system's own ids.
        count: Asks how many rows there are.
    """

    columns: Mapping[str, Column]
    rows: sa.Select[Any]
    count: sa.Select[tuple[int]]

    def rows_named(self, names: Mapping[str, Sequence[str]]) -> sa.Select[Any]:
        """Ask for the rows in which each of these columns holds one of its names, and perhaps for some more.

        Names are compared as text and without the space around them, as the mapping reads them, so the
        database reads every row; upper and lower case may be the same to it.

        Args:
            names: By column. Of a key of several parts every row is found, and every mixture of the parts too.
        """
        return self.rows.where(*(self._holds(column, each) for column, each in names.items()))

    def _holds(self, column: str, names: Sequence[str]) -> sa.ColumnElement[bool]:
        spaced: sa.ColumnElement[Any] = sa.cast(self.rows.selected_columns[column], sa.String(LONGEST_KEY))
        for space in _SPACES:
            spaced = sa.func.replace(spaced, space, " ")
        wanted = [reduce(lambda text, space: text.replace(space, " "), _SPACES, name).strip(" ") for name in names]
        return sa.func.trim(spaced).in_(wanted)


def find_table(connection: sa.Connection, settings: SqlSide, morning: date) -> SqlTable:
    """Look the table up.

    Args:
        connection: A connection that holds still.
        settings: The side.
        morning: The morning whose rows are meant, for a table that keeps every morning.

    Raises:
        PullFailed: There is no such table or column, or it cannot be read at one moment.
    """
    types = _types(sa.inspect(connection), settings.table)
    wanted, as_of = mapped_paths(settings), settings.as_of
    for column in (*wanted, *filter(None, [as_of.column if as_of else None])):
        if column not in types:
            what = f"The table {settings.table} has no column {column!r}."
            raise _missing(what, column, list(types), "columns")
    schema, _, name = settings.table.rpartition(".")
    refuse_unsteady(connection, schema or None, name)
    table = sa.table(name, *map(sa.column, types), schema=schema or None)
    rows = sa.select(*(table.c[column] for column in wanted)).order_by(table.c[settings.source_id])
    count = sa.select(sa.func.count()).select_from(table)
    if as_of is not None:
        condition = (
            is_dated(table.c[as_of.column], types[as_of.column], morning)
            if as_of.column is not None
            else meets(as_of.expression or "", morning)
        )
        rows, count = rows.where(condition), count.where(condition)
    return SqlTable({column: _kind(types[column]) for column in wanted}, rows, count)


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


def _kind(kind: _Type) -> Column:
    if isinstance(kind, sa.Boolean):
        return Column.TRUTH
    if isinstance(kind, mysql.TIMESTAMP):
        return Column.UTC
    if isinstance(kind, sa.Numeric) and not isinstance(kind, sa.Float) and kind.scale == 0:
        return Column.WHOLE
    return Column.PADDED if isinstance(kind, sa.CHAR) else Column.PLAIN
