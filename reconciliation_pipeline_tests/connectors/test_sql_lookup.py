"""Single rows of a table, by id and by key: found as the walk would map them, and only among this morning's."""

from contextlib import closing
from datetime import timedelta

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.source import Abilities, By
from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline_tests.connectors.builders import FakeTime
from reconciliation_pipeline_tests.connectors.databases import CUSTOMERS, a_source, fill, numbered, rows_of


def found(url, keys, by=By.KEY, **changes):
    with closing(a_source(url, **changes)) as source:
        return [(read.asked, [row.source_id for row in read.rows]) for read in source.lookup(keys, by=by)]


def test_a_table_says_what_it_can_do(url):
    fill(url, CUSTOMERS, numbered(7))

    with closing(a_source(url)) as source:
        assert Abilities("cursor", True, False, True, True) == source.declares()
        assert 7 == source.count()


def test_rows_are_found_by_key_and_by_id_in_the_order_asked(url):
    fill(url, CUSTOMERS, numbered(9), "INSERT INTO customers VALUES (10, 'C-3', 'ended', NULL)")

    assert [("C-3", ["3", "10"]), ("none", []), ("C-1", ["1"]), ("C-3", ["3", "10"])] == found(
        url, ["C-3", "none", "C-1", "C-3"]
    )
    assert [("10", ["10"]), ("C-1", []), ("010", [])] == found(url, ["10", "C-1", "010"], By.ID)
    assert [] == found(url, [])


@pytest.mark.parametrize(("count", "lists"), [(50, [50]), (51, [50, 1]), (101, [50, 50, 1])])
def test_many_keys_are_asked_for_in_lists_of_fifty(url, count, lists):
    fill(url, CUSTOMERS, numbered(count))
    asked: list[int] = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        if "trim" in statement.lower():
            values = parameters.values() if isinstance(parameters, dict) else parameters
            asked.append(sum(str(value).startswith("C-") for value in values))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        answers = found(url, [f"C-{one}" for one in range(1, count + 1)])
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)

    assert [(f"C-{one}", [str(one)]) for one in range(1, count + 1)] == answers
    assert lists == asked


@pytest.mark.parametrize("number", ["K7", " K7", "K7  ", "\tK7\r\n", "\xa0K7"])
def test_a_key_is_found_as_the_walk_would_map_it(url, number):
    fill(url, CUSTOMERS, f"INSERT INTO customers VALUES (1, '{number}', 'active', 1), (2, 'k7', 'active', 1)")

    assert ["K7", "k7"] == [row.key for row in rows_of(url)]
    assert [("K7", ["1"]), ("k7", ["2"]), ("K", []), ("K7 ", [])] == found(url, ["K7", "k7", "K", "K7 "])


@pytest.mark.parametrize(
    "key",
    [
        "' OR 1=1 --",
        "%",
        "_",
        "C-1'; DROP TABLE customers; --",
        "\\",
        ":morning",
        "%s",
        "C\x00",
        "99999999999999999999",
    ],
)
def test_what_is_asked_for_is_bound_and_never_run(url, key):
    fill(url, CUSTOMERS, numbered(2))

    assert [(key, [])] == found(url, [key])
    assert [(key, [])] == found(url, [key], By.ID)
    assert 2 == len(rows_of(url))


@pytest.mark.parametrize("name", ['say "hi"', "50% off", "a:b.c(d)"])
def test_a_name_that_needs_quotes_is_quoted(url, name):
    quoted = '"' + name.replace('"', '""').replace("%", "%" if url.startswith("sqlite") else "%%") + '"'
    fill(url, f"CREATE TABLE customers (id int, {quoted} VARCHAR(9), status VARCHAR(9))")
    fill(url, "INSERT INTO customers VALUES (1, 'C-1', 'active')")

    assert [("C-1", ["1"])] == found(url, ["C-1"], key=name)


def test_only_rows_of_this_morning_are_found(url):
    fill(
        url,
        "CREATE TABLE customers (id int, number VARCHAR(9), status VARCHAR(9), valid_on DATE)",
        "INSERT INTO customers VALUES (1, 'C-1', 'active', '2026-11-20'), (2, 'C-1', 'active', '2026-11-22')",
    )

    assert [("C-1", ["2"])] == found(url, ["C-1"], as_of={"column": "valid_on"})
    with closing(a_source(url, as_of={"column": "valid_on"})) as source:
        assert 1 == source.count()


@pytest.mark.parametrize("kind", ["uuid", "bigint", "numeric(20,0)", "char(40)", "text"])
def test_a_key_of_any_type_is_found_by_its_text(postgres_url, kind):
    key = "12345678-1234-5678-1234-567812345678" if kind in {"uuid", "char(40)", "text"} else "1234567890123456789"
    fill(
        postgres_url,
        f"CREATE TABLE customers (id int, number {kind}, status text)",
        f"INSERT INTO customers VALUES (1, '{key}', 'active'), (2, NULL, 'active')",
    )

    assert [(key, ["1"]), ("nothing like it", [])] == found(postgres_url, [key, "nothing like it"])


def test_a_pull_ends_when_its_time_is_up(sqlite_url):
    fill(sqlite_url, CUSTOMERS, numbered(PAGE + 1))
    time = FakeTime()

    with closing(a_source(sqlite_url, time=time)) as source:
        walk = source.pull()
        next(walk)
        time.seconds += 1_800
        assert 1 == len(next(walk).rows)
        walk = source.pull()
        next(walk)
        time.seconds += 1_801
        with pytest.raises(PullFailed, match="was not done after 30 minutes") as failed:
            next(walk)

    assert ("refused", None) == (failed.value.code, failed.value.__context__)


def test_a_statement_that_does_not_end_is_ended(server_url):
    slow = "pg_sleep(9)::text" if server_url.startswith("postgres") else "SLEEP(9)"
    fill(server_url, f"CREATE VIEW customers AS SELECT 1 AS id, 'C-1' AS number, {slow} AS status")

    with (
        closing(a_source(server_url, budget=timedelta(milliseconds=200))) as source,
        pytest.raises(PullFailed, match="took longer to read customers than a pull may take") as failed,
    ):
        list(source.pull())

    assert ("refused", None) == (failed.value.code, failed.value.__context__)


def test_a_key_of_several_columns_is_found_by_all_of_them(url):
    fill(
        url,
        CUSTOMERS,
        "INSERT INTO customers VALUES (1, 'C-1', 'active', 1), (2, 'C-2', 'active', 1), (3, ' C-1 ', 'ended', 1)",
        "INSERT INTO customers VALUES (4, 'C-2', 'ended', 1), (5, NULL, 'active', 1), (6, 'C|3', 'active', 1)",
    )
    parts = {"key": ["number", "status"]}

    assert ["C-1|active", "C-2|active", "C-1|ended", "C-2|ended", None, r"C\|3|active"] == [
        row.key for row in rows_of(url, **parts)
    ]
    # The database gives every mixture of these parts; only what was asked for is an answer.
    assert [("C-1|active", ["1"]), ("C-2|ended", ["4"])] == found(url, ["C-1|active", "C-2|ended"], **parts)
    assert [(r"C\|3|active", ["6"]), ("C|3|active", []), ("C-1", [])] == found(
        url, [r"C\|3|active", "C|3|active", "C-1"], **parts
    )
    assert [("C-1", [])] == found(url, ["C-1"], **parts)
