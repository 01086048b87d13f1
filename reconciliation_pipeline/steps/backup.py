"""Is everything we keep in a folder of its own, and does that folder know what we know?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from reconciliation_pipeline.steps.verify import verified
from reconciliation_pipeline.storage.backups import (
    Known,
    Manifest,
    looked_into,
    manifest_of,
    revision_of,
    seal,
    troubles,
)
from reconciliation_pipeline.storage.copying import LEDGER, Moved, appearing, copy_files, copy_ledger
from reconciliation_pipeline.storage.errors import StorageError
from reconciliation_pipeline.storage.migrate import HEAD

PASSES = 3
"""A morning that ends while files are copied brings new ones; after so many looks, what is missing is missing."""


@dataclass(frozen=True, slots=True)
class Made:
    """A backup.

    Attributes:
        folder: Where it is.
        manifest: What it holds.
        sha256: Hash of the manifest, which names all of it.
    """

    folder: Path
    manifest: Manifest
    sha256: str

    @property
    def is_ok(self) -> bool:
        """Whether what was copied was undamaged."""
        return not any(one.damaged for one in self.manifest.reconciliations.values())


@dataclass(frozen=True, slots=True)
class Checked:
    """What a look at a backup came to.

    Attributes:
        manifest: What it should hold.
        files: What became of files that are not as they were copied, by path.
        ledgers: Reconciliations of which the ledger in it knows something else, each with a sentence.
    """

    manifest: Manifest
    files: Mapping[str, str]
    ledgers: Mapping[str, str]

    @property
    def is_ok(self) -> bool:
        """Whether it is as it was made."""
        return not self.files and not self.ledgers


def back_up(home: Path, postgres_url: str | None, out: Path, *, at: datetime, moved: Moved) -> Made:
    """Copy everything we keep into a new folder, while mornings may be running.

    Args:
        home: Where everything is kept.
        postgres_url: Where the ledger is, when it is not in that folder; then it is not copied, only looked at.
        out: The folder that gets the new one.
        at: Now (UTC).
        moved: Told how far it is.

    Raises:
        StorageUnavailable: Something cannot be read or written; nothing half-made is kept.
        DatabaseTooNew: A newer version of this program has changed the ledger.
    """
    final = _free(out / f"recon-backup-{at:%Y%m%dT%H%M%SZ}")
    with appearing(final) as folder:
        # The ledger first: a snapshot is there before the ledger speaks of it, and never changes.
        files = [] if postgres_url else [copy_ledger(home, folder)]
        for _ in range(PASSES):
            files += copy_files(home, folder, moved, but={one.path for one in files})
            known = _known(folder, postgres_url)
            if not any(one.damaged for one in known.values()):
                break
        database, revision = ("postgres", HEAD) if postgres_url else ("sqlite", revision_of(folder))
        manifest = Manifest(at, database, revision, known, tuple(files))
        named = seal(folder, manifest)
    return Made(final, manifest, named)


def _free(wanted: Path) -> Path:
    """Number a second one of the same second."""
    names = chain([wanted], (wanted.with_name(f"{wanted.name}-{number}") for number in count(2)))
    return next(one for one in names if not one.exists())


def check(folder: Path, *, moved: Moved) -> Checked:
    """Read a whole backup again, and hold it against what it says of itself.

    Raises:
        NoBackup: It is none, or what it says of itself was changed.
    """
    manifest = manifest_of(folder)
    files = troubles(folder, manifest.files, moved)
    ledgers = {} if manifest.database != "sqlite" or LEDGER in files else _other_ledgers(folder, manifest)
    return Checked(manifest, files, ledgers)


def _known(folder: Path, postgres_url: str | None = None) -> dict[str, Known]:
    with looked_into(folder, postgres_url) as (store, names):
        found = {name: verified(store, name) for name in names}
    return {name: Known(one.digest, one.mornings, tuple(one.bad)) for name, one in found.items()}


def _other_ledgers(folder: Path, manifest: Manifest) -> dict[str, str]:
    try:
        known = _known(folder)
    except StorageError as unreadable:
        return dict.fromkeys(manifest.reconciliations, unreadable.text)
    found = {}
    for name in sorted({*known, *manifest.reconciliations}):
        then, now = manifest.reconciliations.get(name), known.get(name)
        if then is None or now is None or then.digest != now.digest:
            found[name] = f"The ledger of {name} has another digest than when it was copied."
    return found
