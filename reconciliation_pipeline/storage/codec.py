"""How does a record become JSON and the same record again?

Dataclasses, enums, moments with their offset, dates, decimals, tuples and mappings. Rules are
read from the annotations, so a new field needs no line here; one with a default also reads from
what was kept before it existed.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

Json = None | bool | int | str | list["Json"] | dict[str, "Json"]

Record = TypeVar("Record")

_FROM_TEXT: Mapping[object, Callable[[str], object]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
}


def encode(value: object) -> Json:
    """Turn a record, or anything a record holds, into what JSON knows.

    Raises:
        TypeError: It holds something that cannot be read back.
        ValueError: It holds a moment without a time zone.
    """
    return _writer(cast("Hashable", type(value)))(value)


@cache
def _writer(kind: Any) -> Callable[[Any], Json]:  # noqa: ANN401, PLR0911 - any type, and an answer for each
    """Work out, once per type, how a value of that type is written."""
    if issubclass(kind, Enum):
        return lambda value: cast("str", value.value)
    if kind is NoneType or issubclass(kind, bool | int | str):
        return lambda value: cast("Json", value)
    if issubclass(kind, datetime):
        return _moment
    if issubclass(kind, date):
        return lambda value: cast("str", value.isoformat())
    if issubclass(kind, Decimal):
        return str
    if issubclass(kind, Mapping):
        return lambda value: {str(encode(key)): encode(one) for key, one in value.items()}
    if issubclass(kind, tuple | list):
        return lambda value: [encode(one) for one in value]
    if is_dataclass(kind):
        names = tuple(one.name for one in fields(kind))
        return lambda value: {name: encode(getattr(value, name)) for name in names}
    message = f"{kind.__name__} cannot be kept as JSON"
    raise TypeError(message)


def _moment(value: datetime) -> Json:
    if value.tzinfo is None:
        message = "a moment without a time zone cannot be kept"
        raise ValueError(message)
    return value.isoformat()


def decode(kind: type[Record], data: Json) -> Record:
    """Turn JSON back into what `encode` was given.

    Args:
        kind: A dataclass, or a `tuple[X, ...]` or `dict[K, V]` of what a dataclass may hold.
        data: As `encode` made it.

    Raises:
        KeyError, TypeError, ValueError: It was not made by `encode`, or not from that kind.
    """
    return cast("Record", _reader(cast("Hashable", kind))(data))


@cache
def _reader(kind: Hashable) -> Callable[[Any], object]:
    """Work out, once per annotation, how a value of that kind is read."""
    if isinstance(kind, UnionType):
        (inner,) = (_reader(one) for one in get_args(kind) if one is not NoneType)
        return lambda data: None if data is None else inner(data)
    if get_origin(kind) is tuple:
        item = _reader(get_args(kind)[0])
        return lambda data: tuple(item(one) for one in data)
    if get_origin(kind) in {dict, Mapping}:
        name, entry = (_reader(one) for one in get_args(kind))
        return lambda data: {name(key): entry(one) for key, one in data.items()}
    if is_dataclass(kind):
        return _record_reader(cast("type[object]", kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    return _FROM_TEXT.get(kind, lambda data: data)


def _record_reader(kind: type[object]) -> Callable[[Any], object]:
    readers = {name: _reader(hint) for name, hint in get_type_hints(kind).items()}
    return lambda data: kind(**{name: readers[name](one) for name, one in data.items()})
