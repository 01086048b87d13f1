"""Tables of real databases: every row once, with its types and under its own name."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.databases import (
    CUSTOMERS,
    MRR,
    a_source,
    failure_of,
    fill,
    numbered,
    pages_of,
    rows_of,
)


def test_every_row_comes_once_with_its_types(url):
    fill(
        url,
        CUSTOMERS,
        "INSERT INTO customers VALUES (3, '007', 'active', 49), (2, NULL, 'active', NULL)",
        "INSERT INTO customers VALUES (1, 'Ключ-ü-😀', 'ended', 0.1)",
    )

    (page,) = pages_of(url, fields={"mrr": MRR})

    assert ["1", "2", "3"] == ids_of([page])
    assert ["Ключ-ü-😀", None, "007"] == [row.key for row in page.rows]
    assert [State.CANCELLED, State.ACTIVE, State.ACTIVE] == [row.state for row in page.rows]
    assert ["0.10", None, "49.00"] == [row.values["mrr"] for row in page.rows]
    assert (3, "end of the result, 3 of 3 rows", 1) == (page.total, page.ended_by, page.requests)


def test_an_empty_table_is_an_empty_system(url):
    fill(url, CUSTOMERS)

    (page,) = pages_of(url)

    assert ((), 0, "end of the result, 0 of 0 rows") == (page.rows, page.total, page.ended_by)


@pytest.mark.parametrize(("count", "sizes"), [(PAGE, [PAGE, 0]), (PAGE + 1, [PAGE, 1])])
def test_a_long_table_comes_in_pages(url, count, sizes):
    fill(url, CUSTOMERS, numbered(count))

    pages = pages_of(url)

    assert sizes == [len(page.rows) for page in pages]
    assert count == len(set(ids_of(pages)))
    assert {count} == {page.total for page in pages}
    assert [None, f"end of the result, {count:,} of {count:,} rows"] == [page.ended_by for page in pages]


def test_two_hundred_thousand_rows_are_streamed(postgres_url):
    fill(postgres_url, CUSTOMERS, numbered(200_000))

    with closing(a_source(postgres_url)) as source:
        first = source.check()
        sizes = [len(page.rows) for page in source.pull()]

    assert (PAGE, 200_000, None) == (len(first.rows), first.total, first.ended_by)
    assert [*[PAGE] * 40, 0] == sizes


def test_the_first_page_asks_for_no_more_than_a_page(postgres_url):
    # The second page would divide by zero, had it been computed.
    fill(
        postgres_url,
        CUSTOMERS,
        numbered(PAGE + 1),
        f"CREATE VIEW trap AS SELECT id, number, status, 1 / ({PAGE + 1} - id) AS mrr FROM customers",
    )

    with closing(a_source(postgres_url, table="trap", fields={"mrr": MRR})) as source:
        assert PAGE == len(source.check().rows)
    assert "SQLSTATE 22012" in failure_of(postgres_url, table="trap", fields={"mrr": MRR}).text


def test_the_types_of_postgres_keep_their_meaning(postgres_url):
    fill(
        postgres_url,
        "CREATE TABLE customers (id bigint, number uuid, status boolean, mrr real, seats numeric, "
        "made timestamp, changed timestamptz, day date, note text)",
        "INSERT INTO customers VALUES (1, '12345678-1234-5678-1234-567812345678', true, 49.9, 12345678901234567890.5, "
        "'2026-07-01 04:00', '2026-07-01 04:00+02', '2026-07-01', '')",
    )
    side = {
        "status": {"field": "status", "active": ["true"]},
        "created_at": {"field": "made", "timezone": "Europe/Berlin"},
        "updated_at": {"field": "changed"},
        "fields": {"mrr": MRR, "seats": {"path": "seats", "type": "decimal"}, "day": "day", "note": "note"},
    }

    (row,) = rows_of(postgres_url, **side)

    assert ("1", "12345678-1234-5678-1234-567812345678", State.ACTIVE) == (row.source_id, row.key, row.state)
    assert datetime(2026, 7, 1, 2, tzinfo=UTC) == row.created_at == row.updated_at
    assert {
        "mrr": "49.90",
        "mrr_currency": "EUR",
        "seats": "12345678901234567890.5",
        "day": "2026-07-01",
        "note": None,
    } == row.values


def test_the_types_of_sqlite_keep_their_meaning(sqlite_url):
    fill(
        sqlite_url,
        "CREATE TABLE customers "
        "(id TEXT, number TEXT, status BOOLEAN, mrr REAL, made DATETIME, changed INTEGER, day DATE)",
        "INSERT INTO customers VALUES ('a', '007', 1, 49.999, '2026-07-01 04:00:00', 1782871200, 'someday')",
    )
    side = {
        "status": {"field": "status", "active": ["true"]},
        "created_at": {"field": "made", "timezone": "Europe/Berlin"},
        "updated_at": {"field": "changed", "format": "epoch_s"},
        "fields": {"mrr": MRR, "day": "day"},
    }

    (row,) = rows_of(sqlite_url, **side)

    assert ("a", "007", State.ACTIVE) == (row.source_id, row.key, row.state)
    assert datetime(2026, 7, 1, 2, tzinfo=UTC) == row.created_at == row.updated_at
    assert {"mrr": "49.999", "mrr_currency": "EUR", "day": "someday"} == row.values


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("REAL", "7.0", "number of record 1 is a fraction or a truth value"),
        ("NUMERIC(9,1)", "7.5", "number of record 1 is a fraction or a truth value"),
        ("BOOLEAN", "true", "number of record 1 is a fraction or a truth value"),
        ("BYTEA", "'x'", "The column number holds a value that is bytes, not text."),
        ("INTERVAL", "'1 day'", "of the type timedelta"),
        ("TIMESTAMP", "'99999-01-01'", "a value that the database's driver cannot read"),
        ("INTEGER[]", "'{1}'", "number of record 1 is an object or a list"),
    ],
)
def test_what_is_no_key_is_refused(postgres_url, kind, value, text):
    fill(
        postgres_url,
        f"CREATE TABLE customers (id int, number {kind}, status text)",
        f"INSERT INTO customers VALUES (1, {value}, 'active')",
    )

    failure = failure_of(postgres_url)

    assert "bad_shape" == failure.code
    assert text in failure.text


def test_a_clock_is_believed_only_with_a_zone(postgres_url, sqlite_url):
    for url in (postgres_url, sqlite_url):
        fill(url, CUSTOMERS)

    clock = pages_of(postgres_url)[0].source_clock

    assert clock is not None
    assert UTC is clock.tzinfo
    assert abs(datetime.now(UTC) - clock) < timedelta(minutes=1)
    assert pages_of(sqlite_url)[0].source_clock is None


def test_a_count_that_is_not_reached_is_truncated(postgres_url):
    # A view that shows one row less to whoever reads than to whoever counts.
    fill(
        postgres_url,
        CUSTOMERS,
        numbered(3),
        "CREATE VIEW trap AS SELECT * FROM customers WHERE id > 1 OR current_query() ILIKE '%%count(%%'",
    )

    failure = failure_of(postgres_url, table="trap")

    assert ("truncated", True) == (failure.code, "counts 3 rows of trap, and 2 came" in failure.text)


AWKWARD = ("Order", 'say "hi"', "50% off", "a:b.c(d)", "Größe", "x; DROP TABLE customers; --")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_name_that_needs_quotes_is_quoted(url, name):
    quoted = '"' + name.replace('"', '""').replace("%", "%" if url.startswith("sqlite") else "%%") + '"'
    table = quoted.replace(".", "")
    fill(url, f"CREATE TABLE {table} (id int, number text, {quoted} text)", CUSTOMERS)
    fill(url, f"INSERT INTO {table} VALUES (1, 'C-1', 'active')")
    changes = {"table": name.replace(".", ""), "status": {"field": name, "active": ["active"]}}

    assert [("C-1", State.ACTIVE)] == [(row.key, row.state) for row in rows_of(url, **changes)]
    assert [] == rows_of(url)


@pytest.mark.parametrize(
    "attempt", ['id"; DROP TABLE customers; --', "1 OR 1=1", "*", "(SELECT 1)", "id, number", "customers.id", "'"]
)
def test_what_is_no_name_is_refused_and_never_run(url, attempt):
    fill(url, CUSTOMERS, numbered(2))

    for changes in (
        {"table": attempt},
        {"key": attempt},
        {"source_id": attempt},
        {"as_of": {"column": attempt}},
        {"fields": {"plan": attempt}},
    ):
        assert "bad_shape" == failure_of(url, **changes).code
    assert 2 == len(rows_of(url))


def test_a_table_in_a_schema_and_a_view_are_read(postgres_url):
    fill(
        postgres_url,
        'CREATE SCHEMA "Sales"',
        'CREATE TABLE "Sales".customers (id int, number text, status text)',
        "INSERT INTO \"Sales\".customers VALUES (1, 'C-1', 'active')",
        'CREATE VIEW "Sales".running AS SELECT * FROM "Sales".customers',
    )

    assert 1 == len(rows_of(postgres_url, table="Sales.customers"))
    assert 1 == len(rows_of(postgres_url, table="Sales.running"))
    assert "Did you mean 'Sales'?" == failure_of(postgres_url, table="Sale.customers").remedy
    assert "Did you mean 'running'?" == failure_of(postgres_url, table="Sales.runing").remedy


def test_a_misspelt_table_or_column_is_answered_with_the_nearest_one(url):
    fill(url, CUSTOMERS)

    table, column = failure_of(url, table="customer"), failure_of(url, key="numbr")

    assert ("There is no table 'customer'.", "Did you mean 'customers'?") == (table.text, table.remedy)
    assert ("The table customers has no column 'numbr'.", "Did you mean 'number'?") == (column.text, column.remedy)
    assert "The tables are: customers." == failure_of(url, table="zzz").remedy
    assert "The columns are: id, mrr, number, status." == failure_of(url, key="zzz").remedy
