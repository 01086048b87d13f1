"""What did ledgers look like that earlier programs wrote? Their rows, as text, one file a revision of the tables.

A file is written by the program of its day, before a new migration is added, and never again:

    python -m reconciliation_pipeline_tests.storage.released
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from reconciliation_pipeline.steps.verify import digest_of
from reconciliation_pipeline.storage.database import driver_url, open_database, reading
from reconciliation_pipeline.storage.migrate import HEAD, VERSION_TABLE
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline_tests.ledger.looking import work_on
from reconciliation_pipeline_tests.storage import complete

FOLDER = Path(__file__).parent / "fixtures"

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""The rows of each table, ordered by key; moments and dates as ISO text."""


@dataclass(frozen=True)
class Released:
    """A ledger as a program of that day left it.

    Attributes:
        revision: What its tables are.
        digests: What `recon verify` called it, by reconciliation.
        tables: Its rows.
    """

    revision: str
    digests: Mapping[str, str]
    tables: Rows


def file_of(revision: str) -> Path:
    return FOLDER / f"ledger-{revision}.json"


def released(revision: str) -> Released:
    return Released(**json.loads(file_of(revision).read_text("utf-8")))


def raw(home: Path, url: str | None) -> sa.Engine:
    """Reach the database and leave it as it is."""
    return sa.create_engine(driver_url(url) if url else f"sqlite:///{home / 'ledger.sqlite'}")


def alembic_on(connection: sa.Connection) -> Config:
    """Give Alembic our migrations, as `migrate.py` does."""
    config = Config()
    config.set_main_option("script_location", "reconciliation_pipeline:storage/migrations")
    config.attributes["connection"] = connection
    return config


def revisions() -> list[str]:
    """List all revisions, the oldest first."""
    config = Config()
    config.set_main_option("script_location", "reconciliation_pipeline:storage/migrations")
    return [one.revision for one in ScriptDirectory.from_config(config).walk_revisions()][::-1]


def set_up(connection: sa.Connection, old: Released) -> None:
    """Make the tables as they were, and put the rows in."""
    command.upgrade(alembic_on(connection), old.revision)
    there = sa.MetaData()
    there.reflect(connection)
    for table in there.sorted_tables:
        if table.name == VERSION_TABLE or not (rows := old.tables[table.name]):
            continue
        connection.execute(sa.insert(table), [_typed(table, row) for row in rows])
        if connection.dialect.name == "postgresql" and "id" in table.c:
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, max(row["id"] for row in rows))))


def rows_of(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """Read all our tables as they are, whatever the program thinks they are."""
    there = sa.MetaData()
    there.reflect(connection)
    tables = [table for table in there.sorted_tables if table.name != VERSION_TABLE]
    return {
        table.name: [
            {name: _text(value) for name, value in row.items()}
            for row in connection.execute(sa.select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in sorted(tables, key=lambda one: one.name)
    }


def _typed(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(table.c[name].type, value) for name, value in row.items()}


def _value(kind: sa.types.TypeEngine[Any], value: Any) -> Any:
    if isinstance(kind, sa.DateTime):
        return value and datetime.fromisoformat(value)
    return value and date.fromisoformat(value) if isinstance(kind, sa.Date) else value


def _text(value: Any) -> Any:
    if isinstance(value, datetime):
        # SQLite keeps no zone; what is in it is UTC.
        return f"{value.replace(tzinfo=None).isoformat()}+00:00" if _is_utc(value) else value.isoformat()
    return value.isoformat() if isinstance(value, date) else value


def _is_utc(value: datetime) -> bool:
    return value.tzinfo is None or not value.utcoffset()


def digests_of(store: Store) -> dict[str, str]:
    """Give what `recon verify` prints, for each reconciliation of the complete ledger."""
    work = work_on(store)
    return {
        name: digest_of(replace(work, reconciliation=work.reconciliation.model_copy(update={"id": name})))
        for name in complete.NAMES
    }


def main() -> int:
    """Write the file of today's revision, unless it is there."""
    path = file_of(HEAD)
    if path.exists():
        sys.stderr.write(f"{path.name} is there already; what was released is not written again.\n")
        return 1
    with TemporaryDirectory() as folder:
        with Store.open(Path(folder), None) as store:
            complete.fill(store)
            digests = digests_of(store)
        engine = open_database(Path(folder), None)
        with reading(engine) as connection:
            found: dict[str, Any] = {"revision": HEAD, "digests": digests, "tables": rows_of(connection)}
        engine.dispose()
    for lease in found["tables"]["recon_leases"]:
        # Which process holds it, on which machine: nobody's, whoever writes the file.
        lease["place"] = "00000000-0000-4000-8000-000000000000/pid:[1]/1/1"
    path.write_text(_spelled(found), "utf-8")
    return 0


def _spelled(found: Mapping[str, Any]) -> str:
    """Write a row a line, so that a person can see what changed from one revision to the next."""
    tables = [
        f"  {json.dumps(name)}: [\n{_lines(json.dumps(row, ensure_ascii=False) for row in rows)}\n  ]"
        for name, rows in found["tables"].items()
    ]
    head = [f" {json.dumps(name)}: {json.dumps(found[name])}" for name in ("revision", "digests")]
    return '{{\n{},\n "tables": {{\n{}\n }}\n}}\n'.format(",\n".join(head), ",\n".join(tables))


def _lines(rows: Iterable[str]) -> str:
    return ",\n".join(f"   {row}" for row in rows)


if __name__ == "__main__":
    sys.exit(main())
