"""How does a file become visible only when it is whole?

A temporary name in the same folder, flushed to the disk, then renamed. What stands in the files
belongs in `archive.py`, `writer.py` and `diffs.py`.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from reconciliation_pipeline.storage.errors import StorageUnavailable


@contextmanager
def files_told_in_words(path: Path) -> Iterator[None]:
    """Turn a full disk or a forbidden folder into one sentence.

    An existing file stays a `FileExistsError`: it is a mistake of the caller, not of the disk.

    Raises:
        StorageUnavailable: The file system refused.
    """
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        text = f"{path} cannot be written: {error.strerror or 'the file system refused'}."
        remedy = "Free some space or correct the folder's permissions, then run again; nothing half-written is kept."
        raise StorageUnavailable(text, remedy=remedy) from error


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Let one process of this machine at a time do what is inside; the others wait.

    Args:
        lock: A file in a folder that exists; it stays, and is empty.

    Raises:
        StorageUnavailable: The folder may not be written.
    """
    with files_told_in_words(lock):
        file = lock.open("ab")
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def written_once(root: Path, path: str) -> Iterator[BinaryIO]:
    """Open a file that appears, whole and read-only, when the block ends well and not otherwise.

    Args:
        root: The folder below which everything is kept.
        path: The file, relative to it.

    Raises:
        FileExistsError: It was written before.
        StorageUnavailable: The disk is full or the folder may not be written.
    """
    final = root / path
    _refuse_to_overwrite(final)
    with _appearing(root, final, mode=0o444) as file:
        yield file
        _refuse_to_overwrite(final)


@contextmanager
def written_whole(root: Path, path: str, *, mode: int = 0o644) -> Iterator[BinaryIO]:
    """Open a file that takes the place of an older one when the block ends well and not otherwise.

    Args:
        root: The folder below which everything is kept.
        path: The file, relative to it.
        mode: Who may read it at most.

    Raises:
        StorageUnavailable: The disk is full or the folder may not be written.
    """
    with _appearing(root, root / path, mode=mode) as file:
        yield file


def remove_half_written(folder: Path, pattern: str) -> None:
    """Remove temporary files that killed runs left behind; nobody may be writing them meanwhile.

    Args:
        folder: Where they lie.
        pattern: Which ones, as `Path.glob` takes it.

    Raises:
        StorageUnavailable: The folder may not be written.
    """
    with files_told_in_words(folder):
        for leftover in folder.glob(pattern):
            leftover.unlink(missing_ok=True)


@contextmanager
def _appearing(root: Path, final: Path, *, mode: int) -> Iterator[BinaryIO]:
    temporary = final.with_name(f".{final.name}.{os.getpid()}.tmp")
    file = _begun(final, temporary)
    try:
        try:
            yield file
            with files_told_in_words(final):
                file.flush()
                # Never more than the umask leaves: snapshots hold customers.
                os.fchmod(file.fileno(), stat.S_IMODE(os.fstat(file.fileno()).st_mode) & mode)
                os.fsync(file.fileno())
        finally:
            # What is still buffered may not fit on the disk any more either.
            with files_told_in_words(final):
                file.close()
        with files_told_in_words(final):
            temporary.replace(final)
            _sync_folders(final.parent, root)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _begun(final: Path, temporary: Path) -> BinaryIO:
    """Open the temporary file, and clean up after a run that was killed."""
    with files_told_in_words(final):
        final.parent.mkdir(parents=True, exist_ok=True)
        for leftover in final.parent.glob(f".{final.name}.*.tmp"):
            leftover.unlink(missing_ok=True)
        return temporary.open("xb")


def _refuse_to_overwrite(final: Path) -> None:
    if final.exists():
        message = f"{final} was written before and is never overwritten; another pull is another attempt."
        raise FileExistsError(message)


def _sync_folders(folder: Path, root: Path) -> None:
    """Flush the names of new files and folders, which a file's own fsync does not cover."""
    for one in (folder, *folder.parents):
        handle = os.open(one, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        if one == root:
            return
