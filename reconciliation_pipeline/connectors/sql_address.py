"""Where is the database, and who drives it? The address in a variable to an engine that never waits for ever.

What the database is asked is `sql.py`.
"""

from datetime import timedelta
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from reconciliation_pipeline.connectors.errors import SecretMissing

PATIENCE = "10"
"""Seconds to wait for a connection."""

POSTGRES = frozenset({"postgres", "postgresql"})
MYSQL = frozenset({"mysql", "mariadb"})

_DRIVERS = {
    "postgres": "postgresql+psycopg2",
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""The driver of an address that names none: those that this project is tested with."""

_EXTRAS = {"pymysql": "Install it: pip install 'reconciliation_pipeline[mysql]'."}


def engine_for(name: str, text: str, budget: timedelta) -> sa.Engine:
    """Prepare the way to a database; nothing is connected yet.

    Args:
        name: The variable that holds the address.
        text: The address.
        budget: How long the network may stay silent at most.

    Raises:
        SecretMissing: It is no address of a database, or the driver is missing; no message repeats it.
    """
    try:
        return sa.create_engine(_url(name, text, budget), poolclass=sa.NullPool, hide_parameters=True)
    except ModuleNotFoundError as missing:
        what = f"needs the driver {missing.name}, which is not installed"
        remedy = _EXTRAS.get(str(missing.name), "Install it, or name another driver.")
    except (ArgumentError, ValueError, TypeError):
        what = "holds no address of a database that SQLAlchemy knows"
        remedy = f"Set {name} to one like postgresql://user:password@host/database."
    message = f"The environment variable {name} {what}."
    raise SecretMissing(message, remedy=remedy)


def _url(name: str, text: str, budget: timedelta) -> sa.URL:
    url = sa.make_url(text)
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() == "sqlite":
        return _read_only(url)
    if text.count("@") > 1:
        # A password with an @ in it would be cut there, and its rest taken for the server's name.
        message = f"The environment variable {name} holds more than one @, so it is unclear where its password ends."
        raise SecretMissing(message, remedy="Write %40 for each @ of the user and the password.")
    return url.update_query_dict({**_patience(url, budget), **url.query})


def _patience(url: sa.URL, budget: timedelta) -> dict[str, str]:
    """Say when a silent network is given up, in the words of the driver."""
    driver = url.drivername.partition("+")[2]
    if driver in {"psycopg2", "psycopg"}:
        # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
        alive = {"keepalives_idle": "30", "keepalives_interval": "10", "keepalives_count": "6"}
        return {"connect_timeout": PATIENCE, "tcp_user_timeout": "90000", **alive}
    if driver in {"pymysql", "mysqldb"}:
        # https://pymysql.readthedocs.io/en/latest/modules/connections.html
        # The server's own limit comes first and says more.
        seconds = str(int(budget.total_seconds()) + int(PATIENCE))
        return {"connect_timeout": PATIENCE, "read_timeout": seconds, "write_timeout": seconds, "charset": "utf8mb4"}
    return {}


def _read_only(url: sa.URL) -> sa.URL:
    """Open a file as it is: an ordinary connection would create one that is missing."""
    if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
        return url
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": "ro", "uri": "true"})
