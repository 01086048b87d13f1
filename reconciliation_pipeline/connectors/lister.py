"""How is one page of a list asked for, and what does it hold before it is mapped?

Joins what knows one thing each: `paging.py` says where to go, `envelope.py` what stands around the records.
"""

import httpx

from reconciliation_pipeline.connectors.envelope import records_in, total_in
from reconciliation_pipeline.connectors.paging import PAST_THE_END, Ended, RawPage, Step, content_range, pager_for
from reconciliation_pipeline.connectors.session import ONLY_OK, Session
from reconciliation_pipeline.connectors.transport import Answer, Params
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.paging import RangePaging

_RANGES = frozenset({200, 206, PAST_THE_END})


class Lister:
    """Asks for the pages of lists, in the one style of paging that a system has."""

    def __init__(self, settings: RestSide) -> None:
        self._by_range = isinstance(settings.paging, RangePaging)
        self._total = settings.total
        self._pager = pager_for(settings.paging)
        self._accepted = _RANGES if self._by_range else ONLY_OK

    @property
    def states_total(self) -> bool:
        """Whether every page says how many records there are."""
        return self._by_range or self._total is not None

    def first(self) -> Step:
        """Say how to ask for the first page."""
        return self._pager.first()

    def after(self, page: RawPage) -> Step | Ended:
        """Say what follows a page.

        Raises:
            PullFailed: The page does not say, or says something impossible.
        """
        return self._pager.after(page)

    def page(  # noqa: PLR0913 - where a page is, and what came before it
        self,
        session: Session,
        url: httpx.URL,
        params: Params,
        step: Step,
        *,
        records: str,
        index: int = 0,
        received: int = 0,
        says_version: bool = True,
    ) -> RawPage:
        """Ask for one page.

        Args:
            session: The conversation.
            url: Address of the list.
            params: Its parameters.
            step: Which page.
            records: Path, in the answer, of the list of records.
            index: Which page of the walk it is, from 0.
            received: Records of the walk before it.
            says_version: Whether it must say its version, where one was agreed on.

        Raises:
            PullFailed: There is no believable answer, or it is in another version.
        """
        answer = self._ask(session, url, params, step)
        if session.version is not None:
            session.version.refuse_other(answer.headers, must_be_said=says_version)
        found = [] if answer.status == PAST_THE_END else records_in(answer.body, records)
        total = self._total_of(answer)
        return RawPage(
            answer.body, answer.headers, answer.status, answer.url, found, index, received + len(found), total
        )

    def _ask(self, session: Session, url: httpx.URL, params: Params, step: Step) -> Answer:
        if step.url is not None:
            return session.wire.get(step.url, None, step.headers)
        return session.wire.get(url, session.encode({**params, **step.params}), step.headers, self._accepted)

    def _total_of(self, answer: Answer) -> int | None:
        if self._by_range:
            return content_range(answer.headers)[1]
        return None if self._total is None else total_in(self._total, answer.body, answer.headers)
