"""How many differences were new on each trusted morning, by kind and by field?

New is what is no lag and was not there on the trusted morning before; what only looks young counts from the morning on
which it was old enough (`domain/ledger.py`: `ripe`, `movement`). A morning that could not look at a difference is left
out for it (`domain/apart.py`); one that grew old meanwhile counts when it is seen again. Asked of the database in one
statement: a history of thousands of open differences is counted where it lies.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from reconciliation_pipeline.domain.records import Kind
from reconciliation_pipeline.domain.spikes import Series
from reconciliation_pipeline.storage.tables import observations, set_apart

_NEVER: Final = -1


@dataclass(frozen=True, slots=True)
class Looked:
    """A trusted morning, as counting needs it.

    Attributes:
        morning: The local date.
        ripe: The latest morning that is so long ago that what it saw unchanged is no lag here; None where none is.
    """

    morning: date
    ripe: date | None


@dataclass(frozen=True, slots=True)
class Arrived:
    """What was new.

    Attributes:
        counts: By series, how many on each morning; mornings without any are left out.
        latest: By series, the differences that were new on the last morning.
    """

    counts: Mapping[Series, Mapping[date, int]]
    latest: Mapping[Series, frozenset[str]]


def arrived(connection: sa.Connection, chosen: sa.Subquery, looked: Iterable[Looked]) -> Arrived:
    """Count what was new on each morning, and name what was on the last.

    Args:
        connection: One that reads.
        chosen: Id and morning of the attempts that count.
        looked: Those mornings, oldest first and in a row; the first has none before it, so nothing is said of it.
    """
    mornings = list(looked)
    new = _new(connection, chosen, mornings)
    # Items of the last morning stand in rows of their own, those of the others are counted together.
    item = sa.case((new.c.place == len(mornings) - 1, new.c.item)).label("named")
    columns = (new.c.kind, new.c.field, new.c.place, item)
    counts: dict[Series, dict[date, int]] = {}
    latest: dict[Series, set[str]] = {}
    for kind, field, place, name, many in connection.execute(sa.select(*columns, sa.func.count()).group_by(*columns)):
        if place == 0:
            continue
        series, morning = Series(Kind(kind), field), mornings[place].morning
        counts.setdefault(series, {}).setdefault(morning, 0)
        counts[series][morning] += many
        if name is not None:
            latest.setdefault(series, set()).add(name)
    return Arrived(counts, {series: frozenset(items) for series, items in latest.items()})


def _new(connection: sa.Connection, chosen: sa.Subquery, mornings: list[Looked]) -> sa.CTE:
    """Select item, kind, field and place of whatever was not there on the morning before; field is null for kinds."""
    there = _there(chosen, mornings)
    whole = sa.select(there.c.item, there.c.kind, sa.null().label("field"), there.c.place, there.c.turn)
    wholes = _not_before(whole.cte("whole"))
    fields = _not_before(_by_field(connection, there).cte("by_field"))
    return sa.union_all(wholes, fields).cte("new")


def _there(chosen: sa.Subquery, mornings: list[Looked]) -> sa.CTE:
    """Select what was there and no lag: item, kind, fields, place of the morning, and its turn.

    The turn is its place among the mornings that looked at the key.
    """
    places = {one.morning: place for place, one in enumerate(mornings)}
    rows = [(one.morning, places[one.morning], places.get(one.ripe, _NEVER)) for one in mornings]  # type: ignore[arg-type]
    names = (sa.column("morning", sa.Date), sa.column("place", sa.Integer), sa.column("ripe", sa.Integer))
    days = sa.values(*names, name="days").data(rows).cte("days")
    apart = (
        sa.select(set_apart.c.key, days.c.place)
        .join(chosen, chosen.c.id == set_apart.c.attempt_id)
        .join(days, days.c.morning == chosen.c.morning)
        .cte("apart")
    )
    missed = sa.select(sa.func.count()).where(apart.c.key == observations.c.key, apart.c.place < days.c.place)
    # Counted only for keys that were ever set apart: the others are many.
    shift = sa.case((observations.c.key.in_(sa.select(apart.c.key)), missed.scalar_subquery()), else_=0)
    seen = (
        sa.select(
            *(observations.c[name] for name in ("item", "kind", "signature", "settling", "fields")),
            observations.c.cleared_after.is_not(None).label("cleared"),
            days.c.place,
            days.c.ripe,
            (days.c.place - shift).label("turn"),
        )
        .join(chosen, chosen.c.id == observations.c.attempt_id)
        .join(days, days.c.morning == chosen.c.morning)
        .cte("seen")
    )
    there = _columns(seen).where(sa.not_(seen.c.settling))
    return there.union_all(_ripe(seen)).cte("there")


def _ripe(seen: sa.CTE) -> sa.Select[Any]:
    """Select what looks young and is not; only differences that ever looked young are put into their rows."""
    young = sa.select(seen.c.item).where(seen.c.settling)
    same = (seen.c.item, seen.c.signature, seen.c.cleared)
    # In a row of mornings their turns and their numbers grow alike.
    number = sa.func.row_number().over(partition_by=same, order_by=seen.c.place)
    rows_of = sa.select(seen, (seen.c.turn - number).label("row")).where(seen.c.item.in_(young)).cte("rows_of")
    in_a_row = (rows_of.c.item, rows_of.c.signature, rows_of.c.cleared, rows_of.c.row)
    since = sa.func.min(rows_of.c.place).over(partition_by=in_a_row)
    aged = sa.select(rows_of, since.label("since")).cte("aged")
    return _columns(aged).where(aged.c.settling, sa.not_(aged.c.cleared), aged.c.since <= aged.c.ripe)


def _columns(rows: sa.CTE) -> sa.Select[Any]:
    return sa.select(*(rows.c[name] for name in ("item", "kind", "fields", "place", "turn")))


def _by_field(connection: sa.Connection, there: sa.CTE) -> sa.Select[Any]:
    """Select one row a field that differs, and not in format only."""
    each: Any
    if connection.dialect.name == "postgresql":
        each = sa.func.json_array_elements(there.c.fields).table_valued("value").render_derived(name="each")
        name = each.c.value.op("->>")("name")
        formats = each.c.value.op("->>")("format_only") == "true"
    else:
        each = sa.func.json_each(there.c.fields).table_valued("value", name="each")
        name = sa.func.json_extract(each.c.value, "$.name")
        formats = sa.func.json_extract(each.c.value, "$.format_only") == 1
    columns = (there.c.item, there.c.kind, name.label("field"), there.c.place, there.c.turn)
    both = there.join(each, sa.true())
    told = sa.func.coalesce(formats, sa.false())
    return sa.select(*columns).select_from(both).where(there.c.kind == Kind.VALUE_CONFLICT.value, sa.not_(told))


def _not_before(rows: sa.CTE) -> sa.Select[Any]:
    last = sa.func.lag(rows.c.turn).over(partition_by=(rows.c.item, rows.c.field), order_by=rows.c.place)
    marked = sa.select(rows, last.label("last")).subquery()
    # Of what no morning before looked at nobody knows whether it is new.
    is_new = sa.and_(marked.c.turn > 0, sa.or_(marked.c.last.is_(None), marked.c.last < marked.c.turn - 1))
    return sa.select(marked.c.item, marked.c.kind, marked.c.field, marked.c.place).where(is_new)
