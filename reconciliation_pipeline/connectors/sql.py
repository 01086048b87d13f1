"""What does a table of a database hold? Read in one transaction, in which every row is of the same moment.

Where the database is stands in `sql_address.py`, what holds it still in `sql_moment.py`, what it is asked in
`sql_table.py`. What a value means is `cells.py` and `mapping.py`, how trouble is told `sql_trouble.py`.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from reconciliation_pipeline.connectors.cells import Column, cell_of
from reconciliation_pipeline.connectors.credentials import variable
from reconciliation_pipeline.connectors.errors import BadShape, PastIsNotPullable, Truncated, Unreachable
from reconciliation_pipeline.connectors.mapping import Mapper
from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.paths import column_reader
from reconciliation_pipeline.connectors.source import Abilities, By, Page, PointRead
from reconciliation_pipeline.connectors.sql_address import engine_for
from reconciliation_pipeline.connectors.sql_condition import refuse_more_than_a_condition
from reconciliation_pipeline.connectors.sql_moment import abandoned_at_once, clock_of, hold_still
from reconciliation_pipeline.connectors.sql_table import SqlTable, find_table
from reconciliation_pipeline.connectors.sql_trouble import Trouble, told
from reconciliation_pipeline.connectors.values import Unusable
from reconciliation_pipeline.domain.keys import parted
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import SqlSide

PAGE = 5_000
"""Records a page, and as many as the driver holds at once where the database has cursors of its own."""

AT_ONCE = 50
"""Keys that are asked for in one statement."""

BUDGET = timedelta(minutes=30)
"""Longest time one pull may take, and one statement in it."""

_Answer = TypeVar("_Answer")
_Rows = Sequence[Sequence[object]]


@dataclass(frozen=True, slots=True)
class _Held:
    """A transaction that sees one moment, the table in it, and when its time is up."""

    connection: sa.Connection
    table: SqlTable
    until: float


class SqlSource:
    """A system whose records stand in a table or view, as a `Source`."""

    def __init__(  # noqa: PLR0913 - the side, and what a pull may take
        self,
        settings: SqlSide,
        *,
        side: Side,
        environ: Mapping[str, str],
        morning: date,
        budget: timedelta = BUDGET,
        clock: Clock | None = None,
    ) -> None:
        """Prepare a source; nothing is connected yet.

        Args:
            settings: The side.
            side: Its role.
            environ: Where the database's address stands.
            morning: The morning whose rows are read, for a table that keeps every morning.
            budget: Longest time one pull may take, and one statement in it.
            clock: Measures it.

        Raises:
            SecretMissing: The variable is not set, or holds no address of a database.
            SourceError: The condition in the settings is none.
        """
        self.side = side
        self._settings = settings
        self._morning = morning
        self._budget = budget
        self._monotonic = (clock or Clock()).monotonic
        self._engine = engine_for(settings.url_env, variable(settings.url_env, environ), budget)
        if settings.as_of is not None and settings.as_of.expression is not None:
            refuse_more_than_a_condition(settings.as_of.expression, self._engine.dialect.name)

    def declares(self) -> Abilities:
        """Say what a table can do: it counts itself, and every record can be asked for."""
        return Abilities(
            paging="cursor",
            states_total=True,
            answers_for_the_past=self._settings.as_of is not None,
            reads_by_id=True,
            reads_by_key=True,
        )

    def pull(self, as_of: date | None = None) -> Generator[Page, None, None]:
        """Yield the table in pages, ordered by the system's own id.

        Args:
            as_of: A past morning; None asks for this one.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        if as_of is not None and not self.declares().answers_for_the_past:
            message = f"The table {self._settings.table} only knows how things are now, not how they were on {as_of}."
            raise PastIsNotPullable(message, remedy="Write as_of: {column: ...} if it keeps the rows of every morning.")
        yield from self._asked(as_of, self._walk)

    def check(self) -> Page:
        """Read the first page only.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        with closing(self._asked(None, self._first)) as pages:
            return next(pages)

    def count(self) -> int:
        """Ask the database how many rows there are.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        with closing(self._asked(None, _count)) as counts:
            return next(counts)

    def lookup(self, keys: Sequence[str], *, by: By = By.KEY) -> Generator[PointRead, None, None]:
        """Ask for single records among those of this morning, all in one transaction.

        Args:
            keys: Keys, or the system's own ids.
            by: Which of the two they are.

        Raises:
            PullFailed: The database does not answer, does not allow it, or is not what the settings say.
        """
        if keys:
            yield from self._asked(None, lambda held: self._look_up(held, keys, by))

    def close(self) -> None:
        """Let go of the database; every pull has a connection of its own."""
        self._engine.dispose()

    def _asked(
        self, as_of: date | None, question: Callable[[_Held], Generator[_Answer, None, None]]
    ) -> Generator[_Answer, None, None]:
        """Ask in a transaction that sees one moment, and tell trouble without its text."""
        until = self._monotonic() + self._budget.total_seconds()
        connected = False
        try:
            with self._engine.connect() as connection:
                connected = True
                hold_still(connection, self._budget)
                table = find_table(connection, self._settings, as_of or self._morning)
                yield from question(_Held(connection, table, until))
        except DBAPIError as error:
            # What SQLAlchemy raised holds the statement, and its cause the address.
            trouble = Trouble(str(error.orig), _state(error), connected, error.connection_invalidated)
        else:
            return
        raise told(trouble, variable=self._settings.url_env, table=self._settings.table)

    def _walk(self, held: _Held) -> Generator[Page, None, None]:
        yield from self._pages(held, held.table.rows)

    def _first(self, held: _Held) -> Generator[Page, None, None]:
        yield from self._pages(held, held.table.rows.limit(PAGE))

    def _pages(self, held: _Held, rows: sa.Select[Any]) -> Generator[Page, None, None]:
        clock = clock_of(held.connection)
        total = next(_count(held))
        mapper = Mapper(self._settings, reader=column_reader)
        received = 0
        for pages, batch in enumerate(self._batches(held, rows), start=1):
            mapped = tuple(_row(mapper, held.table.columns, values) for values in batch)
            received += len(mapped)
            ended_by = self._end(received, total) if len(batch) < PAGE else None
            yield Page(mapped, requests=pages, source_clock=clock, total=total, ended_by=ended_by)

    def _end(self, received: int, total: int) -> str:
        if received != total:
            message = f"The database counts {total:,} rows of {self._settings.table}, and {received:,} came."
            raise Truncated(message, remedy="Run again; if it stays, use a kind of table that knows transactions.")
        return f"end of the result, {received:,} of {total:,} rows"

    def _look_up(self, held: _Held, keys: Sequence[str], by: By) -> Generator[PointRead, None, None]:
        columns = (self._settings.source_id,) if by is By.ID else self._settings.key_paths
        mapper = Mapper(self._settings, reader=column_reader)
        for start in range(0, len(keys), AT_ONCE):
            chunk = keys[start : start + AT_ONCE]
            found: dict[str, list[Row]] = {key: [] for key in chunk}
            # No database holds a NUL character in text, and some drivers refuse to ask for one.
            askable = [key for key in chunk if "\x00" not in key]
            wanted = _by_column(columns, askable)
            for batch in self._batches(held, held.table.rows_named(wanted)):
                for row in (_row(mapper, held.table.columns, values) for values in batch):
                    name = row.source_id if by is By.ID else row.key
                    if name in found:
                        found[name].append(row)
            yield from (PointRead(key, tuple(found[key]), requests=start // AT_ONCE + 1) for key in chunk)

    def _batches(self, held: _Held, rows: sa.Select[Any]) -> Generator[_Rows, None, None]:
        """Yield the rows, as many at once as a page has; the last batch has fewer, and may be empty."""
        batch: _Rows | None = None
        try:
            with (
                held.connection.execute(rows, execution_options={"yield_per": PAGE}) as result,
                abandoned_at_once(held.connection, result),
            ):
                while batch is None or len(batch) == PAGE:
                    batch = result.fetchmany(PAGE)
                    self._refuse_late(held)
                    yield batch
        except (ValueError, ArithmeticError):
            message = f"The table {self._settings.table} holds a value that the database's driver cannot read."
        else:
            return
        raise BadShape(message, remedy="Look for dates beyond the year 9999, or have a view leave them out.")

    def _refuse_late(self, held: _Held) -> None:
        if self._monotonic() > held.until:
            minutes = self._budget.total_seconds() / 60
            message = f"Reading {self._settings.table} was not done after {minutes:g} minutes."
            raise Unreachable(message, remedy="Let the pull run when the database has less to do.")


def _count(held: _Held) -> Generator[int, None, None]:
    yield held.connection.execute(held.table.count).scalar_one()


def _by_column(columns: Sequence[str], names: Sequence[str]) -> dict[str, list[str]]:
    """Say what each column has to hold; a name of other than so many parts is nobody's."""
    if len(columns) == 1:
        return {columns[0]: list(names)}
    parts = [each for each in map(parted, names) if len(each) == len(columns)]
    return {column: sorted({each[number] for each in parts}) for number, column in enumerate(columns)}


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
