"""What only MariaDB and MySQL do: zones of the session, engines without transactions, results that stream.

Run by `make peers`; skipped where this machine has no MariaDB.
"""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.databases import (
    CUSTOMERS,
    MRR,
    PASSWORD,
    a_source,
    an_engine,
    failure_of,
    fill,
    numbered,
    pages_of,
    rows_of,
)

pytestmark = pytest.mark.peers


def name_in(url):
    return url.rpartition("/")[2]


def test_the_types_of_mariadb_keep_their_meaning(mariadb_url):
    fill(
        mariadb_url,
        "CREATE TABLE customers (id BIGINT UNSIGNED, number DECIMAL(20,0), status ENUM('active','ended'), "
        "mrr FLOAT, seats DECIMAL(30,5), made DATETIME(6), changed TIMESTAMP NULL, day DATE, paid BOOLEAN, note TEXT)",
        "SET SESSION time_zone = '+05:00'",
        "INSERT INTO customers VALUES (18446744073709551615, 12345678901234567890, 'active', 49.9, "
        "1234567890123456789012345.12345, '2026-07-01 04:00:00.25', '2026-07-01 07:00:00', '2026-07-01', true, '😀')",
    )
    side = {
        "created_at": {"field": "made", "timezone": "Europe/Berlin"},
        "updated_at": {"field": "changed", "timezone": "America/New_York"},
        "fields": {
            "mrr": MRR,
            "seats": {"path": "seats", "type": "decimal"},
            "day": "day",
            "paid": "paid",
            "note": "note",
        },
    }

    (row,) = rows_of(mariadb_url, **side)

    assert ("18446744073709551615", "12345678901234567890", State.ACTIVE) == (row.source_id, row.key, row.state)
    assert datetime(2026, 7, 1, 2, 0, 0, 250_000, tzinfo=UTC) == row.created_at
    # Written in a session five hours ahead of UTC; the zone of the mapping is not asked.
    assert datetime(2026, 7, 1, 2, tzinfo=UTC) == row.updated_at
    assert {
        "mrr": "49.90",
        "mrr_currency": "EUR",
        "seats": "1234567890123456789012345.12345",
        "day": "2026-07-01",
        "paid": "1",
        "note": "😀",
    } == row.values


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("DATETIME", "'0000-00-00 00:00:00'", "made of record 1 is not a moment"),
        ("DATE", "'0000-00-00'", "made of record 1 is not a moment"),
        ("TIME", "'04:00:00'", "of the type timedelta"),
        ("BIT(1)", "b'1'", "The column made holds a value that is bytes"),
        ("VARBINARY(9)", "'x'", "The column made holds a value that is bytes"),
    ],
)
def test_what_is_no_moment_is_refused(mariadb_url, kind, value, text):
    fill(
        mariadb_url,
        "SET SESSION sql_mode = 'ALLOW_INVALID_DATES'",
        f"CREATE TABLE customers (id int, number text, status text, made {kind})",
        f"INSERT INTO customers VALUES (1, 'C-1', 'active', {value})",
    )

    failure = failure_of(mariadb_url, created_at={"field": "made"})

    assert ("bad_shape", True) == (failure.code, text in failure.text)


def test_the_clock_is_in_utc_whatever_the_server_is_set_to(mariadb_url, mariadb_server):
    fill(mariadb_url, CUSTOMERS)
    mariadb_server.order("SET GLOBAL time_zone = '+09:00'")
    try:
        clock = pages_of(mariadb_url)[0].source_clock
    finally:
        mariadb_server.order("SET GLOBAL time_zone = 'SYSTEM'")

    assert clock is not None
    assert abs(datetime.now(UTC) - clock) < timedelta(minutes=1)


@pytest.mark.parametrize("engine", ["MyISAM", "Aria", "MEMORY"])
def test_a_table_that_knows_no_transactions_is_refused(mariadb_url, engine):
    fill(mariadb_url, f"{CUSTOMERS} ENGINE={engine}", numbered(2))

    failure = failure_of(mariadb_url)

    assert ("refused", True) == (failure.code, "knows no transactions" in failure.text)
    fill(mariadb_url, "ALTER TABLE customers ENGINE=InnoDB")
    assert 2 == len(rows_of(mariadb_url))


def test_nothing_can_be_written(mariadb_url):
    # No rollback would bring back what is written to such a table.
    fill(
        mariadb_url,
        CUSTOMERS,
        numbered(1),
        "CREATE TABLE others (id int) ENGINE=MyISAM",
        "CREATE FUNCTION meddle() RETURNS TEXT MODIFIES SQL DATA BEGIN INSERT INTO others VALUES (1); "
        "RETURN 'active'; END",
        "CREATE VIEW trap AS SELECT id, number, meddle() AS status FROM customers",
    )

    assert "refused" == failure_of(mariadb_url, table="trap").code
    with an_engine(mariadb_url) as engine, engine.connect() as connection:
        assert 0 == connection.exec_driver_sql("SELECT count(*) FROM others").scalar()


@pytest.mark.parametrize("how", ["KILL", "KILL QUERY"])
def test_a_walk_that_is_killed_in_the_middle_is_never_short(mariadb_url, mariadb_server, how):
    # Wide rows: what the network holds already cannot be taken back by killing.
    fill(
        mariadb_url,
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, number TEXT, status VARCHAR(9))",
        f"INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {4 * PAGE}) "
        "SELECT i, REPEAT('x', 2000), 'active' FROM n",
    )
    with closing(a_source(mariadb_url)) as source:
        walk = source.pull()
        next(walk)
        walkers = mariadb_server.order(
            f"SELECT id FROM information_schema.processlist WHERE db = '{name_in(mariadb_url)}'"
        )
        mariadb_server.order(*(f"{how} {number}" for (number,) in walkers))
        with pytest.raises(PullFailed) as failed:
            list(walk)

    assert "refused" == failed.value.code
    assert failed.value.__context__ is None


def test_a_slow_reader_is_told_that_its_time_is_up(mariadb_url):
    fill(
        mariadb_url,
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, number TEXT, status VARCHAR(9))",
        f"INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {4 * PAGE}) "
        "SELECT i, REPEAT('x', 2000), 'active' FROM n",
        "CREATE VIEW slow AS SELECT id, number, IF(id = 15001, SLEEP(9), status) AS status FROM customers",
    )
    with closing(a_source(mariadb_url, table="slow", budget=timedelta(seconds=1))) as source:
        walk = source.pull()
        next(walk)
        with pytest.raises(PullFailed, match="took longer to read slow than a pull may take"):
            list(walk)


def test_a_first_look_takes_one_page_of_a_long_table(mariadb_url):
    fill(mariadb_url, CUSTOMERS, numbered(3 * PAGE))

    with closing(a_source(mariadb_url)) as source:
        page = source.check()

    assert (PAGE, 3 * PAGE, None) == (len(page.rows), page.total, page.ended_by)
    assert ["1", str(PAGE)] == [ids_of([page])[0], ids_of([page])[-1]]


def test_who_may_not_is_told_without_the_password(mariadb_url, mariadb_server):
    fill(mariadb_url, CUSTOMERS)
    mariadb_server.order(
        "CREATE OR REPLACE USER locked@'127.0.0.1' IDENTIFIED BY 'right'",
        f"GRANT SHOW VIEW ON {name_in(mariadb_url)}.* TO locked@'127.0.0.1'",
    )
    wrong = failure_of(mariadb_url.replace("root@", f"locked:{PASSWORD}@"))
    missing = failure_of(f"{mariadb_url}_not")
    denied = failure_of(mariadb_url.replace("root@", "locked:right@"))

    assert ("unauthorised", "The database in A_DATABASE_URL does not accept the user or the password.") == (
        wrong.code,
        wrong.text,
    )
    assert "does not exist" in missing.text
    assert "unauthorised" == denied.code
