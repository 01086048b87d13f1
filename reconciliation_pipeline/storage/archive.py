"""Where is a morning's snapshot, and is it still what was written?

One Parquet file a side and attempt, with a readable certificate beside it. Snapshots are never
changed; which of them may be believed is decided in `domain/completeness.py`.
"""

import json
import shutil
from collections.abc import Sequence
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from reconciliation_pipeline.domain.records import Side, Snapshot
from reconciliation_pipeline.storage.codec import encode
from reconciliation_pipeline.storage.errors import ArchiveDamaged
from reconciliation_pipeline.storage.files import files_told_in_words, written_once
from reconciliation_pipeline.storage.writer import SnapshotWriter, sha256_of

_PRUNED = ".pruned"
"""Ends the name of the file that says that a snapshot was given up on purpose."""


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

    def discard(self, reconciliation: str, morning: date, attempt: int) -> None:
        """Remove whatever was written for an attempt that was given up, half-written files among it.

        Raises:
            StorageUnavailable: The folder may not be written.
        """
        folder = (self.root / snapshot_path(reconciliation, morning, attempt, Side.CRM)).parent
        with files_told_in_words(folder):
            if folder.exists():
                shutil.rmtree(folder)

    def mornings(self, reconciliation: str) -> list[date]:
        """List the mornings of which anything is kept, oldest first."""
        folders = sorted((self.root / reconciliation).glob("[0-9]*-[0-9]*-[0-9]*"))
        return [date.fromisoformat(folder.name) for folder in folders if folder.is_dir()]

    def size_of(self, reconciliation: str, morning: date) -> int:
        """Say how many bytes the snapshots of a morning take; certificates are not counted."""
        return sum(file.stat().st_size for file in self._snapshots(reconciliation, morning))

    def give_up(self, reconciliation: str, morning: date) -> None:
        """Remove the snapshots of a morning for good; their certificates stay, and say so.

        Raises:
            StorageUnavailable: The folder may not be written.
        """
        for file in self._snapshots(reconciliation, morning):
            with files_told_in_words(file.parent):
                # First the word, then the deed: a file that is missing without it was lost.
                file.with_suffix(_PRUNED).touch()
                file.unlink()

    def is_pruned(self, snapshot: Snapshot) -> bool:
        """Whether a snapshot was given up on purpose."""
        path = self.root / snapshot.path
        return not path.exists() and path.with_suffix(_PRUNED).exists()

    def _snapshots(self, reconciliation: str, morning: date) -> list[Path]:
        return sorted((self.root / reconciliation / morning.isoformat()).glob("[0-9]*/*.parquet"))

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
        if self.is_pruned(snapshot):
            raise _damaged(snapshot, what="was given up: `recon prune` removed it as too old")
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
