"""Where is a morning's snapshot, and is it still what was written?

One Parquet file a side and attempt, with a readable certificate beside it. Snapshots are never
changed; which of them may be believed is decided in `domain/completeness.py`.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import duckdb

from reconciliation_pipeline.domain.records import Side, Snapshot, State
from reconciliation_pipeline.storage.codec import encode
from reconciliation_pipeline.storage.errors import ArchiveDamaged
from reconciliation_pipeline.storage.files import written_once
from reconciliation_pipeline.storage.writer import SnapshotWriter, sha256_of

_COUNTS = f"""
    WITH snapshot AS (SELECT source_id, key, state FROM read_parquet($path)),
         shared AS (SELECT count(*) AS n FROM snapshot WHERE key <> '' GROUP BY key HAVING count(*) > 1)
    SELECT count(*),
           count(*) FILTER (state = '{State.ACTIVE}'),
           count(DISTINCT source_id),
           count(*) FILTER (coalesce(key, '') = '' AND state <> '{State.OUT_OF_SCOPE}'),
           (SELECT coalesce(sum(n), 0)::BIGINT FROM shared)
    FROM snapshot
"""  # noqa: S608 - the only value in it is a word of our own vocabulary


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What one snapshot holds.

    Attributes:
        rows: All rows.
        active: Rows whose state is active.
        distinct_source_ids: Different source ids among them.
        no_key: Rows whose key is missing or empty, those out of scope left aside: a lead needs none.
        duplicate_key_rows: Rows whose key another row carries too, and that do not become one.
    """

    rows: int
    active: int
    distinct_source_ids: int
    no_key: int
    duplicate_key_rows: int


def counts(path: Path, *, fold: bool = False, money: Sequence[str] = ()) -> RowCounts:
    """Count a snapshot's rows, in its file.

    Args:
        path: The file, absolute.
        fold: Several rows of one key are expected and become one, so that none is a duplicate.
        money: Fields whose amounts are added up then; rows in several currencies cannot become one.
    """
    # Brackets and stars are wildcards to DuckDB; inside brackets they stand for themselves.
    literal = re.sub(r"([*?\[])", r"[\1]", str(path))
    with duckdb.connect() as connection:
        found = connection.execute(_COUNTS, {"path": literal}).fetchall()[0]
        apart = connection.execute(_unfoldable(money), {"path": literal}).fetchall()[0] if fold and money else (0,)
    rows, active, distinct, no_key, duplicates = (int(number) for number in found)
    return RowCounts(rows, active, distinct, no_key, int(apart[0]) if fold else duplicates)


def _unfoldable(money: Sequence[str]) -> str:
    """Ask how many rows share a key without becoming one: the amounts that would be added are in several currencies."""
    mixed = " OR ".join(
        f"count(DISTINCT coalesce(field_{name}_currency, '')) FILTER (pooled AND field_{name} IS NOT NULL) > 1"
        for name in money
    )
    return f"""
        WITH keyed AS (
            SELECT *, (state = '{State.ACTIVE}') = bool_or(state = '{State.ACTIVE}') OVER (PARTITION BY key) AS pooled
            FROM read_parquet($path) WHERE key <> ''
        ),
        apart AS (SELECT count(*) AS n FROM keyed GROUP BY key HAVING {mixed})
        SELECT coalesce(sum(n), 0)::BIGINT FROM apart"""  # noqa: S608 - words of our own and checked field names


def snapshot_path(reconciliation: str, morning: date, attempt: int, side: Side) -> str:
    """Name the Parquet file of one side, relative to the archive's root, whether it exists or not."""
    return f"{reconciliation}/{morning.isoformat()}/{attempt:03d}/{side}.parquet"


class Archive:
    """Every snapshot ever pulled, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def writer(
        self, reconciliation: str, morning: date, attempt: int, side: Side, fields: Sequence[str]
    ) -> SnapshotWriter:
        """Make the writer of one snapshot; use it in a `with` block.

        Args:
            reconciliation: Id of the reconciliation.
            morning: The local date it is for.
            attempt: The attempt's number.
            side: Which side.
            fields: Names of values, as in `Row.values`.

        Returns:
            A writer. Entering it raises `FileExistsError` when this side of this attempt was
            written before, and `StorageUnavailable` when the folder cannot be written.
        """
        path = snapshot_path(reconciliation, morning, attempt, side)
        return SnapshotWriter(self.root, path, fields)

    def last_attempt(self, reconciliation: str, morning: date) -> int:
        """Give the highest attempt number that anything was written for; 0 when nothing was."""
        folders = (self.root / reconciliation / morning.isoformat()).glob("[0-9]*")
        return max((int(folder.name) for folder in folders if folder.name.isdigit()), default=0)

    def seal(self, snapshot: Snapshot, *, fields: Sequence[str]) -> None:
        """Write receipt, certificate and hash beside the snapshot, for people and auditors.

        Args:
            snapshot: With the path and hash of its file.
            fields: Names of values, as given to the writer.

        Raises:
            FileExistsError: It was sealed before.
            StorageUnavailable: The disk is full or the folder may not be written.
        """
        content = {"schema": 1, "snapshot": encode(snapshot), "fields": list(fields), "written_by": _our_version()}
        text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
        with written_once(self.root, str(Path(snapshot.path).with_suffix(".json"))) as file:
            file.write(f"{text}\n".encode())

    def resolve(self, snapshot: Snapshot) -> Path:
        """Find a snapshot's file, having read every byte of it.

        Raises:
            ArchiveDamaged: It is gone, was changed, or nothing was kept of that pull.
        """
        path = (self.root / snapshot.path).resolve()
        if snapshot.sha256 is None:
            raise _damaged(snapshot, what="was never finished, so there is nothing to read")
        if not path.is_relative_to(self.root.resolve()) or not path.is_file():
            raise _damaged(snapshot, what="is not in the archive any more")
        if sha256_of(path) != snapshot.sha256:
            raise _damaged(snapshot, what="is not what was written: its content hash differs")
        return path


def _damaged(snapshot: Snapshot, *, what: str) -> ArchiveDamaged:
    name = snapshot.path or f"of {snapshot.receipt.label}"
    remedy = "Restore the file from a backup; a past morning cannot be pulled again as it was."
    return ArchiveDamaged(f"The snapshot {name} {what}.", remedy=remedy)


def _our_version() -> str:
    try:
        return version("reconciliation_pipeline")
    except PackageNotFoundError:
        return "not installed"
