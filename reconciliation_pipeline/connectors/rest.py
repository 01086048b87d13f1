"""What does a system with an HTTP API hold? Walks its list, and every further walk, to the explicit end.

Joins the parts that know one thing each: `transport.py` asks, `paging.py` continues, `walk.py` guards,
`mapping.py` reads.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count

from reconciliation_pipeline.connectors.addresses import Resolve, join, look_up
from reconciliation_pipeline.connectors.credentials import auth_headers, plain_headers
from reconciliation_pipeline.connectors.envelope import records_in, total_in
from reconciliation_pipeline.connectors.errors import PastIsNotPullable
from reconciliation_pipeline.connectors.mapping import Mapper, mapped_paths
from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.paging import PAST_THE_END, Ended, RawPage, Step, content_range, pager_for
from reconciliation_pipeline.connectors.source import Page
from reconciliation_pipeline.connectors.transport import TRIES, Answer, Params, Transport
from reconciliation_pipeline.connectors.vendors import ENRICH, MINOR_DIGITS
from reconciliation_pipeline.connectors.walk import WalkGuard
from reconciliation_pipeline.domain.records import Side, State
from reconciliation_pipeline.settings.model import RestSide
from reconciliation_pipeline.settings.paging import RangePaging

_WHOLE = frozenset({200})
_RANGES = frozenset({200, 206, PAST_THE_END})
_TRIES_OF_A_LOOK = 2
_BUDGET_OF_A_LOOK = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class _Walk:
    """One walk over the list: its number, whether it is the last, its parameters, and what its records are."""

    number: int
    last: bool
    params: Params
    state: State | None


@dataclass(frozen=True, slots=True)
class _Pull:
    """What one pull keeps from page to page."""

    wire: Transport
    mapper: Mapper
    guard: WalkGuard


class RestSource:
    """A system with an HTTP API, as a `Source`."""

    def __init__(
        self,
        settings: RestSide,
        *,
        side: Side,
        environ: Mapping[str, str],
        clock: Clock | None = None,
        resolve: Resolve = look_up,
    ) -> None:
        """Prepare a source; nothing is asked yet.

        Args:
            settings: The side.
            side: Its role.
            environ: Where the named secrets stand.
            clock: Time and chance.
            resolve: Host names to addresses.

        Raises:
            SecretMissing: A named variable is not set.
            SourceError: A path or an address in the settings is none.
        """
        self.side = side
        self._settings = settings
        self._headers = {**plain_headers(settings.list.headers), **auth_headers(settings.auth, environ)}
        self._clock = clock
        self._resolve = resolve
        self._url = join(settings.base_url, settings.list.path)
        self._pager = pager_for(settings.paging)
        self._accepted = _RANGES if isinstance(settings.paging, RangePaging) else _WHOLE
        self._enrich = ENRICH.get(settings.connector, _unchanged)
        self._mapper()
        self._wires: list[Transport] = []

    def answers_for_the_past(self) -> bool:
        """Whether the system can be asked for a past morning."""
        return self._settings.as_of is not None

    def pull(self, as_of: date | None = None) -> Iterator[Page]:
        """Yield every page of every walk.

        Args:
            as_of: A past morning; None asks for now.

        Raises:
            PullFailed: A walk broke off, or the system only knows now.
        """
        walks = self._walks(as_of)
        pull = self._pull(TRIES, self._settings.budget)
        try:
            for walk in walks:
                yield from self._walk(pull, walk)
        finally:
            pull.wire.close()

    def check(self) -> Page:
        """Ask for the first page only, without much patience.

        Raises:
            PullFailed: There is no believable answer.
        """
        pull = self._pull(_TRIES_OF_A_LOOK, min(self._settings.budget, _BUDGET_OF_A_LOOK))
        try:
            return next(self._walk(pull, self._walks(None)[0]))
        finally:
            pull.wire.close()

    def close(self) -> None:
        """Let go of every connection."""
        for wire in self._wires:
            wire.close()

    def _mapper(self) -> Mapper:
        return Mapper(self._settings, vendor_digits=MINOR_DIGITS.get(self._settings.connector))

    def _pull(self, tries: int, budget: timedelta) -> _Pull:
        settings = self._settings
        wire = Transport(
            headers=self._headers,
            local=settings.local,
            requests_per_second=settings.requests_per_second,
            budget=budget,
            credential=settings.auth.token_env or "",
            clock=self._clock,
            resolve=self._resolve,
            tries=tries,
        )
        self._wires.append(wire)
        return _Pull(wire, self._mapper(), WalkGuard())

    def _walks(self, as_of: date | None) -> list[_Walk]:
        listing = self._settings.list
        params: dict[str, str | int | bool | Sequence[str]] = dict(listing.params)
        if listing.fields_param is not None:
            params[listing.fields_param] = ",".join(_field_names(self._settings))
        if as_of is not None:
            if self._settings.as_of is None:
                message = f"The system only knows how things are now, not how they were on {as_of}."
                raise PastIsNotPullable(message, remedy="Past mornings are filled from the archive of their own run.")
            params[self._settings.as_of.param] = as_of.isoformat()
        walks = [(params, None), *(({**params, **also.params}, also.state) for also in listing.also)]
        return [
            _Walk(number, number == len(walks) - 1, wanted, None if state is None else State(state))
            for number, (wanted, state) in enumerate(walks)
        ]

    def _walk(self, pull: _Pull, walk: _Walk) -> Iterator[Page]:
        step = self._pager.first()
        pull.guard.begin(step)
        received = 0
        for index in count():
            answer = self._ask(pull.wire, walk, step)
            raw = self._raw(answer, index, received)
            received = raw.received
            rows = tuple(pull.mapper.row(self._enrich(record), walk.state) for record in raw.records)
            pull.guard.page([row.source_id for row in rows])
            following = self._pager.after(raw)
            page = Page(rows, pull.wire.requests, answer.source_clock, raw.total, walk.number)
            if isinstance(following, Ended):
                if walk.last:
                    pull.mapper.refuse_unmapped()
                    page = replace(page, ended_by=following.by)
                yield page
                return
            pull.guard.step(following)
            yield page
            step = following

    def _ask(self, wire: Transport, walk: _Walk, step: Step) -> Answer:
        if step.url is not None:
            return wire.get(step.url, None, step.headers)
        return wire.get(self._url, {**walk.params, **step.params}, step.headers, self._accepted)

    def _raw(self, answer: Answer, index: int, received: int) -> RawPage:
        settings = self._settings
        past_the_end = answer.status == PAST_THE_END
        records = [] if past_the_end else records_in(answer.body, settings.list.records)
        total = None
        if isinstance(settings.paging, RangePaging):
            total = content_range(answer.headers)[1]
        elif settings.total is not None:
            total = total_in(settings.total, answer.body, answer.headers)
        return RawPage(
            answer.body, answer.headers, answer.status, answer.url, records, index, received + len(records), total
        )


def _field_names(settings: RestSide) -> list[str]:
    """Name the fields to ask for: the mapped paths below the prefix, without it."""
    prefix = settings.list.fields_prefix
    return [path.removeprefix(prefix) for path in mapped_paths(settings) if path.startswith(prefix)]


def _unchanged(record: Mapping[str, object]) -> Mapping[str, object]:
    return record
