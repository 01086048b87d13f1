"""What does the system say of one record, by id or by key? Point reads, which find the gaps of a walk.

"There is none" and "you may not see it" are answers; everything else that is not a record is a failure. A record
is read exactly as the walk reads it.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from urllib.parse import quote

from reconciliation_pipeline.connectors.addresses import join
from reconciliation_pipeline.connectors.envelope import records_in
from reconciliation_pipeline.connectors.errors import BadShape, WalkNotEnded
from reconciliation_pipeline.connectors.lister import Lister
from reconciliation_pipeline.connectors.mapping import Record
from reconciliation_pipeline.connectors.paging import Ended
from reconciliation_pipeline.connectors.paths import ABSENT, compile_path, dig
from reconciliation_pipeline.connectors.session import Session
from reconciliation_pipeline.connectors.source import By, PointRead
from reconciliation_pipeline.connectors.transport import Params
from reconciliation_pipeline.connectors.values import Unusable, key_of
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.settings.calls import ByKey, Lookup, Then
from reconciliation_pipeline.settings.model import RestSide

MOST_PAGES = 10
"""Pages that what is found for one key may have: a key that thousands share is no key."""

_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_WITHOUT_RECORD = _GONE | {HTTPStatus.FORBIDDEN}
_ANSWERS = _WITHOUT_RECORD | {HTTPStatus.OK}

_Found = tuple[Record, State | None]


class PointReads:
    """Asks one system for single records, during one session."""

    def __init__(  # noqa: PLR0913 - what a walk knows as well
        self,
        settings: RestSide,
        rule: Lookup,
        *,
        session: Session,
        lister: Lister,
        fields: Params,
        read: Callable[[Record, State | None], Row],
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            settings: The side.
            rule: How its records are read again.
            session: The conversation.
            lister: How its lists are paged.
            fields: Parameters that name the wanted fields, where a system returns only those.
            read: Makes a row of a record, with the state of the walk it would be in.
        """
        self._settings = settings
        self._rule = rule
        self._session = session
        self._lister = lister
        self._fields = fields
        self._read = read
        self._status = compile_path(settings.status.field)
        also = [(one.params, State(one.state) if one.state else None) for one in settings.list.also]
        self._walks: Sequence[tuple[Params, State | None]] = [({}, None), *also]

    def ask(self, asked: str, by: By) -> PointRead:
        """Ask for one record.

        Raises:
            PullFailed: There is no believable answer.
        """
        if not asked.strip():
            # No record has such an id or key, and the address without it would be that of the list.
            return PointRead(asked)
        found = self._by_id(asked) if by is By.ID else self._by_key(asked)
        if found is None:
            return PointRead(asked, hidden=True)
        rows = [self._read(record, state) for record, state in found if not self._is_stub(record)]
        own = tuple(row for row in rows if by is By.ID or row.key == asked)
        return PointRead(asked, own, others=tuple(row.source_id for row in rows if row not in own))

    def _by_id(self, source_id: str) -> list[_Found] | None:
        path = self._rule.path.format(source_id=segment(source_id))
        return self._single(path, {**self._fields, **self._rule.params}, self._record)

    def _by_key(self, key: str) -> list[_Found] | None:
        rule = self._rule.by_key
        if rule is None:
            return []
        params = {} if rule.then else self._fields
        params = {**params, **filled(rule.params, "key", key)}
        if rule.param is not None:
            params[rule.param] = key
        found = self._with_key(rule, key, params) if "{key}" in rule.path else self._searched(rule, params)
        if found is None or rule.then is None:
            return found
        return [one for thing, _ in found for one in self._then(rule.then, thing)]

    def _with_key(self, rule: ByKey, key: str, params: Params) -> list[_Found] | None:
        path = rule.path.replace("{key}", segment(key))
        return self._single(path, params, lambda body: _one_or_list(body, rule.records or ""))

    def _searched(self, rule: ByKey, params: Params) -> list[_Found]:
        records = self._settings.list.records if rule.records is None else rule.records
        # A search knows nothing of the list's parameters; the list itself does.
        walks = self._walks if rule.path == self._settings.list.path else self._walks[:1]
        return [
            (record, state)
            for extra, state in walks
            for record in self._listed(rule.path, {**params, **extra}, records)
        ]

    def _then(self, rule: Then, thing: Record) -> list[_Found]:
        found = dig(thing, ("id",))
        known = None if found is ABSENT else _id_of(found)
        if known is None:
            message = "What was found by its key has no id, so nothing more can be asked about it."
            raise BadShape(message, remedy="Correct lookup.by_key in the settings.")
        path = rule.path.replace("{id}", segment(known))
        params = {**self._fields, **filled(rule.params, "id", known)}
        return [(record, None) for record in self._listed(path, params, self._settings.list.records)]

    def _single(self, path: str, params: Params, records: Callable[[object], Sequence[Record]]) -> list[_Found] | None:
        """Ask for one record in each walk it might be in, until one has it; None when it is hidden."""
        for extra, state in self._walks:
            answer = self._session.ask(path, {**params, **extra}, accept=_ANSWERS, bodiless=_WITHOUT_RECORD)
            if answer.status == HTTPStatus.FORBIDDEN:
                return None
            if answer.status not in _GONE:
                return [(record, state) for record in records(answer.body)]
        return []

    def _record(self, body: object) -> list[Record]:
        place = self._rule.record
        found = dig(body, compile_path(place)) if place else body
        if not isinstance(found, Mapping):
            message = f"{place or 'The answer'} is not a single record."
            raise BadShape(message, remedy="Correct lookup.path or lookup.record in the settings.")
        return [found]

    def _is_stub(self, record: Record) -> bool:
        """Whether it is only the note that a system leaves in a deleted record's place, as Stripe does."""
        return record.get("deleted") is True and dig(record, self._status) is ABSENT

    def _listed(self, path: str, params: Params, records: str) -> list[Record]:
        url = join(self._settings.base_url, path)
        found: list[Record] = []
        step = self._lister.first()
        for index in range(MOST_PAGES):
            page = self._lister.page(
                self._session,
                url,
                params,
                step,
                records=records,
                index=index,
                received=len(found),
                says_version=False,
            )
            found += page.records
            following = self._lister.after(page)
            if isinstance(following, Ended):
                return found
            step = following
        message = f"What was found for one key goes on after {MOST_PAGES} pages."
        raise WalkNotEnded(message, remedy="Correct lookup.by_key in the settings: it must find a few records.")


def segment(value: str) -> str:
    """Write a value so that it is one segment of a path, whatever is in it."""
    # As they stand, dots would lead to another place: nothing else escapes them.
    return value.replace(".", "%2E") if value in {".", ".."} else quote(value, safe="")


def filled(params: Params, name: str, value: str) -> dict[str, str | int | bool | Sequence[str]]:
    """Put a value into templates, escaped where it stands behind a quote.

    In `'{key}'` a backslash goes before quotes and backslashes of the value; in `"{key}"` it is written as JSON.
    """

    def fill(template: str) -> str:
        return re.sub(rf"(['\"]?)\{{{name}\}}", lambda found: found[1] + _escaped(value, found[1]), template)

    return {
        key: fill(one) if isinstance(one, str) else one if isinstance(one, int) else [fill(each) for each in one]
        for key, one in params.items()
    }


def _escaped(value: str, quote_mark: str) -> str:
    if quote_mark == '"':
        return json.dumps(value, ensure_ascii=False)[1:-1]
    return re.sub(r"(['\\])", r"\\\1", value) if quote_mark else value


def _one_or_list(body: object, place: str) -> Sequence[Record]:
    found = dig(body, compile_path(place)) if place else body
    return [found] if isinstance(found, Mapping) else records_in(body, place)


def _id_of(value: object) -> str | None:
    try:
        return key_of(value)
    except Unusable:
        return None
