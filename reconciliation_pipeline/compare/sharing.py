"""How is what a statement says many times worked out once?

DuckDB finds such parts by itself. Spark reads every repetition, letter by letter, before it looks for them, and a rule
for dates, said for each of its uses, fills a driver's memory. So in a join of two sides everything that is asked more
than once about one side becomes a column of that side, before they meet.

A record that meets nobody has NULL in such a column, whatever the part would say of NULL. So only columns of the form
`both are there AND ...` are looked at.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

Node = Any
"""A node of sqlglot's tree; sqlglot is imported only where Spark is asked for."""

_WORTH_IT: Final = 8
"""Nodes from which on a part is worth a column of its own."""


def share(tree: Node) -> None:
    """Rewrite each full join of a statement in place, so that nothing about one side is said twice.

    Args:
        tree: The statement.
    """
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        joined = [join for join in select.args.get("joins") or () if join.side == "FULL"]
        for table in [table for join in joined for table in (select.args["from_"].this, join.this)]:
            if isinstance(table, exp.Table):
                _share_side(select, table)


@dataclass(slots=True)
class _Parts:
    """The parts of some expressions, each different one once.

    Attributes:
        numbers: Of each node, by its identity, the number of what it says.
        nodes: By number, one node that says it.
        sizes: By number, how many nodes it has.
        sides: By number, the tables its columns belong to.
        uses: By number, in how many different places of different parts it stands.
    """

    numbers: dict[int, int] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    sides: list[frozenset[str]] = field(default_factory=list)
    uses: Counter[int] = field(default_factory=Counter)


def _parts(roots: list[Node]) -> _Parts:
    from sqlglot import exp

    found, known = _Parts(), dict[Any, int]()
    for root in roots:
        for node in reversed(list(root.walk())):
            below = [found.numbers[id(child)] for child in node.iter_expressions()]
            leaf = tuple((key, value) for key, value in node.args.items() if isinstance(value, str | bool | int))
            said = (type(node), node.args.get("this") if not below else None, leaf, _shape(node), tuple(below))
            number = known.get(said)
            if number is None:
                number = known[said] = len(found.nodes)
                found.nodes.append(node)
                found.sizes.append(1 + sum(found.sizes[each] for each in below))
                own = frozenset({node.table}) if isinstance(node, exp.Column) else frozenset[str]()
                found.sides.append(own.union(*(found.sides[each] for each in below)))
                found.uses.update(below)
            found.numbers[id(node)] = number
        found.uses[found.numbers[id(root)]] += 1
    return found


def _shape(node: Node) -> tuple[tuple[str, int], ...]:
    """Say which parts of a node are there: `CASE a WHEN b` is not `CASE WHEN a THEN b`."""
    return tuple((key, len(value) if isinstance(value, list) else 1) for key, value in node.args.items() if value)


def _share_side(select: Node, table: Node) -> None:
    from sqlglot import exp

    alias, roots = table.alias_or_name, [each for each in select.expressions if isinstance(each.unalias(), exp.And)]
    parts = _parts(roots)
    # A part comes after everything inside it, so that the columns it needs have their names already.
    shared: dict[int, str] = {}
    levels: dict[int, int] = {}
    layers: list[list[Node]] = []
    for number, node in enumerate(parts.nodes):
        if parts.uses[number] > 1 and parts.sizes[number] >= _WORTH_IT and parts.sides[number] == {alias}:
            below = {parts.numbers[id(each)] for each in node.walk() if each is not node} & levels.keys()
            level = max((levels[each] + 1 for each in below), default=0)
            said = _said(node, parts, shared, alias)
            shared[number], levels[number] = f"shared_{alias}_{number}", level
            layers += [[] for _ in range(level + 1 - len(layers))]
            layers[level].append(exp.alias_(said, shared[number]))
    if layers:
        for root in roots:
            root.replace(_said(root, parts, shared, alias))
        source: Node = exp.Table(this=table.this.copy(), alias=exp.TableAlias(this=exp.to_identifier(alias)))
        for layer in layers:
            source = exp.select("*", *layer).from_(source).subquery(alias)
        table.replace(source)


def _said(node: Node, parts: _Parts, shared: dict[int, str], alias: str) -> Node:
    """Write a part again, with columns for what has become one."""
    from sqlglot import exp

    def changed(each: Node) -> Node:
        name = shared.get(number) if (number := parts.numbers.get(id(each))) is not None else None
        return each if name is None else exp.column(name, table=alias)

    return _transformed(node, changed)


def _transformed(node: Node, changed: Any) -> Node:  # noqa: ANN401 - a function over nodes
    instead = changed(node)
    if instead is not node:
        return instead
    copied = node.__class__()
    for key, value in node.args.items():
        if isinstance(value, list):
            copied.set(key, [_transformed(each, changed) if hasattr(each, "args") else each for each in value])
        else:
            copied.set(key, _transformed(value, changed) if hasattr(value, "args") else value)
    return copied
