"""Real databases for tests: filled by statements, read by the connector."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.connectors.sql import BUDGET, SqlSource
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline_tests.connectors.builders import MORNING, FakeTime, a_sql_side

MRR = {"path": "mrr", "type": "money", "currency": "EUR"}
PASSWORD = "canary-7f3a"
NOWHERE = "postgresql://someone:canary-7f3a@127.0.0.1:1/crm"


_DRIVERS = {"postgresql://": "postgresql+psycopg2://", "mariadb://": "mariadb+pymysql://"}
_ALIKE = ("SET SESSION sql_mode = 'ANSI'", "SET SESSION max_recursive_iterations = 1000000")
"""What lets MariaDB understand the SQL of the others."""


@contextmanager
def an_engine(url: str) -> Iterator[sa.Engine]:
    for short, whole in _DRIVERS.items():
        url = url.replace(short, whole)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def fill(url: str, *statements: str) -> None:
    alike = _ALIKE if url.startswith("mariadb") else ()
    with an_engine(url) as engine, engine.begin() as connection:
        for statement in (*alike, *statements):
            connection.exec_driver_sql(statement)


def a_source(url: str, *, time: FakeTime | None = None, budget: timedelta = BUDGET, **changes: Any) -> SqlSource:
    return SqlSource(
        a_sql_side(**changes),
        side=Side.CRM,
        environ={"A_DATABASE_URL": url},
        morning=MORNING,
        budget=budget,
        clock=(time or FakeTime()).clock,
    )


def pages_of(url: str, **changes: Any) -> list[Page]:
    with closing(a_source(url, **changes)) as source:
        return list(source.pull())


def rows_of(url: str, **changes: Any) -> list[Row]:
    return [row for page in pages_of(url, **changes) for row in page.rows]


def failure_of(url: str, **changes: Any) -> PullFailed:
    with pytest.raises(PullFailed) as failed:
        pages_of(url, **changes)
    failure = failed.value
    assert failure.remedy
    assert failure.__cause__ is None
    assert failure.__context__ is None
    assert PASSWORD not in failure.text + failure.remedy
    assert "://" not in failure.text
    return failure


CUSTOMERS = "CREATE TABLE customers (id INTEGER PRIMARY KEY, number VARCHAR(40), status CHAR(10), mrr NUMERIC(10,2))"


def numbered(count: int) -> str:
    """Fill the table with so many active customers."""
    return (
        f"INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "SELECT i, 'C-' || i, 'active', 49 FROM n"
    )
