r"""How is a statement of `statement.py` said in the dialect of Spark?

Not a second comparison: the very statements DuckDB runs, parsed and written again by sqlglot. What sqlglot does not
know is rewritten here, one rule each, so that Spark means what DuckDB means:

    patterns    `$` is the end of the text, not the place before a last line break; `\1` is `$1`
    capitals    one letter becomes one letter, whatever stands beside it
    numbers     what DuckDB reads as a number; Java would also read the digits of other scripts
    instants    a time without a zone is a TIMESTAMP of a session in UTC, and of an hour that comes twice it is the
                later one; how dates are written is read by `formats.py`
    accents     a function over whole columns (`spark.py`), asked only for texts whose letters may have any apart

Spark is <https://spark.apache.org/docs/latest/api/sql/>, DuckDB <https://duckdb.org/docs/stable/sql/functions/overview>.
"""

import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from reconciliation_pipeline.compare.formats import as_iso, is_afternoon
from reconciliation_pipeline.compare.sharing import share

Node = Any
"""A node of sqlglot's tree; sqlglot is imported only where Spark is asked for."""

NFC: Final = "recon_nfc"
"""The function that composes letters and their accents; whoever runs the statements registers it."""

_DEEP: Final = 20_000

_BLANKS: Final = "[ \\x09-\\x0d]*"
_DIGITS: Final = "[0-9]+(_[0-9]+)*"
_NUMBER: Final = rf"^{_BLANKS}[+-]?({_DIGITS}([.]({_DIGITS})?)?|[.]{_DIGITS})([eE][+-]?[0-9]{{1,5}})?{_BLANKS}\z"
_READ_FROM_TEXT: Final = "DECIMAL(37, 10)"
"""The type of `canonical.number`, and of nothing else."""

# Letters before U+0300 are composed already: https://unicode.org/reports/tr15/#Design_Goals
_MAY_BE_APART: Final = r"[^\x00-\x{2ff}]"
# Small letters with a capital of several letters: https://unicode.org/Public/UNIDATA/SpecialCasing.txt
_SPLIT_CAPITALS: Final = (
    r"[\xdf\x{149}\x{1f0}\x{390}\x{3b0}\x{587}\x{1e96}-\x{1e9a}\x{1f50}-\x{1f57}\x{1f80}-\x{1fff}\x{fb00}-\x{fb17}]"
)


def portable(query: str) -> str:
    """Write a statement as Spark does.

    Args:
        query: A statement in DuckDB's dialect, over named tables.

    Raises:
        ValueError: It asks for something whose meaning in Spark is not known here.
    """
    import sqlglot

    # sqlglot walks a tree by calling itself, and a date in an unknown spelling is a deep one. Never set back: another
    # thread may be down there. Since Python 3.11
    # such calls take none of a thread's own room: https://docs.python.org/3/whatsnew/3.11.html#inlined-python-function-calls
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEP))
    tree = sqlglot.parse_one(query, read="duckdb")
    share(tree)
    # Children before their parents, so that everything inside a node is rewritten when it is.
    for node in reversed(list(tree.walk())):
        rule = _RULES.get(type(node).__name__)
        if rule is not None and (changed := rule(node)) is not None:
            node.replace(changed)
    return str(tree.sql(dialect="spark"))


def _said(template: str, **parts: Node) -> Node:
    """Build an expression of Spark's from its text, with `:name` for each part."""
    from sqlglot import exp

    return exp.replace_placeholders(_parsed(template).copy(), **parts)


@cache
def _parsed(template: str) -> Node:
    import sqlglot

    return sqlglot.parse_one(template, read="spark")


def _text(text: str) -> Node:
    from sqlglot import exp

    return exp.Literal.string(text)


def _pattern(node: Node) -> Node:
    """Write the end of a text as Java does, in each literal that the pattern is put together from."""
    from sqlglot import exp

    changed = node.copy()
    for literal in [changed] if isinstance(changed, exp.Literal) else list(changed.find_all(exp.Literal)):
        if literal.is_string:
            literal.set("this", _ends(literal.this))
    return changed


def _ends(pattern: str) -> str:
    r"""Write `\z` for each `$` that is neither quoted nor in a class."""
    return re.sub(r"\\.|\[(?:\\.|[^\]])*\]|\$", lambda found: r"\z" if found[0] == "$" else found[0], pattern)


def _replaced(node: Node) -> Node:
    # Spark knows only all matches. The first is all there is where the pattern holds on to an end of the text.
    parts = [literal.this for literal in node.expression.find_all(type(_text("")))]
    if node.args.get("modifiers") is None and not any(part.startswith("^") or part.endswith("$") for part in parts):
        message = f"Spark replaces every match of {parts}, and only the first was asked for"
        raise ValueError(message)
    instead = node.args["replacement"].this.replace("\\", "\0").replace("$", r"\$").replace("\0", "$")
    return _said("REGEXP_REPLACE(:x, :p, :r)", x=node.this, p=_pattern(node.expression), r=_text(instead))


def _matched(node: Node) -> Node:
    return _said("RLIKE(:x, :p)", x=node.this, p=_pattern(node.expression))


def _lower(node: Node) -> Node:
    # The two letters whose small form depends on their neighbours, or is two letters.
    return _said("LOWER(TRANSLATE(:x, '\u0130\u03a3', 'i\u03c3'))", x=node.this)


def _upper(node: Node) -> Node:
    # Asked for the names of countries alone, and none has such a letter.
    return _said("UPPER(REGEXP_REPLACE(:x, :p, '\ufffd'))", x=node.this, p=_text(_SPLIT_CAPITALS))


def _cast(node: Node) -> Node | None:
    from sqlglot import exp

    kind = node.to.sql(dialect="duckdb")
    if kind == _READ_FROM_TEXT:
        number = "CASE WHEN RLIKE(:x, :p) THEN TRY_CAST(REPLACE(:x, '_', '') AS DECIMAL(37, 10)) END"
        return _said(number, x=node.this, p=_text(_NUMBER))
    if kind in {"TIMESTAMP", "TIMESTAMPTZ"}:
        # 24:00 is where the next day begins, and Spark wants seconds before an offset.
        day = "CASE WHEN RLIKE(:x, :p) THEN INTERVAL '1' DAY ELSE INTERVAL '0' DAY END"
        clock = "REGEXP_REPLACE(REGEXP_REPLACE(:x, :p, '$100:00'), '^(.{16})([Z+-])', '$1:00$2')"
        moment = f"TRY_CAST({clock} AS TIMESTAMP) + {day}"
        read = exp.Paren(this=_said(moment, x=node.this, p=_text(r"^(.{11})24:00(?![:.0-9]*[1-9])")))
        read.meta["naive"] = kind == "TIMESTAMP"
        return read
    return None


def _at_time_zone(node: Node) -> Node:
    if _is_naive(node.this):
        if node.args["zone"].this == "UTC":
            return node.this
        # Java takes the earlier of an hour that comes twice, DuckDB the later. A day on, it is over.
        day_on = "(TO_UTC_TIMESTAMP(w, :z) + INTERVAL '1' DAY)"
        later = f"(w - (FROM_UTC_TIMESTAMP({day_on}, :z) - {day_on}))"
        chosen = f"CASE WHEN FROM_UTC_TIMESTAMP({later}, :z) = w THEN {later} ELSE TO_UTC_TIMESTAMP(w, :z) END"
        return _said(f"ELEMENT_AT(TRANSFORM(ARRAY(:x), w -> {chosen}), 1)", x=node.this, z=node.args["zone"])
    return _said("FROM_UTC_TIMESTAMP(:x, :z)", x=node.this, z=node.args["zone"])


def _is_naive(node: Node) -> bool:
    """Whether an expression is a time without a zone; asked after what is inside it was rewritten."""
    from sqlglot import exp

    return bool(node.meta.get("naive")) or (isinstance(node, exp.Paren) and _is_naive(node.this))


def _call(node: Node) -> Node | None:
    match node.name.lower(), node.expressions:
        case "epoch_us", [instant]:
            return _said("UNIX_MICROS(:x)", x=instant)
        case "make_timestamptz", [micros]:
            return _said("TIMESTAMP_MICROS(:x)", x=micros)
        case "nfc_normalize", [text]:
            return _said(f"COALESCE({NFC}(CASE WHEN RLIKE(:x, :p) THEN :x END), :x)", x=text, p=_text(_MAY_BE_APART))
        case "try_strptime", [text, form]:
            return _written_as(text, form.this)
        case "recon_nfc", _:
            return None
        case name, _:
            message = f"what {name} is in Spark is not known here"
            raise ValueError(message)


def _written_as(text: Node, form: str) -> Node:
    iso = _said("CONCAT('@', :x)", x=text)
    for pattern, instead in as_iso(form):
        iso = _said("REGEXP_REPLACE(:x, :p, :r)", x=iso, p=_text(pattern), r=_text(instead))
    moment = _said("TRY_CAST(:x AS TIMESTAMP)", x=iso)
    if afternoon := is_afternoon(form):
        hours = "CASE WHEN RLIKE(:x, :p) THEN INTERVAL '12' HOUR ELSE INTERVAL '0' HOUR END"
        moment = _said(f"(:m + {hours})", m=moment, x=text, p=_text(afternoon))
    moment.meta["naive"] = True
    return moment


_RULES: Final[Mapping[str, Callable[[Node], Node | None]]] = {
    "RegexpReplace": _replaced,
    "RegexpLike": _matched,
    "Lower": _lower,
    "Upper": _upper,
    "TryCast": _cast,
    "AtTimeZone": _at_time_zone,
    "Anonymous": _call,
}
