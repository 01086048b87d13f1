"""Where is everything we keep? One folder, and one database: opened here, together."""

from pathlib import Path
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from reconciliation_pipeline.storage.archive import Archive
from reconciliation_pipeline.storage.attempts import Attempts
from reconciliation_pipeline.storage.counts import SaidCounts
from reconciliation_pipeline.storage.database import open_database
from reconciliation_pipeline.storage.decisions import Decisions
from reconciliation_pipeline.storage.diffs import Diffs
from reconciliation_pipeline.storage.digests import Digests
from reconciliation_pipeline.storage.leases import Leases
from reconciliation_pipeline.storage.ledger import Ledger
from reconciliation_pipeline.storage.outbox import Outbox
from reconciliation_pipeline.storage.rechecks import Rechecks
from reconciliation_pipeline.storage.retractions import Retractions
from reconciliation_pipeline.storage.tables import accepted_counts, confirmed_counts


class Store:
    """Everything we keep.

    Attributes:
        archive: Snapshots, as files.
        diffs: What each comparison found, as files.
        digests: What settles most records of a comparison, as files.
        rechecks: What came of asking once more about the differences of an attempt, as files.
        attempts: Attempts at mornings and their verdicts.
        leases: Which run is at work on which morning.
        ledger: What each trusted morning observed.
        accepted_counts: Unusual counts a person vouched for.
        confirmed_counts: Counts a person read off a system's own screen.
        decisions: What people decided about differences.
        retractions: Mornings that were taken back.
        outbox: Messages and their deliveries.
    """

    def __init__(self, archive: Archive, diffs: Diffs, digests: Digests, engine: sa.Engine) -> None:
        self._engine = engine
        self.archive = archive
        self.diffs = diffs
        self.digests = digests
        self.rechecks = Rechecks(archive)
        self.attempts = Attempts(engine)
        self.leases = Leases(engine)
        self.ledger = Ledger(engine)
        self.accepted_counts = SaidCounts(engine, accepted_counts)
        self.confirmed_counts = SaidCounts(engine, confirmed_counts)
        self.decisions = Decisions(engine)
        self.retractions = Retractions(engine)
        self.outbox = Outbox(engine)

    @classmethod
    def open(cls, home: Path, postgres_url: str | None) -> Self:
        """Open what is kept below a folder; snapshots stay there also when the database is Postgres.

        Args:
            home: The folder; made when missing.
            postgres_url: An ordinary Postgres URL; None or empty means SQLite in the folder.

        Raises:
            StorageUnavailable: Folder or database cannot be used.
            DatabaseTooNew: A newer version of this program has changed the tables.
        """
        archive, diffs, digests = Archive(home / "snapshots"), Diffs(home / "diffs"), Digests(home / "digests")
        return cls(archive, diffs, digests, open_database(home, postgres_url))

    @property
    def pace_folder(self) -> Path:
        """Where runs that ask the same system keep their common pace."""
        return self.archive.root.parent / "pace"

    @property
    def spill_folder(self) -> Path:
        """Where a comparison puts aside what does not fit into its memory."""
        return self.archive.root.parent / "spill"

    @property
    def reports_folder(self) -> Path:
        """Where the pages of mornings are; each can be written again."""
        return self.archive.root.parent / "reports"

    def close(self) -> None:
        """Let go of connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
