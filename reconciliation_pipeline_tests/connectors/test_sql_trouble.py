"""What goes wrong with a database ends in one sentence without a secret."""

import time
from contextlib import closing

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed, SecretMissing
from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline.connectors.sql_trouble import Trouble, told
from reconciliation_pipeline_tests.connectors.databases import (
    CUSTOMERS,
    NOWHERE,
    PASSWORD,
    a_source,
    failure_of,
    fill,
    numbered,
    rows_of,
)


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
        walk = source.pull()
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
        ("mysql+mysqldb://someone:canary-7f3a@host/db", "needs the driver MySQLdb, which is not installed"),
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
        ("refused", "(1969, 'Query execution was interrupted (max_statement_time exceeded)')", True),
        ("refused", "(3024, 'Query execution was interrupted, maximum statement execution time exceeded')", True),
        ("refused", "anything else", True),
    ],
)
def test_what_other_databases_say_is_understood_and_not_repeated(code, says, connected):
    found = told(Trouble(says, "", connected, lost=False), variable="CRM_DATABASE_URL", table="t")

    assert code == found.code
    assert says not in found.text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("took longer to read t than a pull may take", "canceling statement due to statement timeout"),
        ("is a replica, and gave up reading t", "canceling statement due to conflict with recovery"),
        ("is a replica, and gave up reading t", "terminating connection due to conflict with recovery"),
    ],
)
def test_what_can_be_helped_is_told_apart(text, says):
    found = told(Trouble(says, "", connected=True, lost=True), variable="CRM_DATABASE_URL", table="t")

    assert ("refused", True, True) == (found.code, text in found.text, bool(found.remedy))


def test_an_address_without_a_driver_gets_the_one_that_is_tested():
    for short in ("mysql", "mariadb"):
        assert "pymysql" == a_source(f"{short}://someone@127.0.0.1:1/db")._engine.dialect.driver


def test_a_network_that_falls_silent_is_given_up():
    postgres = a_source(NOWHERE)._engine.url.query
    maria = a_source("mariadb://someone@127.0.0.1:1/db")._engine.url.query

    assert ("10", "90000") == (postgres["connect_timeout"], postgres["tcp_user_timeout"])
    assert ("10", "1810") == (maria["connect_timeout"], maria["read_timeout"])
    assert "7" == a_source(f"{NOWHERE}?connect_timeout=7")._engine.url.query["connect_timeout"]
    assert {} == dict(a_source("sqlite:///:memory:")._engine.url.query)
