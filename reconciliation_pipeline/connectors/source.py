"""The one contract every connector keeps.

A source is walked once, page by page, to the explicit end. Either the iterator ends by itself,
and then its last page says which signal ended it, or it raises `PullFailed`. There is no limit,
no partial return and no silent last page. Beside the walk stands the point read: one record, asked
for by id or by key, which is how a walk's gaps are found.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
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
        account: Whose data this is, as the source itself says, such as "acct_1 livemode=true"; None
            when it does not say. A page carries what is known by then, so only that of the very last
            page is complete and can be compared with another pull's.
    """

    rows: tuple[Row, ...]
    requests: int
    source_clock: datetime | None
    total: int | None = None
    walk: int = 0
    ended_by: str | None = None
    account: str | None = None


class By(StrEnum):
    """What a single record is asked for by."""

    ID = "source_id"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class PointRead:
    """What a source said when it was asked for one record.

    Attributes:
        asked: The id or key it was asked for.
        rows: The records it showed, mapped; a key may have several. Empty when it has none.
        hidden: It has one and does not show it to these credentials.
        others: Source ids of records it showed as well, though their key is another.
        requests: Requests sent so far in this row of questions, retries included.
    """

    asked: str
    rows: tuple[Row, ...] = ()
    hidden: bool = False
    others: tuple[str, ...] = ()
    requests: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a source can do, as its settings declare it; nothing is asked.

    Attributes:
        paging: How its pages follow each other, in a word.
        states_total: It says how many records it holds.
        answers_for_the_past: It can be asked for a past morning.
        reads_by_id: Single records can be asked for by the system's own id.
        reads_by_key: And by the key that pairs them with the other side.
        cap: Most records its list ever gives; None when it has no such limit.
        scopes: Permissions its credentials need.
        requests_per_second: The pace it is asked at; None where there is none.
    """

    paging: str
    states_total: bool
    answers_for_the_past: bool
    reads_by_id: bool
    reads_by_key: bool
    cap: int | None = None
    scopes: tuple[str, ...] = ()
    requests_per_second: float | None = None

    def reads(self, by: By) -> bool:
        """Whether single records can be asked for by this."""
        return self.reads_by_id if by is By.ID else self.reads_by_key


class Source(Protocol):
    """One system, as something that can be walked and asked."""

    def declares(self) -> Abilities:
        """Say what it can do."""
        ...

    def check(self) -> Page:
        """Ask for one page only: the smallest proof that address, credentials, account and shape are right.

        Raises:
            PullFailed: There is no believable answer.
        """
        ...

    def pull(self, as_of: date | None = None) -> Iterator[Page]:
        """Yield every page to the explicit end.

        Args:
            as_of: A past morning; None asks for now.

        Raises:
            PullFailed: The walk broke off, or the past was asked of a system that only knows now.
            SecretMissing: A named environment variable is not set.
        """
        ...

    def count(self) -> int | None:
        """Ask how many records the source itself claims to hold; None when it does not say.

        Raises:
            PullFailed: There is no believable answer.
        """
        ...

    def lookup(self, keys: Sequence[str], *, by: By = By.KEY) -> Iterator[PointRead]:
        """Ask for single records, now, in the order given; one answer for each.

        Args:
            keys: Keys, or the system's own ids.
            by: Which of the two they are; `declares().reads(by)` says whether the source can.

        Raises:
            PullFailed: There is no believable answer; "there is none" and "you may not see it" are answers.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
