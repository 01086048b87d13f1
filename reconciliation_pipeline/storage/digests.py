"""Where are the digests of a snapshot, and are they still what was written?

Derived from a snapshot and the rules it is compared by, and therefore replaceable: they lie beside the archive, below
the hash of the snapshot's bytes. A file's name holds the name of the rules and the hash of its own bytes, so that one
that was damaged, or belongs to anything else, is never taken for the right one. What stands in it is
`compare/digests.py`.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from reconciliation_pipeline.storage.files import files_told_in_words
from reconciliation_pipeline.storage.writer import sha256_of

MOST_KEPT = 60
"""Snapshots whose digests are kept, a month of both sides. Those written longest ago go first."""


class Digests:
    """The digests of every snapshot that was compared, below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, snapshot: str, rules: str) -> Path | None:
        """Find the digests of a snapshot under some rules, having read every byte of them; None when there are none.

        Args:
            snapshot: The hash of the snapshot's bytes.
            rules: The name of the rules.
        """
        for path in sorted((self.root / snapshot).glob(f"{rules}-*.parquet")):
            if path.stem == f"{rules}-{sha256_of(path)}":
                return path
        return None

    def keep(self, snapshot: str, rules: str, write: Callable[[Path], None]) -> Path:
        """Write the digests of a snapshot, so that they are seen only when they are whole.

        Args:
            snapshot: The hash of the snapshot's bytes.
            rules: The name of the rules.
            write: Writes them into a file.

        Raises:
            StorageUnavailable: The disk is full or the folder may not be written.
        """
        folder = self.root / snapshot
        half = folder / f".{os.getpid()}-{rules}.parquet"
        with files_told_in_words(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for leftover in folder.glob(f".*-{rules}.*"):
                # Of a run that was killed.
                leftover.unlink(missing_ok=True)
            try:
                write(half)
                final = folder / f"{rules}-{sha256_of(half)}.parquet"
                with half.open("rb") as file:
                    os.fsync(file.fileno())
                half.replace(final)
            finally:
                half.unlink(missing_ok=True)
            self._forget()
        return final

    def _forget(self) -> None:
        folders = sorted(self.root.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
        for folder in folders[MOST_KEPT:]:
            shutil.rmtree(folder, ignore_errors=True)
