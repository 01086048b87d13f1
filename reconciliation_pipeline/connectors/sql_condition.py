"""Which rows are those of one morning? A column that holds its date, or a condition in SQL.

The condition is the one place where people write SQL. It comes from the file of settings, so it is trusted as
that file is; that it is one condition and no more is checked all the same.
"""

from datetime import date
from typing import Any

import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import BadShape, SourceError
from reconciliation_pipeline.connectors.sql_address import MYSQL

_ENDS = (";", "--", "/*")
"""What would end the condition, or hide the rest of the statement."""


def refuse_more_than_a_condition(expression: str, kind: str) -> None:
    """Refuse what is not one condition about one morning.

    Args:
        expression: SQL of the settings.
        kind: Kind of the database.

    Raises:
        SourceError: It holds a second statement or a comment, or does not name the morning.
    """
    for sign in (*_ENDS, "#") if kind in MYSQL else _ENDS:
        if sign in expression:
            message = f"The condition in as_of holds {sign!r}, which is no part of a condition."
            raise SourceError(message, remedy="Write one condition, without a comment, such as day = :morning.")
    names = set(sa.text(expression).compile().params)
    if names != {"morning"}:
        other = ", ".join(sorted(f":{name}" for name in names - {"morning"}))
        what = f"names {other}, which stands for nothing" if other else "does not name :morning"
        message = f"The condition in as_of {what}."
        raise SourceError(message, remedy="Write :morning for the date, and \\: for a colon that means itself.")


def meets(expression: str, morning: date) -> sa.TextClause:
    """Make the condition that a row of a morning meets."""
    return sa.text(f"({expression})").bindparams(sa.bindparam("morning", morning, sa.Date()))


def is_dated(column: sa.ColumnClause[Any], kind: sa.types.TypeEngine[Any], morning: date) -> sa.ColumnElement[bool]:
    """Make the condition that a column holds a morning, written the way the column is.

    Raises:
        BadShape: It is neither a date nor text.
    """
    if isinstance(kind, sa.Date):
        return column == sa.literal(morning, kind)
    if isinstance(kind, sa.String | sa.types.NullType):
        return column == sa.literal(morning.isoformat(), sa.String())
    message = f"The column {column.name!r} of as_of is neither a date nor text, so it names no morning."
    raise BadShape(message, remedy="Name a column of type DATE, or of text such as 2026-11-22, or write an expression.")
