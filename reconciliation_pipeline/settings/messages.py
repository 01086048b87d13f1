"""How is a mistake in the shape of a file told in plain words?

One table from pydantic's kind of error to a text and a remedy. Values are shown as the file writes
them, never as the environment filled them in, and not at all where they could be a secret.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from pydantic import ValidationError

from reconciliation_pipeline.settings.mistakes import Keys, Mistake, nearest
from reconciliation_pipeline.settings.places import Document
from reconciliation_pipeline.settings.secrecy import is_secret_key, may_be_secret
from reconciliation_pipeline.settings.shape import keys_of, kinds_at, model_at, ways
from reconciliation_pipeline.settings.values import CURRENCY

Words = tuple[str, str]
"""A text and a remedy."""

_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class _Found:
    """What pydantic found at one place."""

    kind: str
    keys: Keys
    raw: str | None
    shown: str | None
    value: object
    says: str
    context: Mapping[str, Any]
    data: object

    @property
    def this(self) -> str:
        return f"`{self.shown}`" if self.shown else "this value"


def told(error: ValidationError, document: Document, data: object) -> Iterator[Mistake]:
    """Tell every mistake in the shape of a file.

    Args:
        error: What pydantic found in `data`.
        document: The file itself: places and the values as written.
        data: Its values with presets and environment, as pydantic saw them.
    """
    # Of several alternatives that do not fit, the first says enough.
    by_keys: dict[Keys, _Found] = {}
    for each in _all(error, document, data):
        by_keys.setdefault(each.keys, each)
    found = by_keys.values()
    meant = {(*each.keys[:-1], near) for each in found if each.kind == "extra_forbidden" and (near := _meant(each))}
    for each in found:
        # The misspelt key says it already.
        if each.kind in {"missing", "no_secret", "no_url"} and each.keys in meant:
            continue
        if each.kind in {"one_place", "one_as_of", "no_tolerance"} and any(keys[:-1] == each.keys for keys in meant):
            continue
        yield document.mistake(each.keys, *_words(each), at_key=each.kind in {"extra_forbidden", "bad_name"})


def _all(error: ValidationError, document: Document, data: object) -> Iterator[_Found]:
    for each in error.errors(include_url=False):
        keys = ways(each["loc"], data)
        if keys is None:
            continue
        kind = "bad_name" if each["loc"][-1:] == ("[key]",) else each["type"]
        context = each.get("ctx", {})
        if kind in {"union_tag_invalid", "union_tag_not_found"}:
            keys = (*keys, str(context["discriminator"]).strip("'"))
        elif kind in {"one_place", "one_as_of", "no_tolerance"}:
            keys = keys[:-1]
        elif kind == "no_sender":
            # What is missing is named as Python has it, which has other plans for the word.
            keys = (*keys[:-1], "from")
        keys = document.as_written(keys)
        raw = document.raw.get(keys)
        secret = is_secret_key(keys) or (raw is not None and may_be_secret(raw))
        shown = raw if raw and raw.isprintable() and len(raw) <= _LONGEST_SHOWN and not secret else None
        yield _Found(kind, keys, raw, shown, each["input"], each["msg"], context, data)


def _words(found: _Found) -> Words:
    for pattern, words in _TABLE:
        if re.fullmatch(pattern, found.kind):
            return words(found) if callable(words) else words
    if found.kind in _REMEDIES:
        subject = "this key" if found.kind.startswith("no_") else found.this
        return f"{subject} {found.says}", _REMEDIES[found.kind]
    return re.sub(r"^Input should", "this should", found.says), ""


def _names(found: _Found) -> tuple[str, ...]:
    model = model_at(found.keys[:-1], found.data)
    return tuple(keys_of(model)) if model else ()


def _meant(found: _Found) -> str | None:
    return nearest(str(found.keys[-1]), _names(found))


def _unknown_key(found: _Found) -> Words:
    near = _meant(found)
    return "there is no such key", f"did you mean `{near}`?" if near else f"here belong {', '.join(_names(found))}"


def _missing(found: _Found) -> Words:
    model = model_at(found.keys[:-1], found.data)
    described = keys_of(model).get(str(found.keys[-1])) if model else None
    purpose = (described.description or "").rstrip(".") if described else ""
    return "this key is missing", f"add it: {purpose[:1].lower()}{purpose[1:]}"


def _missing_kind(found: _Found) -> Words:
    return "this key is missing", f"add it, as one of {', '.join(kinds_at(found.keys[:-1], found.data))}"


def _choice(found: _Found) -> Words:
    listed = found.context.get("expected_tags") or found.context["expected"]
    names = re.findall(r"'([^']*)'", str(listed))
    near = nearest(found.raw, names) if found.raw else None
    text = f"{found.this} is not {'one of ' if len(names) > 1 else ''}{', '.join(names)}"
    return text, f"did you mean `{near}`?" if near else "choose one" if len(names) > 1 else f"write {names[0]}"


def _text_wanted(found: _Found) -> Words:
    if found.value is None:
        return "nothing stands here", "write a value, or remove the key"
    if isinstance(found.value, list):
        return "text is wanted here, not a list", "write one value"
    if isinstance(found.value, dict):
        return "text is wanted here, not keys and values", "quote text that begins with {"
    what = {bool: "true or false", date: "a date"}.get(type(found.value), "a number")
    return f"{found.this} without quotes is {what} in YAML", f'quote it: "{found.shown}"' if found.shown else "quote it"


def _mapping_wanted(found: _Found) -> Words:
    model = model_at(found.keys, found.data)
    names = f": {', '.join(keys_of(model))}" if model else ""
    empty = found.value is None
    return "nothing stands here" if empty else "one value is not enough here", f"write keys and values{names}"


def _list_wanted(found: _Found) -> Words:
    return "a list is wanted here", f"write [{found.shown or '…'}]"


def _name_wanted(found: _Found) -> Words:
    if found.context.get("pattern") == CURRENCY:
        return f"{found.this} is not a currency", "write an ISO 4217 code in capitals, such as EUR"
    name = found.shown if found.kind != "bad_name" else found.keys[-1]
    return f"`{name}` is not a name", "use small letters, digits and _, beginning with a letter"


def _zone_wanted(found: _Found) -> Words:
    near = nearest(found.shown, available_timezones()) if found.shown else None
    return (
        f"{found.this} is not a time zone",
        f"did you mean `{near}`?" if near else "write one like Europe/Berlin or UTC",
    )


def _limit(word: str, name: str) -> Callable[[_Found], Words]:
    def words(found: _Found) -> Words:
        bound = found.context[name]
        whole = isinstance(bound, float) and bound.is_integer()
        return f"{found.this} must be {word} {int(bound) if whole else bound}", ""

    return words


def _saying(text: str, remedy: str = "") -> Callable[[_Found], Words]:
    return lambda found: (f"{found.this} {text}", remedy)


_TABLE: tuple[tuple[str, Words | Callable[[_Found], Words]], ...] = (
    ("extra_forbidden", _unknown_key),
    ("missing", _missing),
    ("union_tag_not_found", _missing_kind),
    ("union_tag_invalid|literal_error|enum", _choice),
    ("string_type", _text_wanted),
    ("bool_.*", _saying("is neither true nor false", "write true or false")),
    ("int_.*", _saying("is not a whole number")),
    ("float_.*|decimal_.*|finite_number", _saying("is not a number", 'write one like 20 or "0.01"')),
    ("date.*", _saying("is not a date", "write one like 2026-01-31")),
    ("greater_than", _limit("more than", "gt")),
    ("greater_than_equal", _limit("at least", "ge")),
    ("less_than", _limit("less than", "lt")),
    ("less_than_equal", _limit("at most", "le")),
    ("too_short", ("the list is empty", "name at least one")),
    ("string_too_short", ("nothing stands between the quotes", "write a value, or remove the key")),
    ("string_too_long", lambda found: (f"this is longer than {found.context['max_length']} characters", "shorten it")),
    ("string_pattern_mismatch|bad_name", _name_wanted),
    ("dict_type|model_type|model_attributes_type", _mapping_wanted),
    ("list_type", _list_wanted),
    ("none_required", ("a file carries no total of its own", "remove the key")),
    ("zone", _zone_wanted),
    ("one_place", ("a total stands in exactly one place", "write {body: …} or {header: …}")),
    ("no_tolerance", ("a tolerance names at least one limit", 'write {absolute: "0.01"} or {relative: "0.001"}')),
    ("key_parts", ("a key in a list has several parts, each at a path of its own", "write the path alone, or another")),
    # Never repeated: people put tokens behind such addresses.
    ("master", ("this is not the address of a Spark alone", "write local[2], spark://host:7077 or sc://host:15002")),
    ("one_as_of", ("rows of one morning are told apart in exactly one way", "write {column: …} or {expression: …}")),
)

# For what `values.py` refuses: the text is there, the remedy here.
_REMEDIES = {
    "duration": "write a whole number and a unit: 90s, 30m, 1h or 2d",
    "cron": "write one like `0 4 * * *` (every day at 04:00) or `0 4 * * 1` (on Mondays)",
    "variable": "write a name in capitals such as CRM_TOKEN, never the secret itself",
    "address": "write one like https://api.example.com",
    "userinfo": "put both into environment variables, and name those under auth",
    "query": "parameters belong under list.params",
    "plain_http": "use https, or write `local: true` for a system on your own machine",
    "encoding": "write one like utf-8 or cp1252",
    "placeholder": "nothing else is filled in",
    "placeholder_missing": "add it, as in /customers/{source_id}",
    "no_secret": "add `token_env: CRM_TOKEN`, the name of an environment variable",
    "no_currency": "add `currency: EUR`, or `currency: {path: …}` where the record says it",
    "no_token_source": "add `client_env: CRM_CLIENT` and `token_url: https://…`, as the system's documentation says",
    "share_places": "round it; 0.000001 is one millionth",
    "memory": "write it as 512MB or 2GB",
    "calling_code": 'write 1 to 3 digits, without + and zeros before them, such as "49"',
    "bad_format": 'write it as Python\'s strptime does, such as "%d.%m.%Y", or epoch or epoch_ms',
    "format_parts": 'write all three, such as "%d.%m.%Y"',
    "format_zone": "leave %z and %Z out, and write `zone` beside `formats`",
    "format_half": 'write one like "%d.%m.%Y %H:%M" or "%d.%m.%Y %I:%M %p"',
    "mail_address": "write one like finance@example.com",
    "no_url": "add `url_env: SLACK_WEBHOOK_URL`, the name of the environment variable that holds the address",
    "two_ways": "remove one of the two",
    "no_channel": "add `channel: C0123456789`, the id that Slack shows in the channel's details",
    "channel_id": "write the id that Slack shows in the channel's details, such as C0123456789",
    "no_recipients": "add `to: [finance@example.com]`",
    "no_sender": "add `from: reconciliation@example.com`",
    "no_place": "remove it, or choose that type",
    "no_total": "add `total: {body: …}` or `total: {header: …}`",
}
