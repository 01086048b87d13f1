"""Where does a process touch the world? Every durable write and every outward call, named, counted, and spoilt at will.

Nothing in the product knows of it: what every write and every call goes through is wrapped in the process that plays a
night. A point is named after the first function of ours on the stack, so the list of points is found and not kept.
"""

import errno
import os
import re
import resource
import signal
import socket
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import Any, Final, cast

PACKAGE: Final = "reconciliation_pipeline/"
PLUMBING: Final = frozenset({"storage.database", "storage.files", "storage.writer", "contextlib"})
"""Modules through which others write; the point is theirs."""
DAGSTERS_PLUMBING: Final = frozenset({"connect", "_connect", "safe_commit", "index_connection", "run_connection"})
FILES: Final = ("fsync", "replace", "rename", "link", "unlink", "rmdir", "pwrite")
COMMIT: Final = "commit"
WRITES: Final = frozenset({"INSERT", "UPDATE", "DELETE", "CREATE", "ALTER ", "DROP T"})
DAGSTER: Final = "dagster: "
"""Begins the name of a point at which Dagster writes into records of its own."""


@dataclass(frozen=True)
class Deed:
    """What happens at one point.

    Attributes:
        point: The point's name, "before ..." or "after ...".
        nth: The how manieth time it is reached, from 1.
        what: "kill"; "ring", which asks the bell and goes on when it answers; otherwise the name of a fault.
        lasts: Whether the fault stays, at every point of the same operation.
    """

    point: str
    nth: int = 1
    what: str = "kill"
    lasts: bool = False


@dataclass(frozen=True)
class Plan:
    """How a process is watched.

    Attributes:
        below: Only what lies below this folder is durable.
        log: Where every point that is reached is noted.
        servers: What the servers are called, by host and port.
        deed: What happens, and where.
        bell: The port of whoever is to be rung.
        longest: Bytes after which the kernel cuts every file off: a short write, then none.
    """

    below: str
    log: str
    servers: Mapping[str, str] = field(default_factory=dict)
    deed: Deed | None = None
    bell: int = 0
    longest: int | None = None


def operation_of(point: str) -> str:
    """Give the operation of a point: fsync, replace, commit, GET."""
    return point.partition(": ")[2].split()[0] if DAGSTER not in point else point.rpartition(": ")[2].split()[0]


def _locked() -> Exception:
    return sqlite3.OperationalError("database is locked")


def _full() -> Exception:
    return sqlite3.OperationalError("database or disk is full")


def _closed() -> Exception:
    import psycopg2  # type: ignore[import-untyped] # it has no types

    return cast("Exception", psycopg2.OperationalError("server closed the connection unexpectedly"))


def _reset() -> Exception:
    import httpx

    return httpx.ReadError("[Errno 104] Connection reset by peer")


FAULTS: Final[Mapping[str, Callable[[], Exception]]] = {
    "disk full": lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
    "read-only": lambda: OSError(errno.EROFS, os.strerror(errno.EROFS)),
    "input/output error": lambda: OSError(errno.EIO, os.strerror(errno.EIO)),
    "database is locked": _locked,
    "database is full": _full,
    "connection to Postgres lost": _closed,
    "connection reset": _reset,
}
"""What is raised at a point instead of going on."""


def watch(plan: Plan) -> None:
    """Begin to name and count, in this very process; call it before the product is started."""
    if plan.longest is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (plan.longest, plan.longest))
    _Watcher(plan).install()


class _Watcher:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._log = os.open(plan.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._reached: Counter[str] = Counter()
        self._lock = Lock()
        self._spoilt: str | None = None
        self._writers: set[int] = set()

    def install(self) -> None:
        for name in FILES:
            self._wrap(os, name, partial(self._file, name))
        import httpx
        from sqlalchemy.engine.default import DefaultDialect

        # Whoever only reads commits as well, and nothing is at stake then.
        for name in ("do_execute", "do_executemany", "do_execute_no_params"):
            self._note_writers(DefaultDialect, name)
        self._wrap(DefaultDialect, "do_commit", lambda arguments, _: self._commit(arguments[1]))
        self._wrap(httpx.HTTPTransport, "handle_request", lambda arguments, _: self._question(arguments[1]))

    def _wrap(self, holder: Any, name: str, told: Callable[[tuple[Any, ...], dict[str, Any]], str | None]) -> None:
        real = getattr(holder, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            said = told(arguments, options)
            where = None if said is None or said.endswith(" ") else _place(sys._getframe(1))
            if where is None:
                return real(*arguments, **options)
            self._reach(f"before {where}: {said}")
            found = real(*arguments, **options)
            self._reach(f"after {where}: {said}")
            return found

        setattr(holder, name, watched)

    def _note_writers(self, holder: Any, name: str) -> None:
        real = getattr(holder, name)

        def noting(dialect: Any, cursor: Any, statement: str, *rest: Any, **options: Any) -> Any:
            if statement.lstrip()[:6].upper() in WRITES:
                self._writers.add(id(cursor.connection))
            return real(dialect, cursor, statement, *rest, **options)

        setattr(holder, name, noting)

    def _commit(self, connection: Any) -> str | None:
        raw = id(getattr(connection, "dbapi_connection", connection))
        if raw not in self._writers:
            return None
        self._writers.discard(raw)
        return COMMIT

    def _file(self, name: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
        return f"{name} {self._subject(arguments, options)}"

    def _subject(self, arguments: tuple[Any, ...], options: dict[str, Any]) -> str:
        """Name a file below the folder, without what differs from night to night; "" for any other."""
        (first, *_), folder = arguments, options.get("dir_fd")
        try:
            path = Path(f"/proc/self/fd/{first}").readlink() if isinstance(first, int) else Path(os.fspath(first))
            if not path.is_absolute():
                path = (Path.cwd() if folder is None else Path(f"/proc/self/fd/{folder}").readlink()) / path
        except OSError:
            return ""
        if not path.is_relative_to(self._plan.below):
            return ""
        return plain_name(path) + ("/" if path.is_dir() else "")

    def _question(self, request: Any) -> str:
        server = self._plan.servers.get(request.url.netloc.decode(), "another server")
        path = "/".join("ID" if any(sign.isdigit() for sign in part) else part for part in request.url.path.split("/"))
        return f"{request.method} {server} {path}"

    def _reach(self, point: str) -> None:
        with self._lock:
            self._reached[point] += 1
            os.write(self._log, f"{point}\n".encode())
            deed, nth = self._plan.deed, self._reached[point]
        if deed is None:
            return
        if (deed.point, deed.nth) == (point, nth):
            self._spoilt = operation_of(point) if deed.lasts else None
            self._do(deed)
        elif self._spoilt == operation_of(point) and point.startswith(deed.point.split()[0]):
            self._do(deed)

    def _do(self, deed: Deed) -> None:
        if deed.what == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()
        if deed.what == "ring":
            with socket.create_connection(("127.0.0.1", self._plan.bell)) as bell:
                bell.recv(1)
            return
        spoilt = FAULTS[deed.what]()
        raise spoilt


def plain_name(path: Path) -> str:
    """Name a file by what it is, without dates, numbers, hashes and process ids.

    >>> plain_name(Path("/x/.crm.parquet.4711.tmp"))
    'crm.parquet'
    """
    name = re.sub(r"^\.?(.*?)(\.\d+\.tmp)?$", r"\1", path.name)
    name = re.sub(r"\d{4}-\d\d-\d\d", "DATE", name)
    name = re.sub(r"^\d+-(?=[0-9a-f]{8})", "", name)
    name = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+|[0-9a-f]{12,}", "HASH", name)
    name = re.sub(r"\d{8}T\d{6}Z", "TIME", name)
    name = re.sub(r"^place-\d+$", "OUT", name)
    name = re.sub(r"^127\.0\.0\.1_\d+-HASH$", "pace", name)
    name = re.sub(r"^(tmp|compare-|digests-)\w{8}$", r"\1X", name)
    return re.sub(r"^\d+(?=$|\.)", "N", name)


def _place(frame: FrameType | None) -> str | None:
    """Name the function that wants something: the first of ours that is no plumbing, or a nearer one of Dagster's."""
    plumbing = None
    while frame is not None:
        file = frame.f_code.co_filename
        if f"/{PACKAGE}" in file:
            module = file.rpartition(f"/{PACKAGE}")[2].removesuffix(".py").replace("/", ".")
            name = f"{module}.{frame.f_code.co_name}"
            is_private = module.startswith("storage.") and frame.f_code.co_name.startswith("_")
            if not is_private and module not in PLUMBING and not module.startswith("connectors."):
                return name
            plumbing = plumbing or name
        elif plumbing is None and _is_dagsters(frame):
            return f"{DAGSTER}{Path(file).stem}.{frame.f_code.co_name}"
        frame = frame.f_back
    return plumbing


def _is_dagsters(frame: FrameType) -> bool:
    is_theirs = any(f"/{name}/" in frame.f_code.co_filename for name in ("dagster", "dagster_postgres"))
    return is_theirs and frame.f_code.co_name not in DAGSTERS_PLUMBING
