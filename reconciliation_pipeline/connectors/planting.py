"""How would a system have to write a record, so that it means this? The mapping of one side, backwards.

What is written goes forwards again through the code that reads real records, so that a mistake there is noticed.
Which records are wished for is `domain/planting.py`. The settings are enough: no system is asked.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations
from pathlib import PurePath
from typing import Final, Literal
from zoneinfo import ZoneInfo

from reconciliation_pipeline.connectors import stripe_planting, tryton_planting
from reconciliation_pipeline.connectors.cells import cell_of
from reconciliation_pipeline.connectors.errors import BadShape
from reconciliation_pipeline.connectors.file import ENDINGS
from reconciliation_pipeline.connectors.mapping import Mapper, Record
from reconciliation_pipeline.connectors.paths import ABSENT, Path, column_reader, compile_path, json_reader
from reconciliation_pipeline.connectors.stripe_planting import OutOfReach
from reconciliation_pipeline.connectors.vendors import ENRICH, MINOR_DIGITS
from reconciliation_pipeline.domain.currencies import minor_digits
from reconciliation_pipeline.domain.keys import parted
from reconciliation_pipeline.domain.plants import Ground, Wish
from reconciliation_pipeline.domain.records import Row, State
from reconciliation_pipeline.settings.model import (
    AnySide,
    CurrencyPath,
    FileSide,
    MappedField,
    RestSide,
    Timestamp,
)

Demands = Mapping[str, object]
"""What a record has to say, by path."""

COMPUTED: Final = {"stripe": stripe_planting.COMPUTED}
"""By connector: paths that stand in no record, because they are computed into each."""

WRITTEN: Final[Mapping[str, Callable[[Demands, Demands], Demands]]] = {"stripe": stripe_planting.written}
"""By connector: what a record has to say, so that the wished values are computed from it."""

SPELT: Final[Mapping[str, Callable[[object], object]]] = {"tryton": tryton_planting.spelt}
"""By connector: how it writes values that JSON has no form for."""

_steps = cache(compile_path)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_ANY_CURRENCY: Final = "EUR"


class Impossible(Exception):
    """These settings cannot tell such a record from another: two things stand at the same place."""


class Seedbed:
    """Writes the planted records of one side, and reads them as real ones are read."""

    def __init__(self, settings: AnySide) -> None:
        """Prepare a side.

        Args:
            settings: The side.

        Raises:
            SourceError: A path in the settings is none.
        """
        connector = settings.connector
        self._settings = settings
        self._style = _style(settings)
        self._digits = MINOR_DIGITS.get(connector, {})
        self._computed = COMPUTED.get(connector, frozenset())
        self._written = WRITTEN.get(connector)
        self._spelt = SPELT.get(connector)
        self._enrich = ENRICH.get(connector)
        reader = json_reader if self._style == "json" else column_reader
        self._mapper = Mapper(settings, reader=reader, vendor_digits=self._digits)
        # Where nothing shares its place with anything, every wish can be written, and no failure is forgiven.
        self._is_knotted = any(self._overlap(*two) for two in combinations(self._places(), 2))

    @property
    def ground(self) -> Ground:
        """Say what this side can be made to mean."""
        settings = self._settings
        stopped = [State.CANCELLED, *([State.OUT_OF_SCOPE] if settings.status.out_of_scope else [])]
        if isinstance(settings, RestSide):
            stopped += [State(also.state) for also in settings.list.also if also.state is not None]
        numbers = [mapped.path for mapped in settings.fields.values() if mapped.type != "text"]
        return Ground(
            fields=frozenset(settings.fields),
            currencies={
                name: each.currency for name, each in settings.fields.items() if isinstance(each.currency, str)
            },
            stamps=tuple(name for name in ("created_at", "updated_at") if getattr(settings, name) is not None),
            stopped=tuple(dict.fromkeys(stopped)),
            words=tuple(settings.status.active),
            folds=settings.reduce != "none",
            key_is_id=any(self._overlap(path, settings.source_id) for path in settings.key_paths),
            digits=any(path in {*settings.key_paths, settings.source_id} for path in numbers),
            parts=len(settings.key_paths),
        )

    def row(self, wish: Wish) -> Row:
        """Write a record and read it again.

        Raises:
            Impossible: No record of this side can mean that.
            BadShape: The record that means it cannot be read.
        """
        demands = self._demands(wish)
        record = self._record(demands)
        try:
            read = record if self._enrich is None else self._enrich(record)
            return self._mapper.row(read, wish.state if wish.state in {State.ARCHIVED, State.DELETED} else None)
        except BadShape:
            if self._is_knotted or any(self._overlapping(wish, demands)):
                raise Impossible from None
            raise

    def entangled(self, wish: Wish) -> frozenset[str]:
        """Name the fields that were left open, and yet say something, because something else stands at their place."""
        fields = self._settings.fields.items()
        computed = (name for name, each in fields if name not in wish.values and each.path in self._computed)
        return frozenset({*computed, *self._overlapping(wish, self._demands(wish))})

    def _overlapping(self, wish: Wish, demands: Demands) -> Iterator[str]:
        for name, mapped in self._settings.fields.items():
            if name not in wish.values and any(self._overlap(mapped.path, path) for path in demands):
                yield name

    def _places(self) -> Iterator[str]:
        """Yield the path of everything that is read, as often as it is read."""
        settings = self._settings
        yield from (settings.source_id, *settings.key_paths, settings.status.field)
        yield from (stamp.field for stamp in (settings.created_at, settings.updated_at) if stamp is not None)
        for mapped in settings.fields.values():
            yield mapped.path
            if isinstance(mapped.currency, CurrencyPath):
                yield mapped.currency.path

    def _overlap(self, one: str, other: str) -> bool:
        if self._style != "json" or one == other:
            return one == other
        shorter, longer = sorted((_steps(one), _steps(other)), key=len)
        return longer[: len(shorter)] == shorter

    def _demands(self, wish: Wish) -> Demands:
        settings, demands = self._settings, _Demands()
        demands.add(settings.source_id, wish.source_id)
        for path, part in zip(settings.key_paths, self._key(wish), strict=True):
            demands.add(path, part)
        demands.add(settings.status.field, self._status(wish))
        for name, moment in wish.stamps.items():
            stamp = getattr(settings, name)
            demands.add(stamp.field, None if moment is None else self._moment(stamp, moment))
        for name, value in wish.values.items():
            mapped = settings.fields[name]
            if mapped.type != "money" or not isinstance(value, Decimal):
                demands.add(mapped.path, value)
                continue
            currency = wish.currencies[name]
            demands.add(mapped.path, self._amount(mapped, value, currency))
            if isinstance(mapped.currency, CurrencyPath):
                demands.add(mapped.currency.path, currency)
        for mapped in settings.fields.values():
            # An amount that was left open, and stands where another one was wished for, has a currency as well.
            if isinstance(mapped.currency, CurrencyPath) and demands.said.get(mapped.path) is not None:
                demands.said.setdefault(mapped.currency.path, _ANY_CURRENCY)
        return self._uncomputed(demands.said)

    def _uncomputed(self, demands: Demands) -> Demands:
        if self._written is None:
            return demands
        said = {path: value for path, value in demands.items() if path not in self._computed}
        wished = {path: value for path, value in demands.items() if path in self._computed}
        try:
            more = self._written(wished, said)
        except OutOfReach:
            raise Impossible from None
        if any(path in said and said[path] != value for path, value in more.items()):
            raise Impossible
        return {**said, **more}

    def _key(self, wish: Wish) -> tuple[str | None, ...]:
        """Give what stands at each place of the key; a record without one lacks only the first part of it."""
        count = len(self._settings.key_paths)
        if wish.key is None:
            return (None, *[wish.source_id] * (count - 1))
        return (wish.key,) if count == 1 else parted(wish.key)

    def _status(self, wish: Wish) -> str:
        rule = self._settings.status
        if wish.state is State.OUT_OF_SCOPE:
            return rule.out_of_scope[0]
        if wish.state is not State.CANCELLED:
            return wish.word
        # Every status that is not listed means cancelled.
        return next(
            word for number in range(700, 10_000) if (word := str(number)) not in {*rule.active, *rule.out_of_scope}
        )

    def _amount(self, mapped: MappedField, value: Decimal, currency: str) -> Decimal:
        if isinstance(mapped.currency, str) and mapped.currency != currency:
            raise Impossible
        digits = self._digits.get(currency, minor_digits(currency)) if mapped.unit == "minor" else 0
        return value.scaleb(digits)

    def _moment(self, stamp: Timestamp, moment: datetime) -> object:
        numbers = [mapped.path for mapped in self._settings.fields.values() if mapped.type != "text"]
        written = stamp.format or ("epoch_s" if stamp.field in {*self._computed, *numbers} else "iso")
        if written != "iso":
            return (moment - _EPOCH) // timedelta(seconds=1) * (1_000 if written == "epoch_ms" else 1)
        local = moment.astimezone(ZoneInfo(stamp.timezone))
        # Without its zone a time is twice in the night when the clocks go back.
        bare = local.replace(tzinfo=None, fold=0)
        is_clear = stamp.timezone != "UTC" and bare.replace(tzinfo=ZoneInfo(stamp.timezone)).astimezone(UTC) == moment
        told = bare if is_clear else local
        return told if self._style == "cells" or self._spelt is not None else told.isoformat()

    def _record(self, demands: Demands) -> Record:
        if self._style == "text":
            return dict.fromkeys(self._places(), "") | {path: _text(value) for path, value in demands.items()}
        if self._style == "cells":
            return dict.fromkeys(self._places()) | {path: cell_of(value) for path, value in demands.items()}
        record: dict[str, object] = {}
        for path, value in demands.items():
            _write(record, _steps(path), _number(value) if self._spelt is None else self._spelt(value))
        return record


def _style(settings: AnySide) -> Literal["json", "text", "cells"]:
    """Say what a record of this side is made of: parsed JSON, text alone, or the values of a driver."""
    if not isinstance(settings, FileSide):
        return "json" if isinstance(settings, RestSide) else "cells"
    written = settings.format or ENDINGS.get(PurePath(settings.path).suffix.lower(), "csv")
    if written == "jsonl":
        return "json"
    return "text" if written == "csv" else "cells"


class _Demands:
    """What a record has to say; no place can say two things."""

    def __init__(self) -> None:
        self.said: dict[str, object] = {}

    def add(self, path: str, value: object) -> None:
        if path in self.said and self.said[path] != value:
            raise Impossible
        self.said[path] = value


def _number(value: object) -> object:
    """Write a whole number without a point, as JSON does."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _text(value: object) -> str:
    """Write a value as an export does."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _write(node: object, path: Path, value: object) -> object:
    """Put a value into parsed JSON; gives back the node, which is made where nothing stood yet."""
    if not path:
        if node is not ABSENT:
            raise Impossible
        return value
    step, rest = path[0], path[1:]
    if isinstance(step, str) and (node is ABSENT or isinstance(node, dict)):
        inner = {} if node is ABSENT else node
        inner[step] = _write(inner.get(step, ABSENT), rest, value)
        return inner
    if isinstance(step, int) and (node is ABSENT or isinstance(node, list)):
        items = [] if node is ABSENT else node
        # What stands before it was not asked for.
        items += [None] * (step + 1 - len(items))
        items[step] = _write(ABSENT if items[step] is None else items[step], rest, value)
        return items
    raise Impossible
