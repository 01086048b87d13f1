"""Tables of real databases: read whole and of one moment, or refused in a sentence without a secret."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed, SecretMissing
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.connectors.sql import PAGE, SqlSource
from reconciliation_pipeline.connectors.sql_trouble import Trouble, told
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline_tests.connectors.builders import MORNING, a_sql_side, ids_of

MRR = {"path": "mrr", "type": "money", "currency": "EUR"}
PASSWORD = "canary-7f3a"
NOWHERE = "postgresql://someone:canary-7f3a@127.0.0.1:1/crm"


@contextmanager
def an_engine(url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), poolclass=sa.NullPool)
    yield engine
    engine.dispose()


def fill(url: str, *statements: str) -> None:
    with an_engine(url) as engine, engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def a_source(url: str, **changes: Any) -> SqlSource:
    return SqlSource(a_sql_side(**changes), side=Side.CRM, environ={"A_DATABASE_URL": url}, morning=MORNING)


def pages_of(url: str, **changes: Any) -> list[Page]:
    with closing(a_source(url, **changes)) as source:
        return list(source.pages())


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


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    file = tmp_path / "a company's 50% #1.db"
    sqlite3.connect(file).close()
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(f"{request.param}_url"))


CUSTOMERS = "CREATE TABLE customers (id INTEGER PRIMARY KEY, number VARCHAR(40), status CHAR(10), mrr NUMERIC(10,2))"


def numbered(count: int) -> str:
    """Fill the table with so many active customers."""
    return (
        f"INSERT INTO customers WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) "
        "SELECT i, 'C-' || i, 'active', 49 FROM n"
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
        first = source.first_page()
        sizes = [len(page.rows) for page in source.pages()]

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
        assert PAGE == len(source.first_page().rows)
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


AWKWARD = ("Order", 'say "hi"', "50% off", "a:b.c(d)", "Größe", "x; DROP TABLE customers; --")


@pytest.mark.parametrize("name", AWKWARD)
def test_a_name_that_needs_quotes_is_quoted(url, name):
    quoted = '"' + name.replace('"', '""').replace("%", "%%" if url.startswith("postgresql") else "%") + '"'
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


def test_what_is_written_meanwhile_is_not_seen_and_the_totals_agree(postgres_url):
    fill(postgres_url, CUSTOMERS, numbered(PAGE + 10))

    with closing(a_source(postgres_url)) as source:
        walk = source.pages()
        pages = [next(walk)]
        fill(
            postgres_url,
            "INSERT INTO customers VALUES (999999, 'new', 'active', 1)",
            f"DELETE FROM customers WHERE id = {PAGE + 5}",
            f"UPDATE customers SET status = 'ended' WHERE id = {PAGE + 6}",
        )
        pages += walk

    assert [str(number) for number in range(1, PAGE + 11)] == ids_of(pages)
    assert {State.ACTIVE} == {row.state for page in pages for row in page.rows}
    assert {PAGE + 10} == {page.total for page in pages}
    assert PAGE + 10 == len(rows_of(postgres_url))


def test_what_is_written_meanwhile_into_a_file_is_not_seen(sqlite_url):
    fill(sqlite_url, "PRAGMA journal_mode = WAL")
    fill(sqlite_url, CUSTOMERS, numbered(PAGE + 10))

    with closing(a_source(sqlite_url)) as source:
        walk = source.pages()
        pages = [next(walk)]
        fill(
            sqlite_url,
            "INSERT INTO customers VALUES (999999, 'new', 'active', 1)",
            "DELETE FROM customers WHERE id = 5005",
        )
        pages += walk

    assert PAGE + 10 == len(set(ids_of(pages)))
    assert {PAGE + 10} == {page.total for page in pages}


def test_the_count_and_the_rows_are_of_the_same_moment(url):
    if url.startswith("sqlite"):
        fill(url, "PRAGMA journal_mode = WAL")
    fill(url, CUSTOMERS, numbered(10))
    written: list[str] = []

    def write(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if "count(" in statement and not written:
            written.append(statement)
            fill(url, "INSERT INTO customers VALUES (999999, 'new', 'active', 1)")

    sa.event.listen(sa.Engine, "after_cursor_execute", write)
    try:
        (page,) = pages_of(url)
    finally:
        sa.event.remove(sa.Engine, "after_cursor_execute", write)

    assert written
    assert (10, 10) == (page.total, len(page.rows))
    assert 11 == len(rows_of(url))


def test_nothing_can_be_written(postgres_url):
    fill(
        postgres_url,
        CUSTOMERS,
        numbered(1),
        "CREATE FUNCTION meddle() RETURNS text LANGUAGE sql AS $$ DELETE FROM customers RETURNING 'active' $$",
        "CREATE VIEW trap AS SELECT id, number, meddle() AS status FROM customers",
    )

    assert "SQLSTATE 25006" in failure_of(postgres_url, table="trap").text
    assert 1 == len(rows_of(postgres_url))


@pytest.mark.parametrize("kind", ["DATE", "VARCHAR(10)"])
def test_a_table_that_keeps_every_morning_answers_for_each(url, kind):
    fill(
        url,
        f"CREATE TABLE customers (id int, number text, status text, valid_on {kind})",
        "INSERT INTO customers VALUES (1, 'then', 'active', '2026-11-20'), (1, 'now', 'active', '2026-11-22')",
    )
    with closing(a_source(url, as_of={"column": "valid_on"})) as source:
        assert source.answers_for_the_past()
        assert ["now"] == [row.key for page in source.pages() for row in page.rows]
        (page,) = source.pages(date(2026, 11, 20))
        (other,) = source.pages(date(2026, 11, 19))

    assert ("then", 1) == (page.rows[0].key, page.total)
    assert ((), 0) == (other.rows, other.total)


def test_a_time_of_day_is_no_morning(postgres_url):
    fill(postgres_url, "CREATE TABLE customers (id int, number text, status text, valid_on timestamp)")

    assert "neither a date nor text" in failure_of(postgres_url, as_of={"column": "valid_on"}).text


def test_a_table_of_now_knows_nothing_of_the_past(sqlite_url):
    source = a_source(sqlite_url)

    assert not source.answers_for_the_past()
    with pytest.raises(PullFailed, match="not how they were on 2026-11-20") as failed:
        next(source.pages(date(2026, 11, 20)))
    assert "past_not_pullable" == failed.value.code


def test_a_host_that_does_not_answer_is_one_sentence():
    failure = failure_of(NOWHERE)

    assert ("refused", "The database in A_DATABASE_URL does not answer.") == (failure.code, failure.text)


def test_a_missing_file_is_not_created(tmp_path):
    failure = failure_of(f"sqlite:///{tmp_path}/none.db")

    assert "does not exist, or cannot be opened" in failure.text
    assert [] == list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "x.db").write_bytes(b"canary-7f3a" * 500)

    assert "refused" == failure_of(f"sqlite:///{tmp_path}/x.db").code


def test_text_that_does_not_decode_is_one_sentence(sqlite_url):
    fill(sqlite_url, CUSTOMERS, "INSERT INTO customers VALUES (1, CAST(x'ff41' AS TEXT), 'active', 1)")

    assert "bad_encoding" == failure_of(sqlite_url).code


def test_a_missing_database_or_role_is_one_sentence(postgres_url):
    missing = failure_of(f"{postgres_url}_not")
    stranger = failure_of(postgres_url.replace("postgres@", f"stranger:{PASSWORD}@"))

    assert "does not exist" in missing.text
    assert ("unauthorised", "The database in A_DATABASE_URL does not accept the user or the password.") == (
        stranger.code,
        stranger.text,
    )


def test_a_wrong_password_is_one_sentence(postgres_url):
    ask_for_a_password(postgres_url, "locked")
    right = postgres_url.replace("postgres@", "locked:right@")
    wrong = postgres_url.replace("postgres@", f"locked:{PASSWORD}@")

    failure = failure_of(wrong)

    assert ("unauthorised", "The database in A_DATABASE_URL does not accept the user or the password.") == (
        failure.code,
        failure.text,
    )
    assert "There is no table 'customers'." == failure_of(right).text


def ask_for_a_password(url: str, role: str) -> None:
    """Let the server, which trusts everybody, ask this one role for its password."""
    fill(
        url,
        f"CREATE ROLE {role} LOGIN PASSWORD 'right'",
        "CREATE TEMP TABLE rules AS SELECT pg_read_file(current_setting('hba_file')) AS rule",
        f"DO $$ BEGIN EXECUTE format('COPY (SELECT %L UNION ALL SELECT * FROM regexp_split_to_table("
        f"(SELECT rule FROM rules), E''\\n'')) TO %L', 'host all {role} all scram-sha-256', "
        "current_setting('hba_file')); END $$".replace("%", "%%"),
        "SELECT pg_reload_conf()",
    )
    refused = False
    for _ in range(100):
        try:
            fill(url.replace("postgres@", f"{role}:wrong@"), "SELECT 1")
        except sa.exc.OperationalError:
            refused = True
            break
        time.sleep(0.05)
    assert refused


def test_a_table_that_may_not_be_read_is_one_sentence(postgres_url):
    fill(postgres_url, CUSTOMERS, "CREATE ROLE reader LOGIN")

    failure = failure_of(postgres_url.replace("postgres@", f"reader:{PASSWORD}@"))

    assert ("unauthorised", "The database in A_DATABASE_URL does not let this user read customers.") == (
        failure.code,
        failure.text,
    )
    fill(postgres_url, "GRANT SELECT ON customers TO reader")
    assert [] == rows_of(postgres_url.replace("postgres@", "reader@"))


def test_a_connection_that_is_cut_is_one_sentence(postgres_url):
    fill(postgres_url, CUSTOMERS, numbered(2 * PAGE))
    with closing(a_source(postgres_url)) as source:
        walk = source.pages()
        next(walk)
        fill(
            postgres_url,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        with pytest.raises(PullFailed, match="broke off while customers was read") as failed:
            list(walk)

    assert "refused" == failed.value.code


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("crm.db", "holds no address of a database that SQLAlchemy knows"),
        ("nosuch://someone:canary-7f3a@host/db", "holds no address of a database that SQLAlchemy knows"),
        ("postgresql://someone:canary-7f3a@host:port/db", "holds no address of a database that SQLAlchemy knows"),
        ("postgresql://someone:canary-7f3a@x@host/db", "holds more than one @"),
        ("mysql://someone:canary-7f3a@host/db", "needs the driver MySQLdb, which is not installed"),
        (" ", "is not set or empty"),
    ],
)
def test_an_address_that_is_none_is_told_without_repeating_it(url, text):
    with pytest.raises(SecretMissing, match=text) as failed:
        a_source(url)

    assert "canary" not in failed.value.text + failed.value.remedy
    assert failed.value.__context__ is None


@pytest.mark.parametrize(
    ("code", "says", "connected"),
    [
        ("unauthorised", "(1045, \"Access denied for user 'x'@'h' (using password: YES)\")", False),
        ("unauthorised", "ORA-01017: invalid username/password; logon denied", False),
        ("unauthorised", "(1142, \"SELECT command denied to user 'x'@'h' for table 't'\")", True),
        ("unauthorised", "The SELECT permission was denied on the object 't'", True),
        ("refused", "(1049, \"Unknown database 'x'\")", False),
        ("refused", "(2003, \"Can't connect to MySQL server on 'h' (timed out)\")", False),
        ("refused", "anything else", True),
    ],
)
def test_what_other_databases_say_is_understood_and_not_repeated(code, says, connected):
    found = told(Trouble(says, "", connected, lost=False), variable="CRM_DATABASE_URL", table="t")

    assert code == found.code
    assert says not in found.text
