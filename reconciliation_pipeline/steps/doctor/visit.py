"""What is at hand when one side is looked at: its settings, its source, and the first page it gave."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciliation_pipeline.connectors.source import Page, Source
from reconciliation_pipeline.domain.records import Row, Side
from reconciliation_pipeline.settings.model import AnySide, RestSide
from reconciliation_pipeline.steps.work import Work


@dataclass(frozen=True, slots=True)
class Visit:
    """One side that has answered.

    Attributes:
        work: The reconciliation at hand.
        side: Which side.
        source: It, connected.
        page: Its first page.
        asked_at: When that was asked for, by our clock (UTC).
    """

    work: Work
    side: Side
    source: Source
    page: Page
    asked_at: datetime

    @property
    def label(self) -> str:
        """What people call it."""
        return self.work.reconciliation.label(self.side)

    @property
    def settings(self) -> AnySide:
        """Its settings."""
        return self.work.reconciliation.sides[self.side]

    @property
    def rows(self) -> tuple[Row, ...]:
        """The records of the first page."""
        return self.page.rows

    @property
    def now(self) -> datetime:
        """What time it is for the records, by the source's clock where it has one (UTC)."""
        return self.page.source_clock or self.work.now()

    @property
    def ahead(self) -> timedelta | None:
        """How far the source's clock is ahead of ours; None when it tells no time."""
        return None if self.page.source_clock is None else self.page.source_clock - self.asked_at


def permission(settings: AnySide) -> str:
    """Say what to do about credentials that may not see something, by the names in the settings."""
    if not isinstance(settings, RestSide):
        return "Let the credentials read single records as well."
    holder = f"the credentials in {settings.auth.token_env}" if settings.auth.token_env else "the credentials"
    if not settings.scopes:
        return f"Let {holder} read single records as well as the list."
    return f"Give {holder} what the settings ask for: {', '.join(settings.scopes)}."
