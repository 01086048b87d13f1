"""How does Tryton write what JSON has no form for, and how does it want to be asked? Its own ways, both directions.

Everything else about Tryton is data: `presets/tryton.yaml`. What its server does was read from its source,
`trytond/protocols/rest.py` and `jsonrpc.py` of https://pypi.org/project/trytond/.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time

from reconciliation_pipeline.connectors.transport import Params

_IN_BASE64 = frozenset({"d", "o"})
"""Parameters whose JSON travels encoded: the condition that records meet, and their order."""


def enrich(record: Mapping[str, object]) -> dict[str, object]:
    """Turn every date, time and decimal of a record, however deep, from Tryton's object into plain text.

    Times are UTC and say no zone. What is no such object, or an impossible one, stays as it is.
    """
    return {name: _plain(value) for name, value in record.items()}


def encoded(params: Params) -> Params:
    """Encode the parameters that Tryton takes as JSON in base64, so that settings can hold them as plain JSON."""
    return {
        name: urlsafe_b64encode(value.encode()).decode() if name in _IN_BASE64 and isinstance(value, str) else value
        for name, value in params.items()
    }


def fields(names: Sequence[str]) -> list[str]:
    """Name the wanted fields one by one; that of a list's element is that of all its elements."""
    return list(dict.fromkeys(re.sub(r"\[\d+\]", "", name) for name in names))


def _plain(value: object) -> object:
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    read = _READERS.get(str(value.get("__class__")))
    if read is None:
        return {name: _plain(each) for name, each in value.items()}
    try:
        return read(value)
    except (KeyError, TypeError, ValueError):
        return value


def _date(found: Mapping[str, object]) -> str:
    return date(_number(found, "year"), _number(found, "month"), _number(found, "day")).isoformat()


def _time(found: Mapping[str, object]) -> str:
    hour, minute, second = (_number(found, name) for name in ("hour", "minute", "second"))
    return time(hour, minute, second, _number(found, "microsecond")).isoformat()


def _number(found: Mapping[str, object], name: str) -> int:
    value = found[name]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


_READERS: Mapping[str, Callable[[Mapping[str, object]], object]] = {
    "date": _date,
    "datetime": lambda found: f"{_date(found)}T{_time(found)}",
    "time": _time,
    "timedelta": lambda found: found["seconds"],
    "Decimal": lambda found: found["decimal"],
}
