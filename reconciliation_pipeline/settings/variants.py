"""Which variant of a vendor's preset does a side mean? One object, one version of the API, one way to find a key.

Besides settings a preset may hold two things of its own, which end here. `choices` says what `object` and `api`
may be; the first is meant where nothing is written, `"*"` stands for any other name, and what a choice holds is
filled into every `{name}` of the preset. `by_key` says how a record is found by its key, by where the key stands:
`{name}` in it is one name, `{path}` any path.
"""

import re
from collections.abc import Iterator, Mapping

from reconciliation_pipeline.settings.mistakes import nearest

Preset = Mapping[str, object]

CHOSEN = ("object", "api")
"""Keys of a side that choose among what a vendor has."""
ANY = "*"

_WILD = {"name": r"[\w -]+", "path": r"\w+(\.\w+)*"}


def variant(preset: Preset, written: Mapping[str, object]) -> dict[str, object]:
    """Fill a preset in for one side.

    Args:
        preset: As its file holds it.
        written: What the user wrote of the side.
    """
    names: dict[str, str] = {}
    chosen: dict[str, object] = {}
    for key, options in _choices(preset).items():
        wanted = written.get(key)
        known = isinstance(wanted, str) and (wanted in options or ANY in options)
        chosen[key] = names[key] = str(wanted) if known else next(iter(options))
        fills = options.get(names[key])
        names |= {name: str(value) for name, value in fills.items()} if isinstance(fills, Mapping) else {}
    own = {key: value for key, value in preset.items() if key not in {"choices", "by_key"}}
    found = _by_key(preset, written.get("key"))
    lookup = own.get("lookup")
    if found is not None and isinstance(lookup, Mapping):
        own["lookup"] = {**lookup, "by_key": found}
    filled = _filled(own, names)
    assert isinstance(filled, dict)
    return {**filled, **chosen}


def unknown(preset: Preset, written: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Find what a side chose that its vendor does not have, each as its key, a text and a remedy."""
    choices = _choices(preset)
    for key in CHOSEN:
        wanted, options = written.get(key), choices.get(key, {})
        if not isinstance(wanted, str) or wanted in options or ANY in options:
            continue
        if not options:
            yield key, "this connector has nothing to choose here", "remove the key"
            continue
        near = nearest(wanted, options)
        remedy = f"did you mean `{near}`?" if near else f"choose one of {', '.join(options)}"
        yield key, f"this connector knows {', '.join(options)}, and no other {key}", remedy


def _choices(preset: Preset) -> dict[str, dict[str, object]]:
    choices = preset.get("choices")
    return dict(choices) if isinstance(choices, Mapping) else {}


def _by_key(preset: Preset, key: object) -> object:
    """Find the way to a record by a key that stands at this path; None when there is none."""
    ways = preset.get("by_key")
    if not isinstance(ways, Mapping) or not isinstance(key, str):
        return None
    for pattern, way in ways.items():
        wild = r"\{(name|path)\}"
        literal = [re.escape(part) for part in re.split(wild, pattern)[::2]]
        kinds = re.findall(wild, pattern)
        groups = [f"(?P<{kind}>{_WILD[kind]})" for kind in kinds]
        joined = "".join(part + group for part, group in zip(literal, [*groups, ""], strict=True))
        if found := re.fullmatch(joined, key, re.ASCII):
            return _filled(way, {kind: found[kind] for kind in kinds})
    return None


def _filled(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        for name, text in names.items():
            value = value.replace(f"{{{name}}}", text)
        return value
    if isinstance(value, list):
        return [_filled(each, names) for each in value]
    if isinstance(value, Mapping):
        return {key: _filled(each, names) for key, each in value.items()}
    return value
