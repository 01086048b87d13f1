"""A replica that has to catch up with its primary breaks a pull off, and never shortens it.

Starts a second Postgres as a hot standby, so it is run by `make peers`.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from reconciliation_pipeline.connectors.errors import PullFailed
from reconciliation_pipeline.connectors.sql import PAGE
from reconciliation_pipeline_tests import postgres
from reconciliation_pipeline_tests.connectors.databases import CUSTOMERS, a_source, an_engine, fill, numbered, rows_of

pytestmark = pytest.mark.peers

PATIENCE = 30
"""Seconds until the replica must have caught up."""


@pytest.fixture
def replica(postgres_server: postgres.Server) -> Iterator[postgres.Server]:
    """A hot standby of the server, which waits for nobody."""
    with tempfile.TemporaryDirectory(prefix="recon-replica-") as folder:
        home = Path(folder)
        tools = postgres._Tools(home)
        data = home / "data"
        where = ["-h", "127.0.0.1", "-p", str(postgres_server.port), "-U", "postgres"]
        tools.run("pg_basebackup", *where, "-D", data, "-R", "-X", "stream", "--checkpoint=fast")
        with (data / "postgresql.conf").open("a") as file:
            file.write("max_standby_streaming_delay = 0\nhot_standby_feedback = off\n")
        port = postgres._start(tools, data)
        try:
            yield postgres.Server(port)
        finally:
            tools.run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


def wait_until(url: str, table: str, count: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with an_engine(url) as engine, engine.connect() as connection:
                if count == connection.execute(sa.text(f"SELECT count(*) FROM {table}")).scalar():
                    return
        except sa.exc.DBAPIError:
            pass
        time.sleep(0.05)
    raise AssertionError(table)


def test_a_conflict_with_recovery_in_the_middle_is_never_a_short_result(postgres_url, replica):
    fill(postgres_url, CUSTOMERS, numbered(3 * PAGE))
    read_here = replica.url(postgres_url.rpartition("/")[2])
    wait_until(read_here, "customers", 3 * PAGE)
    assert 3 * PAGE == len(rows_of(read_here))

    with closing(a_source(read_here)) as source:
        walk = source.pull()
        next(walk)
        fill(postgres_url, "DELETE FROM customers WHERE id > 100")
        with an_engine(postgres_url) as engine, engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM customers")
        wait_until(read_here, "customers", 100)
        with pytest.raises(PullFailed) as failed:
            list(walk)

    assert "refused" == failed.value.code
    assert "hot_standby_feedback" in failed.value.remedy
