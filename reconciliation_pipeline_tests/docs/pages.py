"""What do the pages say? Their text, taken apart into code, tables, sections, links and YAML."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "reconciliation_pipeline"
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
"""Every page for readers."""

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def text_of(page: str) -> str:
    return (ROOT / page).read_text("utf-8")


def without_fences(text: str) -> str:
    return _FENCE.sub("", text)


def fenced(text: str, language: str) -> list[str]:
    return [body for named, body in _FENCE.findall(text) if named == language]


def spans(text: str) -> list[str]:
    """Give everything between single backticks."""
    return _SPAN.findall(without_fences(text))


def code_lines(text: str) -> list[str]:
    """Give every line of code: fenced, indented by four, or between backticks."""
    indented = [line.strip() for line in without_fences(text).splitlines() if line.startswith("    ")]
    return [*indented, *spans(text), *(line for _, body in _FENCE.findall(text) for line in body.splitlines())]


def section(text: str, heading: str) -> str:
    """Give what stands below a heading, up to the next one of its level."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.MULTILINE)
    assert found, f"there is no heading {heading!r}"
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def headings(text: str) -> list[str]:
    return [found for _, found in _HEADING.findall(without_fences(text))]


def rows(text: str) -> list[list[str]]:
    """Give the cells of every table row, without heads and rulers."""
    lines = [line for line in without_fences(text).splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rulers = {place for place, row in enumerate(cells) if all(set(cell) <= {"-", ":"} and cell for cell in row)}
    return [row for place, row in enumerate(cells) if place not in rulers and place + 1 not in rulers]


def first_column(text: str) -> list[str]:
    """Give every name in backticks in the first cells of all table rows."""
    return [name for row in rows(text) for name in _SPAN.findall(row[0])]


def calls(name: str) -> Iterator[ast.Call]:
    """Give every call of a name in the package's source."""
    for tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def literal_arguments(name: str) -> set[str]:
    """Give the text that stands first in calls of a name, where it is written out."""
    firsts = (call.args[0] for call in calls(name) if call.args)
    return {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}


def sources() -> list[str]:
    return [path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py"))]


@cache
def _trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(source) for source in sources())
