"""Which single values may settings hold, and how are they written?

Durations, time zones, cron lines, addresses, names. The keys that hold them stand in `model.py`.
No error here repeats the value: it may have come from the environment, or be a secret. `messages.py`
adds the value where that is safe.
"""

import codecs
import re
import string
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Annotated, LiteralString
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SECONDS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
DURATION = r"^[0-9]{1,6}\s*[smhd]$"
CRON = r"^[0-9]{1,2} [0-9]{1,2} \* \* (\*|[0-7]|[a-zA-Z]{3})$"
VARIABLE = r"^[A-Z_][A-Z0-9_]*$"
FIELD_NAME = r"^[a-z][a-z0-9_]*$"
IDENTITY = r"^[a-z][a-z0-9_]*$"
CURRENCY = r"^[A-Z]{3}$"
# The plain form alone: no quotes, comments or names, so that nothing in it can become a header of its own.
MAIL_ADDRESS = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"
LONGEST_MAIL_ADDRESS = 254
"""Characters, https://www.rfc-editor.org/errata/eid1690."""


# What is wrong with a value, by code; `messages.py` puts the value before it and the remedy behind it.
_WRONG: dict[str, LiteralString] = {
    "duration": "is not a duration",
    "zone": "is not a time zone",
    "cron": "is not a daily or weekly cron line",
    "variable": "is not the name of an environment variable",
    "address": "is not an address",
    "userinfo": "holds a user or password inside the address",
    "query": "holds more than an address: a query or a fragment",
    "plain_http": "is plain http, which anyone on the way can read",
    "encoding": "is not a text encoding that Python knows",
    "placeholder": "holds braces with something other than {names} in them",
    "placeholder_missing": "does not hold {names}, so it cannot stand for one record",
    "no_secret": "is missing: auth of type {kind} needs it",
    "no_currency": "is missing: an amount of money needs it",
    "no_total": "is missing: only the source's own count proves the last page of paging by {kind}",
    "one_place": "a total stands in exactly one place, body or header",
    "no_token_source": "is missing: auth of type oauth2 needs it",
    "key_parts": "a list is for a key of several parts, each at a path of its own",
    "no_tolerance": "a tolerance names at least one limit",
    "share_places": "has more than six places after the point",
    "calling_code": "is not a country's calling code",
    "bad_format": "is not a format of dates that can be read",
    "format_parts": "does not name a year, a month and a day",
    "format_zone": "names a zone, and only ISO 8601 is read with one",
    "format_half": "writes a time that it does not read back: %I needs %p",
    "memory": "is not a size of memory",
    "master": "is not the address of a Spark alone",
    "mail_address": "is not an e-mail address",
    "no_url": "is missing: a channel of type {kind} needs it",
    "two_ways": "stands beside `token_env`, and a channel is reached in one way",
    "no_channel": "is missing: a bot has to know where to post",
    "channel_id": "is not the id of a Slack channel",
    "no_recipients": "is missing: a mail has to go to somebody",
    "no_sender": "is missing: a mail has to come from somebody",
    "no_place": "belongs to channels of type {kind}",
    "one_as_of": "rows of one morning are told apart in exactly one way, by column or by expression",
}


class Strict(BaseModel):
    """Frozen, and a misspelt key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def wrong(*, code: LiteralString, **context: str) -> PydanticCustomError:
    """Build the error of one value; the code is how `messages.py` knows it."""
    return PydanticCustomError(code, _WRONG[code], context)


def _duration(value: object) -> object:
    """Read `90s`, `30m`, `1h` or `2d`."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str) and re.fullmatch(DURATION, value.strip()):
        text = value.strip()
        return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})
    raise wrong(code="duration")


def as_text(value: timedelta) -> str:
    """Write a duration the way it is read: the largest unit that holds it without a fraction."""
    seconds = int(value.total_seconds())
    unit = next(unit for unit, length in _SECONDS.items() if seconds % length == 0)
    return f"{seconds // _SECONDS[unit]}{unit}"


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(code="zone") from None
    return value


def _cron(value: str) -> str:
    minute, hour = (int(part) for part in value.split()[:2]) if re.fullmatch(CRON, value) else (60, 24)
    days = {"*", *"01234567", "mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    if minute > 59 or hour > 23 or value.rsplit(maxsplit=1)[-1].lower() not in days:  # noqa: PLR2004 - the end of a day
        raise wrong(code="cron")
    return value


def _variable(value: str) -> str:
    # Capitals only: most secrets hold small letters, so one pasted here by accident is noticed.
    if not re.fullmatch(VARIABLE, value):
        raise wrong(code="variable")
    return value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        whole = False
    if not whole or re.search(r"\s", value):
        raise wrong(code="address")
    if "@" in parts.netloc:
        raise wrong(code="userinfo")
    if parts.query or parts.fragment:
        raise wrong(code="query")
    return value


def _mail_address(value: str) -> str:
    if not re.fullmatch(MAIL_ADDRESS, value) or len(value) > LONGEST_MAIL_ADDRESS:
        raise wrong(code="mail_address")
    return value


def _encoding(value: str) -> str:
    try:
        codecs.lookup(value)
    except LookupError:
        raise wrong(code="encoding") from None
    return value


def _placeholders(allowed: AbstractSet[str], required: AbstractSet[str]) -> Callable[[str], str]:
    """Accept text whose `{names}` are among those that will be filled in."""
    names = ", ".join(sorted(f"{{{name}}}" for name in allowed))

    def check(value: str) -> str:
        try:
            found = {name for _, name, _, _ in string.Formatter().parse(value) if name is not None}
        except ValueError:
            found = {"?"}
        if not found <= allowed:
            raise wrong(code="placeholder", names=names)
        if not required <= found:
            raise wrong(code="placeholder_missing", names=names)
        return value

    return check


_one_record = _placeholders({"source_id"}, {"source_id"})
_dated = _placeholders({"date"}, set())

Duration = Annotated[
    timedelta,
    BeforeValidator(_duration),
    PlainSerializer(as_text, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": DURATION, "examples": ["90s", "30m", "1h", "2d"]}),
]
Zone = Annotated[str, AfterValidator(_zone), Field(json_schema_extra={"examples": ["Europe/Berlin", "UTC"]})]
Cron = Annotated[str, AfterValidator(_cron), Field(json_schema_extra={"pattern": CRON})]
VariableName = Annotated[str, AfterValidator(_variable), Field(json_schema_extra={"pattern": VARIABLE})]
Address = Annotated[str, AfterValidator(_address)]
MailAddress = Annotated[
    str, AfterValidator(_mail_address), Field(json_schema_extra={"examples": ["finance@example.com"]})
]
Encoding = Annotated[str, AfterValidator(_encoding)]
RecordPath = Annotated[str, AfterValidator(_one_record)]
DatedPath = Annotated[str, AfterValidator(_dated), Field(min_length=1)]
FieldName = Annotated[str, Field(pattern=FIELD_NAME)]
CurrencyCode = Annotated[str, Field(pattern=CURRENCY)]
Text = Annotated[str, Field(min_length=1)]
