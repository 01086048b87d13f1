"""How is each column compared, and how are keys, in the words of the settings?

The words, what they mean and what contradicts itself are those of `settings/`; only the sides are called left and right
here, and what is wrong is told about an argument instead of a line of a file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError

from reconciliation_pipeline.api.columns import Kind, common
from reconciliation_pipeline.api.errors import ReconcileError
from reconciliation_pipeline.api.wanted import SIDES, ComparedColumn
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.domain.rules import FieldRule, KeyRule
from reconciliation_pipeline.settings.comparing import Compared, ComparedField, KeySettings
from reconciliation_pipeline.settings.contradictions import of_aliases, of_field
from reconciliation_pipeline.settings.messages import told
from reconciliation_pipeline.settings.mistakes import Keys, Mistake
from reconciliation_pipeline.settings.places import Document, Place
from reconciliation_pipeline.settings.rules import key_rule_of, rule_of
from reconciliation_pipeline.settings.values import Strict

_FOR_TEXT: Final = frozenset({"as", "case", "space", "unicode", "empty", "words"})
_SIDED: Final = ("words", "prefix", "suffix")
_SAID_HERE: Final = (
    (" is decimal, and ", " is a number, as it has a tolerance, and "),
    ("remove it, or map the field as text", "remove one or the other"),
)


class _Said(Strict):
    """The two arguments that a file could hold as well."""

    compare: list[Compared]
    keys: KeySettings = Field(default_factory=KeySettings)


def name_of(place: int) -> str:
    """Name a compared field for the engine, which knows small letters and digits only."""
    return f"c{place}"


def rules_of(
    columns: Sequence[ComparedColumn], keys: Mapping[str, object] | None, kinds: Sequence[Mapping[Side, Kind]]
) -> tuple[list[tuple[FieldRule, Kind | None]], KeyRule]:
    """Read how columns and keys are compared.

    Args:
        columns: The compared columns.
        keys: What is said about keys.
        kinds: By column and side, what it holds.

    Returns:
        For each column its rule, and as what its values are written for it (None: as what they are); and that of keys.

    Raises:
        ReconcileError: Something is misspelt, or contradicts itself; every mistake is named.
    """
    if keys is not None and not isinstance(keys, Mapping):
        raise ReconcileError("`keys` is no mapping.", 'Write keys={"trim": True, "case": "ignore"}.')
    data: dict[str, Any] = {
        "compare": [{"field": name_of(place), **_renamed(one.said, one.place)} for place, one in enumerate(columns)],
        "keys": _renamed(keys or {}, "keys"),
    }
    document = Document(Path("reconcile"), data, *_places(data))
    try:
        said = _Said.model_validate(data)
    except ValidationError as error:
        raise _error(told(error, document, data), columns) from error
    mistakes = [*of_aliases(said.keys, document)]
    for place, one in enumerate(said.compare):
        mistakes += of_field(one, ("compare", place), ("decimal" if one.tolerance else "text",), document)
    if mistakes:
        raise _error(mistakes, columns)
    return [_rule(*each) for each in zip(said.compare, columns, kinds, strict=True)], key_rule_of(said.keys)


def _rule(said: ComparedField, column: ComparedColumn, kinds: Mapping[Side, Kind]) -> tuple[FieldRule, Kind | None]:
    if said.tolerance is not None:
        if odd := [kinds[side] for side in Side if kinds[side] not in {Kind.NUMBER, Kind.SPELT, Kind.TEXT, Kind.EMPTY}]:
            text = f"{column.place}: `{column.name}` is a column of type {odd[0]}, and a tolerance is for numbers."
            raise ReconcileError(text, "Remove the tolerance.")
        return rule_of(said, "decimal"), Kind.NUMBER
    if _FOR_TEXT & said.model_dump(by_alias=True, exclude_defaults=True).keys():
        return rule_of(said, "text"), None
    # Numbers without a tolerance are compared by their canonical text, which holds every digit.
    return rule_of(said, "text"), common(kinds[Side.CRM], kinds[Side.BILLING])


def _renamed(said: Mapping[str, object], place: str) -> dict[str, object]:
    """Call the sides as the settings do."""
    renamed = dict(said)
    for word in _SIDED:
        if isinstance(value := said.get(word), Mapping):
            if strange := sorted(str(name) for name in set(value) - set(SIDES)):
                text = f"{place}.{word} names `{strange[0]}`, and the sides are called left and right here."
                raise ReconcileError(text, f'Write {{"{word}": {{"left": …, "right": …}}}}.')
            renamed[word] = {SIDES[name].value: each for name, each in value.items()}
    if "authority" in said:
        if said["authority"] not in SIDES:
            raise ReconcileError(f"{place}.authority is neither left nor right.", "Write one of them, or neither.")
        renamed["authority"] = SIDES[str(said["authority"])].value
    return renamed


def _places(data: Mapping[str, object]) -> tuple[dict[Keys, Place], dict[Keys, Place], dict[Keys, str]]:
    """Say where everything stands, as a file would; an argument is all one line."""
    values: dict[Keys, Place] = {}
    raw: dict[Keys, str] = {}

    def note(value: object, keys: Keys) -> None:
        values[keys] = Place(1, 1)
        if isinstance(value, Mapping):
            for name, inner in value.items():
                note(inner, (*keys, str(name)))
        elif isinstance(value, list):
            for place, inner in enumerate(value):
                note(inner, (*keys, place))
        elif value is not None:
            raw[keys] = str(value)

    note(data, ())
    return dict(values), values, raw


def _error(mistakes: Iterable[Mistake], columns: Sequence[ComparedColumn]) -> ReconcileError:
    lines = [_line(mistake, columns) for mistake in mistakes]
    return ReconcileError("\n".join(lines))


def _line(mistake: Mistake, columns: Sequence[ComparedColumn]) -> str:
    text = f"{mistake.text}; {mistake.remedy}" if mistake.remedy else mistake.text
    for theirs, ours in _SAID_HERE:
        text = text.replace(theirs, ours)
    way = re.sub(r"^compare\[([0-9]+)\]", lambda found: columns[int(found[1])].place, mistake.key_path)
    for place, column in enumerate(columns):
        text = text.replace(f"`{name_of(place)}`", f"`{column.name}`")
    for word, side in SIDES.items():
        text, way = (re.sub(rf"(?<![`\w]){side}(?![`\w])", word, each) for each in (text, way))
    return f"{way}: {text}" if text.endswith("?") else f"{way}: {text}."
