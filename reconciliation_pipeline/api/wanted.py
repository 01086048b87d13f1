"""Which columns make the key, which are compared, and which rows count?

Read off the arguments of `reconcile`, and held against the columns that are there. How a value is compared is
`rulebook.py`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciliation_pipeline.api.errors import ReconcileError
from reconciliation_pipeline.api.inputs import Given
from reconciliation_pipeline.domain.records import Side
from reconciliation_pipeline.settings.mistakes import nearest

SIDES: Final = {"left": Side.CRM, "right": Side.BILLING}
"""What the two sides of the comparison are called here."""

Names = str | Sequence[str]
Key = Names | Mapping[str, Names]
Active = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ComparedColumn:
    """One compared field.

    Attributes:
        name: What it is called in the result.
        columns: By side, where it stands.
        said: What is said about how to compare it, in the words of the settings.
        place: The way to it in the arguments, such as `compare[1]`.
    """

    name: str
    columns: Mapping[Side, str]
    said: Mapping[str, object]
    place: str


@dataclass(frozen=True, slots=True)
class ActiveRows:
    """Which rows of a side count.

    Attributes:
        column: The column that says so.
        values: What it says then, as text.
    """

    column: str
    values: tuple[str, ...]


def key_columns(key: Key) -> Mapping[Side, tuple[str, ...]]:
    """Name the columns of the key, by side.

    Raises:
        ReconcileError: It names none, or not as many on either side.
    """
    both = _sided(key, "key") if isinstance(key, Mapping) else dict.fromkeys(Side, key)
    found = {side: _names(names) for side, names in both.items()}
    if len({len(names) for names in found.values()}) > 1:
        counts = " and ".join(f"{len(found[side])} in {name}" for name, side in SIDES.items())
        raise ReconcileError(f"The key has {counts} columns, so no two are the same.", "Name the same parts for both.")
    return found


def compared_columns(
    compare: object, keys: Mapping[Side, Sequence[str]], given: Mapping[Side, Given]
) -> list[ComparedColumn]:
    """Name the compared columns; by default all that both sides have, other than the key.

    Raises:
        ReconcileError: It is written in a way that is not known here, or a name stands twice.
    """
    if compare is None:
        taken = {name for names in keys.values() for name in names}
        others = set(given[Side.BILLING].columns)
        compare = [name for name in given[Side.CRM].columns if name in others and name not in taken]
    if isinstance(compare, str | Mapping) or not isinstance(compare, Sequence):
        raise ReconcileError("`compare` is a list of columns.", 'Write compare=["plan", {"field": "mrr", …}].')
    found = [_compared(one, f"compare[{place}]") for place, one in enumerate(compare)]
    first: dict[str, str] = {}
    for one in found:
        if one.name in first:
            text = f"{one.place}: `{one.name}` is compared already, at {first[one.name]}."
            raise ReconcileError(text, "Keep one of them, or give one another name as `field`.")
        first[one.name] = one.place
    return [one for one in found if one.said.get("ignore") is not True or len(one.said) > 1]


def active_rows(active: Active | None) -> Mapping[Side, ActiveRows]:
    """Say which rows count, by side; a side that is not named counts all of its rows.

    Raises:
        ReconcileError: It is written in a way that is not known here.
    """
    if active is None:
        return {}
    if not isinstance(active, Mapping):
        raise ReconcileError("`active` is no mapping.", _ACTIVE_REMEDY)
    if set(active) <= set(SIDES):
        return {SIDES[name]: _active(said) for name, said in active.items() if said is not None}
    return dict.fromkeys(Side, _active(active))


_ACTIVE_REMEDY: Final = 'Write active={"column": "status", "values": ["active"]}, or one of these for each side.'


def check(given: Given, names: Sequence[str], what: str) -> None:
    """Make sure that a side has some columns.

    Raises:
        ReconcileError: It lacks one.
    """
    for name in names:
        if name not in given.columns:
            near = nearest(name, given.columns)
            listed = ", ".join(f"`{one}`" for one in given.columns) or "none"
            remedy = f"Did you mean `{near}`?" if near else f"Its columns are {listed}."
            raise ReconcileError(f"{given.label} has no column `{name}`, which {what}.", remedy)


def _sided(said: Mapping[str, Names], what: str) -> dict[Side, Names]:
    if set(said) != set(SIDES):
        raise ReconcileError(
            f"`{what}` names something other than left and right.", f'Write {what}={{"left": …, "right": …}}.'
        )
    return {SIDES[name]: names for name, names in said.items()}


def _names(names: Names) -> tuple[str, ...]:
    found = (names,) if isinstance(names, str) else tuple(names) if isinstance(names, Sequence) else ()
    if not found or not all(isinstance(name, str) for name in found):
        raise ReconcileError("`key` names no column.", 'Write key="customer_number", or a list of columns.')
    return found


def _compared(one: object, place: str) -> ComparedColumn:
    if isinstance(one, str):
        return ComparedColumn(one, dict.fromkeys(Side, one), {}, place)
    if not isinstance(one, Mapping) or not isinstance(one.get("field"), str):
        raise ReconcileError(f"{place} names no column.", 'Write "plan", or {"field": "plan", …}.')
    name = one["field"]
    columns = {side: one.get(word, name) for word, side in SIDES.items()}
    if wrong := [word for word, side in SIDES.items() if not isinstance(columns[side], str)]:
        raise ReconcileError(
            f"{place}.{wrong[0]} names no column.", 'Write {"field": "mrr", "left": "…", "right": "…"}.'
        )
    said = {str(word): value for word, value in one.items() if word not in {"field", *SIDES}}
    return ComparedColumn(name, columns, said, place)


def _active(said: object) -> ActiveRows:
    column = said.get("column") if isinstance(said, Mapping) else None
    values = said.get("values") if isinstance(said, Mapping) else None
    known = isinstance(said, Mapping) and set(said) == {"column", "values"}
    if not known or not isinstance(column, str) or isinstance(values, str) or not isinstance(values, Sequence):
        raise ReconcileError("`active` names no column, or no list of its values.", _ACTIVE_REMEDY)
    texts = tuple(str(value).lower() if isinstance(value, bool) else str(value) for value in values)
    if not texts:
        raise ReconcileError("`active` names no value, so that no row would count.", _ACTIVE_REMEDY)
    return ActiveRows(column, texts)
