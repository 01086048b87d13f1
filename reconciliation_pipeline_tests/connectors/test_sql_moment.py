"""Everything a database is asked for is of one moment, and a past one only where it is kept."""

import re
from contextlib import closing
from datetime import date

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed, SourceError
from reconciliation_pipeline.connectors.source import By
from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline_tests.connectors.builders import ids_of
from reconciliation_pipeline_tests.connectors.databases import (
    CUSTOMERS,
    NOWHERE,
    a_source,
    failure_of,
    fill,
    numbered,
    pages_of,
    rows_of,
)


def test_what_is_written_meanwhile_is_not_seen_and_the_totals_agree(server_url):
    fill(server_url, CUSTOMERS, numbered(PAGE + 10))

    with closing(a_source(server_url)) as source:
        walk = source.pull()
        pages = [next(walk)]
        fill(
            server_url,
            "INSERT INTO customers VALUES (999999, 'new', 'active', 1)",
            f"DELETE FROM customers WHERE id = {PAGE + 5}",
            f"UPDATE customers SET status = 'ended' WHERE id = {PAGE + 6}",
        )
        pages += walk

    assert [str(number) for number in range(1, PAGE + 11)] == ids_of(pages)
    assert {State.ACTIVE} == {row.state for page in pages for row in page.rows}
    assert {PAGE + 10} == {page.total for page in pages}
    assert PAGE + 10 == len(rows_of(server_url))


def test_what_is_written_meanwhile_into_a_file_is_not_seen(sqlite_url):
    fill(sqlite_url, "PRAGMA journal_mode = WAL")
    fill(sqlite_url, CUSTOMERS, numbered(PAGE + 10))

    with closing(a_source(sqlite_url)) as source:
        walk = source.pull()
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
        assert source.declares().answers_for_the_past
        assert ["now"] == [row.key for page in source.pull() for row in page.rows]
        (page,) = source.pull(date(2026, 11, 20))
        (other,) = source.pull(date(2026, 11, 19))

    assert ("then", 1) == (page.rows[0].key, page.total)
    assert ((), 0) == (other.rows, other.total)


@pytest.mark.parametrize(
    "expression",
    [
        "valid_from <= :morning AND (valid_to IS NULL OR valid_to > :morning)",
        ":morning >= valid_from and coalesce(valid_to, '2999-12-31') > :morning",
        "valid_from <= :morning AND (valid_to IS NULL OR valid_to > :morning) AND number <> 'x%' AND 'a\\:b' <> 'c'",
    ],
)
def test_a_table_that_keeps_spans_answers_for_each_morning_by_a_condition(url, expression):
    fill(
        url,
        "CREATE TABLE customers (id int, number VARCHAR(9), status VARCHAR(9), valid_from DATE, valid_to DATE)",
        "INSERT INTO customers VALUES (1, 'then', 'active', '2026-01-01', '2026-11-22')",
        "INSERT INTO customers VALUES (1, 'now', 'active', '2026-11-22', NULL)",
    )
    with closing(a_source(url, as_of={"expression": expression})) as source:
        assert source.declares().answers_for_the_past
        assert [["now"], ["then"], []] == [
            [row.key for page in source.pull(morning) for row in page.rows]
            for morning in (None, date(2026, 11, 21), date(2025, 12, 31))
        ]
        assert 1 == source.count()
        assert [("1", ["now"])] == [
            (read.asked, [row.key for row in read.rows]) for read in source.lookup(["1"], by=By.ID)
        ]


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("valid_on = :morning; DROP TABLE customers", "holds ';'"),
        ("valid_on = :morning -- and no more", "holds '--'"),
        ("valid_on = :morning /* and no more */", "holds '/*'"),
        ("valid_on = '2026-11-22'", "does not name :morning"),
        ("valid_on = :day", "names :day"),
        ("valid_on = :morning AND plan = :plan", "names :plan"),
    ],
)
def test_more_than_a_condition_is_refused_before_anything_is_asked(expression, text):
    with pytest.raises(SourceError, match=re.escape(text)):
        a_source(NOWHERE, as_of={"expression": expression})


def test_the_comment_of_mysql_is_refused_there_and_is_an_operator_elsewhere():
    expression = {"expression": "valid_on = :morning AND 5 # 1 = 4"}

    with pytest.raises(SourceError, match="holds '#'"):
        a_source(NOWHERE.replace("postgresql", "mariadb"), as_of=expression)
    assert a_source(NOWHERE, as_of=expression).declares().answers_for_the_past


def test_a_condition_that_the_database_does_not_understand_is_one_sentence(url):
    fill(url, CUSTOMERS)

    failure = failure_of(url, as_of={"expression": "nowhere = :morning"})

    assert ("refused", True) == (failure.code, "refused to read customers" in failure.text)


def test_a_time_of_day_is_no_morning(postgres_url):
    fill(postgres_url, "CREATE TABLE customers (id int, number text, status text, valid_on timestamp)")

    assert "neither a date nor text" in failure_of(postgres_url, as_of={"column": "valid_on"}).text


def test_a_table_of_now_knows_nothing_of_the_past(sqlite_url):
    source = a_source(sqlite_url)

    assert not source.declares().answers_for_the_past
    with pytest.raises(PullFailed, match="not how they were on 2026-11-20") as failed:
        next(source.pull(date(2026, 11, 20)))
    assert "past_not_pullable" == failed.value.code
