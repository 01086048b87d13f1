"""How does one side become what the comparison reads, once and without a loop over its records?

A Parquet file of the shape of a snapshot: its `source_id` is the position of the row, its fields are texts that say
everything the values say.
"""

# ruff: noqa: S608 - statements are made of quoted names, quoted texts and names of our own

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import duckdb

from reconciliation_pipeline.api.columns import FLOATS, Kind, kind_of, text_of
from reconciliation_pipeline.api.errors import ReconcileError
from reconciliation_pipeline.api.inputs import ROW, Scan
from reconciliation_pipeline.api.rulebook import name_of
from reconciliation_pipeline.api.wanted import ActiveRows
from reconciliation_pipeline.compare.canonical import literal
from reconciliation_pipeline.compare.snapshot import scan
from reconciliation_pipeline.domain.records import State
from reconciliation_pipeline.domain.rules import FieldRule

_PLACES: Final = 10
"""Places after the point that the comparison reads where there is a tolerance."""
_WHOLE_DIGITS: Final = 27
_SHARE_DIGITS: Final = 20
"""Digits before the point that it reads; of a number of which a share is taken."""
_FINE: Final = Decimal("0.00000001")
"""What a tolerance has to be so that what is rounded away from numbers does not matter."""


@dataclass(frozen=True, slots=True)
class Written:
    """What becomes of one side.

    Attributes:
        label: What people call it.
        scan: Where its columns are.
        key: The columns of its key.
        fields: For each compared field the column, and as what it is compared.
        active: Which rows count; None for all of them.
    """

    label: str
    scan: Scan
    key: Sequence[str]
    fields: Sequence[tuple[str, Kind | None]]
    active: ActiveRows | None


def kinds_of(label: str, found: Scan) -> Mapping[str, Kind]:
    """Say what every column holds.

    Raises:
        ReconcileError: One holds what has no text of its own.
    """
    kinds = {}
    for name, type_name in found.types.items():
        kind = kind_of(type_name)
        if kind is None:
            what = "values of several types" if " and " in type_name else "lists, mappings or spans of time"
            text = f"The column `{name}` of {label} holds {what} ({type_name}), which nothing here compares."
            raise ReconcileError(text, "Turn it into text or numbers first, or leave it out of `compare`.")
        kinds[name] = kind
    return kinds


def write(connection: duckdb.DuckDBPyConnection, side: Written, target: Path) -> int:
    """Write one side, and count its rows.

    Raises:
        ReconcileError: Its keys are numbers that are not exact.
        duckdb.Error: The engine failed.
    """
    _refuse_rounded_keys(connection, side)
    fields = (
        f"{_text(side.scan, column, kind)} AS field_{name_of(place)}"
        for place, (column, kind) in enumerate(side.fields)
    )
    columns = [
        f'CAST("{ROW}" AS VARCHAR) AS source_id',
        f"{_key(side)} AS key",
        "CAST(NULL AS VARCHAR) AS status",
        f"{_state(side)} AS state",
        "CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS created_at",
        "CAST(NULL AS TIMESTAMP WITH TIME ZONE) AS updated_at",
        *fields,
    ]
    query = f"SELECT {', '.join(columns)} FROM {side.scan.source}"
    connection.execute(f"COPY ({query}) TO {literal(str(target.absolute()))} (FORMAT parquet)")
    ((rows,),) = connection.execute(f"SELECT count(*) FROM {side.scan.source}").fetchall()
    return int(rows)


def _key(side: Written) -> str:
    parts = [_key_part(side.scan, column) for column in side.key]
    if len(parts) == 1:
        return parts[0]
    # Where a part is missing, so is the key: whatever is put to nothing is nothing.
    escaped = (rf"replace(replace(nullif({part}, ''), '\', '\\'), '|', '\|')" for part in parts)
    return " || '|' || ".join(escaped)


def _key_part(found: Scan, column: str) -> str:
    # A key is a name, also where it is made of digits only: `007` of a file without types stays `007`.
    return _text(found, column, None)


def _text(found: Scan, column: str, kind: Kind | None) -> str:
    return text_of(found.values[column], found.types[column], kind)


def _state(side: Written) -> str:
    if side.active is None:
        return f"'{State.ACTIVE}'"
    values = ", ".join(literal(value) for value in side.active.values)
    is_active = f"{_key_part(side.scan, side.active.column)} IN ({values})"
    return f"CASE WHEN {is_active} THEN '{State.ACTIVE}' ELSE '{State.OUT_OF_SCOPE}' END"


def _refuse_rounded_keys(connection: duckdb.DuckDBPyConnection, side: Written) -> None:
    for column in side.key:
        if most := FLOATS.get(side.scan.types[column]):
            value = side.scan.values[column]
            query = f"SELECT count(*) FROM {side.scan.source} WHERE abs({value}) > {most} AND NOT isnan({value})"
            ((count,),) = connection.execute(query).fetchall()
            if count:
                text = f"The key `{column}` of {side.label} is a column of floats, {count:,} of them so large that "
                remedy = 'Read the column as text, or as whole numbers (dtype "Int64" in pandas).'
                raise ReconcileError(f"{text}their last digits are lost.", remedy)


def refuse_lost_digits(
    connection: duckdb.DuckDBPyConnection, path: Path, label: str, rules: Sequence[tuple[str, FieldRule]]
) -> None:
    """Make sure that a tolerance is not finer than what the comparison reads of numbers.

    Args:
        connection: An engine.
        path: What `write` wrote.
        label: What people call the side.
        rules: By name, how each field is compared.

    Raises:
        ReconcileError: Digits that matter would be left out.
    """
    for name, rule in rules:
        if rule.numeric:
            value = f"field_{rule.name}"
            most = _SHARE_DIGITS if rule.relative else _WHOLE_DIGITS
            is_number = f"TRY_CAST({value} AS DOUBLE) IS NOT NULL AND isfinite(TRY_CAST({value} AS DOUBLE))"
            allowed = f"greatest({rule.tolerance:f}, {rule.relative:f} * abs(TRY_CAST({value} AS DOUBLE)))"
            lost = f"length(split_part({value}, '.', 2)) > {_PLACES} AND {allowed} < {_FINE:f}"
            large = f"length(split_part(ltrim({value}, '-'), '.', 1)) > {most}"
            query = f"SELECT count(*) FROM {scan(path)} WHERE {is_number} AND (({lost}) OR ({large}))"
            ((count,),) = connection.execute(query).fetchall()
            if count:
                text = (
                    f"`{name}` has a tolerance, and {count:,} of its numbers in {label} have digits beyond those that "
                    f"are read then: {most} before the point and {_PLACES} after it."
                )
                raise ReconcileError(text, "Write the column, and the tolerance, in another unit.")


def total_of(connection: duckdb.DuckDBPyConnection, path: Path, place: int) -> Decimal | float:
    """Add the numbers of a field up: exactly where they have at most ten places, otherwise as floats.

    Args:
        connection: An engine.
        path: What `write` wrote.
        place: Which compared field.
    """
    value = f"field_{name_of(place)}"
    query = f"""
        SELECT
            coalesce(bool_or(
                length(split_part({value}, '.', 2)) > {_PLACES} OR length(split_part({value}, '.', 1)) > 18
            ) FILTER (WHERE TRY_CAST({value} AS DOUBLE) IS NOT NULL), false),
            sum(TRY_CAST({value} AS DECIMAL(38, 10))) FILTER (WHERE length(split_part({value}, '.', 1)) <= 18)
        FROM {scan(path)}"""
    ((is_wide, exact),) = connection.execute(query).fetchall()
    if is_wide:
        # In an order that depends on nothing but the numbers, as floats add up differently in another.
        floats = f"SELECT TRY_CAST({value} AS DOUBLE) AS number FROM {scan(path)}"
        ((rounded,),) = connection.execute(f"SELECT fsum(number ORDER BY number) FROM ({floats})").fetchall()
        return float(rounded)
    # Never rounded to the digits that Python calculates with.
    return Decimal(f"{exact:f}".rstrip("0").rstrip(".")) if exact else Decimal(0)
