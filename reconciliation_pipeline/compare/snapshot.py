"""Are these two files something that can be compared at all?

A snapshot is what our own archive wrote, so anything unexpected here is damage or a version gap, and is said
instead of guessed around. Whether its content may be believed was decided before, in `domain/completeness.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import duckdb

from reconciliation_pipeline.compare.rules import ComparisonRules, columns_of
from reconciliation_pipeline.domain.records import Side

TEXT: Final = "VARCHAR"
INSTANT: Final = "TIMESTAMP WITH TIME ZONE"

_COLUMNS: Final = {
    "source_id": TEXT,
    "key": TEXT,
    "status": TEXT,
    "state": TEXT,
    "created_at": INSTANT,
    "updated_at": INSTANT,
}


class Incomparable(Exception):
    """Two snapshots could not be compared; `text` says why, `remedy` what to do."""

    def __init__(self, text: str, *, remedy: str) -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class SnapshotFiles:
    """The Parquet files of one trusted morning, one row a record of the system.

    Attributes:
        crm: The snapshot of the CRM.
        billing: The snapshot of billing.
        planted: By side, a file of planted rows that are compared along with the real ones.
        digests: By side, the digests of the snapshot under the rules it is compared by; written anew where missing.
    """

    crm: Path
    billing: Path
    planted: Mapping[Side, Path] = field(default_factory=dict)
    digests: Mapping[Side, Path] = field(default_factory=dict)

    def __getitem__(self, side: Side) -> Path:
        """Look a side's snapshot up."""
        return self.crm if side is Side.CRM else self.billing

    def all_of(self, side: Side) -> tuple[Path, ...]:
        """List every file of a side; the snapshot comes first, as its size is what the engine plans with."""
        return (self[side], self.planted[side]) if side in self.planted else (self[side],)


def scan(*paths: Path, numbered: bool = False) -> str:
    """Write the SQL that reads files as one: exactly these, nothing read out of their folders' names.

    Args:
        paths: The files.
        numbered: With a column `file_row_number`, each row's place in its file.
    """
    # Brackets and stars are wildcards to DuckDB; inside brackets they stand for themselves.
    literals = (re.sub(r"([*?\[])", r"[\1]", str(path.absolute())).replace("'", "''") for path in paths)
    listed = ", ".join(f"'{literal}'" for literal in literals)
    by_name = ", union_by_name = true" if len(paths) > 1 else ""
    number = ", file_row_number = true" if numbered else ""
    return f"read_parquet([{listed}], hive_partitioning = false{by_name}{number})"


def absent_columns(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], rules: ComparisonRules
) -> frozenset[str]:
    """Check the columns of every file of a side and name those of the amount that none of them carries.

    Returns:
        The amount's columns when the side has no such field; otherwise nothing.

    Raises:
        Incomparable: A needed column is missing, or is not of the type a snapshot has.
    """
    return frozenset.intersection(*(_absent(connection, path, rules) for path in paths))


def _absent(connection: duckdb.DuckDBPyConnection, path: Path, rules: ComparisonRules) -> frozenset[str]:
    described = connection.execute(f"DESCRIBE SELECT * FROM {scan(path)}")  # noqa: S608 - a quoted path, no values
    found = {name: kind for name, kind, *_ in described.fetchall()}
    compared = dict.fromkeys((column for rule in rules.fields for column in columns_of(rule)), TEXT)
    carried = dict.fromkeys((column for rule in rules.carried for column in columns_of(rule)), TEXT)
    for column in _COLUMNS | compared:
        if column not in found:
            _refuse(path, f"has no column {column}")
    for column, kind in (_COLUMNS | carried).items():
        if column in found and found[column] != kind:
            _refuse(path, f"holds {column} as {found[column]} instead of {kind}")
    return frozenset(carried) - frozenset(found)


def _refuse(path: Path, what: str) -> None:
    text = f"The snapshot {path.name} {what}, so nothing was compared."
    raise Incomparable(text, remedy="It was probably pulled with other field mappings; pull this morning again.")


def misfit(side: str, source_id: str | None, state: str | None, files: SnapshotFiles) -> Incomparable:
    """Say that a row breaks the promise every snapshot makes: an id and a known state."""
    text = (
        f"Record {source_id!r} in {files[Side(side)].name} has the state {state!r}, "
        "which this version cannot place, so nothing was compared."
    )
    return Incomparable(text, remedy="Pull this morning again with the version that compares it.")
