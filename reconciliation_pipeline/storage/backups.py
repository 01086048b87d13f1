"""What does a backup say of itself, and is it still what was copied?

It is a folder like a home (`ledger.sqlite`, `snapshots/`, `diffs/`) with a manifest: the hash of every file, and what
the ledger knew. How it comes about belongs in `copying.py`.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import sqlalchemy as sa

from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.codec import decode, encode
from reconciliation_pipeline.storage.copying import LEDGER, Kept, Moved
from reconciliation_pipeline.storage.database import open_database, reading
from reconciliation_pipeline.storage.diffs import Diffs
from reconciliation_pipeline.storage.digests import Digests
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.files import files_told_in_words
from reconciliation_pipeline.storage.migrate import version_of
from reconciliation_pipeline.storage.store import Store
from reconciliation_pipeline.storage.tables import attempts

MANIFEST = "manifest.json"
SEAL = "manifest.sha256"
"""Holds the hash of the manifest, as `sha256sum --check` reads it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the ledger knew of one reconciliation.

    Attributes:
        digest: Names it, as `recon verify` does.
        mornings: How many trusted mornings there were.
        damaged: Mornings whose snapshots were gone or changed before they were copied, each with a sentence.
    """

    digest: str
    mornings: int
    damaged: tuple[tuple[date, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds.

    Attributes:
        made_at: When it was begun (UTC).
        database: `sqlite`, which is in it, or `postgres`, which is not.
        revision: What the ledger's tables were; None when there were none.
        reconciliations: What the ledger knew, by id.
        files: Every file but the manifest and its seal.
        schema: Of the manifest itself.
    """

    made_at: datetime
    database: str
    revision: str | None
    reconciliations: Mapping[str, Known]
    files: tuple[Kept, ...]
    schema: int = 1

    @property
    def bytes(self) -> int:
        """How much it holds."""
        return sum(one.bytes for one in self.files)


class NoBackup(StorageError):
    """A folder holds no backup, or its manifest cannot be read any more."""


def seal(folder: Path, manifest: Manifest) -> str:
    """Write the manifest and its hash, and give the hash.

    Raises:
        StorageUnavailable: The disk is full.
    """
    text = f"{json.dumps(encode(manifest), indent=1, ensure_ascii=False)}\n".encode()
    found = hashlib.sha256(text).hexdigest()
    for name, content in ((MANIFEST, text), (SEAL, f"{found}  {MANIFEST}\n".encode())):
        with files_told_in_words(folder / name), (folder / name).open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    return found


def manifest_of(folder: Path) -> Manifest:
    """Read what a backup holds.

    Raises:
        NoBackup: There is none, or what it says of itself was changed.
    """
    try:
        text, said = (folder / MANIFEST).read_bytes(), (folder / SEAL).read_text("ascii")
        if said.split() != [hashlib.sha256(text).hexdigest(), MANIFEST]:
            raise _no_backup(folder, f"{MANIFEST} is not what was written: its hash differs")
        return decode(Manifest, json.loads(text))
    except FileNotFoundError as gone:
        raise _no_backup(folder, f"{Path(gone.filename).name} is not there") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise _no_backup(folder, f"{MANIFEST} cannot be read") from None


def _no_backup(folder: Path, what: str) -> NoBackup:
    return NoBackup(f"{folder} is not a whole backup: {what}.", remedy="Use another backup.")


def troubles(folder: Path, files: Sequence[Kept], moved: Moved) -> dict[str, str]:
    """Read every file again; say by path what became of those that are not as they were copied."""
    done, total, found = 0, sum(one.bytes for one in files), {}
    for one in files:
        try:
            with (folder / one.path).open("rb") as file:
                is_same = one.sha256 == hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            found[one.path] = "is missing"
        except OSError as error:
            found[one.path] = f"cannot be read: {error.strerror or 'the file system refused'}"
        else:
            if not is_same:
                found[one.path] = "is not what was copied: its hash differs"
        done += one.bytes
        moved(done, total)
    return found


@contextmanager
def looked_into(folder: Path, postgres_url: str | None = None) -> Iterator[tuple[Store, list[str]]]:
    """Open what a backup holds, and leave its ledger as it is: an older one is brought up to date in a copy.

    Args:
        folder: The backup.
        postgres_url: Where the ledger is that is not in it; None when it is in it.

    Returns:
        The store, and the ids of the reconciliations that were ever begun.

    Raises:
        StorageUnavailable: The ledger cannot be used.
        DatabaseTooNew: A newer version of this program wrote it.
    """
    files = (Archive(folder / "snapshots"), Diffs(folder / "diffs"), Digests(folder / "digests"))
    with TemporaryDirectory(prefix="recon-backup-") as aside:
        if not postgres_url:
            with files_told_in_words(Path(aside, LEDGER)):
                shutil.copy(folder / LEDGER, aside)
        engine = open_database(Path(aside), postgres_url)
        query = sa.select(attempts.c.reconciliation).distinct().order_by(attempts.c.reconciliation)
        with Store(*files, engine) as store:
            with reading(engine) as connection:
                names = list(connection.scalars(query))
            yield store, names


def revision_of(folder: Path) -> str | None:
    """Read which revision the tables of a copied ledger have; None when there are none."""
    engine = sa.create_engine(f"sqlite:///{folder / LEDGER}")
    try:
        with reading(engine) as connection:
            return version_of(connection)
    finally:
        engine.dispose()
