"""Which value of a raw record becomes which part of a `Row`? The mapping of one side, compiled once.

What a value means by itself is `values.py`; where it stands is `paths.py`. Millions of records pass through here, so
what can be decided from the settings alone is decided before the first of them.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.paths import ABSENT, Reader, json_reader
from reconciliation_pipeline.connectors.values import (
    Unusable,
    currency_of,
    decimal_of,
    instant_of,
    key_of,
    money_text,
    number_of,
    text_of,
)
from reconciliation_pipeline.domain.currencies import minor_digits
from reconciliation_pipeline.domain.keys import joined
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.settings.model import CurrencyPath, MappedField, SideBase, Status, Timestamp

Record = Mapping[str, object]

_Meaning = TypeVar("_Meaning")
_Part = Callable[[Record], _Meaning]
"""Reads one part of a row; raises `_Refused`."""

ENOUGH = 50
"""Records after which a field that none of them carries is a mistake in the mapping, not chance."""


def mapped_paths(settings: SideBase) -> tuple[str, ...]:
    """Every path the mapping of a side reads, each once, in a stable order."""
    paths = [settings.source_id, *settings.key_paths, settings.status.field]
    paths += [stamp.field for stamp in (settings.created_at, settings.updated_at) if stamp is not None]
    for mapped in settings.fields.values():
        paths.append(mapped.path)
        if isinstance(mapped.currency, CurrencyPath):
            paths.append(mapped.currency.path)
    return tuple(dict.fromkeys(paths))


class Mapper:
    """Makes rows of raw records.

    It also remembers which mapped paths no record has carried yet: a field that is misspelt on both
    sides would be empty on both, and equal.
    """

    def __init__(
        self,
        settings: SideBase,
        *,
        reader: Callable[[str], Reader] = json_reader,
        vendor_digits: Mapping[str, int] | None = None,
    ) -> None:
        """Compile a mapping.

        Args:
            settings: The side.
            reader: How a path is read; CSV columns are plain names.
            vendor_digits: Currencies whose minor unit this vendor counts differently from ISO 4217.
        """
        self._readers = {path: reader(path) for path in mapped_paths(settings)}
        self._digits = vendor_digits or {}
        self._rule = settings.status
        self._states = _states(settings.status)
        self._source_id = self._part(settings.source_id, key_of)
        self._key = self._whole(settings.key_paths)
        self._status = self._text(settings.status.field)
        self._created_at = self._moment(settings.created_at)
        self._updated_at = self._moment(settings.updated_at)
        self._values: list[tuple[str, _Part[str | None]]] = []
        self._amounts: list[tuple[str, str, _Part[tuple[str | None, str | None]]]] = []
        for name, mapped in settings.fields.items():
            if mapped.type == "money":
                self._amounts.append((name, f"{name}_currency", self._money(mapped)))
            else:
                read = self._text(mapped.path) if mapped.type == "text" else self._part(mapped.path, decimal_of)
                self._values.append((name, read))
        self._id_path = settings.source_id
        self._unseen = set(self._readers)
        self._mapped = 0

    def row(self, record: Record, walk_state: State | None = None) -> Row:
        """Map one record.

        Args:
            record: The record as the system gave it.
            walk_state: What every record of this walk is, whatever its status says.

        Raises:
            BadShape: A value cannot mean what the mapping says; the message names field and record.
        """
        self._saw(record)
        source_id: str | None = "(without id)"
        try:
            source_id = self._source_id(record)
            if source_id is None:
                raise self._without_id()
            status = self._status(record)
            key = self._key(record)
            state = walk_state or self._states.get(status or "") or self._other_state(source_id, status)
            created_at, updated_at = self._created_at(record), self._updated_at(record)
            values = {name: read(record) for name, read in self._values}
            for name, currency, read_amount in self._amounts:
                values[name], values[currency] = read_amount(record)
            return Row(source_id, key, status, state, created_at, updated_at, values)
        except _Refused as refused:
            problem = BadShape(f"{refused.path} of record {source_id} is {refused.text}.", remedy=refused.remedy)
        raise problem

    def wanted(self, names: Collection[str], *, by_key: bool) -> Callable[[Record], bool]:
        """Make a question that tells records that may be asked for from those that are not; only the former are mapped.

        The id or key is read as `row` reads it. A record of which it cannot be read may be any of them: `row` says
        what is wrong with it.

        Args:
            names: Ids or keys, as rows have them.
            by_key: They are keys.
        """
        read = self._key if by_key else self._source_id

        def is_wanted(record: Record) -> bool:
            try:
                name = read(record)
                if name in names or (name is None and not by_key):
                    return True
                self._saw(record)
            except (_Refused, BadShape):
                return True
            return False

        return is_wanted

    def refuse_unmapped(self) -> None:
        """Refuse a walk in which some mapped path led nowhere in every single record.

        Raises:
            BadShape: No record carried it, and there were enough to tell.
        """
        if self._unseen and self._mapped >= ENOUGH:
            missing = ", ".join(sorted(self._unseen))
            message = f"Not one of {self._mapped} records carries {missing}."
            raise BadShape(message, remedy="Correct the path in the settings, or ask the system for that field.")

    def _saw(self, record: Record) -> None:
        self._mapped += 1
        if self._unseen:
            self._unseen -= {path for path in self._unseen if self._readers[path](record) is not ABSENT}

    def _without_id(self) -> BadShape:
        message = f"A record has no id at {self._id_path}."
        return BadShape(message, remedy="Correct source_id in the settings.")

    def _other_state(self, source_id: str, status: str | None) -> State:
        if status is None:
            message = f"Record {source_id} has no status at {self._rule.field}, so whether it counts is unknown."
            remedy = 'Correct status.field, or list "" under status.out_of_scope if such records do not count.'
            raise BadShape(message, remedy=remedy)
        return State.CANCELLED

    def _part(self, path: str, convert: Callable[[object], _Meaning]) -> _Part[_Meaning]:
        read = self._readers[path]

        def part(record: Record) -> _Meaning:
            value = read(record)
            try:
                return convert(None if value is ABSENT else value)
            except Unusable as unusable:
                refused = _Refused(path, unusable)
            raise refused

        return part

    def _whole(self, paths: tuple[str, ...]) -> _Part[str | None]:
        """Read a key; one that lacks a part is none."""
        parts = [self._part(path, key_of) for path in paths]
        if len(parts) == 1:
            return parts[0]

        def whole(record: Record) -> str | None:
            read = [part(record) for part in parts]
            found = [text for text in read if text is not None]
            return joined(found) if len(found) == len(read) else None

        return whole

    def _text(self, path: str) -> _Part[str | None]:
        read, part = self._readers[path], self._part(path, text_of)

        def text(record: Record) -> str | None:
            value = read(record)
            # What nearly every value is; the rest takes the long way.
            return value if isinstance(value, str) and value and "\x00" not in value else part(record)

        return text

    def _moment(self, stamp: Timestamp | None) -> _Part[datetime | None]:
        if stamp is None:
            return lambda _record: None
        zone, written = ZoneInfo(stamp.timezone), stamp.format
        return self._part(stamp.field, lambda value: instant_of(value, zone, written))

    def _money(self, mapped: MappedField) -> _Part[tuple[str | None, str | None]]:
        read_amount, read_currency = self._part(mapped.path, number_of), self._currency(mapped)
        path = mapped.currency.path if isinstance(mapped.currency, CurrencyPath) else mapped.path
        look, in_minor, digits = self._readers[path], mapped.unit == "minor", self._digits

        def money(record: Record) -> tuple[str | None, str | None]:
            amount = read_amount(record)
            if amount is None:
                # No amount needs no currency, but a path that cannot be right is refused on every record.
                look(record)
                return None, None
            currency = read_currency(record)
            minor = digits.get(currency, minor_digits(currency)) if in_minor else None
            return money_text(amount, currency, minor=minor), currency

        return money

    def _currency(self, mapped: MappedField) -> _Part[str]:
        if isinstance(mapped.currency, CurrencyPath):
            return self._part(mapped.currency.path, currency_of)
        always = currency_of(mapped.currency)
        return lambda _record: always


class _Refused(Exception):
    """A value at a path means nothing."""

    def __init__(self, path: str, unusable: Unusable) -> None:
        super().__init__(path)
        self.path = path
        self.text = unusable.text
        self.remedy = unusable.remedy


def _states(rule: Status) -> dict[str, State]:
    """Say what the named statuses mean; one that is in both lists is active.

    Naming the empty status is the explicit way to say what records without one are.
    """
    out_of_scope = dict.fromkeys(rule.out_of_scope, State.OUT_OF_SCOPE)
    return {**out_of_scope, **dict.fromkeys(rule.active, State.ACTIVE)}
