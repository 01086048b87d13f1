"""What went wrong with a database, in words that hold neither its address nor its driver's message?

Drivers tell their trouble in text of their own, with host, user and statement in it. Only its kind is
taken from there.
"""

import re
from dataclasses import dataclass

from reconciliation_pipeline.connectors.errors import BadEncoding, PullFailed, Refused, Unauthorised, Unreachable

_PERMISSION = re.compile(
    r"permission (was )?denied|command denied|not authorized|insufficient privilege", re.IGNORECASE
)
_LOGIN = re.compile(
    r"password|authentication|access denied|login failed|pg_hba|role \S+ (does not exist|is not permitted)|ORA-01017",
    re.IGNORECASE,
)
_NO_DATABASE = re.compile(r"database \S+ does not exist|unknown database|unable to open database file", re.IGNORECASE)
_UNDECODABLE = re.compile(r"could not decode|invalid byte sequence", re.IGNORECASE)
_TIMEOUT = re.compile(
    r"statement timeout|max_statement_time exceeded|maximum statement execution time exceeded", re.IGNORECASE
)
_REPLICA = re.compile(r"conflict with recovery", re.IGNORECASE)
_NO_PERMISSION = "42501"
_LOGIN_STATES = ("28",)
_GONE_STATES = ("08", "57P")


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a driver told.

    Attributes:
        says: Its message; read here and never shown.
        state: The SQLSTATE, where it gave one.
        connected: Whether the database had let us in before.
        lost: Whether the connection is of no more use.
    """

    says: str
    state: str
    connected: bool
    lost: bool


def told(trouble: Trouble, *, variable: str, table: str) -> PullFailed:
    """Tell the trouble for people.

    Args:
        trouble: What the driver told.
        variable: Name of the variable that holds the database's address.
        table: The table that is read.
    """
    database = f"The database in {variable}"
    if _NO_DATABASE.search(trouble.says):
        text, remedy = "does not exist, or cannot be opened", f"Correct the name of the database in {variable}."
        return Unreachable(f"{database} {text}.", remedy=remedy)
    if trouble.state.startswith(_LOGIN_STATES) or (not trouble.connected and _LOGIN.search(trouble.says)):
        remedy = f"Correct them in {variable}."
        return Unauthorised(f"{database} does not accept the user or the password.", remedy=remedy)
    if not trouble.connected:
        remedy = f"Check that it runs, and host, port and network in {variable}."
        return Unreachable(f"{database} does not answer.", remedy=remedy)
    return _while_reading(trouble, database, table)


def _while_reading(trouble: Trouble, database: str, table: str) -> PullFailed:
    if trouble.state == _NO_PERMISSION or _PERMISSION.search(trouble.says):
        remedy = f"Grant the user SELECT on {table}, and no more."
        return Unauthorised(f"{database} does not let this user read {table}.", remedy=remedy)
    if _UNDECODABLE.search(trouble.says):
        remedy = "Have that text corrected in the system."
        return BadEncoding(f"{database} holds text in {table} that does not decode.", remedy=remedy)
    if _TIMEOUT.search(trouble.says):
        remedy = "Let the pull run when the database has less to do."
        return Unreachable(f"{database} took longer to read {table} than a pull may take.", remedy=remedy)
    if _REPLICA.search(trouble.says):
        remedy = "Run again; if it stays, set hot_standby_feedback on the replica, or read from the primary."
        text = f"{database} is a replica, and gave up reading {table} to catch up with its primary."
        return Unreachable(text, remedy=remedy)
    if trouble.lost or trouble.state.startswith(_GONE_STATES):
        # A replica that ends an idle reader is not always heard saying why.
        remedy = "Run again; if it stays and this is a replica of Postgres, set hot_standby_feedback on it."
        return Unreachable(f"{database} broke off while {table} was read.", remedy=remedy)
    state = f" (SQLSTATE {trouble.state})" if trouble.state else ""
    return Refused(f"{database} refused to read {table}{state}.", remedy="Look into the log of the database.")
