"""Every way keeping things can fail, as an outline.

    StorageError
      StorageUnavailable     the database or the folder cannot be used right now
        DatabaseTooNew       a newer version of this program has changed the tables
      ArchiveDamaged         a snapshot is gone, or is no longer what was written
      AttemptNotBegun        only an attempt under way can be concluded
      AttemptNotTrusted      only a trusted attempt can be recorded or withdrawn
      NotCompared            no comparison of that attempt was kept (in diffs.py)

No message ever holds an address, a user or a password.
"""


class StorageError(Exception):
    """Anything storage can raise; `text` is a sentence for people, `remedy` what to do."""

    def __init__(self, text: str, *, remedy: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.remedy = remedy


class StorageUnavailable(StorageError):
    """The database or the folder cannot be used right now."""


class DatabaseTooNew(StorageUnavailable):
    """A newer version of this program has changed the tables."""


class ArchiveDamaged(StorageError):
    """A snapshot is gone, or is no longer what was written."""


class AttemptNotBegun(StorageError):
    """Only an attempt under way can be concluded."""


class AttemptNotTrusted(StorageError):
    """Only a trusted attempt can be recorded or withdrawn."""
