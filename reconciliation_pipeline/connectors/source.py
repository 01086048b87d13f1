"""The one contract every connector keeps.

A source is walked once, page by page, to the explicit end. Either the iterator ends by itself,
and then its last page says which signal ended it, or it raises `PullFailed`. There is no limit,
no partial return and no silent last page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from reconciliation_pipeline.domain.records import Row


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a walk.

    Attributes:
        rows: Its records, mapped.
        requests: Requests sent so far in this walk, retries included.
        source_clock: The source's own clock at this answer (UTC); None when it does not say.
        total: How many records the source itself claims with this page; None when silent.
            With several walks (archived records apart) it is the total of this page's walk.
        walk: Which of the source's walks the page belongs to, from 0.
        ended_by: On the very last page, the explicit signal that ended the walk, in words such
            as "paging.next absent"; None on every other page.
    """

    rows: tuple[Row, ...]
    requests: int
    source_clock: datetime | None
    total: int | None = None
    walk: int = 0
    ended_by: str | None = None


class Source(Protocol):
    """One system, as something that can be walked."""

    def pages(self, as_of: date | None = None) -> Iterator[Page]:
        """Yield every page to the explicit end.

        Args:
            as_of: A past morning; None asks for now.

        Raises:
            PullFailed: The walk broke off, or the past was asked of a system that only knows now.
            SecretMissing: A named environment variable is not set.
        """
        ...

    def answers_for_the_past(self) -> bool:
        """Whether `pages` can be asked for a past morning."""
        ...

    def first_page(self) -> Page:
        """Ask for one page only: the smallest proof that address, credentials and shape are right."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
