"""What does a vendor's preset add to a side?

A preset is laid *under* what the user wrote: mappings are joined, everything else is replaced. The
presets themselves are data beside the connectors; which variant of one is meant is `variants.py`.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from reconciliation_pipeline.settings.mistakes import Keys, nearest
from reconciliation_pipeline.settings.variants import unknown, variant

PRESETS = Path(__file__).parents[1] / "connectors" / "presets"
VENDORS = ("hubspot", "stripe", "tryton")
CONNECTORS = (*VENDORS, "rest", "file", "sql")
# Half of the user's and half of the preset's would be two totals, or a way to a key that leads nowhere.
_WHOLE = frozenset({"total", "by_key"})


def with_presets(data: Mapping[str, object], presets: Path = PRESETS) -> dict[str, object]:
    """Lay the vendors' presets under the sides of a reconciliation that name one.

    Raises:
        FileNotFoundError: A vendor's preset is missing from `presets`, which is a fault of the
            installation, not of the settings.
    """
    sides = data.get("sides")
    if not isinstance(sides, Mapping):
        return dict(data)
    return {**data, "sides": {role: _side(side, presets) for role, side in sides.items()}}


def unknown_choices(data: Mapping[str, object], presets: Path = PRESETS) -> Iterator[tuple[Keys, str, str]]:
    """Find every object and version that a side names and its connector does not have.

    Yields:
        The way to the key, what is wrong, and what to do.
    """
    sides = data.get("sides")
    for role, side in sides.items() if isinstance(sides, Mapping) else ():
        if isinstance(side, Mapping) and side.get("connector") in (*VENDORS, "rest"):
            for key, text, remedy in unknown(_preset(side["connector"], presets), side):
                yield ("sides", role, key), text, remedy


def with_meant_connectors(data: Mapping[str, object]) -> dict[str, object]:
    """Correct misspelt connectors, so that the other mistakes of such a side can be found as well."""
    sides = data.get("sides")
    if not isinstance(sides, Mapping):
        return dict(data)
    return {**data, "sides": {role: _meant(side) for role, side in sides.items()}}


def _meant(side: object) -> object:
    if not isinstance(side, Mapping) or not isinstance(side.get("connector"), str):
        return side
    return {**side, "connector": nearest(side["connector"], CONNECTORS) or side["connector"]}


def _side(side: object, presets: Path) -> object:
    if not isinstance(side, Mapping) or side.get("connector") not in VENDORS:
        return side
    return underlay(side, variant(_preset(side["connector"], presets), side))


def _preset(connector: object, presets: Path) -> Mapping[str, object]:
    if connector not in VENDORS:
        return {}
    found = yaml.safe_load((presets / f"{connector}.yaml").read_text("utf-8"))
    assert isinstance(found, Mapping)
    return found


def underlay(written: Mapping[str, object], default: Mapping[str, object]) -> dict[str, object]:
    """Lay defaults under what was written, which keeps its order and comes first.

    A mapping of another `type` (paging by offset instead of by cursor) has other keys, and one that
    names another `field` has another meaning and format; either replaces the default as a whole.
    """
    joined = dict(written)
    for key, value in default.items():
        mine = joined.setdefault(key, value)
        if isinstance(mine, Mapping) and isinstance(value, Mapping) and key not in _WHOLE and _alike(mine, value):
            joined[key] = underlay(mine, value)
    return joined


def _alike(mine: Mapping[str, object], default: Mapping[str, object]) -> bool:
    return all(mine.get(key, default.get(key)) == default.get(key, mine.get(key)) for key in ("type", "field"))
