"""Which value of a raw record becomes which part of a `Row`? The mapping of one side, compiled once.

What a value means by itself is `values.py`; where it stands is `paths.py`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.paths import ABSENT, Reader, json_reader
from reconciliation_pipeline.connectors.values import (
    Unusable,
    currency_of,
    instant_of,
    key_of,
    money_text,
    number_of,
    plain,
    text_of,
)
from reconciliation_pipeline.domain.currencies import minor_digits
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.settings.model import CurrencyPath, MappedField, SideBase, Status, Timestamp

Record = Mapping[str, object]

_Meaning = TypeVar("_Meaning")

ENOUGH = 50
"""Records after which a field that none of them carries is a mistake in the mapping, not chance."""


def mapped_paths(settings: SideBase) -> tuple[str, ...]:
    """Every path the mapping of a side reads, each once, in a stable order."""
    paths = [settings.source_id, settings.key, settings.status.field]
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
        self._settings = settings
        self._digits = vendor_digits or {}
        self._readers = {path: reader(path) for path in mapped_paths(settings)}
        self._zones = {
            stamp.timezone: ZoneInfo(stamp.timezone)
            for stamp in (settings.created_at, settings.updated_at)
            if stamp is not None
        }
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
        self._mapped += 1
        found = {path: read(record) for path, read in self._readers.items()}
        if self._unseen:
            self._unseen -= {path for path, value in found.items() if value is not ABSENT}
        values = {path: None if value is ABSENT else value for path, value in found.items()}
        return _Reading(self._settings, values, self._digits, self._zones).row(walk_state)

    def refuse_unmapped(self) -> None:
        """Refuse a walk in which some mapped path led nowhere in every single record.

        Raises:
            BadShape: No record carried it, and there were enough to tell.
        """
        if self._unseen and self._mapped >= ENOUGH:
            missing = ", ".join(sorted(self._unseen))
            message = f"Not one of {self._mapped} records carries {missing}."
            raise BadShape(message, remedy="Correct the path in the settings, or ask the system for that field.")


class _Reading:
    """One record, already read, on its way to a row."""

    def __init__(
        self,
        settings: SideBase,
        values: Mapping[str, object],
        digits: Mapping[str, int],
        zones: Mapping[str, ZoneInfo],
    ) -> None:
        self._settings = settings
        self._values = values
        self._digits = digits
        self._zones = zones
        self._id = "(without id)"
        self._id = self._source_id()

    def row(self, walk_state: State | None) -> Row:
        settings = self._settings
        status = self._get(settings.status.field, text_of)
        return Row(
            source_id=self._id,
            key=self._get(settings.key, key_of),
            status=status,
            state=walk_state or self._state(settings.status, status),
            created_at=self._instant(settings.created_at),
            updated_at=self._instant(settings.updated_at),
            values=self._fields(),
        )

    def _source_id(self) -> str:
        path = self._settings.source_id
        found = self._get(path, key_of)
        if found is None:
            message = f"A record has no id at {path}."
            raise BadShape(message, remedy="Correct source_id in the settings.")
        return found

    def _state(self, rule: Status, status: str | None) -> State:
        # Naming the empty status is the explicit way to say what records without one are.
        word = status or ""
        if word in rule.active:
            return State.ACTIVE
        if word in rule.out_of_scope:
            return State.OUT_OF_SCOPE
        if status is None:
            message = f"Record {self._id} has no status at {rule.field}, so whether it counts is unknown."
            remedy = 'Correct status.field, or list "" under status.out_of_scope if such records do not count.'
            raise BadShape(message, remedy=remedy)
        return State.CANCELLED

    def _instant(self, stamp: Timestamp | None) -> datetime | None:
        if stamp is None:
            return None
        zone = self._zones[stamp.timezone]
        return self._get(stamp.field, lambda value: instant_of(value, zone, stamp.format))

    def _fields(self) -> dict[str, str | None]:
        values: dict[str, str | None] = {}
        for name, mapped in self._settings.fields.items():
            if mapped.type == "money":
                values[name], values[f"{name}_currency"] = self._money(mapped)
            elif mapped.type == "decimal":
                number = self._get(mapped.path, number_of)
                values[name] = None if number is None else plain(number)
            else:
                values[name] = self._get(mapped.path, text_of)
        return values

    def _money(self, mapped: MappedField) -> tuple[str | None, str | None]:
        amount = self._get(mapped.path, number_of)
        if amount is None:
            return None, None
        currency = (
            self._get(mapped.currency.path, currency_of)
            if isinstance(mapped.currency, CurrencyPath)
            else currency_of(mapped.currency)
        )
        minor = self._digits.get(currency, minor_digits(currency)) if mapped.unit == "minor" else None
        return money_text(amount, currency, minor=minor), currency

    def _get(self, path: str, convert: Callable[[object], _Meaning]) -> _Meaning:
        try:
            return convert(self._values[path])
        except Unusable as unusable:
            problem = BadShape(f"{path} of record {self._id} is {unusable.text}.", remedy=unusable.remedy)
        raise problem
