"""What does a system with an HTTP API hold? Walks its list, and every further walk, to the explicit end.

Joins the parts that know one thing each: `transport.py` asks, `lister.py` reads a page, `walk.py` guards,
`handshake.py` says whose records they are, `mapping.py` reads them; `lookups.py` reads single ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path

from reconciliation_pipeline.connectors.addresses import Resolve, join, look_up
from reconciliation_pipeline.connectors.credentials import credentials_for, plain_headers
from reconciliation_pipeline.connectors.errors import PastIsNotPullable, PullFailed, Refused
from reconciliation_pipeline.connectors.handshake import Handshake
from reconciliation_pipeline.connectors.limits import http_date
from reconciliation_pipeline.connectors.lister import Lister
from reconciliation_pipeline.connectors.lookups import PointReads
from reconciliation_pipeline.connectors.mapping import Mapper, Record, mapped_paths
from reconciliation_pipeline.connectors.pacing import Clock
from reconciliation_pipeline.connectors.paging import Ended
from reconciliation_pipeline.connectors.paths import compile_path
from reconciliation_pipeline.connectors.session import Session, as_they_are, version_of
from reconciliation_pipeline.connectors.source import Abilities, By, Page, PointRead
from reconciliation_pipeline.connectors.transport import TRIES, Params, Transport
from reconciliation_pipeline.connectors.vendors import ENCODE, ENRICH, FIELDS, FOLLOW, MINOR_DIGITS
from reconciliation_pipeline.connectors.walk import WalkGuard
from reconciliation_pipeline.domain.records import Row, Side, State
from reconciliation_pipeline.settings.model import RestSide

_TRIES_OF_A_LOOK = 2
_BUDGET_OF_A_LOOK = timedelta(seconds=30)
_BUDGET_OF_A_LOOKUP = timedelta(minutes=5)


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

    session: Session
    mapper: Mapper
    guard: WalkGuard
    handshake: Handshake


class RestSource:
    """A system with an HTTP API, as a `Source`."""

    def __init__(  # noqa: PLR0913 - time, names and pace are arguments, so that tests own them
        self,
        settings: RestSide,
        *,
        side: Side,
        environ: Mapping[str, str],
        clock: Clock | None = None,
        resolve: Resolve = look_up,
        pace_folder: Path | None = None,
    ) -> None:
        """Prepare a source; nothing is asked yet.

        Args:
            settings: The side.
            side: Its role.
            environ: Where the named secrets stand.
            clock: Time and chance.
            resolve: Host names to addresses.
            pace_folder: Where processes that share a connection keep their common pace; None keeps one of its own.

        Raises:
            SecretMissing: A named variable is not set.
            SourceError: A path or an address in the settings is none.
        """
        self.side = side
        self._settings = settings
        self._headers = plain_headers(settings.list.headers)
        self._credentials = credentials_for(settings.auth, environ, local=settings.local)
        self._clock = clock
        self._resolve = resolve
        self._pace_folder = pace_folder
        self._url = join(settings.base_url, settings.list.path)
        self._version = version_of(settings)
        self._lister = Lister(settings)
        self._fields = _fields(settings)
        self._mapper()
        _refuse_wrong_paths(settings)
        self._wires: list[Transport] = []

    def declares(self) -> Abilities:
        """Say what the settings say of the system."""
        settings = self._settings
        return Abilities(
            paging=settings.paging.type,
            states_total=self._lister.states_total,
            answers_for_the_past=settings.as_of is not None,
            reads_by_id=settings.lookup is not None,
            reads_by_key=settings.lookup is not None and settings.lookup.by_key is not None,
            cap=settings.cap,
            scopes=tuple(settings.scopes),
            requests_per_second=settings.requests_per_second,
        )

    def pull(self, as_of: date | None = None) -> Iterator[Page]:
        """Yield every page of every walk.

        Args:
            as_of: A past morning; None asks for now.

        Raises:
            PullFailed: A walk broke off, the system only knows now, or the account is not the right one.
        """
        walks = self._walks(as_of)
        pull = self._pull(TRIES, self._settings.budget)
        with closing(pull.session.wire) as wire:
            try:
                pull.handshake.begin()
                for walk in walks:
                    yield from self._walk(pull, walk)
            except PullFailed as failed:
                failed.requests = wire.requests
                raise

    def check(self) -> Page:
        """Ask for the account and the first page only, without much patience.

        Raises:
            PullFailed: There is no believable answer.
        """
        pull = self._pull(_TRIES_OF_A_LOOK, min(self._settings.budget, _BUDGET_OF_A_LOOK))
        with closing(pull.session.wire):
            pull.handshake.begin()
            return next(self._walk(pull, self._walks(None)[0]))

    def count(self) -> int | None:
        """Ask each walk's first page for its total; None when it does not say.

        Raises:
            PullFailed: There is no believable answer.
        """
        if not self._lister.states_total:
            return None
        session = self._session(TRIES, min(self._settings.budget, _BUDGET_OF_A_LOOKUP))
        step, records = self._lister.first(), self._settings.list.records
        with closing(session.wire):
            pages = [
                self._lister.page(session, self._url, walk.params, step, records=records) for walk in self._walks(None)
            ]
        totals = [page.total for page in pages if page.total is not None]
        return sum(totals) if len(totals) == len(pages) else None

    def lookup(self, keys: Sequence[str], *, by: By = By.KEY) -> Iterator[PointRead]:
        """Ask for single records, one after another, in a session of their own.

        Args:
            keys: Keys, or the system's own ids.
            by: Which of the two they are.

        Raises:
            PullFailed: There is no believable answer, or the settings know no way to ask.
        """
        rule = self._settings.lookup
        if rule is None or not self.declares().reads(by):
            message = f"The settings of this side say no way to ask for one record by its {by.replace('_', ' ')}."
            raise Refused(message, remedy="Write `lookup`, if the system can do it.")
        session = self._session(TRIES, min(self._settings.budget, _BUDGET_OF_A_LOOKUP))
        reads = PointReads(
            self._settings,
            rule,
            session=session,
            lister=self._lister,
            fields=self._fields,
            read=self._reader(session, self._mapper()),
        )
        return _asked(reads, session, keys, by)

    def close(self) -> None:
        """Let go of every connection."""
        for wire in self._wires:
            wire.close()

    def _mapper(self) -> Mapper:
        return Mapper(self._settings, vendor_digits=MINOR_DIGITS.get(self._settings.connector))

    def _pull(self, tries: int, budget: timedelta) -> _Pull:
        session = self._session(tries, budget)
        return _Pull(session, self._mapper(), WalkGuard(), Handshake(self._settings, session))

    def _session(self, tries: int, budget: timedelta) -> Session:
        settings = self._settings
        wire = Transport(
            headers=self._headers,
            local=settings.local,
            requests_per_second=settings.requests_per_second,
            budget=budget,
            credential=settings.auth.token_env or "",
            credentials=self._credentials,
            clock=self._clock,
            resolve=self._resolve,
            tries=tries,
            pace_folder=self._pace_folder,
        )
        self._wires.append(wire)
        return Session(wire, settings.base_url, self._version, ENCODE.get(settings.connector, as_they_are))

    def _reader(self, session: Session, mapper: Mapper) -> Callable[[Record, State | None], Row]:
        """Make what turns a raw record into a row, with what a vendor's code adds to it."""
        enrich = ENRICH.get(self._settings.connector, _unchanged)
        follow = FOLLOW.get(self._settings.connector)

        def read(record: Record, state: State | None) -> Row:
            whole = record if follow is None else follow(record, lambda path, params: session.ask(path, params).body)
            return mapper.row(enrich(whole), state)

        return read

    def _walks(self, as_of: date | None) -> list[_Walk]:
        listing = self._settings.list
        params: dict[str, str | int | bool | Sequence[str]] = {**listing.params, **self._fields}
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
        session, records = pull.session, self._settings.list.records
        read = self._reader(session, pull.mapper)
        step = self._lister.first()
        pull.guard.begin(step)
        received = 0
        for index in count():
            raw = self._lister.page(
                session, self._url, walk.params, step, records=records, index=index, received=received
            )
            received = raw.received
            for record in raw.records:
                pull.handshake.note(record)
            rows = tuple(read(record, walk.state) for record in raw.records)
            pull.guard.page([row.source_id for row in rows])
            following = self._lister.after(raw)
            ended_by = following.by if isinstance(following, Ended) and walk.last else None
            if ended_by is not None:
                pull.mapper.refuse_unmapped()
                pull.handshake.end()
            page = Page(
                rows,
                session.wire.requests,
                http_date(raw.headers.get("date", "")),
                raw.total,
                walk.number,
                ended_by,
                pull.handshake.account,
            )
            if isinstance(following, Ended):
                yield page
                return
            pull.guard.step(following)
            yield page
            step = following


def _asked(reads: PointReads, session: Session, keys: Sequence[str], by: By) -> Iterator[PointRead]:
    with closing(session.wire):
        for key in keys:
            yield replace(reads.ask(key, by), requests=session.wire.requests)


def _refuse_wrong_paths(settings: RestSide) -> None:
    """Refuse a path beside the mapping that is none, before anything is asked."""
    account, lookup = settings.account, settings.lookup
    if account is not None:
        join(settings.base_url, account.path)
    by_key = None if lookup is None else lookup.by_key
    for path in (
        settings.same,
        None if account is None else account.id,
        None if lookup is None else lookup.record,
        None if by_key is None else by_key.records,
    ):
        if path:
            compile_path(path)


def _fields(settings: RestSide) -> dict[str, str | list[str]]:
    """Name the fields to ask for, where a system returns only those: the mapped paths below the prefix, without it."""
    listing = settings.list
    if listing.fields_param is None:
        return {}
    prefix = listing.fields_prefix
    names = [path.removeprefix(prefix) for path in mapped_paths(settings) if path.startswith(prefix)]
    one_by_one = FIELDS.get(settings.connector)
    return {listing.fields_param: ",".join(names) if one_by_one is None else one_by_one(names)}


def _unchanged(record: Record) -> Record:
    return record
