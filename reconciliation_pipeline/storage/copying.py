"""How is everything we keep copied while mornings run?

Under another name until all of it is there. Every byte is read and written anew, never linked, so that what damages the
original stays with the original. What a backup says of itself belongs in `backups.py`.
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciliation_pipeline.storage.errors import StorageUnavailable
from reconciliation_pipeline.storage.files import files_told_in_words

LEDGER = "ledger.sqlite"

FOLDERS = ("snapshots", "diffs")
"""What is kept as files: certificates, hashes and rechecks lie beside the snapshots. All else can be made again."""

_CHUNK = 1 << 20

Moved = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of a backup.

    Attributes:
        path: Relative to the backup.
        bytes: Its size.
        sha256: Hash of its bytes.
    """

    path: str
    bytes: int
    sha256: str


@contextmanager
def appearing(final: Path) -> Iterator[Path]:
    """Give a folder under a temporary name, which gets its own when the block ends well and is gone otherwise.

    Raises:
        StorageUnavailable: The disk is full, the folder may not be written, or the name is taken.
    """
    with files_told_in_words(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        _clear_away(final.parent)
        half = final.with_name(f".{final.name}.{os.getpid()}.tmp")
        half.mkdir(mode=0o700)
        # Held as long as it is written, so that another backup can tell it from what a killed one left behind.
        handle = os.open(half, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield half
        with files_told_in_words(final):
            for folder in (half, *(one for one in half.rglob("*") if one.is_dir())):
                _flush(folder)
            half.rename(final)
            _flush(final.parent)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    finally:
        os.close(handle)


def _clear_away(out: Path) -> None:
    for half in out.glob(".recon-backup-*.tmp"):
        try:
            handle = os.open(half, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:
            # Another backup has just given it its name.
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(half)
        except BlockingIOError:
            pass
        finally:
            os.close(handle)


def _flush(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def copy_ledger(home: Path, folder: Path) -> Kept:
    """Copy the ledger as it is at one moment; whoever writes meanwhile is not held up.

    Raises:
        StorageUnavailable: It cannot be read, or the copy not be written.
    """
    original, copy = home / LEDGER, folder / LEDGER
    try:
        with (
            closing(sqlite3.connect(f"{original.absolute().as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            # All pages at once: a copy in parts begins anew whenever somebody writes.
            source.backup(target)
            said = target.execute("PRAGMA quick_check").fetchone()[0]
            # One file, without the log that belongs to a file in use.
            target.execute("PRAGMA journal_mode = DELETE").close()
    except sqlite3.Error as error:
        raise _unreadable(original, str(error)) from None
    if said != "ok":
        raise _unreadable(original, said)
    with files_told_in_words(copy), copy.open("rb") as file:
        copy.chmod(0o600)
        os.fsync(file.fileno())
        return Kept(LEDGER, copy.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _unreadable(path: Path, said: str) -> StorageUnavailable:
    remedy = "If the file is damaged, restore it from an earlier backup; if the disk is full, free some space."
    return StorageUnavailable(f"The ledger {path} cannot be copied: {said}.", remedy=remedy)


def copy_files(home: Path, folder: Path, moved: Moved, *, but: Collection[str] = ()) -> list[Kept]:
    """Copy snapshots, certificates, rechecks and comparisons, those that are whole.

    Args:
        home: Where they are.
        folder: Where they go.
        moved: Told after every file.
        but: Paths that were copied before.

    Raises:
        StorageUnavailable: One cannot be read, or its copy not be written.
    """
    paths = [path for path in _whole_files(home) if path not in but]
    done, total = 0, sum(_size(home / path) for path in paths)
    found = []
    for path in paths:
        with files_told_in_words(folder / path):
            kept = _copied(home, folder, path)
        if kept is not None:
            found.append(kept)
            done += kept.bytes
        moved(min(done, total), total)
    return found


def _whole_files(home: Path) -> list[str]:
    """List what is kept as files; a name that begins with a dot is a file that is still being written."""
    return [
        str(Path(folder, name).relative_to(home))
        for top in FOLDERS
        for folder, _, names in sorted(os.walk(home / top))
        for name in sorted(names)
        if not name.startswith(".")
    ]


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _copied(home: Path, folder: Path, path: str) -> Kept | None:
    """Copy one file; None when it went away, as what was pruned does."""
    try:
        source = (home / path).open("rb")
    except FileNotFoundError:
        return None
    found, size = hashlib.sha256(), 0
    copy = folder / path
    copy.parent.mkdir(parents=True, exist_ok=True)
    with source, copy.open("xb") as target:
        while chunk := source.read(_CHUNK):
            target.write(chunk)
            found.update(chunk)
            size += len(chunk)
        target.flush()
        os.fchmod(target.fileno(), os.fstat(source.fileno()).st_mode & 0o777)
        os.fsync(target.fileno())
    return Kept(path, size, found.hexdigest())
